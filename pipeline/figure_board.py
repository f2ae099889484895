"""The figures of a period, put together: by hour, by day or week, by team, queue, pack and agent.

Pure. What is shown to whom is decided above; groups stand in the order of their names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.figures import (
    Balance,
    Fact,
    Figure,
    Totals,
    balance,
    by,
    by_pack,
    moods,
    scores,
    totals,
)
from pipeline.periods import Period


@dataclass(frozen=True, slots=True)
class Hour:
    """The calls that began in one hour of the day."""

    hour: int
    calls: int
    angry: int
    missed: int
    """Calls of it with a must-say missed."""


@dataclass(frozen=True, slots=True)
class Part:
    """A day or a week: its first day, its figures, and its calls by the peak of anger."""

    first: date
    totals: Totals
    moods: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The calls of a team, a queue, a pack or an agent, and its mean score part by part."""

    name: str
    totals: Totals
    balance: Balance
    scores: tuple[Figure, ...]
    team: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """All figures of a period; `agents` is empty for who may not see persons."""

    first: date
    last: date
    weekly: bool
    totals: Totals
    balance: Balance
    hours: tuple[Hour, ...]
    parts: tuple[Part, ...]
    teams: tuple[Group, ...]
    queues: tuple[Group, ...]
    packs: tuple[Group, ...]
    agents: tuple[Group, ...]


def board(facts: Sequence[Fact], period: Period, *, persons: bool = True) -> Board:
    """Put the figures of calls together."""
    first = {f.call_id: period.local(f.started_at) for f in facts}
    part_of = {call: period.part(at.date()) for call, at in first.items()}
    parts = period.parts()

    def group(name: str, calls: Sequence[Fact], team: str = "") -> Group:
        cut = by(calls, lambda f: part_of[f.call_id])
        line = tuple(scores(cut.get(at, ())) for at in parts)
        return Group(name, totals(calls), balance(calls), line, team)

    def groups(of: Mapping[str, Sequence[Fact]]) -> tuple[Group, ...]:
        return tuple(group(name, of[name]) for name in sorted(of))

    cut = by(facts, lambda f: part_of[f.call_id])
    people = by(facts, lambda f: (f.team, f.agent)) if persons else {}
    return Board(
        period.first,
        period.last,
        period.weekly,
        totals(facts),
        balance(facts),
        _hours(facts, lambda f: first[f.call_id].hour),
        tuple(Part(at, totals(cut.get(at, ())), moods(cut.get(at, ()))) for at in parts),
        groups(by(facts, lambda f: f.team)),
        groups(by(facts, lambda f: f.queue)),
        groups(by_pack(facts)),
        tuple(group(who[1], people[who], who[0]) for who in sorted(people)),
    )


def of_team_and_pack(facts: Sequence[Fact], team: str, pack: str) -> list[Fact]:
    """Return the calls of a team and under a pack; empty names are all."""
    return [f for f in facts if (not team or f.team == team) and (not pack or pack in f.packs)]


def without_persons(facts: Sequence[Fact]) -> list[Fact]:
    """Return the calls with nobody's name in them."""
    return [replace(f, agent="") for f in facts]


def _hours(facts: Sequence[Fact], hour: Callable[[Fact], int]) -> tuple[Hour, ...]:
    cut = by(facts, hour)
    if not cut:
        return ()
    span = range(min(cut), max(cut) + 1)
    return tuple(
        Hour(
            at,
            len(cut.get(at, ())),
            sum(f.angry for f in cut.get(at, ())),
            sum(bool(f.missed) for f in cut.get(at, ())),
        )
        for at in span
    )
