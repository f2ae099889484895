"""What must stay, what is due to go, and what is gone: holds, days, and the marks of removed calls.

A held call is never removed, by its days or by anybody, until the hold is lifted.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update

from pipeline.errors import CallNotFound, RecordNotFound, RequestRefused
from pipeline.store import schema
from pipeline.store.database import Database
from pipeline.store.schema_keeping import legal_hold, removed_call
from pipeline.store.users import now

WHY_MAX: Final = 500
_IN_ONE: Final = 500
"""Ids in one question; SQLite takes no more than some thousands of parameters."""

DaysOf = Callable[[str], int]
"""How many days the calls of a queue are kept; 0 for ever."""


class Why(StrEnum):
    """Why a call was removed."""

    AGE = "age"
    PERSON = "person"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Mark:
    """What the mark of a removed call says besides the call: why it went, and by whom."""

    why: Why
    by: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A call that must stay: who said so, when (ISO 8601, UTC) and why."""

    call_id: str
    held_by: str
    held_at: str
    why: str


@dataclass(frozen=True, slots=True)
class Removed:
    """What remains of a removed call; `audio_files` is None until its audio is gone as well."""

    call_id: str
    removed_at: str
    why: str
    removed_by: str
    queue: str
    started_on: str
    seconds: float | None
    utterances: int
    audio_files: int | None


@dataclass(frozen=True, slots=True)
class QueueStock:
    """The ended calls of a queue: how many, since which day, and how many of them are due."""

    queue: str
    days: int
    calls: int
    oldest: str
    due: int


class Keeping:
    """Holds and marks over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, call_ids: Sequence[str], by: str, why: str) -> int:
        """Hold calls; return how many were not held before. A second hold changes nothing.

        Raises:
            RequestRefused: no reason is given.
            CallNotFound: one of them is not stored; none is held then.
        """
        why = why.strip()
        if not why or len(why) > WHY_MAX:
            raise RequestRefused(f"say why the call must stay, in at most {WHY_MAX} characters")
        made = 0
        with self._database.write() as connection:
            for call_id in dict.fromkeys(call_ids):
                known = select(schema.call.c.id).where(schema.call.c.id == call_id)
                if connection.scalar(known) is None:
                    raise CallNotFound(f"no call {call_id!r} is stored")
                if not is_held(connection, call_id):
                    connection.execute(
                        insert(legal_hold).values(
                            call_id=call_id, held_by=by, held_at=now(), why=why
                        )
                    )
                    made += 1
        return made

    def lift(self, call_id: str) -> None:
        """Take a hold away.

        Raises:
            RecordNotFound: the call is not held.
        """
        with self._database.write() as connection:
            done = connection.execute(delete(legal_hold).where(legal_hold.c.call_id == call_id))
            if not done.rowcount:
                raise RecordNotFound(f"call {call_id!r} is not held")

    def holds(self) -> list[Hold]:
        """Return every hold, the latest first."""
        with self._database.read() as connection:
            query = select(legal_hold).order_by(legal_hold.c.held_at.desc())
            return [Hold(**row) for row in connection.execute(query).mappings()]

    def held(self, call_ids: Sequence[str]) -> set[str]:
        """Return which of these calls are held."""
        found: set[str] = set()
        with self._database.read() as connection:
            for at in range(0, len(call_ids), _IN_ONE):
                some = legal_hold.c.call_id.in_(call_ids[at : at + _IN_ONE])
                found |= set(connection.scalars(select(legal_hold.c.call_id).where(some)))
        return found

    def removed(self, limit: int = 100) -> list[Removed]:
        """Return the marks of removed calls, the latest first."""
        with self._database.read() as connection:
            query = select(removed_call).order_by(removed_call.c.removed_at.desc()).limit(limit)
            return [Removed(**row) for row in connection.execute(query).mappings()]

    def mark_of(self, call_id: str) -> Removed | None:
        """Return what remains of a removed call, None where it never was or still is."""
        query = select(removed_call).where(removed_call.c.call_id == call_id)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
            return None if row is None else Removed(**row)

    def loud(self) -> list[str]:
        """Return the removed calls whose audio is not known to be gone."""
        query = select(removed_call.c.call_id).where(removed_call.c.audio_files.is_(None))
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def silenced(self, files: Iterable[tuple[str, int]]) -> None:
        """Note for calls how many files of audio went with them."""
        with self._database.write() as connection:
            for call_id, count in files:
                connection.execute(
                    update(removed_call)
                    .where(removed_call.c.call_id == call_id)
                    .values(audio_files=count)
                )

    def due(self, days_of: DaysOf, limit: int, at: datetime | None = None) -> list[str]:
        """Return ended calls whose days are over and that nobody holds, the oldest first."""
        found: list[tuple[str, str]] = []
        with self._database.read() as connection:
            for queue in _queues(connection):
                if days := days_of(queue):
                    query = (
                        select(schema.call.c.started_at, schema.call.c.id)
                        .where(_over(queue, days, at), ~_is_held())
                        .order_by(schema.call.c.started_at)
                        .limit(limit)
                    )
                    found += [(row.started_at, row.id) for row in connection.execute(query)]
        return [call_id for _, call_id in sorted(found)[:limit]]

    def stock(self, days_of: DaysOf, at: datetime | None = None) -> list[QueueStock]:
        """Return for each queue what is there and what is due; what is held is never due."""
        call = schema.call
        with self._database.read() as connection:
            rows = connection.execute(
                select(call.c.queue, func.count(), func.min(call.c.started_at))
                .where(call.c.state == "ended")
                .group_by(call.c.queue)
                .order_by(call.c.queue)
            ).all()
            made = []
            for queue, count, oldest in rows:
                days, due = days_of(queue), 0
                if days:
                    over = select(func.count()).where(_over(queue, days, at), ~_is_held())
                    due = connection.scalar(over) or 0
                made.append(QueueStock(queue, days, count, (oldest or "")[:10], due))
        return made


def is_held(connection: Connection, call_id: str) -> bool:
    """Return whether a call must stay."""
    query = select(legal_hold.c.call_id).where(legal_hold.c.call_id == call_id)
    return connection.scalar(query) is not None


def leave_mark(connection: Connection, call_id: str, mark: Mark) -> bool:
    """Write what remains of a call, in the transaction that removes it; False where it is not."""
    call = schema.call
    row = connection.execute(
        select(call.c.queue, call.c.started_at, call.c.seconds, call.c.utterances).where(
            call.c.id == call_id
        )
    ).first()
    if row is None:
        return False
    connection.execute(delete(removed_call).where(removed_call.c.call_id == call_id))
    values: dict[str, Any] = {
        "call_id": call_id,
        "removed_at": now(),
        "why": str(mark.why),
        "removed_by": mark.by,
        "queue": row.queue,
        "started_on": row.started_at[:10],
        "seconds": row.seconds,
        "utterances": row.utterances,
    }
    connection.execute(insert(removed_call).values(values))
    return True


def _queues(connection: Connection) -> list[str]:
    query = select(schema.call.c.queue).where(schema.call.c.state == "ended").distinct()
    return list(connection.scalars(query))


def _over(queue: str, days: int, at: datetime | None) -> ColumnElement[bool]:
    """The ended calls of a queue that began more than so many days ago."""
    call = schema.call
    before = ((at or datetime.now(UTC)) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S")
    return (
        (call.c.state == "ended")
        & (call.c.queue == queue)
        & (call.c.started_at != "")
        & (call.c.started_at < before)
    )


def _is_held() -> ColumnElement[bool]:
    return exists().where(legal_hold.c.call_id == schema.call.c.id)
