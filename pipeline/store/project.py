"""What an event means for the derived rows: a pure mapping, for writing and for rebuilding."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_never

from pydantic import TypeAdapter
from sqlalchemy import Table

from models.types import Word
from pipeline.events import (
    AngerChanged,
    AudioGap,
    CallEnded,
    CallScored,
    CallStarted,
    ChecklistChanged,
    DurableEvent,
    HintCleared,
    HintRaised,
    LabelsAdded,
    NoteSent,
    SidesSwapped,
    TranscriptionFailed,
    UtteranceFinal,
    UtteranceRedacted,
    WrapupReady,
)
from pipeline.store import schema
from qa_rules.types import ChecklistItem, Evidence, Finding, Hint, Scorecard

Row = Mapping[str, object]

WORDS: TypeAdapter[tuple[Word, ...]] = TypeAdapter(tuple[Word, ...])
NAMES: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[str, ...])
CHECKLIST: TypeAdapter[tuple[ChecklistItem, ...]] = TypeAdapter(tuple[ChecklistItem, ...])
EVIDENCE: TypeAdapter[tuple[Evidence, ...]] = TypeAdapter(tuple[Evidence, ...])
FINDING: TypeAdapter[Finding] = TypeAdapter(Finding)
HINT: TypeAdapter[Hint] = TypeAdapter(Hint)
SCORECARD: TypeAdapter[Scorecard] = TypeAdapter(Scorecard)
PLAIN: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])  # a wrap-up's own shape


@dataclass(frozen=True, slots=True)
class Put:
    """Write a row, in place of the one with its primary key if there is one."""

    table: Table
    values: Row


@dataclass(frozen=True, slots=True)
class Amend:
    """Change the rows where columns equal `where` (None matches NULL); none is no error."""

    table: Table
    where: Row
    values: Row


@dataclass(frozen=True, slots=True)
class Tally:
    """What an event adds to its call's row: counts by sum, the rest by maximum."""

    utterances: int = 0
    until_s: float = 0.0
    anger: int = 0
    flagged: bool = False


def text(adapter: TypeAdapter[Any], value: object) -> str:
    """Return `value` as JSON text."""
    return adapter.dump_json(value).decode()


def sortable(started_at: str) -> str:
    """Return an ISO 8601 time in UTC with microseconds; what does not read as a time is kept.

    A time without a zone is taken as UTC.
    """
    try:
        read = datetime.fromisoformat(started_at)
    except ValueError:
        return started_at
    zoned = read if read.tzinfo else read.replace(tzinfo=UTC)
    return zoned.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def at_s(event: DurableEvent) -> float | None:
    """Return the call second that the event is about, None where it is about none."""
    match event:
        case CallStarted():
            return 0.0
        case UtteranceFinal(utterance=said):
            return said.start
        case ChecklistChanged(finding=finding):
            return finding.at
        case HintRaised(hint=hint):
            return hint.at
        case HintCleared(at=at) | NoteSent(at=at):
            return at
        case AngerChanged(anger=anger):
            return anger.at
        case TranscriptionFailed(start=start) | AudioGap(start=start):
            return start
        case CallEnded(seconds=seconds):
            return seconds
        case UtteranceRedacted() | LabelsAdded() | CallScored() | SidesSwapped() | WrapupReady():
            return None
        case _:
            assert_never(event)


def tally(event: DurableEvent) -> Tally:
    """Return what the event adds to its call's row."""
    match event:
        case UtteranceFinal(utterance=said):
            return Tally(utterances=1, until_s=said.end)
        case TranscriptionFailed(end=end) | AudioGap(end=end):
            return Tally(until_s=end)
        case AngerChanged(anger=anger):
            return Tally(until_s=anger.at, anger=anger.level, flagged=anger.flagged)
        case CallEnded(seconds=seconds):
            return Tally(until_s=seconds)
        case _:
            return Tally()


def project(call_id: str, seq: int, event: DurableEvent) -> list[Put | Amend]:  # noqa: C901
    """Return the derived rows that event `seq` of the call writes, in order."""
    match event:
        case CallStarted():
            return _started(call_id, event)
        case UtteranceFinal():
            return [_utterance(call_id, event)]
        case UtteranceRedacted():
            return [
                Amend(
                    schema.utterance,
                    {"call_id": call_id, "id": event.utterance_id},
                    {"text": event.text, "redacted": text(NAMES, event.redacted)},
                )
            ]
        case LabelsAdded():
            return _labels(call_id, seq, event)
        case ChecklistChanged(finding=finding):
            return [_finding(call_id, finding)]
        case HintRaised(hint=hint):
            return [_hint(call_id, hint)]
        case HintCleared():
            return [
                Amend(
                    schema.hint,
                    {"call_id": call_id, "id": event.hint_id},
                    {"cleared_reason": event.reason, "cleared_at_s": event.at},
                )
            ]
        case AngerChanged():
            return _anger(call_id, seq, event)
        case TranscriptionFailed():
            return [_failure(call_id, event)]
        case AudioGap():
            return [_gap(call_id, seq, event)]
        case CallEnded():
            return _ended(call_id, event)
        case CallScored(scorecard=scorecard):
            return [*_scored(call_id, scorecard), *_used(call_id, seq, scorecard)]
        case SidesSwapped():
            return []  # the call is made again from all of its events
        case WrapupReady(wrapup=wrapup):
            return [Put(schema.wrapup, {"call_id": call_id, "body": text(PLAIN, wrapup)})]
        case NoteSent():
            return []  # read from the events, as the desk reads it
        case _:
            assert_never(event)


def _started(call_id: str, event: CallStarted) -> list[Put | Amend]:
    values: dict[str, object] = {
        "started_at": sortable(event.started_at),
        "agent": event.agent,
        "queue": event.queue,
        "direction": event.direction,
        "language": event.language,
        "rate_hz": event.rate_hz,
        "packs": text(NAMES, event.packs),
        "checklist": text(CHECKLIST, event.checklist),
    }
    legs = [
        Put(schema.leg, {"call_id": call_id, "position": n, "channel": channel.value})
        for n, channel in enumerate(event.channels)
    ]
    return [Amend(schema.call, {"id": call_id}, values), *legs]


def _utterance(call_id: str, event: UtteranceFinal) -> Put:
    said = event.utterance
    return Put(
        schema.utterance,
        {
            "call_id": call_id,
            "id": said.id,
            "channel": said.channel.value,
            "start_s": said.start,
            "end_s": said.end,
            "text": said.text,
            "confidence": said.confidence,
            "words": text(WORDS, said.words),
            "redacted": text(NAMES, event.redacted),
        },
    )


def _labels(call_id: str, seq: int, event: LabelsAdded) -> list[Put | Amend]:
    return [
        Put(
            schema.label,
            {
                "call_id": call_id,
                "seq": seq,
                "position": n,
                "utterance_id": event.utterance_id,
                "kind": label.kind,
                "name": label.name,
                "probability": label.probability,
                "quote": label.quote,
                "engine": label.engine,
            },
        )
        for n, label in enumerate(event.labels)
    ]


def _finding(call_id: str, finding: Finding) -> Put:
    return Put(
        schema.finding,
        {
            "call_id": call_id,
            "rule_id": finding.rule_id,
            "title": finding.title,
            "severity": finding.severity.value,
            "state": finding.state.value,
            "at_s": finding.at,
            "body": text(FINDING, finding),
        },
    )


def _hint(call_id: str, hint: Hint) -> Put:
    return Put(
        schema.hint,
        {
            "call_id": call_id,
            "id": hint.id,
            "rule_id": hint.rule_id,
            "at_s": hint.at,
            "priority": hint.priority.value,
            "body": text(HINT, hint),
            "cleared_reason": None,
            "cleared_at_s": None,
        },
    )


def _anger(call_id: str, seq: int, event: AngerChanged) -> list[Put | Amend]:
    return [
        _end_anger(call_id, event.anger.at),
        Put(
            schema.anger_span,
            {
                "call_id": call_id,
                "seq": seq,
                "start_s": event.anger.at,
                "end_s": None,
                "level": event.anger.level,
                "flagged": event.anger.flagged,
                "reasons": text(EVIDENCE, event.anger.reasons),
            },
        ),
    ]


def _end_anger(call_id: str, at: float) -> Amend:
    return Amend(schema.anger_span, {"call_id": call_id, "end_s": None}, {"end_s": at})


def _failure(call_id: str, event: TranscriptionFailed) -> Put:
    return Put(
        schema.failure,
        {
            "call_id": call_id,
            "utterance_id": event.utterance_id,
            "channel": event.channel.value,
            "start_s": event.start,
            "end_s": event.end,
            "reason": event.reason,
        },
    )


def _gap(call_id: str, seq: int, event: AudioGap) -> Put:
    return Put(
        schema.gap,
        {
            "call_id": call_id,
            "seq": seq,
            "channel": event.channel.value,
            "start_s": event.start,
            "end_s": event.end,
            "reason": event.reason,
        },
    )


def _ended(call_id: str, event: CallEnded) -> list[Put | Amend]:
    values: Row = {"state": "ended", "seconds": event.seconds, "reason": event.reason}
    return [Amend(schema.call, {"id": call_id}, values), _end_anger(call_id, event.seconds)]


def _scored(call_id: str, card: Scorecard) -> list[Put | Amend]:
    found: dict[str, object] = {
        "score": card.score,
        "compliance": card.compliance,
        "auto_fail": card.auto_fail,
        "passed": card.passed,
        "needs_review": card.needs_review,
    }
    whole: dict[str, object] = {
        "call_id": call_id,
        "form": card.form,
        "version": card.version,
        "status": card.status,
        **found,
        "body": text(SCORECARD, card),
    }
    return [Put(schema.scorecard, whole), Amend(schema.call, {"id": call_id}, found)]


def _used(call_id: str, seq: int, card: Scorecard) -> list[Put]:
    """Return the packs' forms that scored the call; one that did not score it is not used."""
    return [
        Put(
            schema.form_use,
            {
                "call_id": call_id,
                "seq": seq,
                "pack": part.pack,
                "version": part.version,
                "hash": part.hash,
            },
        )
        for part in (card.parts if card.sections else ())
    ]
