"""The figures somebody may see: what they ask for, gathered from the store and put together."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from pipeline.figure_board import Board, board, of_team_and_pack, without_persons
from pipeline.figures import Fact, HintUse, missed_most
from pipeline.periods import LONGEST_DAYS, Period, period
from pipeline.store.figures import FailedCall, Figures, Missed, Wanted
from streaming.access import Permission, Person

MEASURE_S = 0.3
"""How long a page waits for calls whose talk was not measured yet."""


class FigureQuery(BaseModel):
    """Which calls: days as ISO dates, both counted in; without them the last `days`."""

    model_config = ConfigDict(extra="forbid")

    since: str = Field("", max_length=10, description="First day, as 2026-03-01.")
    until: str = Field("", max_length=10, description="Last day.")
    days: int = Field(7, ge=1, le=LONGEST_DAYS, description="How many days, where no first is set.")
    queue: str = Field("", max_length=255)
    team: str = Field("", max_length=255)
    pack: str = Field("", max_length=128)
    zone: str = Field("", max_length=64, description="Time zone, as Europe/Berlin.")


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that a page of figures shows; `unmeasured` calls have no talk balance yet."""

    period: Period
    board: Board
    missed: list[Missed]
    hints: list[HintUse]
    failed: list[FailedCall]
    unmeasured: int
    teams: list[str]
    packs: list[str]


def sees_persons(person: Person) -> bool:
    """Return whether somebody may see figures of single agents, and single calls."""
    return person.may(Permission.CALLS) or person.may(Permission.LIVE)


def gather(
    figures: Figures, query: FigureQuery, zone: str, *, persons: bool, agent: str | None = None
) -> Seen:
    """Read and count; blocks. `agent` narrows to one agent's calls; `zone` is the house's.

    Raises:
        RequestRefused: a date or the time zone does not read.
        StoreUnavailable: the database refuses.
    """
    days = period(query.since, query.until, query.zone or zone, days=query.days)
    wanted = Wanted(days.since, days.until, query.queue, agent)
    left = figures.measure(MEASURE_S)
    everything = figures.facts(wanted)
    facts = of_team_and_pack(everything, query.team, query.pack)
    if not persons:
        facts = without_persons(facts)
    ids = {f.call_id for f in facts}
    return Seen(
        days,
        board(facts, days, persons=persons),
        figures.titles(missed_most(facts)),
        figures.hints(ids, wanted),
        figures.failed(facts) if persons else [],
        _lacking(facts) if left else 0,
        sorted({f.team for f in everything if f.team}),
        sorted({pack for f in everything for pack in f.packs}),
    )


def _lacking(facts: list[Fact]) -> int:
    return sum(f.talk is None for f in facts)
