"""Answers queries over what was said in ended calls: which turns, of which calls, how many."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from sqlalchemy import Connection, Row, select, text

from models.types import Channel
from pipeline.errors import RequestRefused
from pipeline.mining import patterns, quantised
from pipeline.mining.query import Edge, Part, Query, Term
from pipeline.store.call_conditions import Calls, fitting
from pipeline.store.database import Database
from pipeline.store.schema import call, label, recording
from pipeline.store.schema_mining import utterance_doc, utterance_vector
from pipeline.store.turn_table import CHANNELS, Floats, Ints, Mask, Turns, TurnTable

PAGE: Final = 25
MOST_CHECKED: Final = 20_000
"""Turns held against their text for a phrase with a gap; of more the latest."""
LEAST_ALIKE: Final = 0.5
"""Cosine from which a turn counts as meaning the same: of the shipped encoder, paraphrases lie at
0.5 to 0.7, other wishes of the same form ("I want to ...") below 0.45."""
_AT_ONCE: Final = 900
_LINK: Final = re.compile(r"(?:.*/calls/)?(?P<call>[^/]+?)/?#turn-(?P<turn>\d+)")


class Reader(Protocol):
    """Makes the vector of a sentence; `model` names the encoder, "" where there is none."""

    @property
    def model(self) -> str: ...  # noqa: D102
    @property
    def trouble(self) -> str:
        """Why there is no encoder."""
        ...

    def vector(self, sentence: str) -> Floats:
        """Return the unit vector of a sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A turn that answers, with its call. `marks` are places in `text`; `alike` is a cosine."""

    call_id: str
    utterance_id: int
    channel: Channel
    start_s: float
    end_s: float
    text: str
    marks: tuple[tuple[int, int], ...]
    alike: float | None
    started_at: str
    agent: str
    queue: str
    seconds: float | None
    score: float | None
    auto_fail: bool | None
    passed: bool | None
    anger_peak: int
    recorded: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of hits; `turns` and `calls` count all. `notes` say what the counts leave out."""

    hits: tuple[Hit, ...]
    turns: int
    calls: int
    page: int
    more: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picked:
    """Places of the turns that answer, in no order, and what goes with them."""

    turns: Turns
    places: Ints
    alike: Floats | None
    at_s: dict[str, float]
    whole_calls: bool
    notes: tuple[str, ...]


class TurnSearch:
    """Searches one database; safe to ask from any thread."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database, self._reader = database, reader
        self._table = TurnTable()

    def answer(self, query: Query, page: int = 1, size: int = PAGE) -> Answer:
        """Return a page of the turns that answer; with no words, one turn of each call.

        Raises:
            RequestRefused: meaning is asked for and there is no encoder, or no such turn.
        """
        with self._database.read() as connection:
            picked = self.pick(connection, query)
            ordered = _ordered(picked)
            shown = ordered[(page - 1) * size : page * size]
            hits = _hits(connection, picked, shown, query)
        calls = len(np.unique(picked.turns.call[picked.places]))
        more = len(ordered) > page * size
        return Answer(tuple(hits), len(ordered), calls, page, more, picked.notes)

    def pick(self, connection: Connection, query: Query) -> Picked:
        """Return the turns that answer a query, all of them."""
        needs = any(part.like for part in (*query.parts, *query.never))
        turns = self.read_for_meaning(connection) if needs else self._table.current(connection)
        work = _Work(connection, turns, self._reader)
        whole = fitting(connection, query.call)
        fits = _mask_of_calls(turns, whole)
        said = np.zeros(len(turns), np.bool_)
        for part in query.parts:
            mask = work.part(part)
            fits &= _calls_of(turns, mask)
            said |= mask
        for part in query.never:
            fits &= ~_calls_of(turns, work.part(part))
        if query.parts:
            places = np.flatnonzero(said & fits[turns.call])
        else:
            places = _moments(turns, np.flatnonzero(fits), whole)
        alike = work.alike[places] if work.alike is not None else None
        if needs and turns.read < len(turns):
            share = 100 * turns.read // max(len(turns), 1)
            work.notes.append(f"{share} % of the turns are read for meaning so far.")
        return Picked(turns, places, alike, whole.at_s, not query.parts, tuple(work.notes))

    def read_for_meaning(self, connection: Connection) -> Turns:
        """Return the table with its vectors.

        Raises:
            RequestRefused: there is no encoder.
        """
        if not self._reader.model:
            raise RequestRefused(f"nothing can be found by meaning: {self._reader.trouble}")
        return self._table.current(connection, self._reader.model)


class _Work:
    """One query's way through the table."""

    def __init__(self, connection: Connection, turns: Turns, reader: Reader) -> None:
        self.connection, self.turns, self.reader = connection, turns, reader
        self.alike: Floats | None = None
        self.notes: list[str] = []

    def part(self, part: Part) -> Mask:
        """Return which turns are such a part."""
        turns = self.turns
        mask = np.ones(len(turns), np.bool_)
        if part.speaker is not None:
            mask &= turns.channel == CHANNELS.index(part.speaker.value)
        if part.window is not None:
            far = turns.start_s if part.window.edge is Edge.FIRST else turns.left_s
            mask &= far < part.window.seconds
        for intent in part.intents:
            mask &= self._labelled(intent)
        if part.terms:
            mask &= self._words(part)
        else:
            for term in part.without:
                mask &= ~self._words(Part(terms=(term,)))
        if part.like:
            alike = turns.alike(self._meant(part.like))
            self.alike = alike if self.alike is None else np.maximum(self.alike, alike)
            mask &= alike >= LEAST_ALIKE
        return mask

    def _words(self, part: Part) -> Mask:
        if self.connection.dialect.name == "sqlite":
            found = self.connection.exec_driver_sql(
                "SELECT rowid FROM search_index_turn WHERE search_index_turn MATCH ?",
                (patterns.fts5(part),),
            )
        else:
            found = self.connection.execute(
                text(
                    "SELECT n FROM utterance_doc "
                    "WHERE to_tsvector('simple', text) @@ to_tsquery('simple', :wanted)"
                ),
                {"wanted": patterns.tsquery(part)},
            )
        numbers = np.fromiter((row[0] for row in found), np.int64)
        if not patterns.exact(part):
            numbers = self._checked(numbers, part)
        mask = np.zeros(len(self.turns), np.bool_)
        mask[self.turns.at(numbers)] = True
        return mask

    def _checked(self, numbers: Ints, part: Part) -> Ints:
        if len(numbers) > MOST_CHECKED:
            numbers = np.sort(numbers)[-MOST_CHECKED:]
            self.notes.append(
                f"Only the latest {MOST_CHECKED:,} turns with these words were looked through."
            )
        rows = docs(self.connection, numbers)
        kept = [row.n for row in rows if patterns.says(row.text, part)]
        return np.array(kept, np.int64)

    def _labelled(self, intent: str) -> Mask:
        doc = utterance_doc.c
        rows = self.connection.scalars(
            select(doc.n)
            .join_from(
                label,
                utterance_doc,
                (doc.call_id == label.c.call_id) & (doc.utterance_id == label.c.utterance_id),
            )
            .where(label.c.kind == "intent", label.c.name == intent)
        )
        mask = np.zeros(len(self.turns), np.bool_)
        mask[self.turns.at(np.fromiter(rows, np.int64))] = True
        return mask

    def _meant(self, like: str) -> Floats:
        link = _LINK.fullmatch(like)
        if link is None:
            return self.reader.vector(like)
        doc = utterance_doc.c
        row = self.connection.execute(
            select(doc.text, utterance_vector.c.vector)
            .join_from(utterance_doc, utterance_vector, doc.n == utterance_vector.c.n, isouter=True)
            .where(doc.call_id == link["call"], doc.utterance_id == int(link["turn"]))
        ).first()
        if row is None:
            raise RequestRefused(
                f"there is no turn {link['turn']} in call {link['call']}; give the link of a turn "
                "of a call that has ended, or a sentence"
            )
        if row.vector is None:
            return self.reader.vector(row.text)
        kept = quantised.from_rows([row.vector], len(row.vector))
        made: Floats = quantised.unit(kept)[0]
        return made


def _mask_of_calls(turns: Turns, calls: Calls) -> Mask:
    mask = np.zeros(len(turns.calls), np.bool_)
    mask[[turns.places[c] for c in calls.ids if c in turns.places]] = True
    return mask


def _calls_of(turns: Turns, mask: Mask) -> Mask:
    found = np.zeros(len(turns.calls), np.bool_)
    found[turns.call[mask]] = True
    return found


def _moments(turns: Turns, calls: Ints, whole: Calls) -> Ints:
    """Return one turn of each call: at the second that the conditions speak of, or the first."""
    wanted = np.full(len(turns.calls), -1.0, np.float32)
    for call_id, at in whole.at_s.items():
        if call_id in turns.places:
            wanted[turns.places[call_id]] = at
    keen = np.zeros(len(turns.calls), np.bool_)
    keen[calls] = True
    rows = np.flatnonzero(keen[turns.call])
    order = rows[np.lexsort((turns.start_s[rows], turns.call[rows]))]
    before = turns.start_s[order] <= wanted[turns.call[order]] + 0.01
    best: dict[int, int] = {}
    for place, owner, fits in zip(
        order.tolist(), turns.call[order].tolist(), before.tolist(), strict=True
    ):
        if owner not in best or fits:
            best[owner] = place
    return np.array(sorted(best.values()), np.int64)


def _ordered(picked: Picked) -> Ints:
    """Return the places by likeness, or the latest calls first and in the order of the call."""
    turns, places = picked.turns, picked.places
    if picked.alike is not None:
        by = np.lexsort((turns.start_s[places], turns.rank[turns.call[places]], -picked.alike))
    else:
        by = np.lexsort((turns.start_s[places], turns.rank[turns.call[places]]))
    ordered: Ints = places[by]
    return ordered


def _hits(connection: Connection, picked: Picked, shown: Ints, query: Query) -> list[Hit]:
    said = {row.n: row for row in docs(connection, picked.turns.n[shown])}
    ids = {row.call_id for row in said.values()}
    calls = {row.id: row for row in connection.execute(select(call).where(call.c.id.in_(ids)))}
    sounds = set(
        connection.scalars(
            select(recording.c.call_id).where(
                recording.c.call_id.in_(ids), recording.c.state != "failed"
            )
        )
    )
    alike: dict[int, float] = {}
    if picked.alike is not None:
        alike = dict(zip(picked.places.tolist(), picked.alike.tolist(), strict=True))
    hits: list[Hit] = []
    for place in shown.tolist():
        row = said.get(int(picked.turns.n[place]))
        if row is not None and row.call_id in calls:
            hits.append(_hit(row, calls[row.call_id], query, alike.get(place), sounds))
    return hits


def _hit(
    row: Row[Any], owner: Row[Any], query: Query, alike: float | None, sounds: set[str]
) -> Hit:
    said = patterns.composed(row.text)
    return Hit(
        row.call_id,
        row.utterance_id,
        Channel(row.channel),
        row.start_s,
        row.end_s,
        said,
        tuple(patterns.marks(said, _terms(query, Channel(row.channel)))),
        alike,
        owner.started_at,
        owner.agent,
        owner.queue,
        owner.seconds,
        owner.score,
        owner.auto_fail,
        owner.passed,
        owner.anger_peak,
        row.call_id in sounds,
    )


def _terms(query: Query, who: Channel) -> list[Term]:
    return [t for part in query.parts if part.speaker in (None, who) for t in part.terms]


def docs(connection: Connection, numbers: Ints | Sequence[int]) -> list[Row[Any]]:
    """Return the turns of these numbers, in no order."""
    wanted = [int(n) for n in numbers]
    rows: list[Row[Any]] = []
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        rows += connection.execute(select(utterance_doc).where(utterance_doc.c.n.in_(some))).all()
    return rows
