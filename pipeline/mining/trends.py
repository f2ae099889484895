"""Finds the terms that are said more and more: the last week against the weeks before it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pipeline.mining.ngrams import Counts, count
from pipeline.mining.terms import Ranked, rank

WEEKS: Final = 8


@dataclass(frozen=True, slots=True)
class Rising:
    """A term with its calls week by week, the earliest first, and how it stands out in the last."""

    ranked: Ranked
    by_week: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """What rises and what falls; `weeks` are Mondays, `call_counts` the calls of each week."""

    weeks: tuple[date, ...]
    call_counts: tuple[int, ...]
    rising: tuple[Rising, ...]
    falling: tuple[Rising, ...]


def week_of(started_at: str) -> date:
    """Return the Monday of the week that a call began in; `started_at` is ISO 8601."""
    day = date.fromisoformat(started_at[:10])
    return day - timedelta(days=day.weekday())


def trend(rows: Iterable[tuple[str, str, str]], most: int = 30) -> Trend:
    """Return what rises and falls in (call_id, started_at, text) rows, over eight weeks at most.

    The last week with calls stands against the weeks before it together; with one week there is
    nothing to hold it against, and nothing rises.
    """
    lines: dict[date, list[tuple[str, str]]] = defaultdict(list)
    for call_id, started_at, text in rows:
        lines[week_of(started_at)].append((call_id, text))
    if not lines:
        return Trend((), (), (), ())
    last = max(lines)
    weeks = tuple(last - timedelta(weeks=back) for back in reversed(range(WEEKS)))
    by_week = [count(lines[week]) if week in lines else Counts() for week in weeks]
    before = _sum(by_week[:-1])
    ranking = rank(by_week[-1], before, most)
    return Trend(
        weeks,
        tuple(counts.call_count for counts in by_week),
        tuple(_rising(one, by_week) for one in ranking.first),
        tuple(_rising(one, by_week) for one in ranking.second),
    )


def _rising(ranked: Ranked, by_week: list[Counts]) -> Rising:
    return Rising(ranked, tuple(counts.calls[ranked.term] for counts in by_week))


def _sum(parts: list[Counts]) -> Counts:
    whole = Counts()
    for part in parts:
        whole.uses.update(part.uses)
        whole.calls.update(part.calls)
        whole.totals = [a + b for a, b in zip(whole.totals, part.totals, strict=True)]
        whole.call_count += part.call_count
        whole.turns += part.turns
    return whole
