"""Keeps the turns of ended calls in the index that trainers search, as their masked text stands.

`pipeline.store.search` calls this where it indexes calls. The words' index follows by triggers;
a turn whose text changes loses its vector, which `pipeline.vectors` makes again of the new text.
"""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, text, update

from pipeline.store.schema import call, utterance
from pipeline.store.schema_mining import utterance_change, utterance_doc, utterance_vector

_DOC = utterance_doc
_KEPT = ("channel", "start_s", "end_s", "text")


def index(connection: Connection, call_id: str) -> int:
    """Make the turns of an ended call what its utterances say; return how many were written."""
    said = utterance
    rows = connection.execute(
        select(said.c.id, *(said.c[name] for name in _KEPT))
        .where(said.c.call_id == call_id, said.c.text != "")
        .order_by(said.c.start_s, said.c.id)
    )
    heard = {row.id: row for row in rows}
    old = {
        row.utterance_id: row
        for row in connection.execute(select(_DOC).where(_DOC.c.call_id == call_id))
    }
    gone = [row.n for number, row in old.items() if number not in heard]
    changed = [
        {"row": old[number].n, **{name: getattr(row, name) for name in _KEPT}}
        for number, row in heard.items()
        if number in old and _values(old[number]) != _values(row)
    ]
    fresh = [
        {"call_id": call_id, "utterance_id": number, **{n: getattr(row, n) for n in _KEPT}}
        for number, row in heard.items()
        if number not in old
    ]
    if gone:
        connection.execute(delete(_DOC).where(_DOC.c.n.in_(gone)))
    if changed:
        connection.execute(
            update(_DOC)
            .where(_DOC.c.n == bindparam("row"))
            .values({name: bindparam(name) for name in _KEPT}),
            changed,
        )
        touched = [row["row"] for row in changed]
        connection.execute(delete(utterance_vector).where(utterance_vector.c.n.in_(touched)))
    if fresh:
        connection.execute(_DOC.insert(), fresh)
    if gone or changed:
        note_change(connection)
    return len(changed) + len(fresh)


def forget(connection: Connection, call_id: str) -> bool:
    """Remove a call's turns with their vectors; return whether there were any."""
    gone = connection.execute(delete(_DOC).where(_DOC.c.call_id == call_id)).rowcount
    if gone:
        note_change(connection)
    return gone > 0


def scour(connection: Connection) -> None:
    """Merge the words' index into one piece, which drops the words of removed turns for good."""
    if connection.dialect.name == "sqlite":
        connection.execute(
            text("INSERT INTO search_index_turn(search_index_turn) VALUES ('optimize')")
        )


def reindex_all(connection: Connection) -> int:
    """Make the turns of every ended call again, the earliest first; return how many calls."""
    ended = connection.scalars(
        select(call.c.id).where(call.c.state == "ended").order_by(call.c.started_at, call.c.id)
    ).all()
    for call_id in ended:
        index(connection, call_id)
    if connection.dialect.name == "sqlite":
        connection.execute(
            text("INSERT INTO search_index_turn(search_index_turn) VALUES ('rebuild')")
        )
    note_change(connection)
    return len(ended)


def note_change(connection: Connection) -> None:
    """Count a change, so that copies in memory are read anew."""
    done = connection.execute(
        update(utterance_change).values(changes=utterance_change.c.changes + 1)
    )
    if not done.rowcount:
        connection.execute(utterance_change.insert().values(id=1, changes=1))


def _values(row: Any) -> tuple[object, ...]:  # a row of either table
    return tuple(getattr(row, name) for name in _KEPT)
