"""Words of ended calls, found by what was said: FTS5 on SQLite, a GIN index on PostgreSQL.

A call becomes one document when it ends, so the text of a live call is not found yet. By then the
call's redactions are done; where one comes later all the same, the index is merged into one piece,
because FTS5 keeps the words of deleted documents until it merges.
"""

import re
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select, text

from pipeline.store import mining, schema

_DOC = schema.search_doc


def index(connection: Connection, call_id: str) -> None:
    """Make, or make again, the document of an ended call, and its turns for the trainers."""
    mining.index(connection, call_id)
    said = schema.utterance
    lines = connection.scalars(
        select(said.c.text).where(said.c.call_id == call_id).order_by(said.c.start_s, said.c.id)
    )
    words = "\n".join(line for line in lines if line)
    old = connection.execute(select(_DOC.c.n, _DOC.c.text).where(_DOC.c.call_id == call_id)).first()
    if old is not None and old.text == words:
        return
    if old is not None:
        _remove(connection, old)
    made = connection.execute(_DOC.insert().values(call_id=call_id, text=words))
    if connection.dialect.name == "sqlite" and made.inserted_primary_key is not None:
        connection.execute(
            text("INSERT INTO search_index(rowid, text) VALUES (:n, :text)"),
            {"n": made.inserted_primary_key[0], "text": words},
        )


def forget(connection: Connection, call_id: str) -> bool:
    """Remove a call's document and turns; return whether there were any.

    `scour` takes the last traces.
    """
    turns = mining.forget(connection, call_id)
    old = connection.execute(select(_DOC.c.n, _DOC.c.text).where(_DOC.c.call_id == call_id)).first()
    if old is not None:
        _remove(connection, old)
    return turns or old is not None


def _remove(connection: Connection, old: Any) -> None:  # a row with n and text
    if connection.dialect.name == "sqlite":
        connection.execute(
            text("INSERT INTO search_index(search_index, rowid, text) VALUES ('delete', :n, :t)"),
            {"n": old.n, "t": old.text},
        )
    connection.execute(_DOC.delete().where(_DOC.c.n == old.n))


def scour(connection: Connection) -> None:
    """Merge the index into one piece, which drops the words of removed documents for good."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO search_index(search_index) VALUES ('optimize')"))
    mining.scour(connection)


def matching(dialect: str, words: str) -> ColumnElement[bool] | None:
    """Return the condition on `call` for calls in which all the words were said, None for none.

    The last word also matches as the beginning of a word.
    """
    terms = re.findall(r"\w+", words)
    if not terms:
        return None
    found: Select[tuple[str]] = select(_DOC.c.call_id)
    if dialect == "sqlite":
        wanted = " ".join(f'"{term}"' for term in terms) + "*"
        hits = text("SELECT rowid FROM search_index WHERE search_index MATCH :wanted").bindparams(
            wanted=wanted
        )
        found = found.where(_DOC.c.n.in_(hits.columns(literal_column("rowid")).scalar_subquery()))
    else:
        query = func.to_tsquery("simple", " & ".join(terms) + ":*")
        found = found.where(func.to_tsvector("simple", _DOC.c.text).op("@@")(query))
    return schema.call.c.id.in_(found)
