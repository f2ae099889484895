"""The scores of a call: one `CallScored` after the other, and the answers that people gave.

The latest score is the call's; none is taken away. People's answers are rows that are only added:
the last one to a question counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, distinct, func, select

from pipeline.events import CallScored, from_json
from pipeline.store import schema
from qa_rules.types import PersonAnswer

QUIET: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Scored:
    """A score of a call, with the number of its event."""

    seq: int
    event: CallScored


@dataclass(frozen=True, slots=True)
class FormUse:
    """What one pack asked in one version: how many calls it scored, and when the first began."""

    pack: str
    version: str
    hash: str
    calls: int
    first_call: str


def scored(connection: Connection, call_id: str) -> list[Scored]:
    """Return the scores of a call, the earliest first."""
    stored = schema.event
    rows = connection.execute(
        select(stored.c.seq, stored.c.body)
        .where(stored.c.call_id == call_id, stored.c.type == "CallScored")
        .order_by(stored.c.seq)
    )
    return [
        Scored(row.seq, event)
        for row in rows
        if isinstance(event := from_json(row.body), CallScored)
    ]


def concluded(connection: Connection, call_id: str) -> bool:
    """Return whether a call has ended and nothing more of its own will be written.

    The after-call work is the last that comes. Where a fault kept it from coming, five minutes
    after the end nothing more will.
    """
    call, work = schema.call, schema.wrapup
    row = connection.execute(
        select(call.c.state, call.c.reason, call.c.started_at, call.c.last_s, work.c.body)
        .select_from(call.outerjoin(work, work.c.call_id == call.c.id))
        .where(call.c.id == call_id)
    ).first()
    if row is None or row.state != "ended":
        return False
    if row.body is not None or row.reason == "interrupted":
        return True
    try:
        began = datetime.fromisoformat(row.started_at)
    except ValueError:
        return True  # no live call begins without a time
    return datetime.now(UTC) - began > timedelta(seconds=row.last_s) + QUIET


def people(connection: Connection, call_id: str) -> list[PersonAnswer]:
    """Return every answer that people gave, the earliest first."""
    kept = schema.answer
    rows = connection.execute(
        select(kept).where(kept.c.call_id == call_id).order_by(kept.c.n)
    ).mappings()
    return [_answer(row) for row in rows]


def add_people(connection: Connection, call_id: str, given: Sequence[PersonAnswer]) -> None:
    """Keep answers after those that are there."""
    kept = schema.answer
    last = connection.scalar(select(func.max(kept.c.n)).where(kept.c.call_id == call_id))
    rows = [
        {
            "call_id": call_id,
            "n": int(last or 0) + k,
            "question_id": one.question_id,
            "answer": one.answer,
            "note": one.note,
            "second_s": one.second,
            "answered_by": one.by,
            "answered_at": one.at,
        }
        for k, one in enumerate(given, 1)
    ]
    if rows:
        connection.execute(kept.insert(), rows)


def form_uses(connection: Connection) -> list[FormUse]:
    """Return every version of a pack's form that has scored a call which is still stored."""
    use, call = schema.form_use, schema.call
    columns = (use.c.pack, use.c.version, use.c.hash)
    rows = connection.execute(
        select(
            *columns,
            func.count(distinct(use.c.call_id)).label("calls"),
            func.min(call.c.started_at).label("first_call"),
        )
        .join(call, call.c.id == use.c.call_id)
        .group_by(*columns)
        .order_by(use.c.pack, func.min(call.c.started_at))
    )
    return [FormUse(r.pack, r.version, r.hash, r.calls, r.first_call) for r in rows]


def _answer(row: Any) -> PersonAnswer:  # a row mapping of `answer`
    return PersonAnswer(
        row["question_id"],
        row["answer"],
        row["answered_by"],
        row["answered_at"],
        row["note"],
        row["second_s"],
    )
