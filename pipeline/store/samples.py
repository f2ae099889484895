"""Random samples of calls: which were drawn, when, by which seed and from how many.

Every method blocks on the disk and belongs in an executor.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, and_, exists, func, insert, select

from pipeline.store import schema
from pipeline.store.database import Database
from pipeline.store.schema_calibration import sample_call, sample_draw, sample_pool
from pipeline.store.schema_review import review
from pipeline.store.users import now


@dataclass(frozen=True, slots=True)
class Pool:
    """An agent's part of a draw: `eligible` calls with that fingerprint, and those drawn."""

    agent: str
    eligible: int
    digest: str
    drawn: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw for audit; `drawn_by` is empty for the one that follows a week by itself."""

    id: int
    week: str
    since: str
    until: str
    drawn_at: str
    drawn_by: str
    seed: int
    per_agent: int
    min_s: int
    pools: tuple[Pool, ...]

    @property
    def count(self) -> int:
        """How many calls were drawn and are still stored."""
        return sum(len(p.drawn) for p in self.pools)


Choose = Callable[[Mapping[str, Sequence[str]], Mapping[str, int]], Sequence[Pool]]
"""Chooses of eligible calls by agent, given how many each had in the week."""


class Samples:
    """Draws over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def settled(self, week: str) -> bool:
        """Return whether the draw that follows a week by itself was made."""
        query = select(func.count()).where(sample_draw.c.week == week, sample_draw.c.drawn_by == "")
        with self._database.read() as connection:
            return bool(connection.scalar(query))

    def draw(
        self,
        *,
        week: str,
        since: str,
        until: str,
        plan: tuple[int, int, int],
        by: str,
        choose: Choose,
    ) -> Draw | None:
        """Draw and keep; `plan` is calls of an agent, shortest seconds, seed.

        Two at once draw after each other, so that no week gets more than it should. A draw by a
        person that finds nothing is not kept.
        """
        per_agent, min_s, seed = plan
        with self._database.write() as connection:
            had = _had(connection, week)
            drawn = choose(_eligible(connection, since, until, min_s), had)
            if by and not any(p.drawn for p in drawn):
                return None
            values = {
                "week": week,
                "since": since,
                "until": until,
                "drawn_at": now(),
                "drawn_by": by,
                "seed": seed,
                "per_agent": per_agent,
                "min_s": min_s,
            }
            done = connection.execute(
                insert(sample_draw).values(**values).returning(sample_draw.c.id)
            )
            number = int(done.scalar_one())
            for pool in drawn:
                connection.execute(
                    insert(sample_pool).values(
                        draw_id=number,
                        agent=pool.agent,
                        eligible=pool.eligible,
                        drawn=len(pool.drawn),
                        digest=pool.digest,
                    )
                )
            rows = [{"draw_id": number, "call_id": c} for p in drawn for c in p.drawn]
            if rows:
                connection.execute(insert(sample_call), rows)
        return next(d for d in self.listed(1) if d.id == number)

    def listed(self, most: int = 20) -> list[Draw]:
        """Return the latest draws."""
        query = select(sample_draw).order_by(sample_draw.c.id.desc()).limit(most)
        with self._database.read() as connection:
            draws = connection.execute(query).mappings().all()
            ids = [d["id"] for d in draws]
            calls = _calls(connection, ids)
            parts: dict[int, list[Pool]] = defaultdict(list)
            rows = connection.execute(
                select(sample_pool).where(sample_pool.c.draw_id.in_(ids)).order_by("agent")
            )
            for p in rows.mappings():
                named = tuple(calls[p["draw_id"], p["agent"]])
                parts[p["draw_id"]].append(Pool(p["agent"], p["eligible"], p["digest"], named))
        return [Draw(**d, pools=tuple(parts[d["id"]])) for d in draws]


def eligible_calls(since: str, until: str, min_s: int) -> Select[tuple[str, str]]:
    """Return the calls that may be drawn: long enough, scored, of a named agent, not reviewed."""
    call = schema.call
    return select(call.c.id, call.c.agent).where(
        call.c.state == "ended",
        call.c.agent != "",
        call.c.started_at >= since,
        call.c.started_at < until,
        func.coalesce(call.c.seconds, call.c.last_s) >= min_s,
        exists().where(schema.scorecard.c.call_id == call.c.id),
        ~exists().where(review.c.call_id == call.c.id),
        ~exists().where(sample_call.c.call_id == call.c.id),
    )


def _eligible(connection: Connection, since: str, until: str, min_s: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(eligible_calls(since, until, min_s)):
        found[row.agent].append(row.id)
    return found


def _had(connection: Connection, week: str) -> dict[str, int]:
    rows = connection.execute(
        select(sample_pool.c.agent, func.sum(sample_pool.c.drawn).label("n"))
        .join(sample_draw, sample_draw.c.id == sample_pool.c.draw_id)
        .where(sample_draw.c.week == week)
        .group_by(sample_pool.c.agent)
    )
    return {r.agent: int(r.n) for r in rows}


def _calls(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, str], list[str]]:
    call = schema.call
    rows = connection.execute(
        select(sample_call.c.draw_id, sample_call.c.call_id, call.c.agent)
        .join(call, and_(call.c.id == sample_call.c.call_id))
        .where(sample_call.c.draw_id.in_(ids))
        .order_by(sample_call.c.call_id)
    )
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for r in rows:
        found[r.draw_id, r.agent].append(r.call_id)
    return found
