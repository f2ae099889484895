"""After the call: the scorecard and the draft of the after-call work, from what was said."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.types import Channel
from pipeline.events import Basis, CallScored, Event, WrapupReady
from pipeline.reading import Reading
from pipeline.wrapup import draft
from qa_rules.packs import PackSet
from qa_rules.score import score
from qa_rules.talk import HOLD_EVENTS
from qa_rules.types import CallFacts, HappenedEvent

_BY_THE_CLOCK = frozenset(
    (
        *("call_start", "silence_10s", "overtalk_3s", "anger_cleared"),
        *(f"anger_{level}" for level in range(1, 5)),
    )
)
"""Events that follow from times and from the customer's mood."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call is judged from, once it is over. `started_at` is ISO 8601, for spoken dates."""

    reading: Reading
    packs: PackSet
    facts: CallFacts
    seconds: float
    started_at: str


def conclude(outcome: Outcome) -> list[Event]:
    """Return the call's last durable events: the scorecard, then the after-call work."""
    reading = outcome.reading
    utterances = list(reading.utterances.values())
    scorecard = score(
        outcome.packs,
        reading.rules.judged(),
        facts=outcome.facts,
        seconds=outcome.seconds,
        turns=turn_count([u.channel for u in utterances]),
        metrics=reading.metrics(outcome.seconds),
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
    basis = Basis(outcome.facts, told(reading.rules.events(), outcome.packs))
    return [CallScored(scorecard, basis), WrapupReady(wrapup.to_data())]


def told(happened: Sequence[HappenedEvent], packs: PackSet) -> tuple[HappenedEvent, ...]:
    """Return what the system told of a call, which its words do not say."""
    counted = {e.id for e in packs.events if e.of is not None}
    without = [e for e in happened if not e.evidence]
    follows = counted | _BY_THE_CLOCK
    starts = [e.at for e in without if e.id == "hold_start"]
    return tuple(e for e in without if e.id not in follows and not _timed(e, starts))


def _timed(event: HappenedEvent, starts: Sequence[float]) -> bool:
    """Return whether an event is one that the clock raises of a hold that was told."""
    seconds = HOLD_EVENTS.get(event.id)
    return seconds is not None and any(round(at + seconds, 3) == event.at for at in starts)


def turn_count(channels: Sequence[Channel]) -> int:
    """Return how often the floor changed hands, counting the first speaker."""
    return sum(i == 0 or c is not channels[i - 1] for i, c in enumerate(channels))
