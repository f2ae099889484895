"""What the store gives to pages: plain values, no connection behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.types import Channel, Label, Utterance
from pipeline.audio.tape import Recording
from pipeline.events import AudioGap, TranscriptionFailed
from qa_rules.types import ChecklistItem, Evidence, Finding, Hint, Scorecard, State

FATES = ("shown", "used", "dismissed", "not_helpful", "snoozed", "expired")
"""What can become of a hint on the agent's screen."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call as a list shows it; `started_at` is ISO 8601 in UTC.

    `state` is "live" or "ended". `seconds` and `reason` are None while it lives; the scores (0 to
    100) are None until it is scored, and where it could not be. `last_s` is the last second known.
    """

    call_id: str
    state: str
    started_at: str
    agent: str
    queue: str
    direction: str
    language: str
    rate_hz: int
    seconds: float | None
    reason: str | None
    score: float | None
    compliance: float | None
    auto_fail: bool | None
    passed: bool | None
    needs_review: int | None
    anger_peak: int
    angry: bool
    utterances: int
    last_seq: int
    last_s: float
    source: str

    @property
    def cursor(self) -> str:
        """Where the list goes on after this call: give it as `before`."""
        return f"{self.started_at}|{self.call_id}"


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls to list; what is None or empty does not matter.

    `text` are words that were all said, in any order, in calls that have ended. `since` and `until`
    are ISO 8601 (from `since` on, before `until`). `rule` is a rule's id, with `rule_state` one of
    its states; `label` is a label's name.
    """

    text: str = ""
    agent: str = ""
    queue: str = ""
    direction: str = ""
    state: str = ""
    reason: str = ""
    min_score: float | None = None
    max_score: float | None = None
    angry: bool | None = None
    auto_fail: bool | None = None
    scored: bool | None = None
    needs_review: bool | None = None
    since: str = ""
    until: str = ""
    rule: str = ""
    rule_state: State | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class AngerSpan:
    """A stretch at one level; `end` is None while it lasts."""

    start: float
    end: float | None
    level: int
    flagged: bool
    reasons: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class HintRow:
    """A hint, how it ended, and what the agent did with it: fate -> second of the call."""

    hint: Hint
    cleared_reason: str | None
    cleared_at: float | None
    fates: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Tick:
    """An item that a person ticked off, with a note."""

    rule_id: str
    note: str
    ticked_by: str
    ticked_at: str


@dataclass(frozen=True, slots=True)
class WrapupRow:
    """After-call work: the machine's draft, and the last edit of it, each None where there is none.

    `version` counts the edits, 0 for the draft alone.
    """

    draft: dict[str, Any] | None
    edited: dict[str, Any] | None
    version: int
    edited_by: str
    edited_at: str

    @property
    def current(self) -> dict[str, Any]:
        """The edit, or the draft where nobody edited it."""
        return self.edited if self.edited is not None else self.draft or {}


@dataclass(frozen=True, slots=True)
class CallDetail:
    """Everything about a call, in the order of the call."""

    row: CallRow
    facts: dict[str, Any]
    packs: tuple[str, ...]
    checklist: tuple[ChecklistItem, ...]
    legs: tuple[Channel, ...]
    utterances: tuple[Utterance, ...]
    redacted: Mapping[int, tuple[str, ...]]
    failures: tuple[TranscriptionFailed, ...]
    labels: Mapping[int, tuple[Label, ...]]
    findings: tuple[Finding, ...]
    ticks: tuple[Tick, ...]
    scorecard: Scorecard | None
    hints: tuple[HintRow, ...]
    anger: tuple[AngerSpan, ...]
    wrapup: WrapupRow | None
    gaps: tuple[AudioGap, ...]
    recording: Recording | None = field(repr=False)
    swapped: bool = False
    """Whether its sides stand the other way round than they were heard."""
