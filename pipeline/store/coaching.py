"""Coaching notes on seconds of calls, in the database.

Every method blocks on the disk and belongs in an executor.
"""

from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import RowMapping, and_, delete, insert, select, update

from pipeline.errors import CallNotFound, RecordNotFound
from pipeline.store import schema
from pipeline.store.database import Database
from pipeline.store.schema_review import coaching_note
from pipeline.store.users import now

MOST: Final = 500
"""Notes that a list gives at once."""


@dataclass(frozen=True, slots=True)
class CoachingNote:
    """A note on a second of a call; `shared` with its agent, who has or has not `seen_at` it."""

    id: int
    call_id: str
    at: float
    text: str
    written_by: str
    written_at: str
    shared: bool
    seen_at: str


class Coaching:
    """Coaching notes over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, call_id: str, at: float, text: str, by: str, *, shared: bool) -> int:
        """Keep a note on a second of a call; return its number.

        Raises:
            CallNotFound: there is no such call.
        """
        with self._database.write() as connection:
            known = connection.scalar(select(schema.call.c.id).where(schema.call.c.id == call_id))
            if known is None:
                raise CallNotFound(f"no call {call_id!r} is stored")
            values = {"call_id": call_id, "at_s": at, "text": text, "shared": shared}
            done = connection.execute(
                insert(coaching_note)
                .values(**values, written_by=by, written_at=now())
                .returning(coaching_note.c.id)
            )
            return int(done.scalar_one())

    def drop(self, note_id: int, by: str) -> None:
        """Remove one's own note.

        Raises:
            RecordNotFound: there is no such note of this person's.
        """
        with self._database.write() as connection:
            done = connection.execute(
                delete(coaching_note).where(
                    coaching_note.c.id == note_id, coaching_note.c.written_by == by
                )
            )
            if not done.rowcount:
                raise RecordNotFound("there is no such note of yours")

    def see(self, note_id: int, agent: str) -> None:
        """Note that the agent of the call has read a shared note; the first time counts.

        Raises:
            RecordNotFound: there is no such note for this agent.
        """
        call = schema.call
        theirs = select(call.c.id).where(call.c.agent == agent)
        mine = and_(
            coaching_note.c.id == note_id,
            coaching_note.c.shared,
            coaching_note.c.call_id.in_(theirs),
        )
        with self._database.write() as connection:
            if not agent or connection.scalar(select(coaching_note.c.id).where(mine)) is None:
                raise RecordNotFound("there is no such note for you")
            connection.execute(
                update(coaching_note)
                .where(mine, coaching_note.c.seen_at == "")
                .values(seen_at=now())
            )

    def of_call(self, call_id: str, *, shared_only: bool = False) -> list[CoachingNote]:
        """Return a call's notes in its order."""
        query = select(coaching_note).where(coaching_note.c.call_id == call_id)
        if shared_only:
            query = query.where(coaching_note.c.shared)
        with self._database.read() as connection:
            found = connection.execute(query.order_by(coaching_note.c.at_s)).mappings()
            return [_note(row) for row in found]

    def shared_with(self, agent: str) -> list[CoachingNote]:
        """Return the notes that are shared with an agent, those not seen and the latest first."""
        call = schema.call
        query = (
            select(coaching_note)
            .join(call, call.c.id == coaching_note.c.call_id)
            .where(call.c.agent == agent, coaching_note.c.shared)
            .order_by(coaching_note.c.seen_at != "", coaching_note.c.written_at.desc())
            .limit(MOST)
        )
        with self._database.read() as connection:
            return [_note(row) for row in connection.execute(query).mappings()]


def _note(row: RowMapping) -> CoachingNote:
    values = {f.name: row[f.name] for f in fields(CoachingNote) if f.name != "at"}
    return CoachingNote(at=row["at_s"], **{**values, "shared": bool(values["shared"])})
