"""The calls that wait for a review, each with why: what the machine was unsure of, then the risk.

Calls of the random sample stand in it with the note of their draw. A call that anybody has reviewed
or is reviewing is not in it, nor one of an open calibration round, which is answered blind.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Select, and_, case, exists, func, or_, select

from pipeline.store import schema
from pipeline.store.database import Database
from pipeline.store.schema_calibration import (
    calibration_call,
    calibration_round,
    sample_call,
    sample_draw,
    sample_pool,
)
from pipeline.store.schema_review import review

UNSURE: Final = 0.75
"""Mean confidence of a call's words below which they are called hard to hear: chosen, not measured;
the calls that ship lie at 0.87 to 0.90."""
LATEST: Final = 400
"""Calls whose words are looked at for confidence."""
ANGRY_FROM: Final = 2
RANDOM: Final = "random sample"

_CALL = schema.call


@dataclass(frozen=True, slots=True)
class Sampled:
    """The draw that a call comes from: its number, week and time, and from how many it was drawn.

    `drawn` of the agent's `eligible` calls were; `seed` repeats the draw.
    """

    draw: int
    week: str
    drawn_at: str
    eligible: int
    drawn: int
    seed: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call to review; `why` says each reason in words, the gravest first."""

    call_id: str
    started_at: str
    agent: str
    queue: str
    seconds: float
    score: float | None
    auto_fail: bool
    needs_review: int
    anger_peak: int
    why: tuple[str, ...]
    sample: Sampled | None = None

    @property
    def rank(self) -> tuple[bool, int, float]:
        """Where it stands: what needs review first, then by risk, then by score."""
        return (not self.needs_review, -self._risk, self.score if self.score is not None else 0.0)

    @property
    def _risk(self) -> int:
        below = any("mark" in reason for reason in self.why)
        angry = self.anger_peak if self.anger_peak >= ANGRY_FROM else 0
        reasons = len(self.why) - (self.sample is not None)
        return 8 * self.auto_fail + 2 * angry + 2 * below + reasons


def waiting(
    database: Database, limit: int, *, not_of: str = "", agent: str = "", queue: str = ""
) -> list[Waiting]:
    """Return calls to review, the most needed first; `not_of` leaves one agent's calls out.

    The calls of the random sample come before the others and beside the limit.
    """
    with database.read() as connection:
        rows = _candidates(connection, limit, not_of=not_of, agent=agent, queue=queue)
    rows.sort(key=lambda w: w.rank)
    drawn = [w for w in rows if w.sample is not None]
    return [*drawn, *[w for w in rows if w.sample is None][:limit]]


def _candidates(
    connection: Connection, limit: int, *, not_of: str, agent: str, queue: str
) -> list[Waiting]:
    base = _base()
    for column, value in ((_CALL.c.agent, agent), (_CALL.c.queue, queue)):
        if value:
            base = base.where(column == value)
    if not_of:
        base = base.where(_CALL.c.agent != not_of)
    risk = (
        case((_CALL.c.auto_fail, 8), else_=0)
        + case((_CALL.c.anger_peak >= ANGRY_FROM, 2 * _CALL.c.anger_peak), else_=0)
        + case((_CALL.c.passed.is_(False), 2), else_=0)
    )
    grave = base.where(
        or_(
            _CALL.c.needs_review > 0,
            _CALL.c.auto_fail,
            _CALL.c.passed.is_(False),
            _CALL.c.anger_peak >= ANGRY_FROM,
        )
    ).order_by((_CALL.c.needs_review > 0).desc(), risk.desc(), _CALL.c.started_at.desc())
    latest = base.order_by(_CALL.c.started_at.desc()).limit(LATEST)
    drawn = base.where(exists().where(sample_call.c.call_id == _CALL.c.id)).limit(LATEST)
    rows = {
        row["id"]: row
        for query in (grave.limit(limit), latest, drawn)
        for row in connection.execute(query).mappings()
    }
    sure, samples = _confidence(connection, list(rows)), _samples(connection, list(rows))
    return [
        Waiting(
            r["id"],
            r["started_at"],
            r["agent"],
            r["queue"],
            float(r["seconds"] or 0.0),
            r["score"],
            bool(r["auto_fail"]),
            int(r["needs_review"] or 0),
            r["anger_peak"],
            (
                *([RANDOM] if call_id in samples else []),
                *_why(r["needs_review"], r["auto_fail"], r["anger_peak"], r["passed"], name),
            ),
            samples.get(call_id),
        )
        for call_id, r in rows.items()
        for name in [sure.get(call_id)]
    ]


def _base() -> Select[tuple[object, ...]]:
    columns = (
        _CALL.c.id,
        _CALL.c.started_at,
        _CALL.c.agent,
        _CALL.c.queue,
        func.coalesce(_CALL.c.seconds, _CALL.c.last_s).label("seconds"),
        _CALL.c.score,
        _CALL.c.auto_fail,
        _CALL.c.needs_review,
        _CALL.c.anger_peak,
        _CALL.c.passed,
    )
    card = exists().where(schema.scorecard.c.call_id == _CALL.c.id)
    reviewed = exists().where(review.c.call_id == _CALL.c.id)
    blind = exists().where(
        calibration_call.c.call_id == _CALL.c.id,
        calibration_call.c.round_id == calibration_round.c.id,
        calibration_round.c.closed_at == "",
    )
    return select(*columns).where(and_(_CALL.c.state == "ended", card, ~reviewed, ~blind))


def _samples(connection: Connection, ids: list[str]) -> dict[str, Sampled]:
    one, pool = sample_draw, sample_pool
    found: dict[str, Sampled] = {}
    for start in range(0, len(ids), 500):
        rows = connection.execute(
            select(sample_call.c.call_id, one, pool.c.eligible, pool.c.drawn)
            .select_from(sample_call)
            .join(one, one.c.id == sample_call.c.draw_id)
            .join(_CALL, _CALL.c.id == sample_call.c.call_id)
            .join(pool, and_(pool.c.draw_id == one.c.id, pool.c.agent == _CALL.c.agent))
            .where(sample_call.c.call_id.in_(ids[start : start + 500]))
        )
        found |= {
            r.call_id: Sampled(r.id, r.week, r.drawn_at, r.eligible, r.drawn, r.seed) for r in rows
        }
    return found


def _confidence(connection: Connection, ids: list[str]) -> dict[str, float]:
    said = schema.utterance
    found: dict[str, float] = {}
    for start in range(0, len(ids), 500):
        rows = connection.execute(
            select(said.c.call_id, func.avg(said.c.confidence).label("mean"))
            .where(said.c.call_id.in_(ids[start : start + 500]), said.c.confidence.is_not(None))
            .group_by(said.c.call_id)
        )
        found |= {row.call_id: float(row.mean) for row in rows}
    return found


def _why(
    unsure: int | None, auto_fail: bool | None, anger: int, passed: bool | None, sure: float | None
) -> list[str]:
    reasons: list[str] = []
    if unsure:
        reasons.append("1 answer needs review" if unsure == 1 else f"{unsure} answers need review")
    if auto_fail:
        reasons.append("auto-fail")
    if anger >= ANGRY_FROM:
        reasons.append(("angry", "threatens to leave", "abuse or danger")[min(anger, 4) - 2])
    if passed is False and not auto_fail:
        reasons.append("below the mark")
    if sure is not None and sure < UNSURE:
        reasons.append("words hard to hear")
    return reasons
