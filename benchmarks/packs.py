"""`cueline bench packs`: precision and recall of every pack's items, on clean and on broken lines.

Lines are read alone, with the item's window open. Broken ones have 20 % of their words wrong, by
what the recogniser was measured to do, several times over. Held-back lines, which no pattern was
tuned on, are counted apart and never shown. A match that a person must look at holds, as in
`cueline rules test`, and is counted apart too.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.pack_lines import HELD, WRONG, Broken, RuleLine, break_lines, held_lines, own_lines
from benchmarks.pack_meanings import WAYS_HEAD, Meanings, Way, elsewhere, left_out, meanings, reader
from benchmarks.pack_tally import Tried, bars, tally
from benchmarks.report import publish, table
from models.training.breaking import Breaker
from models.training.breaking import load as confusions
from qa_rules.packs import PackFile, PackSet, load_packs, shipped
from qa_rules.selftest import Outcome, outcome, utterances

SEEDS = 3
OWN, HELD_BACK = "own lines", "held back"
SETS = (OWN, HELD_BACK)
CLEAN, BROKEN = "clean", "broken"
GROUPS = ("auto-fail items", "other items", "events and cues")
HEAD = ("lines", "n", "recall %", "precision %", "sure recall", "in review", "")

Forms = tuple[tuple[str, ...], ...]
"""The forms of a line: each a list of turns."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A line with its clean form and its broken ones."""

    line: RuleLine
    broken: Forms

    def forms(self, text: str) -> Forms:
        """Return the forms of a text, clean or broken."""
        return (self.line.turns,) if text == CLEAN else self.broken


@dataclass(frozen=True, slots=True)
class Loaded:
    """A pack, read with what it inherits, and its lines by set."""

    name: str
    packs: PackSet
    lines: Mapping[str, tuple[Asked, ...]]


def group_of(line: RuleLine) -> str:
    """Return what a line's rule is counted with."""
    if line.kind != "item":
        return GROUPS[2]
    return GROUPS[0] if line.critical else GROUPS[1]


def gather(
    names: Sequence[str], folder: Path, seeds: Sequence[int], wrong: float
) -> tuple[list[Loaded], list[tuple[str, int, Broken]]]:
    """Read packs and break their lines; return also each set's broken lines, with their seed."""
    packs = {name: load_packs([name]) for name in names}
    files = {name: _file(one, name) for name, one in packs.items()}
    lines: dict[str, list[RuleLine]] = {
        OWN: [line for file in files.values() for line in own_lines(file)],
        HELD_BACK: [line for file in files.values() for line in held_lines(file, folder)],
    }
    # The confusions are those of an English recogniser: other languages are read clean only.
    english = {file.pack.pack for file in files.values() if file.pack.language.startswith("en")}
    spoken = {of: [line for line in lines[of] if line.pack in english] for of in SETS}
    known = confusions()
    made = [
        (of, seed, break_lines(spoken[of], Breaker(known, seed), wrong))
        for of in SETS
        for seed in seeds
        if spoken[of]
    ]
    asked = {
        of: list(_asked(lines[of], english, [b for o, _, b in made if o == of])) for of in SETS
    }
    return [
        Loaded(
            name,
            packs[name],
            {
                of: tuple(a for a in asked[of] if a.line.pack == files[name].pack.pack)
                for of in SETS
            },
        )
        for name in names
    ], made


def _asked(lines: Sequence[RuleLine], english: Set[str], made: Sequence[Broken]) -> Iterator[Asked]:
    """Yield lines with their broken forms; those of other languages have none."""
    at = 0
    for line in lines:
        if line.pack not in english:
            yield Asked(line, ())
            continue
        yield Asked(line, tuple(found.lines[at].turns for found in made))
        at += 1


def _file(packs: PackSet, name: str) -> PackFile:
    wanted = Path(name).stem
    return next(file for file in packs.files if file.pack.pack == wanted)


def attempt(pack: Loaded, of: str, text: str, read: Meanings | None) -> Iterator[Tried]:
    """Try a pack's lines of a set, clean or broken."""
    for asked in pack.lines[of]:
        line = asked.line
        labels = read.labels if read is not None and line.rule in read.rules else None
        answers = tuple(
            outcome(pack.packs, line.kind, line.rule, utterances(turns, line.speaker), labels)
            for turns in asked.forms(text)
        )
        if answers:
            yield Tried(line, answers)


def compare(pack: Loaded, read: Meanings) -> Iterator[tuple[str, Way]]:
    """Yield, of each item with semantic ways, what they add on each kind of lines."""
    own = [asked.line for asked in pack.lines[OWN]]
    mine = {line.rule for line in own if line.kind == "item"} & read.rules
    for rule in sorted(mine):
        for of, text in ((HELD_BACK, CLEAN), (HELD_BACK, BROKEN), (OWN, CLEAN), (OWN, BROKEN)):
            way = Way(rule)
            for asked in pack.lines[of]:
                if asked.line.rule != rule:
                    continue
                for turns in asked.forms(text):
                    said = utterances(turns, asked.line.speaker)
                    words = outcome(pack.packs, "item", rule, said)
                    meant = outcome(pack.packs, "item", rule, said, read.labels)
                    way.take(asked.line.wanted, words, meant)
            if (of, text) == (OWN, CLEAN):
                elsewhere(pack.packs, way, read, own)
                way.left_out = left_out(pack.packs, rule, read.classifier)
            yield f"{of}, {text}", way


def command(
    packs: Annotated[list[str] | None, typer.Argument(help="Packs; all shipped.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Times that each line is broken.")] = SEEDS,
    wrong: Annotated[float, typer.Option(help="Words wrong in a hundred.")] = WRONG,
    held: Annotated[Path, typer.Option(help="Folder of the held-back lines.")] = HELD,
    items: Annotated[bool, typer.Option(help="Show every rule, not only those short.")] = False,
    meaning: Annotated[bool, typer.Option(help="Read `semantic` ways by the encoder.")] = False,
    show: Annotated[str, typer.Option(help="A rule whose own wrong lines are shown.")] = "",
) -> None:
    """Measure packs on their own and on held-back lines, clean and broken."""
    loaded, made = gather(packs or shipped(), held, range(1, seeds + 1), wrong)
    engine = reader() if meaning else None
    tried: dict[tuple[str, str], list[Tried]] = {(o, t): [] for o in SETS for t in (CLEAN, BROKEN)}
    ways: list[tuple[str, Way]] = []
    for pack in loaded:
        read = meanings(pack.packs, engine) if engine is not None else None
        for of, text in tried:
            tried[of, text] += attempt(pack, of, text, read)
        if read is not None:
            ways += compare(pack, read)
    if engine is not None:
        engine.close()
    shown = [_wrong(made), _whole(tried), _by_pack(tried), _by_rule(tried, short=not items)]
    if ways:
        shown.append("Semantic ways, forms of lines (those in review):\n\n" + _ways(ways))
    if show:
        shown.append(_own_faults(tried, show, loaded))
    publish("packs", "\n\n".join(shown), _numbers(tried, made, ways))


def _whole(tried: Mapping[tuple[str, str], Sequence[Tried]]) -> str:
    rows = [
        _row(f"{of}, {text}: {group}", [t for t in rows if group_of(t.line) == group], text, group)
        for (of, text), rows in tried.items()
        for group in GROUPS
    ]
    return table(HEAD, rows)


def _by_pack(tried: Mapping[tuple[str, str], Sequence[Tried]]) -> str:
    rows = []
    for (of, text), found in tried.items():
        for pack in dict.fromkeys(t.line.pack for t in found):
            for group in GROUPS[:2]:
                some = [t for t in found if t.line.pack == pack and group_of(t.line) == group]
                if some:
                    rows.append(_row(f"{pack}: {of}, {text}, {group}", some, text, group))
    return table(HEAD, rows)


def _by_rule(tried: Mapping[tuple[str, str], Sequence[Tried]], *, short: bool) -> str:
    rows = []
    for (of, text), found in tried.items():
        by_rule: dict[tuple[str, str], list[Tried]] = {}
        for one in found:
            by_rule.setdefault((one.line.pack, one.line.rule), []).append(one)
        for (pack, rule), some in by_rule.items():
            row = _row(f"{pack} {rule}: {of}, {text}", some, text, group_of(some[0].line))
            if row[-1] or not short:
                rows.append(row)
    title = "Items below their bars on broken lines:" if short else "Every rule:"
    return f"{title}\n\n{table(HEAD, rows)}"


def _row(name: str, tried: Sequence[Tried], text: str, group: str) -> list[object]:
    """Return a row; it is marked where the bars bind and are not reached."""
    found = tally(tried)
    bound = text == BROKEN and group != GROUPS[2]
    low = bound and found.short(bars(group == GROUPS[0]))
    return [
        name,
        found.lines,
        found.recall,
        found.precision,
        found.sure,
        found.review,
        "below" if low else "",
    ]


def _ways(ways: Sequence[tuple[str, Way]]) -> str:
    return table(
        (*WAYS_HEAD[:1], "on", *WAYS_HEAD[1:]),
        [[row[0], where, *row[1:]] for where, row in ((where, way.row()) for where, way in ways)],
    )


def _wrong(made: Sequence[tuple[str, int, Broken]]) -> str:
    return "\n".join(
        f"{of}, seed {seed}: {found.wrong:.1f} % of words wrong (rate {found.rate:.2f})"
        for of, seed, found in made
    )


def _own_faults(
    tried: Mapping[tuple[str, str], Sequence[Tried]], rule: str, loaded: Sequence[Loaded]
) -> str:
    """Return the pack's own lines of a rule that go wrong; held-back lines are never shown."""
    broken = {id(a.line): a for pack in loaded for a in pack.lines[OWN]}
    out = [f"{rule}, own lines that go wrong:"]
    for text in (CLEAN, BROKEN):
        for one in tried[OWN, text]:
            if one.line.rule != rule:
                continue
            forms = broken[id(one.line)].forms(text)
            for turns, answer in zip(forms, one.answers, strict=True):
                if (answer is not Outcome.NO) is not one.line.wanted:
                    verb = "must match" if one.line.wanted else "must not"
                    out.append(f"  {verb}: {' / '.join(turns)}  <- {' / '.join(one.line.turns)}")
    return "\n".join(out)


def _numbers(
    tried: Mapping[tuple[str, str], Sequence[Tried]],
    made: Sequence[tuple[str, int, Broken]],
    ways: Sequence[tuple[str, Way]],
) -> dict[str, object]:
    whole = {
        f"{of}, {text}": {
            group: tally(t for t in found if group_of(t.line) == group).json() for group in GROUPS
        }
        for (of, text), found in tried.items()
    }
    rules: dict[str, dict[str, object]] = {}
    for (of, text), found in tried.items():
        by_rule: dict[str, list[Tried]] = {}
        for one in found:
            by_rule.setdefault(f"{one.line.pack} {one.line.rule}", []).append(one)
        for name, some in by_rule.items():
            rules.setdefault(name, {})[f"{of}, {text}"] = tally(some).json()
    return {
        "words_wrong": {f"{of} {seed}": round(found.wrong, 2) for of, seed, found in made},
        "whole": whole,
        "rules": rules,
        "ways": [[where, *map(str, way.row())] for where, way in ways],
    }
