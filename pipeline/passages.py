"""What a speaker says in one go: utterances joined over pauses and nods, cut into sentences."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.types import Channel, Utterance
from pipeline.turns import backchannel

JOIN_S = 2.5
"""The pause over which a sentence may go on."""
MOST_WORDS = 60
"""A speaker whom the recogniser gives no full stops is cut here."""
_SENTENCE = re.compile(
    r"(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\bNo\.)(?<!\b[a-zA-Z]\.)(?<=[.?!])"
    r"[\"')]*\s+"
)
_SPOKEN_BREAK = re.compile(
    r"(?<!\w)(?:and then|and so|okay so|so|but|because|anyway|alright|okay|is there anything)(?!\w)"
)
_BEGINS = re.compile(
    r"\W*(?:(?:um|uh|er|so|okay|and|but|well|yeah|yes|no)\W+)*(?:i|i'\w+|can|could|my|is|are|what|when"
    r"|thank|thanks|do|does|did|we|we'\w+|you|would|may|let|how|that's|there)\b",
    re.IGNORECASE,
)
"""With these an utterance begins a sentence, where the one before has no full stop."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence; `question` where it asks.

    `parts` are the utterances that it runs over, each with the offset in `text` where it begins.
    """

    text: str
    question: bool
    parts: tuple[tuple[int, Utterance], ...]

    @property
    def utterance(self) -> Utterance:
        """The source of the first word."""
        return self.parts[0][1]

    def source(self, offset: int) -> Utterance:
        """Return the utterance that a character is from."""
        return next(u for start, u in reversed(self.parts) if start <= offset or not start)

    def around(self, start: int, end: int) -> tuple[str, Utterance]:
        """Return the utterances' text that holds these characters, and the first of them."""
        begin = max(at for at, _ in self.parts if at <= start)
        stop = min((at for at, _ in self.parts if at >= end), default=len(self.text))
        return self.text[begin:stop].strip(), self.source(begin)


def sentences(utterances: Sequence[Utterance]) -> list[Sentence]:
    """Return all that was said as sentences, in the order in which they begin."""
    out: list[Sentence] = []
    for passage in _passages(utterances):
        out += _cut(passage)
    return sorted(out, key=lambda s: (s.utterance.start, s.utterance.id))


def trim(text: str, most: int = 30) -> str:
    """Return the text shortened to whole words, marked with "..." where words are missing."""
    words = text.split()
    return text.strip() if len(words) <= most else " ".join(words[:most]).rstrip(",;") + " ..."


def _passages(utterances: Sequence[Utterance]) -> list[list[Utterance]]:
    """Return each speaker's utterances in stretches that nobody else broke into."""
    said = sorted((u for u in utterances if u.text.strip()), key=lambda u: (u.start, u.id))
    open_: dict[Channel, list[Utterance]] = {}
    out: list[list[Utterance]] = []
    for u in said:
        mine = open_.get(u.channel)
        if mine is not None and u.start - mine[-1].end <= JOIN_S and not _finished(mine[-1].text):
            mine.append(u)
        else:
            open_[u.channel] = [u]
            out.append(open_[u.channel])
        if not backchannel(u.text):
            for channel in [c for c in open_ if c is not u.channel]:
                del open_[channel]
    return out


def _finished(text: str) -> bool:
    return text.rstrip().endswith((".", "?", "!"))


def _cut(passage: Sequence[Utterance]) -> list[Sentence]:
    text, starts, breaks = "", [], []
    for u in passage:
        if text and _BEGINS.match(u.text):
            breaks.append(len(text))
        starts.append(len(text))
        text += u.text.strip() + " "
    out: list[Sentence] = []
    for first, last in pairwise([0, *breaks, len(text)]):
        for start, end in _spans(text[first:last]):
            piece = text[first + start : first + end].strip()
            if piece:
                parts = _parts(starts, passage, first + start, first + end)
                out.append(Sentence(piece, piece.endswith("?"), parts))
    return out


def _parts(
    starts: Sequence[int], passage: Sequence[Utterance], start: int, end: int
) -> tuple[tuple[int, Utterance], ...]:
    """Return the utterances under a stretch of a passage, with their offsets in it."""
    first = max(i for i, begin in enumerate(starts) if begin <= start)
    return tuple(
        (max(0, starts[i] - start), passage[i])
        for i in range(first, len(starts))
        if starts[i] < end
    )


def _spans(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start = 0
    for found in [*_SENTENCE.finditer(text), None]:
        end = found.start() if found is not None else len(text)
        spans += _shorter(text, start, end)
        start = found.end() if found is not None else end
    return spans


def _shorter(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut what has no full stops at spoken breaks, if it is long."""
    if len(text[start:end].split()) <= MOST_WORDS // 2:
        return [(start, end)]
    spans: list[tuple[int, int]] = []
    for found in _SPOKEN_BREAK.finditer(text, start + 1, end):
        if len(text[start : found.start()].split()) >= MOST_WORDS // 6:
            spans.append((start, found.start()))
            start = found.start()
    return [*spans, (start, end)]
