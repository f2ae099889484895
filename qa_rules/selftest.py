"""The lines that a pack ships with its rules, tried: what must match does, what must not does not.

A line is run alone through its rule, with the rule's window open and its condition holding.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.types import Channel, Label, Utterance
from qa_rules.degrade import degraded
from qa_rules.guards import told_of_another
from qa_rules.heard import Listening
from qa_rules.index import speaks
from qa_rules.items import ItemRun
from qa_rules.packs import PackFile, PackItem, PackSet
from qa_rules.phrases import Matcher
from qa_rules.schema import Tests
from qa_rules.types import State
from qa_rules.world import World

LINE_S = 2.0
PAUSE_S = 0.5
RECALL_FLOOR = 0.95
"""The least share of lines that must match which an auto-fail item may reach."""
PRECISION_FLOOR = 0.90

_HELD = (State.DONE, State.LATE, State.NEEDS_REVIEW, State.VIOLATED)

LabelsOf = Callable[[Utterance], Sequence[Label]]
"""Reads an utterance, for ways that match by what a classifier says of it."""


class Outcome(StrEnum):
    """What a rule makes of a line; a match that a person must look at holds as well."""

    YES = "yes"
    REVIEW = "review"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Failure:
    """A line that does what it must not, and where it stands."""

    file: str
    line: int
    column: int
    rule: str
    wanted: bool
    turns: tuple[str, ...]

    def __str__(self) -> str:
        """Return file:line:column: what is wrong with which line."""
        verb = "must match" if self.wanted else "must not match"
        said = " / ".join(self.turns)
        return f'{self.file}:{self.line}:{self.column}: {self.rule} {verb}: "{said}"'


@dataclass(frozen=True, slots=True)
class RuleScore:
    """How a rule does on its lines."""

    pack: str
    kind: str
    rule: str
    critical: bool
    right_yes: int
    yes: int
    wrong_no: int
    no: int

    @property
    def recall(self) -> float | None:
        """The share of lines that must match and do; None without such lines."""
        return self.right_yes / self.yes if self.yes else None

    @property
    def precision(self) -> float | None:
        """The share of lines that match and must; None where no line matches."""
        matched = self.right_yes + self.wrong_no
        return self.right_yes / matched if matched else None

    @property
    def passes(self) -> bool:
        """Whether the rule may ship: strict for auto-fails, every line for the rest."""
        if not self.critical:
            return self.right_yes == self.yes and not self.wrong_no
        recall, precision = self.recall, self.precision
        return (recall is None or recall >= RECALL_FLOOR) and (
            precision is None or precision >= PRECISION_FLOOR
        )


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a set of packs' own lines."""

    scores: tuple[RuleScore, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is heard, with its lines and its place in the pack's file."""

    kind: str
    id: str
    speaker: str
    critical: bool
    tests: Tests
    path: tuple[str | int, ...]


def selftest(packs: PackSet, only: Sequence[str] = ()) -> Report:
    """Run the lines of every pack, or of those named."""
    scores: list[RuleScore] = []
    failures: list[Failure] = []
    for file in packs.files:
        if only and file.pack.pack not in only:
            continue
        for rule in rules_of(file):
            score, wrong = _try_rule(packs, file, rule)
            scores.append(score)
            failures += wrong
    return Report(tuple(scores), tuple(failures))


def rules_of(file: PackFile) -> Iterator[Rule]:
    """Yield the rules of a pack that are heard, but for what it inherits."""
    pack = file.pack
    for n, event in enumerate(pack.events):
        if event.match is not None:
            yield Rule("event", event.id, event.speaker, False, event.tests, ("events", n))
    for n, item in enumerate(pack.items):
        if item.match is not None:
            strict = item.severity.critical
            yield Rule("item", item.id, item.speaker, strict, item.tests, ("items", n))
    for n, question in enumerate(pack.form.questions if pack.form is not None else ()):
        rule, place = question.rule, ("form", "questions", n, "rule")
        if rule is not None:
            strict = question.severity.critical
            yield Rule("item", question.id, rule.speaker, strict, rule.tests, place)
    for n, hint in enumerate(pack.hints):
        if hint.on.words is not None:
            speaker = hint.speaker or "customer"
            yield Rule("hint", hint.id, speaker, False, hint.tests, ("hints", n))
    for n, cue in enumerate(pack.mood):
        yield Rule("mood", cue.id, "customer", False, cue.tests, ("mood", n))


def _try_rule(packs: PackSet, file: PackFile, rule: Rule) -> tuple[RuleScore, list[Failure]]:
    failures: list[Failure] = []
    counts = {True: 0, False: 0}
    for wanted, groups in ((True, rule.tests.yes), (False, rule.tests.no)):
        for k, turns in enumerate(groups):
            if matches(packs, rule.kind, rule.id, rule.speaker, turns) is wanted:
                counts[wanted] += 1
                continue
            key = "yes" if wanted else "no"
            line, column = file.source.where((*rule.path, "tests", key, k))
            failures.append(Failure(file.source.file, line, column, rule.id, wanted, turns))
    yes, no = len(rule.tests.yes), len(rule.tests.no)
    score = RuleScore(
        file.pack.pack,
        rule.kind,
        rule.id,
        rule.critical,
        counts[True],
        yes,
        no - counts[False],
        no,
    )
    return score, failures


@dataclass(frozen=True, slots=True)
class Wear:
    """How the lines that must match stand one kind of damage: `held` of `tried` still match."""

    kind: str
    held: int
    tried: int


def wear(packs: PackSet, only: Sequence[str] = ()) -> tuple[Wear, ...]:
    """Return how the packs' lines stand what recognisers do to them."""
    held: dict[str, int] = {}
    tried: dict[str, int] = {}
    for file in packs.files:
        if only and file.pack.pack not in only:
            continue
        for rule in rules_of(file):
            for turns in (t for t in rule.tests.yes if len(t) == 1):
                for kind, line in degraded(turns[0], packs.language.code):
                    tried[kind] = tried.get(kind, 0) + 1
                    right = matches(packs, rule.kind, rule.id, rule.speaker, (line,))
                    held[kind] = held.get(kind, 0) + right
    return tuple(Wear(kind, held[kind], count) for kind, count in tried.items())


def matches(packs: PackSet, kind: str, rule: str, speaker: str, turns: Sequence[str]) -> bool:
    """Return whether turns match a rule of a set; a turn may begin with "agent:" or "customer:"."""
    return outcome(packs, kind, rule, utterances(turns, speaker)) is not Outcome.NO


def outcome(
    packs: PackSet,
    kind: str,
    rule: str,
    said: Sequence[Utterance],
    labels_of: LabelsOf | None = None,
) -> Outcome:
    """Return what a rule of a set makes of utterances; without `labels_of` words alone count."""
    matcher = packs.program.matchers[kind, rule]
    read = labels_of or _unread
    if kind == "item":
        return _of_item(packs.item(rule), matcher, said, read, Listening(packs.language))
    speaker = _speaker(packs, kind, rule)
    level = next((c.level for c in packs.mood if c.id == rule), 0) if kind == "mood" else 0
    ear = Listening(packs.language)
    found = Outcome.NO
    for utterance in said:
        heard = ear.take(utterance)
        if not speaks(speaker, utterance.channel):
            continue
        hit = matcher.search(heard, read(utterance))
        if hit is None or (level > 0 and told_of_another(heard, hit.first, hit.last, level)):
            continue
        if not hit.doubt:
            return Outcome.YES
        found = Outcome.REVIEW
    return found


def utterances(turns: Sequence[str], speaker: str) -> list[Utterance]:
    """Return turns as utterances, half a second apart; without a name it is the rule's speaker."""
    out = []
    for n, turn in enumerate(turns):
        who, mark, text = turn.partition(":")
        if mark and who.strip() in ("agent", "customer"):
            channel, said = Channel(who.strip()), text.strip()
        else:
            channel, said = Channel("agent" if speaker == "any" else speaker), turn
        start = n * (LINE_S + PAUSE_S)
        out.append(Utterance(n, channel, start, start + LINE_S, said))
    return out


def _of_item(
    item: PackItem, matcher: Matcher, said: Sequence[Utterance], read: LabelsOf, ear: Listening
) -> Outcome:
    opened = item.model_copy(update={"when": None, "applies_if": None})
    run = ItemRun(opened, len(matcher.needs), item.severity)
    for utterance in said:
        heard = ear.take(utterance)
        if not speaks(item.speaker, utterance.channel):
            continue
        for part, need in enumerate(matcher.needs):
            hit = need.search(heard, read(utterance))
            if hit is not None:
                run.hear(part, hit)
    run.judge(World(), LINE_S * len(said))
    if run.finding.state is State.NEEDS_REVIEW:
        return Outcome.REVIEW
    return Outcome.YES if run.finding.state in _HELD else Outcome.NO


def _speaker(packs: PackSet, kind: str, rule: str) -> str:
    """Return whose words an event, a cue or a hint listens to."""
    if kind == "event":
        return next(e.speaker for e in packs.events if e.id == rule)
    if kind == "hint":
        return next(h.speaker for h in packs.hints if h.id == rule) or "customer"
    return "customer"


def _unread(said: Utterance) -> Sequence[Label]:
    del said
    return ()
