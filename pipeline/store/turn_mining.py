"""Gathers what mining reads: the turns of the calls that queries fit, with text, week or vector."""

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Row

from models.types import Channel
from pipeline.errors import RequestRefused
from pipeline.mining import quantised
from pipeline.mining.clusters import Clustering, Turn, cluster
from pipeline.mining.ngrams import count
from pipeline.mining.query import Query
from pipeline.mining.terms import Ranking, rank
from pipeline.mining.trends import Trend, trend
from pipeline.store.database import Database
from pipeline.store.turn_search import TurnSearch, docs
from pipeline.store.turn_table import CHANNELS, Ints, Turns

MOST_COUNTED: Final = 20_000
"""Turns of a group whose words are counted; of more the latest."""
MOST_GATHERED: Final = 4_000
"""Turns that are clustered; of more the latest."""
REASON_S: Final = 90.0
"""Why people call is said before this."""
LEAST_WORDS: Final = 4

_ASKS: Final = re.compile(
    r"(?:so |and |but |okay |ok |well |um |uh )*(?:what|when|where|why|who|how|which|can|could|do|"
    r"does|did|is|are|will|would|should|may|am i|have you|has)\b",
    re.IGNORECASE,
)
KINDS: Final[Mapping[str, str]] = {
    "reasons": "What customers say first",
    "questions": "What customers ask",
    "all": "Everything customers say",
}


class TurnMining:
    """Mines the calls that queries fit; safe to ask from any thread."""

    def __init__(self, database: Database, search: TurnSearch) -> None:
        self._database, self._search = database, search

    def compare(
        self, first: Query, second: Query, who: Channel | None
    ) -> tuple[Ranking, list[str]]:
        """Rank what is said in calls of the first query against those of the second."""
        notes: list[str] = []
        with self._database.read() as connection:
            ours, others = (
                count((row.call_id, row.text) for row in self._said(connection, q, who, notes))
                for q in (first, second)
            )
        return rank(ours, others), notes

    def rising(self, query: Query, who: Channel | None) -> tuple[Trend, list[str]]:
        """Return what is said more and more, week by week, in the calls of a query."""
        notes: list[str] = []
        with self._database.read() as connection:
            turns, places = self._places(connection, query, who)
            rows = self._latest(connection, turns, places, MOST_COUNTED, notes)
        began = dict(zip(turns.calls, turns.began, strict=True))
        found = trend((r.call_id, began[r.call_id], r.text) for r in rows if began[r.call_id])
        return found, notes

    def gathered(self, query: Query, kind: str) -> tuple[Clustering, list[str]]:
        """Return clusters of what customers say in the calls of a query; `kind` is of KINDS.

        Raises:
            RequestRefused: no such kind, or there are no vectors to go by.
        """
        if kind not in KINDS:
            raise RequestRefused(f"no kind {kind!r}: there are {', '.join(KINDS)}")
        notes: list[str] = []
        with self._database.read() as connection:
            turns = self._search.read_for_meaning(connection)
            _, places = self._places(connection, query, Channel.CUSTOMER)
            if kind == "reasons":
                places = places[turns.start_s[places] < REASON_S]
            rows = self._latest(connection, turns, places, 3 * MOST_GATHERED, notes)
        kept = [row for row in rows if _worth(row.text, kind)][:MOST_GATHERED]
        at = turns.at(np.array([row.n for row in kept], np.int64))
        vectors = _vectors(turns, at)
        read = [(row, vectors[p]) for row, p in zip(kept, at.tolist(), strict=True) if p in vectors]
        if kept and not read:
            raise RequestRefused(
                "these calls are not read for meaning yet: it is done after each call, or at once "
                "by: cueline search index"
            )
        if len(read) < len(kept):
            notes.append(f"{len(kept) - len(read)} turns are not read for meaning yet.")
        said = [Turn(r.call_id, r.utterance_id, r.start_s, r.text) for r, _ in read]
        rows_of = np.stack([v for _, v in read]) if read else np.empty((0, 1), np.int8)
        return cluster(said, quantised.unit(rows_of)), notes

    def _said(
        self, connection: Connection, query: Query, who: Channel | None, notes: list[str]
    ) -> list[Row[Any]]:
        turns, places = self._places(connection, query, who)
        return self._latest(connection, turns, places, MOST_COUNTED, notes)

    def _places(
        self, connection: Connection, query: Query, who: Channel | None
    ) -> tuple[Turns, Ints]:
        """Return every turn of the calls that a query fits, by one speaker or all."""
        picked = self._search.pick(connection, query)
        turns = picked.turns
        fits = np.zeros(len(turns.calls), np.bool_)
        fits[turns.call[picked.places]] = True
        mask = fits[turns.call] if len(turns) else np.zeros(0, np.bool_)
        if who is not None:
            mask = mask & (turns.channel == CHANNELS.index(who.value))
        return turns, np.flatnonzero(mask)

    @staticmethod
    def _latest(
        connection: Connection, turns: Turns, places: Ints, most: int, notes: list[str]
    ) -> list[Row[Any]]:
        if len(places) > most:
            order = np.argsort(turns.rank[turns.call[places]], kind="stable")
            notes.append(f"The latest {most:,} of {len(places):,} turns are counted.")
            places = places[order[:most]]
        rows = docs(connection, turns.n[places])
        rows.sort(key=lambda row: row.n, reverse=True)
        return rows


def _worth(text: str, kind: str) -> bool:
    if len(text.split()) < LEAST_WORDS:
        return False
    return kind != "questions" or text.rstrip().endswith("?") or bool(_ASKS.match(text.strip()))


def _vectors(turns: Turns, wanted: Ints) -> dict[int, Any]:
    """Return the stored vectors of turns by place."""
    found: dict[int, Any] = {}
    for block in turns.vectors:
        inside = np.isin(block.places, wanted)
        found |= zip(block.places[inside].tolist(), block.rows[inside], strict=True)
    return found
