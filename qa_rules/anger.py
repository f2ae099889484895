"""The anger ladder: how angry the customer is, from what the customer says, and why we think so.

0 calm, 1 irritated, 2 angry (the flag goes up), 3 threatens to leave or to complain outside,
4 abuse or danger. Levels rise at once and fall slowly, so the flag never flaps. Loudness alone
never raises a level, and what is said of other people or of long ago is no cue.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from models.types import Channel, Label, Utterance
from qa_rules.guards import told_of_another
from qa_rules.heard import Heard, Listening, quote
from qa_rules.phrases import Hit, Matcher, compile_match
from qa_rules.schema import MoodSpec
from qa_rules.types import Anger, Evidence

TOGETHER_S = 60.0
"""Two cues this close together make each other count."""
FLAG_LEVEL = 2
ALONE_LEVEL = 3
"""From this level on one lexical cue is enough."""
IRRITATED_CALM_S = 45.0
"""Seconds of the customer's own speech without a cue after which irritation is over."""
CALM_S = 90.0
"""The same for anger."""
QUIET_S = 240.0
"""Seconds of the call without a cue, in which the customer spoke calmly, that end it too."""
LEAST_UP_S = 15.0
"""A flag stays up at least this long after the last cue, whatever soothes."""
LABEL_FLOOR = 0.8
"""The least probability of a classifier's label that is a cue; it is never one alone."""
MOST_REASONS = 3

_LABELS = frozenset({"angry", "anger", "furious", "annoyed"})


@dataclass(frozen=True, slots=True)
class Cue:
    """A sign of a level, at a call second; `lexical` is false for labels and for the voice."""

    id: str
    level: int
    strong: bool
    lexical: bool
    at: float
    evidence: tuple[Evidence, ...]


class AngerLadder:
    """One customer's anger over a call."""

    def __init__(self, cues: Sequence[MoodSpec]) -> None:
        self._specs = {c.id: c for c in cues}
        self._matchers: tuple[tuple[MoodSpec, Matcher], ...] | None = None
        self._listening = Listening()
        self._cues: list[Cue] = []
        self._carrying: tuple[Evidence, ...] = ()
        self._calm_s = 0.0
        self._last_cue = 0.0
        self._calm_words = False
        self.level = 0
        self.flagged = False

    def branch(self) -> "AngerLadder":
        """Return a copy that goes its own way."""
        other = copy.copy(self)
        other._cues = list(self._cues)
        return other

    def utterance(self, said: Utterance, labels: Sequence[Label] = ()) -> Anger | None:
        """Take an utterance; return the anger where it changed."""
        if self._matchers is None:
            specs = self._specs.values()
            self._matchers = tuple((c, compile_match(c.match, c.id)) for c in specs)
        heard = self._listening.take(said)
        if said.channel is Channel.AGENT:
            return None
        found = [(c, h) for c, m in self._matchers if (h := m.search(heard, labels)) is not None]
        return self.hear(heard, found, labels)

    def hear(
        self, heard: Heard, found: Sequence[tuple[MoodSpec, Hit]], labels: Sequence[Label] = ()
    ) -> Anger | None:
        """Take a customer's words whose cues have been found; return the anger where it changed."""
        said = heard.said
        before = (self.level, self.flagged)
        cues = _cues(heard, found)
        raising = [c for c in cues if c.level > 0]
        raising += self._label_cues(said, labels, raising)
        soothing = any(c.level < 0 for c in cues)
        if raising:
            self._raise(raising)
        elif soothing:
            self._soothe(said.end)
        else:
            self._calm(said)
        return self._changed(before, said.end)

    @property
    def next_due(self) -> float:
        """The second at which time alone may end the anger; infinity where it cannot."""
        waiting = self.level > 0 and self._calm_words
        return self._last_cue + QUIET_S if waiting else float("inf")

    def advance(self, at: float) -> Anger | None:
        """Let time pass; return the anger where it changed."""
        due = self.next_due
        if at < due:
            return None
        before = (self.level, self.flagged)
        self._clear()
        return self._changed(before, due)

    def _label_cues(
        self, said: Utterance, labels: Sequence[Label], lexical: Sequence[Cue]
    ) -> list[Cue]:
        """Return what classifiers add: support for words, never more."""
        out: list[Cue] = []
        known = {c.id for c in lexical}
        for label in labels:
            if label.probability < LABEL_FLOOR or label.name in known:
                continue
            spec = self._specs.get(label.name)
            voice = label.kind == "prosody" and label.name == "raised"
            if not voice and (label.kind != "mood" or (spec is None and label.name not in _LABELS)):
                continue
            level = 2 if spec is None else min(spec.level, 2)
            if level > 0:
                begin = max(0, said.text.find(label.quote)) if label.quote else 0
                end = begin + len(label.quote) if label.quote else len(said.text)
                proof = quote(said, begin, min(end, len(said.text)), label.engine or label.kind)
                name = f"{label.kind}:{label.name}"
                out.append(Cue(name, level, False, False, said.end, (proof,)))
        return out

    def _raise(self, cues: Sequence[Cue]) -> None:
        at = cues[-1].at
        self._cues = [c for c in self._cues if at - c.at <= TOGETHER_S]
        self._cues.extend(cues)
        if any(c.lexical for c in cues):
            self._calm_s, self._last_cue, self._calm_words = 0.0, at, False
        level, carrying = self._weigh()
        if level < self.level:
            return
        if level > self.level or not self.flagged:
            self._carrying = _reasons(carrying)
        if level >= FLAG_LEVEL and not self.flagged:
            self.flagged = True
        self.level = level

    def _weigh(self) -> tuple[int, list[Cue]]:
        """Return the level that the cues of the last minute carry, and those that carry it."""
        words = [c for c in self._cues if c.lexical]
        top = max((c.level for c in words), default=0)
        if top >= ALONE_LEVEL:
            return top, [c for c in words if c.level == top]
        strong = [c for c in words if c.level == FLAG_LEVEL and c.strong]
        if strong:
            return FLAG_LEVEL, strong
        for first in (c for c in words if c.level == FLAG_LEVEL):
            others = [c for c in self._cues if _independent(first, c)]
            if others:
                return FLAG_LEVEL, [first, *others]
        if any(c.level == FLAG_LEVEL for c in self._cues) and len({c.id for c in words}) > 1:
            return FLAG_LEVEL, [c for c in self._cues if c.lexical or c.level == FLAG_LEVEL]
        return (1, words) if words else (0, [])

    def _soothe(self, at: float) -> None:
        """Go down a step; abuse and danger are not soothed by a kind word."""
        if self.level >= 4 or (self.flagged and at - self._last_cue < LEAST_UP_S):
            return
        self._cues.clear()
        self.level = max(0, self.level - 1)
        self._settle()

    def _calm(self, said: Utterance) -> None:
        if self.level == 0:
            return
        self._calm_s += said.end - said.start
        self._calm_words = True
        if self._calm_s >= (CALM_S if self.flagged else IRRITATED_CALM_S):
            self._clear()

    def _clear(self) -> None:
        self.level, self._calm_s, self._calm_words = 0, 0.0, False
        self._cues.clear()
        self._settle()

    def _settle(self) -> None:
        if self.level < FLAG_LEVEL:
            self.flagged = False
        if self.level == 0:
            self._carrying = ()

    def _changed(self, before: tuple[int, bool], at: float) -> Anger | None:
        if before == (self.level, self.flagged):
            return None
        return Anger(self.level, self.flagged, round(at, 3), self._carrying)


def _cues(heard: Heard, found: Sequence[tuple[MoodSpec, Hit]]) -> list[Cue]:
    return [
        Cue(spec.id, spec.level, spec.strong, True, heard.said.end, hit.evidence)
        for spec, hit in found
        if spec.level < 0 or not told_of_another(heard, hit.first, hit.last, spec.level)
    ]


def _independent(one: Cue, other: Cue) -> bool:
    """Return whether two cues are different signs that rest on different words."""
    if other.id == one.id or (not other.lexical and other.id.endswith(f":{one.id}")):
        return False
    if not other.lexical:
        return True
    return not any(
        a.utterance_id == b.utterance_id and a.start < b.end and b.start < a.end
        for a in one.evidence
        for b in other.evidence
    )


def _reasons(cues: Sequence[Cue]) -> tuple[Evidence, ...]:
    pieces = dict.fromkeys(e for c in cues for e in c.evidence)
    return tuple(list(pieces)[-MOST_REASONS:])
