"""The anger ladder: how angry the customer is, from what the customer says, and why we think so.

0 calm, 1 irritated, 2 angry (the flag goes up), 3 threatens to leave or to complain outside,
4 abuse or danger. Levels rise at once, when the signs of the last minute weigh enough, and fall
slowly, after calm speech, so the flag never flaps. Loudness alone never raises a level, a
classifier never more than the flag, and what is said of other people or of long ago is no sign.
What signs weigh is in `anger_signs`.
"""

import copy
from collections.abc import Sequence

from models.types import Channel, Label, Utterance
from qa_rules.anger_signs import FLAG_LEVEL, Signs, signs_of, soothes, weigh
from qa_rules.heard import Heard, Listening
from qa_rules.phrases import Hit, Matcher, compile_match
from qa_rules.schema import MoodSpec
from qa_rules.types import Anger, Evidence

TOGETHER_S = 60.0
"""Signs this close together add up."""
IRRITATED_CALM_S = 45.0
"""Seconds of the customer's own calm speech after which irritation is over."""
CALM_S = 90.0
"""The same for anger."""
QUIET_S = 240.0
"""Seconds of the call without a sign, in which the customer spoke calmly, that end it too."""
LEAST_UP_S = 15.0
"""A flag stays up at least this long after the last sign, whatever soothes."""


class AngerLadder:
    """One customer's anger over a call."""

    def __init__(self, cues: Sequence[MoodSpec]) -> None:
        self._specs = {c.id: c for c in cues}
        self._matchers: tuple[tuple[MoodSpec, Matcher], ...] | None = None
        self._listening = Listening()
        self._signs: list[Signs] = []
        self._carrying: tuple[Evidence, ...] = ()
        self._calm_s = 0.0
        self._last_sign = 0.0
        self._calm_words = False
        self.level = 0
        self.flagged = False

    def branch(self) -> "AngerLadder":
        """Return a copy that goes its own way."""
        other = copy.copy(self)
        other._signs = list(self._signs)
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
        signs = signs_of(heard, found, labels)
        if signs.cues:
            self._raise(signs)
        elif soothes(found):
            self._soothe(said.end)
        elif signs.worded:
            self._raise(signs)
        else:
            self._calm(said)
        return self._changed(before, said.end)

    @property
    def next_due(self) -> float:
        """The second at which time alone may end the anger; infinity where it cannot."""
        waiting = self.level > 0 and self._calm_words
        return self._last_sign + QUIET_S if waiting else float("inf")

    def advance(self, at: float) -> Anger | None:
        """Let time pass; return the anger where it changed."""
        due = self.next_due
        if at < due:
            return None
        before = (self.level, self.flagged)
        self._clear()
        return self._changed(before, due)

    def _raise(self, signs: Signs) -> None:
        self._signs = [one for one in self._signs if signs.at - one.at <= TOGETHER_S]
        self._signs.append(signs)
        level, carrying = weigh(self._signs)
        if signs.cues or signs.sure:
            self._calm_s, self._last_sign, self._calm_words = 0.0, signs.at, False
        if level < self.level:
            return
        if level > self.level or not self.flagged:
            self._carrying = carrying
        self.flagged = self.flagged or level >= FLAG_LEVEL
        self.level = level

    def _soothe(self, at: float) -> None:
        """Go down a step; abuse and danger are not soothed by a kind word."""
        if self.level >= 4 or (self.flagged and at - self._last_sign < LEAST_UP_S):
            return
        self._signs.clear()
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
        self._signs.clear()
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
