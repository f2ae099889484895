"""What the `semantic` ways of packs add to their patterns, and what they cost.

The shipped encoder reads the lines. A way adds where a line that must match holds only by it; it
costs where a line that must not does, and where it hears itself in lines of the pack's other rules.
What it hears of its own examples, each left out of what it learns, tells how it does on paraphrases
that no pattern was written for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from benchmarks.pack_lines import RuleLine
from models.classify.exemplars import Exemplars, Fit, Learner
from models.engines import Classifier
from models.registry import load
from models.types import Channel, ClassifyRequest, Label, Utterance
from pipeline.fit import fit_of
from qa_rules.packs import PackSet
from qa_rules.selftest import Outcome, outcome, utterances

ENGINE = "meaning"


@dataclass(slots=True)
class Meanings:
    """Reads utterances by a pack's semantic ways; each text once."""

    classifier: Classifier
    key: str
    rules: frozenset[str]
    _read: dict[tuple[str, Channel], tuple[Label, ...]] = field(default_factory=dict)

    def labels(self, said: Utterance) -> Sequence[Label]:
        """Return what an utterance means."""
        at = said.text, said.channel
        if at not in self._read:
            request = ClassifyRequest(said.text, said.channel, fit=self.key)
            (found,) = self.classifier.classify([request])
            self._read[at] = tuple(one for one in found if one.kind == "semantic")
        return self._read[at]


def meanings(packs: PackSet, classifier: Classifier) -> Meanings:
    """Teach a classifier a pack's semantic ways, and no intents.

    Raises:
        EngineFailed: the encoder failed.
        TypeError: the classifier does not learn.
    """
    wanted = fit_of(packs).meanings
    rules = frozenset(key.partition(":")[0].partition("/")[0] for key in wanted)
    return Meanings(classifier, _taught(classifier, Fit({}, wanted)), rules)


def reader() -> Classifier:
    """Return the shipped reader of meanings.

    Raises:
        WeightsNotFound, WeightsCorrupt: the encoder's weights.
    """
    return load("classify", ENGINE, {"cache": False})


@dataclass(slots=True)
class Way:
    """What a rule's semantic ways did: counts of forms of lines.

    `added` of `missed` lines that patterns miss hold by meaning, `added_review` of those for a
    person; `wrong` of `free` lines that must not match and by patterns do not, `elsewhere` of
    `others` lines of other rules.
    """

    rule: str
    missed: int = 0
    yes: int = 0
    added: int = 0
    added_review: int = 0
    free: int = 0
    wrong: int = 0
    wrong_review: int = 0
    others: int = 0
    elsewhere: int = 0
    elsewhere_review: int = 0
    left_out: str = ""
    """What is heard of examples, and of counter-examples, that it was not taught."""

    def take(self, wanted: bool, words: Outcome, meant: Outcome) -> None:
        """Count a form of one of the rule's own lines."""
        more = words is Outcome.NO and meant is not Outcome.NO
        review = more and meant is Outcome.REVIEW
        if wanted:
            self.yes += 1
            self.missed += words is Outcome.NO
            self.added += more
            self.added_review += review
        else:
            self.free += words is Outcome.NO
            self.wrong += more
            self.wrong_review += review

    def row(self) -> list[object]:
        """Return the counts as they are shown."""
        return [
            self.rule,
            f"{self.yes - self.missed}/{self.yes}",
            f"{self.added} ({self.added_review})",
            f"{self.wrong} ({self.wrong_review}) of {self.free}",
            f"{self.elsewhere} ({self.elsewhere_review}) of {self.others}" if self.others else "",
            self.left_out,
        ]


WAYS_HEAD = ("lines of", "held by words", "more by meaning", "wrong by meaning", "in other lines",
             "left-out examples")  # fmt: skip


def elsewhere(packs: PackSet, way: Way, read: Meanings, lines: Iterable[RuleLine]) -> None:
    """Count how often a rule's meaning is heard in single lines that other rules must match."""
    for line in lines:
        if not line.wanted or line.rule == way.rule or len(line.turns) > 1:
            continue
        speaker = packs.item(way.rule).speaker
        if line.speaker != speaker:
            continue
        said = utterances(line.turns, speaker)
        if outcome(packs, "item", way.rule, said) is not Outcome.NO:
            continue
        found = outcome(packs, "item", way.rule, said, read.labels)
        way.others += 1
        way.elsewhere += found is not Outcome.NO
        way.elsewhere_review += found is Outcome.REVIEW


def left_out(packs: PackSet, rule: str, classifier: Classifier) -> str:
    """Return how a rule hears its examples and counter-examples, each when it is not taught it.

    Those that patterns hear are left out.
    """
    wanted = fit_of(packs).meanings
    speaker = packs.item(rule).speaker
    told = []
    for kind in ("examples", "not_examples"):
        heard = review = lines = 0
        for key in (key for key in wanted if key.partition(":")[0].partition("/")[0] == rule):
            for line in getattr(wanted[key], kind):
                rest = tuple(one for one in getattr(wanted[key], kind) if one != line)
                taught = Fit({}, {**wanted, key: _less(wanted[key], kind, rest)})
                read = Meanings(classifier, _taught(classifier, taught), frozenset({rule}))
                said = utterances([line], speaker)
                if outcome(packs, "item", rule, said) is not Outcome.NO:
                    continue
                found = outcome(packs, "item", rule, said, read.labels)
                heard += found is not Outcome.NO
                review += found is Outcome.REVIEW
                lines += 1
        told.append(f"{heard} ({review}) of {lines}")
    return f"{told[0]}, wrongly {told[1]}"


def _taught(classifier: Classifier, fit: Fit) -> str:
    if not isinstance(classifier, Learner):
        raise TypeError(f"{classifier.info.name} does not learn from packs")
    return classifier.fit(fit)


def _less(one: Exemplars, kind: str, rest: tuple[str, ...]) -> Exemplars:
    """Return a meaning taught by the rest of its lines of a kind."""
    return replace(one, examples=rest) if kind == "examples" else replace(one, not_examples=rest)
