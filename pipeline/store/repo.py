"""The store: calls, what was said and found in them, and what people did with it.

Every method may be called from any thread and blocks on the disk; on the event loop it belongs in
an executor. The events of live calls go through `pipeline.store.writer`, which groups them.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.audio.tape import Recording
from pipeline.errors import CallNotFound, CallOpen, StoreUnavailable
from pipeline.events import CallEnded, CallScored, CallStarted, DurableEvent, Event, from_json
from pipeline.store import migrate, reading, schema, scores, search
from pipeline.store.append import Appended, Appender, Item
from pipeline.store.database import WRITE_PATIENCE_S, Database
from pipeline.store.rows import FATES, CallDetail, CallFilter, CallRow
from pipeline.store.scores import FormUse, Scored
from qa_rules.types import PersonAnswer

PAGE: Final = 50

MakeScore = Callable[[Sequence[Scored], Sequence[PersonAnswer]], CallScored]
"""Makes a call's next score of those before and of all that people answered."""


class Store:
    """Calls in a database. Make it by `Store.open`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._appender = Appender()
        self._scrub_due = False

    @classmethod
    def open(cls, url: str | Path) -> Self:
        """Open the database at a URL or a path, making it or bringing it up to date.

        Raises:
            StoreUnavailable: it is locked, read-only, damaged, newer than this version ...
        """
        with ExitStack() as undo:
            database = Database(url)
            undo.callback(database.close)
            migrate.upgrade(database)
            undo.pop_all()
        return cls(database)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the store."""
        self.close()

    @property
    def scrub_due(self) -> bool:
        """Whether the write-ahead log still holds words that were removed."""
        return self._scrub_due

    # What calls tell.

    def start_call(
        self,
        event: CallStarted,
        facts: Mapping[str, str | int | float | bool] | None = None,
        source: str = "",
    ) -> None:
        """Write a call's first event (number 1) and the facts that came with it."""
        self.append_all([(event.call_id, 1, event)], {event.call_id: (facts or {}, source)})

    def append(self, call_id: str, events: Iterable[tuple[int, DurableEvent]]) -> Appended:
        """Write numbered events of a call; those that it has already are left out."""
        return self.append_all((call_id, seq, event) for seq, event in events)

    def append_all(
        self,
        items: Iterable[Item],
        origins: Mapping[str, tuple[Mapping[str, Any], str]] | None = None,
        patience_s: float = WRITE_PATIENCE_S,
    ) -> Appended:
        """Write events of any calls in one transaction; `origins` is call_id -> facts and source.

        Raises:
            StoreUnavailable: the database refuses; nothing was written.
        """
        with self.database.write(patience_s) as connection:
            done = self._appender.append(connection, items)
            for call_id, (facts, source) in (origins or {}).items():
                connection.execute(
                    update(schema.call)
                    .where(schema.call.c.id == call_id)
                    .values(facts=json.dumps(dict(facts), ensure_ascii=False), source=source)
                )
        self._scrub_due |= done.removed
        if done.removed:
            self.scrub()
        return done

    def scrub(self) -> bool:
        """Empty the write-ahead log if words were removed since; False while it has to wait."""
        if self._scrub_due:
            try:
                self._scrub_due = not self.database.scrub()
            except StoreUnavailable:
                return False  # what was written stands; the log is emptied another time
        return not self._scrub_due

    def finish_call(self, call_id: str, seconds: float, reason: str) -> bool:
        """Append CallEnded to a call that has none; return whether it was live.

        Raises:
            CallNotFound: there is no such call.
        """
        with self.database.write() as connection:
            row = self._need(connection, call_id)
            if row.state != "live":
                return False
            self._appender.append(
                connection, [(call_id, row.last_seq + 1, CallEnded(seconds, reason))]
            )
        return True

    def recover(self, heard: Mapping[str, float] | None = None) -> list[str]:
        """Close calls that a crash left open as "interrupted", at the last second known of them.

        Run it at the start, after the writer's journal is replayed. `heard` is call_id -> seconds
        of audio on the disk, which may reach further than the last words.

        Returns:
            The ids of the calls that were closed.
        """
        call = schema.call
        with self.database.write() as connection:
            rows = connection.execute(
                select(call.c.id, call.c.last_seq, call.c.last_s)
                .where(call.c.state == "live")
                .order_by(call.c.started_at)
            ).all()
            self._appender.append(
                connection,
                [
                    (r.id, r.last_seq + 1, CallEnded(self._until(r, heard), "interrupted"))
                    for r in rows
                ],
            )
        return [row.id for row in rows]

    def rebuild(self, call_id: str) -> None:
        """Make the derived rows of a call again from its events.

        Raises:
            CallNotFound: there is no such call.
        """
        with self.database.write() as connection:
            self._need(connection, call_id)
            self._appender.rebuild(connection, call_id)

    # What people and the edge add.

    def hint_fate(self, call_id: str, hint_id: str, fate: str, at: float) -> None:
        """Note what became of a hint at a second of the call; the first time counts.

        Raises:
            ValueError: no such fate.
            CallNotFound: there is no such call.
        """
        if fate not in FATES:
            raise ValueError(f"{fate!r} is none of {', '.join(FATES)}")
        with self.database.write() as connection:
            self._need(connection, call_id)
            insert = self._insert(schema.hint_fate).on_conflict_do_nothing()
            connection.execute(
                insert, {"call_id": call_id, "hint_id": hint_id, "fate": fate, "at_s": at}
            )

    def tick_item(self, call_id: str, item: str, note: str, ticked_by: str = "") -> None:
        """Note that a person ticked an item off; a later note replaces the earlier.

        Raises:
            CallNotFound: there is no such call.
        """
        values = {"note": note, "ticked_by": ticked_by, "ticked_at": _now()}
        with self.database.write() as connection:
            self._need(connection, call_id)
            insert = self._insert(schema.tick).on_conflict_do_update(
                index_elements=["call_id", "rule_id"], set_=values
            )
            connection.execute(insert, {"call_id": call_id, "rule_id": item, **values})

    def save_wrapup(self, call_id: str, wrapup: Mapping[str, Any], edited_by: str) -> int:
        """Keep an edit beside the machine's draft and the edits before; return its version.

        Raises:
            CallNotFound: there is no such call.
        """
        edit = schema.wrapup_edit
        with self.database.write() as connection:
            self._need(connection, call_id)
            last = connection.scalar(
                select(func.max(edit.c.version)).where(edit.c.call_id == call_id)
            )
            version = int(last or 0) + 1
            connection.execute(
                edit.insert().values(
                    call_id=call_id,
                    version=version,
                    body=json.dumps(dict(wrapup), ensure_ascii=False),
                    edited_by=edited_by,
                    edited_at=_now(),
                )
            )
        return version

    def add_score(
        self, call_id: str, make: MakeScore, given: Sequence[PersonAnswer] = ()
    ) -> CallScored:
        """Add a later score of a call, with the answers of people that led to it; return it.

        `make` is called in the transaction, so that no other's answer comes between.

        Raises:
            CallNotFound: there is no such call.
            CallOpen: it is not over, or its first score is still to come.
        """
        with self.database.write() as connection:
            row = self._need(connection, call_id)
            if not scores.concluded(connection, call_id):
                raise CallOpen(f"call {call_id!r} is not over: score it once it is")
            scores.add_people(connection, call_id, given)
            event = make(scores.scored(connection, call_id), scores.people(connection, call_id))
            self._appender.append(connection, [(call_id, int(row.last_seq) + 1, event)])
        return event

    def save_recording(self, recording: Recording) -> None:
        """Note what is kept of a call's audio, in place of what was noted before.

        It may come before the call's events, where those wait in the writer's journal.
        """
        values = {
            "path": recording.path,
            "format": recording.format,
            "rate_hz": recording.rate_hz,
            "channels": recording.channels,
            "seconds": recording.seconds,
            "state": recording.state,
            "detail": recording.detail,
            "peaks_per_s": recording.peaks.per_s,
            "peaks": recording.peaks.to_bytes(),
        }
        with self.database.write() as connection:
            stub = self._insert(schema.call).on_conflict_do_nothing()
            connection.execute(stub, {"id": recording.call_id})
            insert = self._insert(schema.recording).on_conflict_do_update(
                index_elements=["call_id"], set_=values
            )
            connection.execute(insert, {"call_id": recording.call_id, **values})

    def remove(
        self, call_ids: Iterable[str], may_go: Callable[[Connection, str], bool] | None = None
    ) -> int:
        """Remove the rows of calls for good; return how many calls there were.

        `may_go` is asked for each in the same transaction, and may write what remains of it. Their
        audio, and what must stay, are `pipeline.store.retention`'s to think of.
        """
        with self.database.write() as connection:
            gone = 0
            for call_id in call_ids:
                if may_go is not None and not may_go(connection, call_id):
                    continue
                search.forget(connection, call_id)
                gone += connection.execute(
                    delete(schema.call).where(schema.call.c.id == call_id)
                ).rowcount
            if gone:
                search.scour(connection)
        self._scrub_due |= bool(gone)
        self.scrub()
        return gone

    # What pages read.

    def calls(
        self, wanted: CallFilter | None = None, limit: int = PAGE, before: str | None = None
    ) -> list[CallRow]:
        """Return the latest calls first; `before` is `CallRow.cursor` of the last one seen."""
        with self.database.read() as connection:
            return reading.calls(connection, wanted or CallFilter(), limit, before)

    def call(self, call_id: str) -> CallDetail:
        """Return one call whole.

        Raises:
            CallNotFound: there is no such call.
        """
        with self.database.read() as connection:
            detail = reading.call(connection, call_id)
        if detail is None:
            raise CallNotFound(f"no call {call_id!r} is stored")
        return detail

    def knows(self, call_id: str) -> bool:
        """Return whether anything of the call is stored."""
        call = schema.call
        with self.database.read() as connection:
            return connection.scalar(select(call.c.id).where(call.c.id == call_id)) is not None

    def agent_of(self, call_id: str) -> str | None:
        """Return the agent of a call, None where there is no such call."""
        with self.database.read() as connection:
            query = select(schema.call.c.agent).where(schema.call.c.id == call_id)
            return connection.scalar(query)

    def ids(self) -> list[str]:
        """Return the ids of all calls, the earliest first."""
        call = schema.call
        with self.database.read() as connection:
            return list(connection.scalars(select(call.c.id).order_by(call.c.started_at)))

    def events(self, call_id: str, after: int = 0) -> list[tuple[int, Event]]:
        """Return a call's numbered events after a number, none for a call that is not there."""
        stored = schema.event
        with self.database.read() as connection:
            rows = connection.execute(
                select(stored.c.seq, stored.c.body)
                .where(stored.c.call_id == call_id, stored.c.seq > after)
                .order_by(stored.c.seq)
            ).all()
        return [(row.seq, from_json(row.body)) for row in rows]

    def scores(self, call_id: str) -> list[Scored]:
        """Return the scores of a call, the earliest first; the last one is the call's."""
        with self.database.read() as connection:
            return scores.scored(connection, call_id)

    def people(self, call_id: str) -> list[PersonAnswer]:
        """Return every answer that people gave to questions of a call, the earliest first."""
        with self.database.read() as connection:
            return scores.people(connection, call_id)

    def form_uses(self) -> list[FormUse]:
        """Return every version of a pack's form that has scored calls."""
        with self.database.read() as connection:
            return scores.form_uses(connection)

    def recording(self, call_id: str) -> Recording | None:
        """Return what is kept of a call's audio, None where nothing is."""
        with self.database.read() as connection:
            return reading.recording(connection, call_id)

    @staticmethod
    def _until(row: Any, heard: Mapping[str, float] | None) -> float:  # a row of `recover`
        return max(float(row.last_s), (heard or {}).get(row.id, 0.0))

    @staticmethod
    def _need(connection: Connection, call_id: str) -> Any:  # a row with state and last_seq
        call = schema.call
        row = connection.execute(
            select(call.c.state, call.c.last_seq).where(call.c.id == call_id)
        ).first()
        if row is None:
            raise CallNotFound(f"no call {call_id!r} is stored")
        return row

    def _insert(
        self, table: Any
    ) -> Any:  # the two dialects' inserts share no base with on_conflict
        return sqlite.insert(table) if self.database.sqlite else postgresql.insert(table)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
