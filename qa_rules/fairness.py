"""Whether the rules are fair: the same words with names, genders and dialects changed score alike.

Lines of packs are read alone; calls are played whole, the changed words in the time of the
original ones, and findings and score are compared.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.types import Channel, Utterance
from qa_rules.flips import Flip, changed
from qa_rules.live import RuleRun
from qa_rules.packs import PackFile, PackSet
from qa_rules.score import score
from qa_rules.selftest import Outcome, outcome, rules_of, utterances
from qa_rules.types import CallFacts, Scorecard, State

WORD_S = 0.35
PAUSE_S = 0.6
LEAST_S = 1.0
SURE = 0.95
"""The confidence that typed words are given."""


@dataclass(frozen=True, slots=True)
class Unfair:
    """A flip that changed what a rule finds, or a call's score."""

    where: str
    rule: str
    kind: str
    flip: str
    said: tuple[str, ...]
    instead: tuple[str, ...]
    before: str
    after: str

    def __str__(self) -> str:
        """Return what changed, and by which words."""
        words = f'"{" / ".join(self.said)}" is {self.before}'
        return (
            f"{self.where} {self.rule}: {self.kind}, {self.flip}: {words}, "
            f'"{" / ".join(self.instead)}" is {self.after}'
        )


@dataclass(frozen=True, slots=True)
class Fairness:
    """What was tried and what changed: `tried` counts the flips that change a word."""

    tried: int
    unfair: tuple[Unfair, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A call in typed words: turns as "agent: ...", and what telephony tells after which turn."""

    name: str
    packs: tuple[str, ...]
    turns: tuple[str, ...]
    tells: tuple[tuple[int, str], ...]
    facts: CallFacts


@dataclass(frozen=True, slots=True)
class Played:
    """What a call came to."""

    states: Mapping[str, State]
    card: Scorecard

    @property
    def total(self) -> str:
        """Return the score in words."""
        failed = " auto-fail" if self.card.auto_fail else ""
        return f"{self.card.status} {self.card.score}{failed}"


def of_lines(packs: PackSet, file: PackFile, flips: Sequence[Flip]) -> Fairness:
    """Try the lines that a pack ships with under every flip that changes them."""
    tried, unfair = 0, list[Unfair]()
    flips = _fitting(flips, file)
    for rule in rules_of(file):
        for turns in (*rule.tests.yes, *rule.tests.no):
            before: Outcome | None = None
            for flip in flips:
                instead = tuple(_turn(flip, turn) for turn in turns)
                if not changed(turns, instead):
                    continue
                tried += 1
                if before is None:
                    before = outcome(packs, rule.kind, rule.id, utterances(turns, rule.speaker))
                after = outcome(packs, rule.kind, rule.id, utterances(instead, rule.speaker))
                if after is not before:
                    unfair.append(
                        Unfair(file.pack.pack, rule.id, flip.kind, flip.name, turns, instead,
                               _match(before), _match(after))
                    )  # fmt: skip
    return Fairness(tried, tuple(unfair))


def _fitting(flips: Sequence[Flip], *files: PackFile) -> Sequence[Flip]:
    """Return the flips that fit the packs' language: words of English are none of another."""
    english = all(file.pack.language.startswith("en") for file in files)
    return flips if english else [flip for flip in flips if flip.kind == "names"]


def _turn(flip: Flip, turn: str) -> str:
    who, mark, said = turn.partition(":")
    if mark and who.strip() in ("agent", "customer"):
        return f"{who}: {flip.change(said.strip())}"
    return flip.change(turn)


def _match(found: Outcome) -> str:
    return {"yes": "a match", "review": "for a person", "no": "no match"}[found]


# -- calls ----------------------------------------------------------------------------------------


def read_script(data: Mapping[str, Any]) -> Script:
    """Return a scripted call as its file has it.

    Raises:
        KeyError: a part is missing.
    """
    facts = dict(data.get("facts") or {})
    return Script(
        data["id"],
        tuple(data["packs"]),
        tuple(f"{who}: {said}" for turn in data["turns"] for who, said in turn.items()),
        tuple((int(tell["after_turn"]), str(tell["event"])) for tell in data.get("tell") or ()),
        CallFacts(
            direction=data.get("direction", "inbound"),
            jurisdiction=data.get("jurisdiction", ""),
            company=str(facts.get("company", "")),
            agent=str(facts.get("agent", "")),
            customer=str(facts.get("customer", "")),
            values=facts,
        ),
    )


def of_call(packs: PackSet, script: Script, flips: Sequence[Flip]) -> Fairness:
    """Play a call under every flip that changes its words."""
    tried, unfair = 0, list[Unfair]()
    before = play(packs, script)
    for flip in _fitting(flips, *packs.files):
        turns = tuple(_turn(flip, turn) for turn in script.turns)
        if not changed(script.turns, turns):
            continue
        tried += 1
        names = {"agent": flip.change(script.facts.agent),
                 "customer": flip.change(script.facts.customer)}  # fmt: skip
        facts = replace(script.facts, **names, values={**script.facts.values, **names})
        after = play(packs, replace(script, turns=turns, facts=facts), like=script.turns)
        unfair += _differences(script, flip, turns, before, after)
    return Fairness(tried, tuple(unfair))


def play(packs: PackSet, script: Script, like: Sequence[str] = ()) -> Played:
    """Play a call; turns take the time of those that they are `like`."""
    run = RuleRun(packs, script.facts)
    at = LEAST_S
    for number, turn in enumerate(script.turns):
        who, _, said = turn.partition(": ")
        original = (like or script.turns)[number]
        seconds = max(LEAST_S, WORD_S * (len(original.split()) - 1))
        run.utterance(Utterance(number, Channel(who), at, at + seconds, said, SURE))
        at += seconds + PAUSE_S
        for after, event in script.tells:
            if after == number + 1:
                run.tell(event, at)
        run.advance(at)
    run.end(at)
    card = score(
        packs, run.judged(), facts=script.facts, seconds=at, turns=len(script.turns), metrics={}
    )
    return Played({f.rule_id: f.state for f in run.judged()}, card)


def _differences(
    script: Script, flip: Flip, turns: Sequence[str], before: Played, after: Played
) -> Iterator[Unfair]:
    said = [(one, other) for one, other in zip(script.turns, turns, strict=True) if one != other]
    one, other = tuple(a for a, _ in said), tuple(b for _, b in said)
    for rule, state in before.states.items():
        if after.states[rule] is not state:
            yield Unfair(script.name, rule, flip.kind, flip.name, one, other,
                         state, after.states[rule])  # fmt: skip
    if before.total != after.total:
        yield Unfair(script.name, "score", flip.kind, flip.name, one, other,
                     before.total, after.total)  # fmt: skip
