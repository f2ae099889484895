"""A finished call as one object for machines: what `cueline transcribe` and `score` print.

Times are seconds from the call's start. The keys are a promise; new ones may be added.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from models.types import Utterance
from pipeline.events import AudioGap, CallScored, Event, TranscriptionFailed, WrapupReady
from pipeline.reading import Reading
from qa_rules.types import Anger, Evidence, Finding, Scorecard

_SCORECARD: TypeAdapter[Scorecard] = TypeAdapter(Scorecard)


def call_result(
    call_id: str, reading: Reading, events: Sequence[Event], seconds: float
) -> dict[str, Any]:
    """Return the call's utterances, findings, scorecard, anger and after-call work."""
    scorecard = next((e.scorecard for e in events if isinstance(e, CallScored)), None)
    wrapup = next((e.wrapup for e in events if isinstance(e, WrapupReady)), None)
    return {
        "call_id": call_id,
        "seconds": seconds,
        "utterances": [utterance_data(u) for u in reading.utterances.values()],
        "findings": [finding_data(f) for f in reading.rules.findings()],
        "scorecard": None if scorecard is None else scorecard_data(scorecard),
        "anger": anger_spans(reading.anger, seconds),
        "wrapup": wrapup,
        "labels": [
            {"utterance": u, "kind": x.kind, "name": x.name, "probability": x.probability}
            for u, labels in reading.labels.items()
            for x in labels
        ],
        "gaps": [
            {"role": e.channel.value, "start": e.start, "end": e.end, "reason": e.reason}
            for e in events
            if isinstance(e, AudioGap | TranscriptionFailed)
        ],
    }


def utterance_data(said: Utterance) -> dict[str, Any]:
    """Return an utterance with its role."""
    return {
        "id": said.id,
        "role": said.channel.value,
        "start": said.start,
        "end": said.end,
        "text": said.text,
        "confidence": None if said.confidence is None else round(said.confidence, 3),
    }


def evidence_data(evidence: Evidence) -> dict[str, Any]:
    """Return the words that something rests on."""
    return {
        "quote": evidence.quote,
        "start": evidence.start,
        "end": evidence.end,
        "utterance": evidence.utterance_id,
        "role": None if evidence.channel is None else evidence.channel.value,
        "engine": evidence.engine,
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    """Return a finding with its evidence."""
    near = finding.near_miss
    return {
        "rule": finding.rule_id,
        "title": finding.title,
        "severity": finding.severity.value,
        "state": finding.state.value,
        "reason": finding.reason,
        "at": finding.at,
        "evidence": [evidence_data(e) for e in finding.evidence],
        "near_miss": None
        if near is None
        else {**evidence_data(near.evidence), "score": round(near.score, 3)},
        "searched": None if finding.searched is None else list(finding.searched),
    }


def scorecard_data(card: Scorecard) -> dict[str, Any]:
    """Return a scorecard; `answers` lists all sections' answers in one list too."""
    data: dict[str, Any] = _SCORECARD.dump_python(card, mode="json")
    data["answers"] = [
        {**answer, "section": section["id"]}
        for section in data["sections"]
        for answer in section["answers"]
    ]
    return data


def anger_spans(changes: Sequence[Anger], seconds: float) -> list[dict[str, Any]]:
    """Return the stretches in which the customer's anger stood at one level above 0."""
    spans: list[dict[str, Any]] = []
    for i, change in enumerate(changes):
        end = changes[i + 1].at if i + 1 < len(changes) else seconds
        if change.level > 0 and end > change.at:
            spans.append(
                {
                    "start": change.at,
                    "end": end,
                    "level": change.level,
                    "flagged": change.flagged,
                    "reasons": [evidence_data(e) for e in change.reasons],
                }
            )
    return spans
