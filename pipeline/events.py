"""What a call tells the world: a closed set.

Durable events are numbered by their call, stored and replayed; for the same audio, settings and
packs they are the same, in the same order, live or recorded. Ephemeral events are for the screen
of the moment: never stored, never replayed. `to_json` and `from_json` are the only wire form.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from models.types import Channel, Label, Utterance
from qa_rules.types import (
    Anger,
    CallFacts,
    ChecklistItem,
    Finding,
    HappenedEvent,
    Hint,
    Scorecard,
)


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A call began; `started_at` is the edge's wall time (ISO 8601, UTC)."""

    call_id: str
    started_at: str
    agent: str
    queue: str
    direction: str
    language: str
    channels: tuple[Channel, ...]
    rate_hz: int
    packs: tuple[str, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()
    type: Literal["CallStarted"] = "CallStarted"


@dataclass(frozen=True, slots=True)
class UtteranceFinal:
    """An utterance whose words will not change, but for redaction."""

    utterance: Utterance
    redacted: tuple[str, ...] = ()
    """What was masked in the text: "card", "cvv", "account", "national_id" ..."""
    type: Literal["UtteranceFinal"] = "UtteranceFinal"


@dataclass(frozen=True, slots=True)
class UtteranceRedacted:
    """An earlier utterance held part of a number that a later one completed."""

    utterance_id: int
    text: str
    redacted: tuple[str, ...]
    type: Literal["UtteranceRedacted"] = "UtteranceRedacted"


@dataclass(frozen=True, slots=True)
class LabelsAdded:
    """What the classifiers say of an utterance."""

    utterance_id: int
    labels: tuple[Label, ...]
    type: Literal["LabelsAdded"] = "LabelsAdded"


@dataclass(frozen=True, slots=True)
class ChecklistChanged:
    """An item of the script moved to another state."""

    finding: Finding
    type: Literal["ChecklistChanged"] = "ChecklistChanged"


@dataclass(frozen=True, slots=True)
class HintRaised:
    """Advice for the agent."""

    hint: Hint
    type: Literal["HintRaised"] = "HintRaised"


@dataclass(frozen=True, slots=True)
class HintCleared:
    """A hint is over."""

    hint_id: str
    reason: str
    at: float
    type: Literal["HintCleared"] = "HintCleared"


@dataclass(frozen=True, slots=True)
class AngerChanged:
    """The customer's anger moved, or its flag went up or down."""

    anger: Anger
    type: Literal["AngerChanged"] = "AngerChanged"


@dataclass(frozen=True, slots=True)
class TranscriptionFailed:
    """A stretch of speech could not be read; `start` and `end` in seconds."""

    utterance_id: int
    channel: Channel
    start: float
    end: float
    reason: str
    type: Literal["TranscriptionFailed"] = "TranscriptionFailed"


@dataclass(frozen=True, slots=True)
class AudioGap:
    """Audio that never came and was filled with silence; `start` and `end` in seconds."""

    channel: Channel
    start: float
    end: float
    reason: str
    type: Literal["AudioGap"] = "AudioGap"


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The audio is over; `reason` "completed" | "lost" | "interrupted" | ..."""

    seconds: float
    reason: str
    type: Literal["CallEnded"] = "CallEnded"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a call is judged by besides its words: its facts, and what the system told of it."""

    facts: CallFacts
    told: tuple[HappenedEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class CallScored:
    """The form is filled in; a later one of the same call replaces the earlier.

    The first comes with the call's end, and has its `basis`. A later one says when (`at`, ISO
    8601), who (`by`) and `why`: "form" (scored again by the rules) | "answers" (of persons) |
    "sides" (swapped).
    """

    scorecard: Scorecard
    basis: Basis | None = None
    at: str = ""
    by: str = ""
    why: str = ""
    type: Literal["CallScored"] = "CallScored"


@dataclass(frozen=True, slots=True)
class SidesSwapped:
    """Agent and customer were reversed: who `by` swapped them, and when (`at`, ISO 8601).

    Events before it keep the sides they were heard with; `pipeline.placed` reads them.
    """

    at: str
    by: str = ""
    type: Literal["SidesSwapped"] = "SidesSwapped"


@dataclass(frozen=True, slots=True)
class WrapupReady:
    """The after-call work is drafted; `wrapup` is `pipeline.wrapup.Wrapup` as plain data."""

    wrapup: dict[str, Any]
    type: Literal["WrapupReady"] = "WrapupReady"


@dataclass(frozen=True, slots=True)
class NoteSent:
    """A supervisor wrote to the agent at call second `at`; `by` signs it.

    A later one with the same `note_id` replaces the earlier: the agent has `seen` it.
    """

    note_id: str
    text: str
    by: str
    at: float
    seen: bool = False
    type: Literal["NoteSent"] = "NoteSent"


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """A channel began to speak at `at` seconds."""

    channel: Channel
    utterance_id: int
    at: float
    type: Literal["SpeechStarted"] = "SpeechStarted"


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """A channel fell silent at `at` seconds; the final is on its way."""

    channel: Channel
    utterance_id: int
    at: float
    type: Literal["SpeechStopped"] = "SpeechStopped"


@dataclass(frozen=True, slots=True)
class PartialTranscript:
    """What an open utterance sounds like so far; the next one of the same id replaces it.

    `stable` counts the leading characters that two hypotheses agree on; `until` is the call second
    of the last sample it has heard.
    """

    channel: Channel
    utterance_id: int
    start: float
    until: float
    text: str
    stable: int = 0
    type: Literal["PartialTranscript"] = "PartialTranscript"


@dataclass(frozen=True, slots=True)
class HintPreviewed:
    """A hint that a partial calls for; HintRaised of the same id confirms it within seconds.

    The page shows it at once and withdraws it where the utterance ends without its HintRaised.
    """

    hint: Hint
    utterance_id: int
    type: Literal["HintPreviewed"] = "HintPreviewed"


@dataclass(frozen=True, slots=True)
class Degraded:
    """Quality fell, or is back where `active` is False.

    `what` is "partials" | "labels" | "recording" | "storage".
    """

    what: str
    active: bool
    detail: str = ""
    type: Literal["Degraded"] = "Degraded"


DurableEvent = (
    CallStarted
    | UtteranceFinal
    | UtteranceRedacted
    | LabelsAdded
    | ChecklistChanged
    | HintRaised
    | HintCleared
    | AngerChanged
    | TranscriptionFailed
    | AudioGap
    | CallEnded
    | CallScored
    | SidesSwapped
    | WrapupReady
    | NoteSent
)
EphemeralEvent = SpeechStarted | SpeechStopped | PartialTranscript | HintPreviewed | Degraded
Event = DurableEvent | EphemeralEvent

_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event on its way: `seq` numbers the durable events of a call from 1, None for the rest."""

    call_id: str
    seq: int | None
    event: Event = field(repr=False)


def durable(event: Event) -> bool:
    """Return whether the event is numbered, stored and replayed."""
    return not isinstance(event, EphemeralEvent)


def to_json(event: Event) -> bytes:
    """Return the event as one JSON object with its `type`."""
    return _EVENT.dump_json(event)


def to_data(event: Event) -> dict[str, Any]:
    """Return the event as plain data, ready for JSON."""
    data: dict[str, Any] = _EVENT.dump_python(event, mode="json")
    return data


def from_json(text: str | bytes) -> Event:
    """Read an event back.

    Raises:
        pydantic.ValidationError: the text is no event.
    """
    return _EVENT.validate_json(text)
