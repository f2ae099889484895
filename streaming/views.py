"""A stored call as its page shows it: one transcript in order, findings by weight, plain words.

Pure: no I/O, no clock. The templates hold no logic beyond loops.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from models.types import Channel
from pipeline.store.rows import AngerSpan, CallDetail, CallRow
from qa_rules.types import ChecklistItem, Finding, State

LEVELS = ("calm", "irritated", "angry", "threatens to leave", "abuse or danger")
"""The anger ladder in words, level 0 to 4."""

CHANNELS = {Channel.AGENT: "Agent", Channel.CUSTOMER: "Customer", Channel.MIXED: "Recording"}

STATES = {
    State.WAITING: "not said",
    State.DUE: "not said",
    State.DONE: "done",
    State.LATE: "done late",
    State.MISSED: "missed",
    State.VIOLATED: "broken",
    State.NOT_APPLICABLE: "not needed",
    State.NEEDS_REVIEW: "needs review",
}
REASONS = {
    "completed": "completed",
    "lost": "line lost",
    "interrupted": "server stopped",
    "failed": "failed",
}
ANSWERS = {
    "yes": "yes",
    "partly": "partly",
    "no": "no",
    "n/a": "did not apply",
    "needs_review": "needs review",
    "open": "for a person",
}
_ORDER = (
    State.VIOLATED,
    State.MISSED,
    State.NEEDS_REVIEW,
    State.LATE,
    State.DUE,
    State.WAITING,
    State.DONE,
    State.NOT_APPLICABLE,
)
SEEN_FIRST = frozenset({State.VIOLATED, State.MISSED, State.NEEDS_REVIEW, State.LATE})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the transcript page: kind "turn", "failed", "gap" or "mood"."""

    kind: str
    start: float
    end: float
    channel: str = ""
    id: int | None = None
    lead: bool = True
    parts: tuple[tuple[str, bool], ...] = ()
    """The text in pieces; True marks one that stands for something masked."""
    note: str = ""
    level: int = 0
    labels: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class CallView:
    """Everything that the call page shows."""

    row: CallRow
    entries: tuple[Entry, ...]
    attention: tuple[Finding, ...]
    """Findings that ask for a look, the gravest first."""
    settled: tuple[Finding, ...]
    items: Mapping[str, ChecklistItem]
    starts: Mapping[int, float]
    """Where each turn begins, by its id."""
    detail: CallDetail
    mood_path: str
    mood_words: str
    regions: list[dict[str, object]] = field(repr=False)


def call_view(detail: CallDetail) -> CallView:
    """Arrange a stored call for its page."""
    findings = sorted(detail.findings, key=_gravity)
    seconds = call_seconds(detail.row)
    return CallView(
        detail.row,
        tuple(_transcript(detail)),
        tuple(f for f in findings if f.state in SEEN_FIRST),
        tuple(f for f in findings if f.state not in SEEN_FIRST),
        {item.rule_id: item for item in detail.checklist},
        {said.id: said.start for said in detail.utterances},
        detail,
        mood_path(detail.anger, seconds),
        _mood_words(detail.anger),
        _regions(detail, seconds),
    )


def call_seconds(row: CallRow) -> float:
    """Return how long the call lasted, or how far it is known."""
    return row.seconds if row.seconds is not None else row.last_s


def clock(seconds: float | None) -> str:
    """Return seconds as m:ss, or h:mm:ss from an hour on."""
    whole = max(0, int(seconds or 0))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def whole(value: float) -> int:
    """Return a score as people round it, halves up, as the desk's script does."""
    return int(value + 0.5)


def state_word(finding: Finding) -> str:
    """Return the state in words; a prohibited item is kept or broken."""
    if finding.severity.prohibited and finding.state in (State.DONE, State.WAITING):
        return "kept"
    return STATES[finding.state]


def mood_path(spans: Sequence[AngerSpan], seconds: float) -> str:
    """Return the level over the call as an SVG path in a box of 1000 by 100."""
    whole = max(seconds, 1.0)
    path = "M0 96"
    for span in spans:
        x, y = 1000 * min(span.start, whole) / whole, 96 - span.level * 23
        path += f"H{x:.1f}V{y}"
    return path + "H1000"


def _gravity(finding: Finding) -> tuple[int, bool, float]:
    return (
        _ORDER.index(finding.state),
        not finding.severity.critical,
        finding.at if finding.at is not None else 0.0,
    )


def _transcript(detail: CallDetail) -> Iterable[Entry]:
    entries = [*_turns(detail), *_failures(detail), *_gaps(detail), *_moods(detail)]
    entries.sort(key=lambda e: (e.start, e.kind != "mood", e.id or 0))
    speaker = ""
    for entry in entries:
        if entry.kind in ("turn", "failed"):
            lead = entry.channel != speaker
            speaker = entry.channel
            yield entry if lead else _follow(entry)
        else:
            speaker = ""
            yield entry


def _follow(entry: Entry) -> Entry:
    values: dict[str, Any] = {name: getattr(entry, name) for name in Entry.__slots__}
    return Entry(**(values | {"lead": False}))


def _turns(detail: CallDetail) -> Iterable[Entry]:
    by_turn: dict[int, list[Finding]] = defaultdict(list)
    for finding in detail.findings:
        for number in sorted(
            {e.utterance_id for e in finding.evidence if e.utterance_id is not None}
        ):
            by_turn[number].append(finding)
    for said in detail.utterances:
        labels = detail.labels.get(said.id, ())
        yield Entry(
            "turn",
            said.start,
            said.end,
            said.channel,
            said.id,
            parts=masked_parts(said.text, masked=said.id in detail.redacted),
            labels=tuple(
                dict.fromkeys(n.name.replace("_", " ") for n in labels if n.kind == "intent")
            ),
            findings=tuple(by_turn.get(said.id, ())),
        )


def masked_parts(text: str, *, masked: bool) -> tuple[tuple[str, bool], ...]:
    """Split a text at its placeholders: "[card number]" becomes ("card number", True)."""
    if not masked or "[" not in text:
        return ((text, False),)
    parts: list[tuple[str, bool]] = []
    while text:
        before, found, rest = text.partition("[")
        inside, closed, after = rest.partition("]")
        if before:
            parts.append((before, False))
        if found and closed:
            parts.append((inside, True))
        elif found:
            parts.append((found + rest, False))
        text = after if closed else ""
    return tuple(parts)


def _failures(detail: CallDetail) -> Iterable[Entry]:
    for f in detail.failures:
        yield Entry("failed", f.start, f.end, f.channel, f.utterance_id, note=f.reason)


def _gaps(detail: CallDetail) -> Iterable[Entry]:
    for gap in detail.gaps:
        yield Entry("gap", gap.start, gap.end, gap.channel, note=gap.reason)


def _moods(detail: CallDetail) -> Iterable[Entry]:
    calm = AngerSpan(0.0, None, 0, flagged=False, reasons=())
    for before, span in pairwise([calm, *detail.anger]):
        if span.level != before.level:
            quote = span.reasons[-1].quote if span.reasons and span.level > before.level else ""
            yield Entry("mood", span.start, span.start, level=span.level, note=quote)


def _mood_words(spans: Sequence[AngerSpan]) -> str:
    told = [f"{LEVELS[s.level]} from {clock(s.start)}" for s in spans]
    return "Mood over the call: " + ", ".join(["calm from 0:00", *told])


def _regions(detail: CallDetail, seconds: float) -> list[dict[str, object]]:
    """Return what the waveform marks: findings where their words are, and stretches of anger."""
    legs = list(detail.legs)
    marks: list[dict[str, object]] = []
    for finding in detail.findings:
        for proof in finding.evidence[:1]:
            if finding.state is State.NOT_APPLICABLE or proof.end <= proof.start:
                continue
            marks.append(
                {
                    "kind": "finding",
                    "state": finding.state,
                    "start": round(proof.start, 2),
                    "end": round(proof.end, 2),
                    "title": f"{finding.title}: {state_word(finding)}",
                    "rule": finding.rule_id,
                    "row": legs.index(proof.channel) if proof.channel in legs else None,
                }
            )
    for span in detail.anger:
        if span.level > 0:
            end = span.end if span.end is not None else seconds
            marks.append(
                {
                    "kind": "anger",
                    "level": span.level,
                    "start": round(span.start, 2),
                    "end": round(max(end, span.start + 0.2), 2),
                    "title": f"Customer: {LEVELS[span.level]}",
                    "row": legs.index(Channel.CUSTOMER) if Channel.CUSTOMER in legs else None,
                }
            )
    return marks
