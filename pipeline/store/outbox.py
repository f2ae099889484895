"""What waits to be sent elsewhere, in the database, so that a restart loses nothing.

An item is "waiting" (and due at `next_s`, seconds since 1970), "sent", or "failed" once it was
tried often enough or refused for good. Every method blocks on the disk and belongs in an executor.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, insert, select, update

from pipeline.errors import CallNotFound, RecordNotFound
from pipeline.store import schema
from pipeline.store.database import Database
from pipeline.store.schema_help import outbox
from pipeline.store.users import now

WAITING, SENT, FAILED = "waiting", "sent", "failed"
MOST_DUE: Final = 20
MOST_LISTED: Final = 50


@dataclass(frozen=True, slots=True)
class Item:
    """One thing for one connector; `version` is that of the after-call work."""

    id: int
    call_id: str
    connector: str
    version: int
    state: str
    tries: int
    next_s: float
    reason: str
    sent_by: str
    changed_at: str


class OutboxStore:
    """The outbox of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, call_id: str, version: int, bodies: Mapping[str, Any], sent_by: str, now_s: float
    ) -> list[Item]:
        """Put one body for each connector in; what is there in this version already stays.

        Raises:
            CallNotFound: there is no such call.
        """
        at = now()
        with self._database.write() as connection:
            call = schema.call
            if connection.scalar(select(call.c.id).where(call.c.id == call_id)) is None:
                raise CallNotFound(f"no call {call_id!r} is stored")
            known = set(
                connection.scalars(
                    select(outbox.c.connector).where(
                        outbox.c.call_id == call_id, outbox.c.version == version
                    )
                )
            )
            for name, body in bodies.items():
                if name not in known:
                    connection.execute(
                        insert(outbox).values(
                            call_id=call_id,
                            connector=name,
                            version=version,
                            body=json.dumps(body, ensure_ascii=False),
                            state=WAITING,
                            next_s=now_s,
                            sent_by=sent_by,
                            created_at=at,
                            changed_at=at,
                        )
                    )
        return self.of_call(call_id)

    def due(self, now_s: float) -> list[tuple[Item, Any]]:
        """Return what is to be sent, with its body; the longest due first."""
        query = (
            select(outbox)
            .where(outbox.c.state == WAITING, outbox.c.next_s <= now_s)
            .order_by(outbox.c.next_s, outbox.c.id)
            .limit(MOST_DUE)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [(_item(row), json.loads(row["body"])) for row in rows]

    def next_s(self) -> float | None:
        """Return when something is due next, None where nothing waits."""
        query = select(func.min(outbox.c.next_s)).where(outbox.c.state == WAITING)
        with self._database.read() as connection:
            found: float | None = connection.scalar(query)
        return found

    def waiting(self) -> int:
        """Return how many items wait."""
        query = select(func.count()).select_from(outbox).where(outbox.c.state == WAITING)
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def note(self, item_id: int, state: str, tries: int, next_s: float, reason: str) -> None:
        """Note what became of a try."""
        with self._database.write() as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.id == item_id)
                .values(state=state, tries=tries, next_s=next_s, reason=reason, changed_at=now())
            )

    def retry(self, call_id: str, item_id: int, now_s: float) -> None:
        """Let an item that is not sent be tried at once, as if for the first time.

        Raises:
            RecordNotFound: the call has no such item, or it is sent.
        """
        with self._database.write() as connection:
            done = connection.execute(
                update(outbox)
                .where(outbox.c.id == item_id, outbox.c.call_id == call_id, outbox.c.state != SENT)
                .values(state=WAITING, tries=0, next_s=now_s, changed_at=now())
            ).rowcount
        if not done:
            raise RecordNotFound(f"call {call_id!r} has nothing unsent of number {item_id}")

    def of_call(self, call_id: str) -> list[Item]:
        """Return a call's items: of each connector the latest."""
        query = (
            select(outbox)
            .where(outbox.c.call_id == call_id)
            .order_by(outbox.c.connector, outbox.c.version)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return list({row["connector"]: _item(row) for row in rows}.values())

    def unsent(self, agent: str | None) -> list[Item]:
        """Return what is not sent, the latest first, of an agent's calls or of all for None."""
        query = (
            select(outbox)
            .join(schema.call, schema.call.c.id == outbox.c.call_id)
            .where(outbox.c.state != SENT)
            .order_by(outbox.c.id.desc())
            .limit(MOST_LISTED)
        )
        if agent is not None:
            query = query.where(schema.call.c.agent == agent)
        with self._database.read() as connection:
            rows: Sequence[Any] = connection.execute(query).mappings().all()
        return [_item(row) for row in rows]


def _item(row: Any) -> Item:  # a row of outbox
    return Item(**{name: row[name] for name in Item.__slots__})
