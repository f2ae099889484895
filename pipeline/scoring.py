"""After the call: the scorecard and the draft of the after-call work, from what was said."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.types import Channel
from pipeline.events import CallScored, Event, WrapupReady
from pipeline.reading import Reading
from pipeline.turns import metrics
from pipeline.wrapup import draft
from qa_rules.packs import PackSet
from qa_rules.score import score
from qa_rules.types import CallFacts


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call is judged from, once it is over. `started_at` is ISO 8601, for spoken dates."""

    reading: Reading
    packs: PackSet
    facts: CallFacts
    seconds: float
    started_at: str


def call_metrics(reading: Reading, seconds: float) -> dict[str, float]:
    """Return the call's measures by name, from its utterances and its holds."""
    return metrics(list(reading.utterances.values()), holds(reading, seconds), seconds)


def holds(reading: Reading, seconds: float) -> list[tuple[float, float]]:
    """Return the call's holds as (start, end) seconds; one still open ends with the call."""
    spans: list[tuple[float, float]] = []
    since: float | None = None
    for event in reading.rules.events():
        if event.id == "hold_start" and since is None:
            since = event.at
        elif event.id == "hold_end" and since is not None:
            spans.append((since, event.at))
            since = None
    if since is not None:
        spans.append((since, seconds))
    return spans


def conclude(outcome: Outcome) -> list[Event]:
    """Return the call's last durable events: the scorecard, then the after-call work."""
    reading = outcome.reading
    utterances = list(reading.utterances.values())
    scorecard = score(
        outcome.packs,
        reading.rules.findings(),
        facts=outcome.facts,
        seconds=outcome.seconds,
        turns=turn_count([u.channel for u in utterances]),
        metrics=call_metrics(reading, outcome.seconds),
    )
    wrapup = draft(
        utterances,
        labels=reading.labels,
        findings=reading.rules.findings(),
        happened=reading.rules.events(),
        anger=reading.anger,
        packs=outcome.packs,
        started_at=outcome.started_at,
        seconds=outcome.seconds,
    )
    return [CallScored(scorecard), WrapupReady(wrapup.to_data())]


def turn_count(channels: Sequence[Channel]) -> int:
    """Return how often the floor changed hands, counting the first speaker."""
    return sum(i == 0 or c is not channels[i - 1] for i, c in enumerate(channels))
