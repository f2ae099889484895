"""What a supervisor sees of a live call at a glance, made from its events. Pure.

Times are seconds on the call's clock. Silence and overtalk come from who speaks at the moment, so
that they run while they last; the talk share from finals, which say how long somebody spoke.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from models.types import Channel
from pipeline.events import (
    AngerChanged,
    CallStarted,
    ChecklistChanged,
    Event,
    HintCleared,
    HintRaised,
    SpeechStarted,
    SpeechStopped,
    TranscriptionFailed,
    UtteranceFinal,
    UtteranceRedacted,
)
from qa_rules.types import Anger, ChecklistItem, Evidence, HappenedEvent, Hint, Severity, State

SHARE_S = 180.0
"""The talk share is that of the last three minutes."""
SHARE_LEAST_S = 60.0
"""With less speech than this in them, a share says nothing."""
TREND_S = 60.0
REASONS = 2

GLANCED = (
    CallStarted,
    AngerChanged,
    ChecklistChanged,
    HintRaised,
    HintCleared,
    SpeechStarted,
    SpeechStopped,
    TranscriptionFailed,
    UtteranceFinal,
    UtteranceRedacted,
)
"""The events that change what is seen."""


@dataclass(slots=True)
class Talk:
    """Who speaks: the silence and the overtalk that run now, and the agent's share."""

    quiet_at: float | None = 0.0
    both_at: float | None = None
    overtalk_s: float = 0.0
    hold_at: float | None = None
    _speaking: set[Channel] = field(default_factory=set)
    _spans: deque[tuple[Channel, float, float]] = field(default_factory=deque)

    def started(self, channel: Channel, at: float) -> None:
        """Note that a channel speaks."""
        self._speaking.add(channel)
        self.quiet_at = None
        if len(self._speaking) > 1 and self.both_at is None:
            self.both_at = at

    def stopped(self, channel: Channel, at: float) -> None:
        """Note that a channel fell silent."""
        self._speaking.discard(channel)
        if self.both_at is not None and len(self._speaking) < 2:
            self.overtalk_s += max(0.0, at - self.both_at)
            self.both_at = None
        if not self._speaking:
            self.quiet_at = at

    def said(self, channel: Channel, start: float, end: float) -> None:
        """Note speech that is over, whether anybody told when it began or not."""
        self._spans.append((channel, start, end))
        while self._spans and self._spans[0][2] < end - SHARE_S:
            self._spans.popleft()
        if self.quiet_at is not None:
            self.quiet_at = max(self.quiet_at, end)

    def held(self, event: HappenedEvent) -> None:
        """Take what the telephony told of holds: a held call is not silent."""
        if event.id == "hold_start":
            self.hold_at = event.at
        elif event.id == "hold_end" and self.hold_at is not None:
            self.hold_at = None
            if self.quiet_at is not None:
                self.quiet_at = max(self.quiet_at, event.at)

    def silence_s(self, seconds: float) -> float:
        """Return how long nobody has spoken; none while the call is held."""
        if self.quiet_at is None or self.hold_at is not None:
            return 0.0
        return max(0.0, seconds - self.quiet_at)

    def agent_share(self, seconds: float) -> float | None:
        """Return the agent's part of the last minutes' speech, 0 to 1; None where too little."""
        since = seconds - SHARE_S
        if since < 0:
            return None
        by = {Channel.AGENT: 0.0, Channel.CUSTOMER: 0.0}
        for channel, start, end in self._spans:
            if channel in by:
                by[channel] += max(0.0, end - max(start, since))
        whole = sum(by.values())
        return by[Channel.AGENT] / whole if whole >= SHARE_LEAST_S else None


class Glance:
    """One live call as the wall shows it."""

    def __init__(self, started: CallStarted) -> None:
        self.started = started
        self.talk = Talk()
        self.last_words: Evidence | None = None
        self.anger = Anger(0, False, 0.0)
        self._levels: list[tuple[float, int]] = [(0.0, 0)]
        self._items: dict[str, ChecklistItem] = {i.rule_id: i for i in started.checklist}
        self._states: dict[str, State] = {}
        self._severities = {i.rule_id: i.severity for i in started.checklist}
        self._titles = {i.rule_id: i.label for i in started.checklist}
        self._hint: Hint | None = None
        self._hidden: set[int] = set()

    def take(self, event: Event) -> None:
        """Take an event of the call."""
        self._heard(event)
        match event:
            case AngerChanged(anger=anger):
                self.anger = anger
                self._levels.append((anger.at, anger.level))
            case ChecklistChanged(finding=found):
                self._states[found.rule_id] = found.state
                self._severities[found.rule_id] = found.severity
                self._titles.setdefault(found.rule_id, found.title)
            case HintRaised(hint=hint):
                self._hint = hint
            case HintCleared(hint_id=hint_id):
                if self._hint is not None and self._hint.id == hint_id:
                    self._hint = None
            case _:
                pass

    def _heard(self, event: Event) -> None:
        """Take what was spoken."""
        match event:
            case SpeechStarted(channel=channel, at=at):
                self.talk.started(channel, at)
            case SpeechStopped(channel=channel, at=at):
                self.talk.stopped(channel, at)
            case UtteranceFinal(utterance=said):
                self.talk.said(said.channel, said.start, said.end)
                self.last_words = Evidence(said.text, said.start, said.end, said.id, said.channel)
            case UtteranceRedacted(utterance_id=utterance_id):
                self._hidden.add(utterance_id)
                if self.last_words is not None and self.last_words.utterance_id == utterance_id:
                    self.last_words = None
            case TranscriptionFailed(channel=channel, start=start, end=end):
                self.talk.said(channel, start, end)
            case _:
                pass

    def trend(self, seconds: float) -> int:
        """Return 1 where the customer grew angrier in the last minute, -1 calmer, else 0."""
        before = [level for at, level in self._levels if at <= seconds - TREND_S] or [0]
        now = self.anger.level
        return (now > before[-1]) - (now < before[-1])

    def checklist(self) -> tuple[int, int]:
        """Return how many items are done, and how many there are to do, as the desk counts them."""
        done = total = 0
        for rule_id in self._severities:
            state = self._states.get(rule_id, State.WAITING)
            item = self._items.get(rule_id)
            later = item is not None and item.conditional and state is State.WAITING
            barred = self._severities[rule_id].prohibited and state is not State.VIOLATED
            if later or barred or state is State.NOT_APPLICABLE:
                continue
            total += 1
            done += state in (State.DONE, State.LATE)
        return done, total

    def critical(self) -> tuple[list[str], list[str]]:
        """Return the must-says that are open, and the critical items that are missed or broken."""
        open_, missed = [], []
        for rule_id, severity in self._severities.items():
            if not severity.critical:
                continue
            state = self._states.get(rule_id, State.WAITING)
            item = self._items.get(rule_id)
            later = item is not None and item.conditional and state is State.WAITING
            if state in (State.MISSED, State.VIOLATED):
                missed.append(self._titles[rule_id])
            elif (
                severity is Severity.AUTO_FAIL and state in (State.WAITING, State.DUE) and not later
            ):
                open_.append(self._titles[rule_id])
        return open_, missed

    def data(self, seconds: float) -> dict[str, Any]:
        """Return what the wall is sent of the call at this second."""
        done, total = self.checklist()
        open_, missed = self.critical()
        reasons = self.anger.reasons[-REASONS:] if self.anger.level else ()
        shown = [e for e in reasons if e.utterance_id not in self._hidden]
        hint = self._hint
        return {
            "id": self.started.call_id,
            "agent": self.started.agent,
            "queue": self.started.queue,
            "direction": self.started.direction,
            "seconds": round(seconds, 1),
            "anger": self.anger.level,
            "flagged": self.anger.flagged,
            "trend": self.trend(seconds),
            "why": [{"quote": e.quote, "at": round(e.start, 1)} for e in shown],
            "quiet_at": _tenth(self.talk.quiet_at),
            "both_at": _tenth(self.talk.both_at),
            "overtalk_s": round(self.talk.overtalk_s, 1),
            "hold_at": _tenth(self.talk.hold_at),
            "done": done,
            "total": total,
            "open": open_,
            "missed": missed,
            "hint": None if hint is None else {"text": hint.text, "priority": hint.priority},
        }


def _tenth(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
