"""Writing the events of a swap of a call's sides, in one transaction."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from pipeline.errors import CallNotFound, CallOpen
from pipeline.events import DurableEvent, Event, from_json
from pipeline.store import schema, scores
from pipeline.store.append import Appender
from pipeline.store.database import Database
from qa_rules.types import PersonAnswer

MakeSwap = Callable[[list[tuple[int, Event]], Sequence[PersonAnswer]], Sequence[DurableEvent]]
"""Makes the events of a swap of all that the call's events and people say."""


def swap_sides(database: Database, call_id: str, make: MakeSwap) -> None:
    """Append to a call that is over what `make` says, and read its events the other way round.

    Raises:
        CallNotFound: there is no such call.
        CallOpen: it is not over.
    """
    stored = schema.event
    with database.write() as connection:
        known = connection.scalar(select(schema.call.c.id).where(schema.call.c.id == call_id))
        if known is None:
            raise CallNotFound(f"no call {call_id!r} is stored")
        if not scores.concluded(connection, call_id):
            raise CallOpen(f"call {call_id!r} is not over: its sides can be swapped once it is")
        rows: Any = connection.execute(
            select(stored.c.seq, stored.c.body)
            .where(stored.c.call_id == call_id)
            .order_by(stored.c.seq)
        )
        events = [(int(row.seq), from_json(row.body)) for row in rows]
        added = make(events, scores.people(connection, call_id))
        start = events[-1][0] + 1
        items = [(call_id, seq, event) for seq, event in enumerate(added, start)]
        Appender().append(connection, items)
