"""Finds the card that answers a question: by its words (BM25) and by its meaning (the encoder).

Where the encoder cannot be had, words alone count and every answer says so. The folder is looked at
again while the server runs, so an edited article is found without a restart.
"""

import datetime
import math
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from models.classify.stems import GRAMMAR_WEIGHT, stem, weight
from models.engines import TextEncoder
from models.errors import ModelError
from models.registry import load
from models.text import tokens
from pipeline.articles import Card, Shelf, read_folder, stamp

log = structlog.get_logger(__name__)

ENCODER: Final = "minilm"
K1, B = 1.2, 0.4
"""BM25's constants; sections are short, so their length counts for little."""
HEAD_WORTH: Final = 3
"""A word of a heading counts as this many in the text."""
WORDS_SHARE: Final = 0.5
FOUND: Final = 0.10
"""Cards below this are not shown: the question is not answered here."""
SURE: Final = 0.30
"""A card is offered unasked from this on.

On the 60 questions of tests/pipeline/knowledge_set.yaml (22 November 2026) the highest score of a
wrong card is 0.14; at 0.30 two thirds of what the articles answer is offered, and nothing wrongly.
Whoever wrote the questions knew the articles, so it stands at twice what that set asks for; of 118
questions in the benchmarks' calls, which are about other things, none is answered unasked.
"""
SURE_WORDS: Final = 0.45
"""The same where words alone count; there the highest score of a wrong card is 0.29."""
AHEAD: Final = 0.04
"""By how much the best card must lead the next article's to be offered unasked."""
CLOSE: Final = 0.35
"""The likeness of two unrelated texts, roughly; it counts as none."""
MOST_PIECES: Final = 12
_PIECE = re.compile(r"(?<=[.?!])\s+|\n+")
_MARKS = re.compile(r"^[-*+]\s+|\*\*|__|`")
_ASKS = re.compile(
    r"^(?:(?:um|uh|er|oh|so|and|but|okay|ok|well|right|yes|yeah|no|sorry|please|hi|hello|also"
    r"|just|actually|then|fine|wait)\b[,.]?\s*)*"
    r"(?:how|what|what's|when|where|why|who|which|can|could|do|does|did|is|are|am|will|would|should"
    r"|may|have|has|isn't|don't|won't|can't|i'd like to know|i want to know|i need to know"
    r"|i was wondering|i wonder|tell me)\b",
    re.IGNORECASE,
)
LEAST_ASKED, LEAST_TELLING = 4, 2
"""Words of a question that is worth looking up, and those that say what it is about."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A card and how well it fits, 0 to 1; `why` it may be out of date is empty where it is not."""

    card: Card
    score: float
    words: float
    meaning: float | None
    stale: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The cards that fit, the best first; `sure` where the first may be offered unasked.

    `reduced` says why words alone were looked at, "" where meaning counted too.
    """

    hits: tuple[Hit, ...]
    sure: bool
    reduced: str


@dataclass(frozen=True, slots=True)
class _Index:
    """What a search looks at; `pieces` are rows of `vectors` by the card that they are from."""

    shelf: Shelf
    terms: Sequence[Mapping[str, float]]
    lengths: NDArray[np.float64]
    idf: Mapping[str, float]
    vectors: NDArray[np.float32] | None = None
    owners: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))


def load_encoder() -> TextEncoder:
    """Load the encoder that comes with Cueline.

    Raises:
        ModelError: it cannot be had; says what to do.
    """
    return load("encode", ENCODER, {})


class Knowledge:
    """The articles of a folder; methods block for milliseconds and may be called by any thread."""

    def __init__(
        self,
        folder: Path,
        stale_days: int = 365,
        encoder: Callable[[], TextEncoder] = load_encoder,
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> None:
        self.folder, self._stale_days, self._today = folder, stale_days, today
        self._load = encoder
        self._encoder: TextEncoder | None = None
        self.reduced = ""
        self._lock = threading.Lock()
        self._stamp: tuple[tuple[str, int, int], ...] | None = None
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._index = _Index(Shelf((), ()), (), np.zeros(0), {})

    @property
    def faults(self) -> tuple[str, ...]:
        """What of the folder could not be read."""
        return self._index.shelf.faults

    @property
    def cards(self) -> tuple[Card, ...]:
        """Every card that is known."""
        return self._index.shelf.cards

    def refresh(self) -> bool:
        """Read the folder again where it has changed; return whether it had."""
        with self._lock:
            now = stamp(self.folder)
            if now == self._stamp:
                return False
            shelf = read_folder(self.folder)
            index = _index(shelf)
            self._index = index if self._stamp is None else self._index
            self._index, self._stamp = self._with_meaning(index), now
        for fault in shelf.faults:
            log.warning("article_not_read", fault=fault)
        log.info("articles_read", cards=len(shelf.cards), reduced=self.reduced)
        return True

    def search(self, query: str, queue: str = "", limit: int = 5) -> Answer:
        """Return the cards that answer a query; of a queue's calls only its cards."""
        if self._stamp is None:
            self.refresh()
        index = self._index
        chosen = [
            n
            for n, card in enumerate(index.shelf.cards)
            if not queue or not card.queues or queue in card.queues
        ]
        if not chosen or not query.strip():
            return Answer((), sure=False, reduced=self.reduced)
        by_words = _bm25(index, query)
        near = self._meaning(index, query)
        scores = by_words if near is None else _joined(by_words, near)
        best = sorted(chosen, key=lambda n: -scores[n])
        today = self._today()
        hits = tuple(
            Hit(
                index.shelf.cards[n],
                round(float(scores[n]), 3),
                round(float(by_words[n]), 3),
                None if near is None else round(float(near[n]), 3),
                index.shelf.cards[n].stale(today, self._stale_days),
            )
            for n in best[: max(limit, 2)]
            if scores[n] >= FOUND
        )
        return Answer(hits[:limit], _sure(hits, near is not None), self.reduced)

    def suggest(self, said: str, queue: str = "") -> Hit | None:
        """Return the card that answers what a customer asks; None unless it is a sure one."""
        for question in questions(said):
            answer = self.search(question, queue)
            if answer.sure:
                return answer.hits[0]
        return None

    def close(self) -> None:
        """Let go of the encoder, which others may use."""
        with self._lock:
            self._encoder = None

    def _with_meaning(self, index: _Index) -> _Index:
        if self.reduced or not index.shelf.cards:
            return index
        try:
            self._encoder = self._encoder or self._load()
            rows, owners = self._rows(self._encoder, index.shelf.cards)
        except ModelError as error:
            self.reduced = f"articles are found by words alone: {error}"
            log.warning("knowledge_reduced", reason=str(error))
            return index
        return _Index(index.shelf, index.terms, index.lengths, index.idf, rows, owners)

    def _rows(
        self, encoder: TextEncoder, cards: Sequence[Card]
    ) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
        """Encode what is new; pieces that are gone are forgotten."""
        texts = [(n, piece) for n, card in enumerate(cards) for piece in pieces(card)]
        fresh = sorted({piece for _, piece in texts} - set(self._vectors))
        made = encoder.encode(fresh).vectors if fresh else ()
        known = self._vectors | dict(zip(fresh, made, strict=True))
        self._vectors = {piece: known[piece] for _, piece in texts}
        rows = np.stack([known[piece] for _, piece in texts]).astype(np.float32)
        return rows, np.array([n for n, _ in texts], np.intp)

    def _meaning(self, index: _Index, query: str) -> NDArray[np.float64] | None:
        with self._lock:
            encoder = self._encoder
            if encoder is None or index.vectors is None:
                return None
            asked = encoder.encode([query]).vectors[0]
        likeness = index.vectors @ asked
        best = np.zeros(len(index.shelf.cards))
        np.maximum.at(best, index.owners, likeness)
        return np.clip((best - CLOSE) / (1.0 - CLOSE), 0.0, 1.0)


def questions(said: str) -> list[str]:
    """Return what is asked in a turn; remarks and "how long is it?" say too little to look up."""
    parts = [part.strip() for part in re.split(r"(?<=[.?!])\s+", said) if part.strip()]
    return [
        part
        for part in parts
        if len(part.split()) >= LEAST_ASKED and (part.endswith("?") or _ASKS.match(part))
        if sum(weight(token.text) > GRAMMAR_WEIGHT for token in tokens(part)) >= LEAST_TELLING
    ]


def pieces(card: Card) -> list[str]:
    """Return what of a card is encoded: its heading, and its text sentence by sentence."""
    head = f"{card.title}. {card.heading}".strip(" .")
    lines = (_MARKS.sub("", part).strip() for part in _PIECE.split(_unwrapped(card.text)))
    said = [line for line in lines if len(line.split()) > 2]
    heads = [head, card.heading] if card.heading else [head]
    return list(dict.fromkeys([*heads, *said[:MOST_PIECES]]))


def _unwrapped(text: str) -> str:
    """Join lines that only the width of the page has broken."""
    return re.sub(r"(?<![.?!:])\n(?!\s*(?:[-*+]|\d+\.)\s|\n)", " ", text)


def _terms(text: str) -> list[str]:
    return [stem(token.text) for token in tokens(text)]


def _index(shelf: Shelf) -> _Index:
    counts: list[Counter[str]] = []
    for card in shelf.cards:
        count = Counter(_terms(card.text))
        for term in _terms(f"{card.title}. {card.heading}"):
            count[term] += HEAD_WORTH
        counts.append(count)
    within = Counter(term for count in counts for term in count)
    total = len(counts)
    idf = {t: math.log(1 + (total - n + 0.5) / (n + 0.5)) for t, n in within.items()}
    lengths = np.array([sum(count.values()) for count in counts], float)
    return _Index(shelf, counts, lengths, idf)


def _bm25(index: _Index, query: str) -> NDArray[np.float64]:
    """Return each card's BM25 as a share of what a card full of the query's words would have."""
    total = len(index.terms)
    unknown = math.log(1 + (total + 0.5) / 0.5)
    scores, whole = np.zeros(total), 0.0
    mean = float(index.lengths.mean()) or 1.0
    asked = list(dict.fromkeys((token.text, stem(token.text)) for token in tokens(query)))
    for at, (word, term) in enumerate(asked):
        kin = _kin(index, term) if at == len(asked) - 1 else [term]
        worth = weight(word) * max((index.idf.get(k, 0.0) for k in kin), default=0.0)
        if worth == 0.0:
            worth = weight(word) * unknown
        whole += worth * (K1 + 1)
        for n, count in enumerate(index.terms):
            often = max((count.get(k, 0.0) for k in kin), default=0.0)
            if often:
                length = K1 * (1 - B + B * index.lengths[n] / mean)
                scores[n] += worth * often * (K1 + 1) / (often + length)
    return scores / whole if whole else scores


def _kin(index: _Index, term: str) -> list[str]:
    """Return the terms that a word still being typed may become."""
    if term in index.idf or len(term) < 3:
        return [term]
    return [known for known in index.idf if known.startswith(term)] or [term]


def _joined(words: NDArray[np.float64], meaning: NDArray[np.float64]) -> NDArray[np.float64]:
    both: NDArray[np.float64] = WORDS_SHARE * words + (1 - WORDS_SHARE) * meaning
    return both


def _sure(hits: Sequence[Hit], meaning: bool) -> bool:
    if not hits or hits[0].score < (SURE if meaning else SURE_WORDS) or hits[0].stale:
        return False
    rival = next((h for h in hits[1:] if h.card.source != hits[0].card.source), None)
    return rival is None or hits[0].score - rival.score >= AHEAD
