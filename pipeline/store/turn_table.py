"""The turns of all ended calls as columns in memory, kept in step with the database.

A turn costs about 25 bytes, its vector 384 more: 100,000 turns are 41 MB, of which 38 are vectors.
Vectors are read when meaning is first asked for. What is in memory holds no words, and is read anew
as soon as `utterance_change` says that a turn was altered or removed; what was added is added.
"""

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from pipeline.mining import quantised
from pipeline.store.schema import call
from pipeline.store.schema_mining import utterance_change, utterance_doc, utterance_vector

CHANNELS: Final = ("agent", "customer", "mixed")
BLOCK: Final = 8192
"""Vectors that are compared at once: 12 MB while it lasts."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors of turns: `places` are the turns' places in the table, `rows` [n, dimensions]."""

    places: Ints
    rows: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Turns:
    """Columns by place: number of the turn, place of its call, channel, start and time left.

    `calls` are the calls' ids by place, `rank` orders them by when they began, the latest first.
    """

    n: Ints
    call: NDArray[np.int32]
    channel: NDArray[np.int8]
    start_s: Floats
    left_s: Floats
    calls: tuple[str, ...]
    began: tuple[str, ...]
    places: dict[str, int] = field(repr=False)
    rank: NDArray[np.int32]
    vectors: tuple[Vectors, ...] = ()
    last_vector: int = 0
    changes: int = 0

    def __len__(self) -> int:
        return len(self.n)

    def at(self, numbers: Ints) -> Ints:
        """Return the places of turns by number, leaving out those that are not here."""
        found = np.searchsorted(self.n, numbers)
        found = np.minimum(found, max(len(self.n) - 1, 0))
        kept: Ints = found[self.n[found] == numbers] if len(self.n) else found[:0]
        return kept

    def alike(self, vector: Floats) -> Floats:
        """Return every turn's cosine with a unit vector, -1 for turns without a vector."""
        found = np.full(len(self), -1.0, np.float32)
        for block in self.vectors:
            found[block.places] = quantised.cosines(block.rows, vector)
        return found

    @property
    def read(self) -> int:
        """How many turns have a vector here."""
        return sum(len(block.places) for block in self.vectors)


_NONE: Final = (
    np.empty(0, np.int64),
    np.empty(0, np.int32),
    np.empty(0, np.int8),
    np.empty(0, np.float32),
    np.empty(0, np.float32),
)


def no_turns(changes: int = 0) -> Turns:
    """Return a table without turns."""
    return Turns(*_NONE, (), (), {}, np.empty(0, np.int32), changes=changes)


class TurnTable:
    """Hands out the table as it stands; may be asked from any thread."""

    def __init__(self, dimensions: int = 384) -> None:
        self._dimensions = dimensions
        self._turns = no_turns()
        self._model = ""
        self._lock = Lock()

    def current(self, connection: Connection, model: str = "") -> Turns:
        """Return the table as the connection's transaction sees it.

        `model` asks for the vectors that this encoder made; "" for none.
        """
        with self._lock:
            changes = connection.scalar(select(func.max(utterance_change.c.changes))) or 0
            if changes != self._turns.changes:
                self._turns = no_turns(changes)
            self._turns = _with_new(self._turns, connection)
            if model and model != self._model:
                self._model = model
                self._turns = replace(self._turns, vectors=(), last_vector=0)
            if self._model:
                self._turns = _with_vectors(self._turns, connection, self._model, self._dimensions)
            return self._turns


def _with_new(turns: Turns, connection: Connection) -> Turns:
    doc = utterance_doc
    last = int(turns.n[-1]) if len(turns) else 0
    rows = connection.execute(
        select(doc.c.n, doc.c.call_id, doc.c.channel, doc.c.start_s, call.c.seconds)
        .join_from(doc, call, doc.c.call_id == call.c.id)
        .where(doc.c.n > last)
        .order_by(doc.c.n)
    ).all()
    if not rows:
        return turns
    places = dict(turns.places)
    fresh = list(dict.fromkeys(row.call_id for row in rows if row.call_id not in places))
    places |= {call_id: len(places) + number for number, call_id in enumerate(fresh)}
    began = turns.began + _began(connection, fresh)
    start = np.array([row.start_s for row in rows], np.float32)
    length = np.array([row.seconds or 0.0 for row in rows], np.float32)
    order = sorted(range(len(began)), key=lambda at: began[at], reverse=True)
    rank = np.empty(len(began), np.int32)
    rank[order] = np.arange(len(began), dtype=np.int32)
    return Turns(
        np.concatenate([turns.n, np.array([row.n for row in rows], np.int64)]),
        np.concatenate([turns.call, np.array([places[r.call_id] for r in rows], np.int32)]),
        np.concatenate([turns.channel, np.array([_channel(r) for r in rows], np.int8)]),
        np.concatenate([turns.start_s, start]),
        np.concatenate([turns.left_s, length - start]),
        turns.calls + tuple(fresh),
        began,
        places,
        rank,
        turns.vectors,
        turns.last_vector,
        turns.changes,
    )


def _channel(row: Any) -> int:  # a row with channel
    return CHANNELS.index(row.channel)


def _began(connection: Connection, ids: list[str]) -> tuple[str, ...]:
    known: dict[str, str] = {}
    for first in range(0, len(ids), 500):
        some = ids[first : first + 500]
        found = connection.execute(select(call.c.id, call.c.started_at).where(call.c.id.in_(some)))
        known |= {row.id: row.started_at for row in found}
    return tuple(known[call_id] for call_id in ids)


def _with_vectors(turns: Turns, connection: Connection, model: str, dimensions: int) -> Turns:
    """Return the table with the vectors that it lacks, a block at a time."""
    kept = utterance_vector
    size = dimensions
    while True:
        rows = connection.execute(
            select(kept.c.id, kept.c.n, kept.c.vector)
            .where(kept.c.id > turns.last_vector, kept.c.model == model)
            .order_by(kept.c.id)
            .limit(BLOCK)
        ).all()
        if not rows:
            return turns
        fit = [row for row in rows if len(row.vector) == size]
        places = turns.at(np.array([row.n for row in fit], np.int64))
        made = quantised.from_rows([row.vector for row in fit], size)
        blocks = list(turns.vectors)
        if len(places) == len(fit) and len(fit):
            block = Vectors(places, made)
            if blocks and len(blocks[-1].places) + len(fit) <= BLOCK:
                block = Vectors(
                    np.concatenate([blocks[-1].places, places]),
                    np.concatenate([blocks[-1].rows, made]),
                )
                blocks.pop()
            blocks.append(block)
        turns = replace(turns, vectors=tuple(blocks), last_vector=rows[-1].id)
