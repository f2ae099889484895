"""Write events and what follows from them, in the transaction of the caller.

Each event is written once: one whose number the call has is left out, so a journal may be replayed
any number of times. The derived rows are written as the events come; where events come out of
order, or a redaction changes earlier ones, the call's derived rows are made again from all of its
events, which always gives the same as writing them one by one.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    UpdateBase,
    and_,
    bindparam,
    case,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.events import (
    CallEnded,
    DurableEvent,
    SidesSwapped,
    UtteranceRedacted,
    from_json,
    to_json,
)
from pipeline.placed import placed
from pipeline.store import schema, search
from pipeline.store.project import Amend, Put, at_s, project, tally
from pipeline.store.redacted import rewrite

Item = tuple[str, int, DurableEvent]
"""call_id, seq, event."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What came of it: events written, events left out as known, and whether words were removed.

    Where `removed` is true, `Database.scrub` must follow the commit.
    """

    written: int
    known: int
    removed: bool


class Appender:
    """Writes events; keeps the statements it has built. For one thread at a time."""

    def __init__(self) -> None:
        self._statements: dict[tuple[str, str, str, tuple[str, ...]], UpdateBase] = {}

    def append(self, connection: Connection, items: Iterable[Item]) -> Appended:
        """Write the events that are not there yet, and what follows from them."""
        given = {(call_id, seq): event for call_id, seq, event in reversed(list(items))}
        if not given:
            return Appended(0, 0, False)
        last = self._calls(connection, {call_id for call_id, _ in given})
        known = self._known(connection, given, last)
        fresh = sorted(
            ((c, s, e) for (c, s), e in given.items() if (c, s) not in known),
            key=lambda item: item[:2],
        )
        if not fresh:
            return Appended(0, len(known), False)
        self._insert_events(connection, fresh)
        redacting = {c for c, _, e in fresh if isinstance(e, UtteranceRedacted)}
        redacting |= self._late(connection, fresh, last)
        swapping = {c for c, _, e in fresh if isinstance(e, SidesSwapped)}
        again = redacting | swapping | {c for c, s, _ in fresh if s < last[c]}
        self._derive(connection, [item for item in fresh if item[0] not in again])
        removed = [
            call_id
            for call_id in sorted(redacting)
            if redact(connection, call_id, {s for c, s, _ in fresh if c == call_id and s < last[c]})
        ]
        for call_id in sorted(again):
            self.rebuild(connection, call_id)
        for call_id in sorted({c for c, _, e in fresh if isinstance(e, CallEnded)} | again):
            reindex(connection, call_id)
        if removed:
            search.scour(connection)
        return Appended(len(fresh), len(known), bool(removed))

    def rebuild(self, connection: Connection, call_id: str) -> None:
        """Make the derived rows of a call again from its events."""
        for table in schema.DERIVED:
            connection.execute(delete(table).where(table.c.call_id == call_id))
        connection.execute(
            update(schema.call).where(schema.call.c.id == call_id).values(schema.CALL_DERIVED)
        )
        stored = schema.event
        rows = connection.execute(
            select(stored.c.seq, stored.c.body)
            .where(stored.c.call_id == call_id)
            .order_by(stored.c.seq)
        )
        events = [(int(row.seq), _durable(row.body)) for row in rows]
        self._derive(connection, [(call_id, seq, event) for seq, event in placed(events)])

    def _calls(self, connection: Connection, ids: set[str]) -> dict[str, int]:
        """Return the last number of each call; a call that is not there is made."""
        call = schema.call
        rows = connection.execute(select(call.c.id, call.c.last_seq).where(call.c.id.in_(ids)))
        last = {row.id: row.last_seq for row in rows}
        missing = sorted(ids - last.keys())
        if missing:
            insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
            connection.execute(
                insert(call).on_conflict_do_nothing(), [{"id": call_id} for call_id in missing]
            )
        return {**dict.fromkeys(missing, 0), **last}

    @staticmethod
    def _known(
        connection: Connection, given: dict[tuple[str, int], DurableEvent], last: dict[str, int]
    ) -> set[tuple[str, int]]:
        doubtful: dict[str, list[int]] = defaultdict(list)
        for call_id, seq in given:
            if seq <= last[call_id]:
                doubtful[call_id].append(seq)
        stored = schema.event
        known: set[tuple[str, int]] = set()
        for call_id, seqs in doubtful.items():
            found = connection.scalars(
                select(stored.c.seq).where(stored.c.call_id == call_id, stored.c.seq.in_(seqs))
            )
            known.update((call_id, seq) for seq in found)
        return known

    @staticmethod
    def _late(connection: Connection, fresh: Sequence[Item], last: dict[str, int]) -> set[str]:
        """Return the calls with late events that a redaction written before may concern."""
        late = {c for c, s, _ in fresh if s < last[c]}
        if not late:
            return set()
        stored = schema.event
        found = connection.scalars(
            select(stored.c.call_id)
            .where(stored.c.call_id.in_(late), stored.c.type == "UtteranceRedacted")
            .distinct()
        )
        return set(found)

    def _insert_events(self, connection: Connection, fresh: Sequence[Item]) -> None:
        self._put_rows(
            connection,
            schema.event,
            [
                {
                    "call_id": call_id,
                    "seq": seq,
                    "type": event.type,
                    "at_s": at_s(event),
                    "body": to_json(event).decode(),
                }
                for call_id, seq, event in fresh
            ],
        )

    def _put_rows(
        self, connection: Connection, table: Table, rows: list[dict[str, object]]
    ) -> None:
        connection.execute(self._statement(connection, Put(table, rows[0])), rows)

    def _derive(self, connection: Connection, items: Sequence[Item]) -> None:
        """Write the derived rows of the events, which are in order and not derived yet."""
        groups = _grouped(change for item in items for change in project(*item))
        for changes in groups:
            connection.execute(
                self._statement(connection, changes[0]), [_parameters(c) for c in changes]
            )
        if items:
            connection.execute(_TALLY, _tallies(items))

    def _statement(self, connection: Connection, change: Put | Amend) -> UpdateBase:
        key = (connection.dialect.name, *_shape(change))
        if key not in self._statements:
            self._statements[key] = _build(connection.dialect.name, change)
        return self._statements[key]


def redact(connection: Connection, call_id: str, late: Collection[int] = ()) -> bool:
    """Apply the redactions of a call to its other events; return whether words were removed.

    `late` are the numbers of events that came out of order, in this transaction.
    """
    stored = schema.event
    rows = connection.execute(
        select(stored.c.seq, stored.c.body)
        .where(stored.c.call_id == call_id)
        .order_by(stored.c.seq)
    )
    changed = rewrite([(row.seq, json.loads(row.body)) for row in rows], frozenset(late))
    for seq, data in changed.items():
        body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        connection.execute(
            update(stored).where(stored.c.call_id == call_id, stored.c.seq == seq).values(body=body)
        )
    return bool(changed)


def reindex(connection: Connection, call_id: str) -> None:
    """Make the document to search of a call that has ended."""
    call = schema.call
    if connection.scalar(select(call.c.state).where(call.c.id == call_id)) == "ended":
        search.index(connection, call_id)


def _durable(body: str) -> DurableEvent:
    event: DurableEvent = from_json(body)  # type: ignore[assignment] # only durable ones are kept
    return event


def _shape(change: Put | Amend) -> tuple[str, str, tuple[str, ...]]:
    if isinstance(change, Put):
        return ("put", change.table.name, tuple(change.values))
    where = tuple(
        f"{name}{'' if value is not None else '?'}" for name, value in change.where.items()
    )
    return ("amend", change.table.name, (*where, "|", *change.values))


def _build(dialect: str, change: Put | Amend) -> UpdateBase:
    table = change.table
    if isinstance(change, Amend):
        conditions = [
            table.c[name] == bindparam(f"where_{name}")
            if value is not None
            else table.c[name].is_(None)
            for name, value in change.where.items()
        ]
        values: dict[str, object] = {name: bindparam(f"to_{name}") for name in change.values}
        return update(table).where(and_(*conditions)).values(values)
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    keys = [column.name for column in table.primary_key]
    rest = {name: insert.excluded[name] for name in change.values if name not in keys}
    if table is schema.event or not rest:
        return insert.on_conflict_do_nothing(index_elements=keys)
    return insert.on_conflict_do_update(index_elements=keys, set_=rest)


def _parameters(change: Put | Amend) -> dict[str, object]:
    if isinstance(change, Put):
        return dict(change.values)
    where = {f"where_{name}": value for name, value in change.where.items() if value is not None}
    return {**where, **{f"to_{name}": value for name, value in change.values.items()}}


def _grouped(changes: Iterable[Put | Amend]) -> list[list[Put | Amend]]:
    """Gather changes of one shape, keeping the order of those on one table of one call."""
    groups: list[list[Put | Amend]] = []
    shapes: list[tuple[str, str, tuple[str, ...]]] = []
    touched: dict[tuple[str, object], int] = {}
    for change in changes:
        shape = _shape(change)
        named = change.values if isinstance(change, Put) else change.where
        place = (change.table.name, named.get("call_id", named.get("id")))
        least = touched.get(place, 0)
        at = next((n for n in range(len(groups) - 1, least - 1, -1) if shapes[n] == shape), None)
        if at is None:
            at = len(groups)
            groups.append([])
            shapes.append(shape)
        groups[at].append(change)
        touched[place] = at
    return groups


def _most(column: str) -> object:
    """Return an expression for the greater of a column of `call` and its parameter."""
    old: ColumnElement[object] = schema.call.c[column]
    new: ColumnElement[object] = bindparam(f"to_{column}")
    return case((old < new, new), else_=old)


_TALLY = (
    update(schema.call)
    .where(schema.call.c.id == bindparam("call_id"))
    .values(
        utterances=schema.call.c.utterances + bindparam("to_utterances"),
        last_seq=_most("last_seq"),
        last_s=_most("last_s"),
        anger_peak=_most("anger_peak"),
        angry=or_(schema.call.c.angry, bindparam("to_angry")),
    )
)


def _tallies(items: Sequence[Item]) -> list[dict[str, object]]:
    by_call: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_call[item[0]].append(item)
    rows: list[dict[str, object]] = []
    for call_id, given in by_call.items():
        counts = [tally(event) for _, _, event in given]
        rows.append(
            {
                "call_id": call_id,
                "to_utterances": sum(t.utterances for t in counts),
                "to_last_seq": max(seq for _, seq, _ in given),
                "to_last_s": max(t.until_s for t in counts),
                "to_anger_peak": max(t.anger for t in counts),
                "to_angry": any(t.flagged for t in counts),
            }
        )
    return rows
