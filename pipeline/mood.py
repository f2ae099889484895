"""How the customer's mood went: the anger ladder over the call, and sentiment by quarters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.types import Channel, Label, Utterance
from qa_rules.types import Anger

QUARTERS = 4
_SIGNS = {"positive": 1.0, "neutral": 0.0, "negative": -1.0}


@dataclass(frozen=True, slots=True)
class Level:
    """From `at` on the anger stood at `level` (0 to 4), for what was said here."""

    at: float
    level: int
    quote: str = ""
    utterance_id: int | None = None


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of the call: its highest anger and mean sentiment (-1 to 1, None if unlabelled)."""

    level: int
    sentiment: float | None


@dataclass(frozen=True, slots=True)
class Mood:
    """The customer's mood. `start` is the highest level of the first quarter, `end` the last.

    `trend` is "better" or "worse" where the end differs from the peak before it or from the start,
    else "same".
    """

    start: int
    end: int
    peak: int
    trend: str
    quarters: tuple[Quarter, ...]
    levels: tuple[Level, ...]


def mood_over(
    utterances: Sequence[Utterance],
    labels: Mapping[int, Sequence[Label]],
    anger: Sequence[Anger],
    seconds: float,
) -> Mood:
    """Return the customer's mood over a call of that many seconds."""
    quarter = seconds / QUARTERS
    levels = tuple(_level(change) for change in anger)
    quarters = tuple(
        Quarter(
            _highest(anger, n * quarter, (n + 1) * quarter),
            _sentiment(utterances, labels, n * quarter, (n + 1) * quarter),
        )
        for n in range(QUARTERS)
    )
    start, end = quarters[0].level, anger[-1].level if anger else 0
    peak = max((change.level for change in anger), default=0)
    trend = "better" if end < peak else "worse" if end > start else "same"
    return Mood(start, end, peak, trend, quarters, levels)


def _level(change: Anger) -> Level:
    if not change.reasons:
        return Level(round(change.at, 3), change.level)
    cue = change.reasons[-1]
    return Level(round(change.at, 3), change.level, cue.quote, cue.utterance_id)


def _highest(anger: Sequence[Anger], start: float, end: float) -> int:
    """Return the highest level in a stretch, the one it began with included."""
    before = [change.level for change in anger if change.at <= start]
    inside = [change.level for change in anger if start < change.at < end]
    return max([before[-1] if before else 0, *inside])


def _sentiment(
    utterances: Sequence[Utterance],
    labels: Mapping[int, Sequence[Label]],
    start: float,
    end: float,
) -> float | None:
    values = [
        _SIGNS[label.name] * label.probability
        for u in utterances
        if u.channel is not Channel.AGENT and start <= u.start < end
        for label in labels.get(u.id, ())
        if label.kind == "sentiment" and label.name in _SIGNS
    ]
    return round(sum(values) / len(values), 3) if values else None
