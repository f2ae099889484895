"""Makes the vectors of turns: for old calls at once, for new ones a few at a time after they end.

The encoder is the one that comes with Cueline and is loaded when it is first needed. Only masked
text is read: the turns as they lie in the search index.
"""

import asyncio
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final

import structlog
from sqlalchemy import Connection, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from models.engines import TextEncoder
from models.errors import EngineFailed, ModelError
from models.registry import load
from pipeline.errors import StoreUnavailable
from pipeline.mining import quantised
from pipeline.store.database import Database
from pipeline.store.schema_mining import utterance_change, utterance_doc, utterance_vector
from pipeline.store.turn_table import Floats

ENCODER: Final = "minilm"
LOT: Final = 16
"""Turns read at a time beside live calls: about 80 ms of one core."""
PAUSE_S: Final = 0.5
EVERY_S: Final = 5.0
"""How often it is looked whether a call has ended."""

log = structlog.get_logger(__name__)


class SentenceReader:
    """The encoder, loaded when first asked; safe to share between threads.

    `encoder` is one that is loaded already, such as that by which calls are read.
    """

    def __init__(
        self,
        name: str = ENCODER,
        options: Mapping[str, object] | None = None,
        encoder: TextEncoder | None = None,
    ) -> None:
        self._name, self._options = name, dict(options or {})
        self._encoder = encoder
        self._lock = Lock()
        self.trouble = ""
        """Why the encoder does not load, "" where it does or was not needed yet."""

    def need(self) -> TextEncoder:
        """Return the encoder.

        Raises:
            ModelError: it does not load.
        """
        encoder = self._loaded()
        if encoder is None:
            raise ModelError(self.trouble)
        return encoder

    @property
    def model(self) -> str:
        """The name under which its vectors are kept, "" where it does not load."""
        encoder = self._loaded()
        return "" if encoder is None else f"{encoder.info.name}/{encoder.info.model}"[:128]

    def vector(self, sentence: str) -> Floats:
        """Return the unit vector of a sentence.

        Raises:
            EngineFailed: the encoder failed.
        """
        encoder = self._loaded()
        if encoder is None:
            raise RuntimeError(self.trouble)
        made: Floats = encoder.encode([sentence]).vectors[0]
        return made

    def _loaded(self) -> TextEncoder | None:
        with self._lock:
            if self._encoder is None and not self.trouble:
                try:
                    self._encoder = load("encode", self._name, self._options)
                except ModelError as fault:
                    self.trouble = str(fault)
            return self._encoder


class VectorMaker:
    """Gives the turns in the index their vectors."""

    def __init__(self, database: Database, reader: SentenceReader) -> None:
        self._database, self._reader = database, reader
        self._done_at: tuple[int, int] | None = None

    def step(self, most: int = LOT) -> int:
        """Read up to so many turns that have no vector of this encoder; return how many.

        A turn whose text changed meanwhile is left for the next step.

        Raises:
            StoreUnavailable: the database refuses.
            EngineFailed: the encoder failed.
        """
        with self._database.read() as connection:
            stands = _standing(connection)
            if stands == self._done_at or not stands[0] or not self._reader.model:
                return 0
            waiting = self._waiting(connection, most)
        if not waiting:
            self._done_at = stands
            return 0
        made = [
            {"n": n, "model": self._reader.model, "vector": self._bytes(text)}
            for n, text in waiting
        ]
        texts = dict(waiting)
        doc, kept = utterance_doc.c, utterance_vector
        insert = sqlite.insert(kept) if self._database.sqlite else postgresql.insert(kept)
        put = insert.on_conflict_do_update(
            index_elements=["n"],
            set_={"model": insert.excluded.model, "vector": insert.excluded.vector},
        )
        with self._database.write() as connection:
            rows = connection.execute(select(doc.n, doc.text).where(doc.n.in_(list(texts))))
            same = {row.n for row in rows if texts[row.n] == row.text}
            fresh = [row for row in made if row["n"] in same]
            if fresh:
                connection.execute(put, fresh)
        return len(waiting)

    async def run(self, busy: Callable[[], bool] = lambda: False) -> None:
        """Read turns as calls end, for ever; wait while `busy`, so that live calls come first."""
        while True:
            done = 0
            try:
                if not busy():
                    done = await asyncio.to_thread(self.step)
            except (StoreUnavailable, EngineFailed) as error:
                log.warning("turns_not_read", reason=str(error))
            await asyncio.sleep(PAUSE_S if done else EVERY_S)

    def all(self, told: Callable[[int], None] | None = None, lot: int = 256) -> int:
        """Read every turn that waits; `told` hears how many are done. Return how many were."""
        done = 0
        while step := self.step(lot):
            done += step
            if told is not None:
                told(done)
        return done

    def _waiting(self, connection: Connection, most: int) -> list[tuple[int, str]]:
        doc, kept = utterance_doc.c, utterance_vector.c
        query = (
            select(doc.n, doc.text)
            .join_from(utterance_doc, utterance_vector, doc.n == kept.n, isouter=True)
            .where(or_(kept.n.is_(None), kept.model != self._reader.model))
            .order_by(doc.n.desc())
            .limit(most)
        )
        return [(row.n, row.text) for row in connection.execute(query)]

    def _bytes(self, text: str) -> bytes:
        return quantised.to_bytes(self._reader.vector(text))


def _standing(connection: Connection) -> tuple[int, int]:
    """Return the last turn's number and the count of changes: the same, nothing waits anew."""
    last = connection.scalar(select(func.max(utterance_doc.c.n))) or 0
    return last, connection.scalar(select(func.max(utterance_change.c.changes))) or 0
