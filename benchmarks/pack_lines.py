"""The lines of packs, as their authors wrote them and as a recogniser breaks them.

A pack's own lines are those that its patterns were written for. The held-back lines are read to be
counted: nothing here or in the report shows one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.wer import count
from models.text import tokens
from models.training.breaking import Breaker
from models.training.plain import plain_words
from qa_rules.packs import PackFile
from qa_rules.selftest import Rule, rules_of
from qa_rules.source import read_source

HELD = Path(__file__).parents[1] / "tests" / "qa_rules" / "heldback"
WRONG = 20.0
"""Words wrong in a hundred, which the issue's bars are set at."""
WITHIN = 0.5
"""How near to it broken lines must come."""
TRIES = 60
START = 0.85
"""The first rate tried: the shipped table breaks lines of packs a little more than this."""
STEP = 0.5
"""How far the rate follows what was counted; single draws swing by a word or two."""

_MASK = re.compile(r"(\[[^\]]*\])")
_WHO = re.compile(r"^\s*(agent|customer)\s*:\s*")


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A line of a rule, in turns, and whether it must match."""

    pack: str
    kind: str
    rule: str
    speaker: str
    critical: bool
    wanted: bool
    turns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """Lines as they may be heard, in the order given, and the words wrong in a hundred."""

    lines: tuple[RuleLine, ...]
    wrong: float
    rate: float


def own_lines(file: PackFile) -> list[RuleLine]:
    """Return the lines that a pack ships with."""
    return [
        _line(file, rule, wanted, turns)
        for rule in rules_of(file)
        for wanted, groups in ((True, rule.tests.yes), (False, rule.tests.no))
        for turns in groups
    ]


def held_lines(file: PackFile, folder: Path = HELD) -> list[RuleLine]:
    """Return a pack's held-back lines that are not among its own; none where it has no file."""
    path = folder / f"{file.pack.pack}.yaml"
    if not path.is_file():
        return []
    held = read_source(path.read_text("utf-8"), path.name).data["lines"]
    return list(_held(file, held))


def _held(file: PackFile, held: dict[str, dict[str, list[object]]]) -> Iterator[RuleLine]:
    for rule in rules_of(file):
        known = {*rule.tests.yes, *rule.tests.no}
        for key in ("yes", "no"):
            for given in held.get(rule.id, {}).get(key, ()):
                turns = tuple(map(str, given)) if isinstance(given, list) else (str(given),)
                if turns not in known:
                    yield _line(file, rule, key == "yes", turns)


def _line(file: PackFile, rule: Rule, wanted: bool, turns: tuple[str, ...]) -> RuleLine:
    return RuleLine(file.pack.pack, rule.kind, rule.id, rule.speaker, rule.critical, wanted, turns)


def break_lines(
    lines: Sequence[RuleLine], breaker: Breaker, wrong: float = WRONG, within: float = WITHIN
) -> Broken:
    """Return lines broken so that as many words in a hundred are wrong as asked for.

    The rate is moved and the lines are broken again until the count is near enough; where it never
    is (a handful of words), the nearest is returned.
    """
    rate, best = START, Broken(tuple(lines), 0.0, 0.0)
    for _ in range(TRIES):
        made = tuple(
            replace(line, turns=tuple(_break(turn, breaker, rate) for turn in line.turns))
            for line in lines
        )
        found = Broken(made, words_wrong(lines, made), rate)
        if abs(found.wrong - wrong) < abs(best.wrong - wrong):
            best = found
        if abs(best.wrong - wrong) <= within or not found.wrong:
            break
        rate *= (wrong / found.wrong) ** STEP
    return best


def _break(turn: str, breaker: Breaker, rate: float) -> str:
    """Break a turn; who speaks, and what redaction leaves, stay: neither was heard."""
    who = _WHO.match(turn)
    said = turn[who.end() :] if who else turn
    pieces = [
        piece if _MASK.fullmatch(piece) else breaker.break_text(piece, rate)
        for piece in _MASK.split(said)
    ]
    text = " ".join(piece for piece in pieces if piece)
    return f"{who.group(1)}: {text}" if who else text


def words_wrong(said: Sequence[RuleLine], heard: Sequence[RuleLine]) -> float:
    """Return the words wrong in a hundred that were said; another spelling of one is none."""
    wrong = words = 0
    for one, other in zip(said, heard, strict=True):
        for clean, spoilt in zip(one.turns, other.turns, strict=True):
            errors = count(_words(clean), _words(spoilt))
            wrong += errors.total
            words += errors.words
    return 100 * wrong / words if words else 0.0


def _words(turn: str) -> list[str]:
    said = " ".join(plain_words(_WHO.sub("", turn)))
    return [token.text for token in tokens(said, fillers=True)]
