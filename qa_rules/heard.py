"""What a matcher looks at: an utterance, joined to what its speaker said just before.

A pause, or the other side's "uh huh", does not break a phrase: `Listening` joins utterances of one
speaker that follow each other closely.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from models.languages import ENGLISH, Language
from models.text import Token, tokens
from models.types import Channel, Utterance
from qa_rules.types import Evidence

JOIN_S = 2.0
"""Silence of the speaker after which a phrase is over."""
BACKCHANNEL_S = 5.0
"""The same where the other side did no more than agree in between."""
TAIL_WORDS = 24
"""How much of what went before is still looked at."""
MOST_PARTS = 4
SURE = 0.8
"""Mean confidence of speech from which words that were not found were not said.

The recogniser's mean token probability is about 0.9 where each word is right and 0.75 where whole
phrases are replaced by ones that sound alike.
"""
READABLE_WORDS = 4
"""Fewer words than this are quoted with the clause around them."""
QUOTED_WORDS = 9
"""How long a quote may grow so."""
WIDE_WORDS = 12
"""A longer quote over several sentences is cut to the last of them."""

_BREAK = re.compile(r"[.?!;:…]")
_CLAUSE = re.compile(r"[.?!;:…,]")
_AGREEING = {
    "en": frozenset(
        {"okay", "yes", "yeah", "yep", "yup", "right", "sure", "oh", "i", "see", "huh"}
    ),
    "es": frozenset({"si", "okay", "vale", "ya", "claro", "bueno", "bien", "aja", "de", "acuerdo"}),
}
_AGREEING_WORDS = 3
_UNFINISHED = {
    "en": frozenset({"the", "a", "an", "to", "of", "for", "and", "that", "my", "your", "our"}),
    "es": frozenset({"el", "la", "un", "una", "a", "de", "para", "y", "que", "mi", "su", "con"}),
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance and its words; `breaks[i]` says that a sentence ends after word i."""

    utterance: Utterance
    toks: tuple[Token, ...]
    breaks: tuple[bool, ...]
    language: Language = ENGLISH

    @property
    def agreeing(self) -> bool:
        """Whether this is a back-channel: no words but "yes", "okay", "I see"."""
        words = _AGREEING[self.language.code]
        return len(self.toks) <= _AGREEING_WORDS and all(t.text in words for t in self.toks)


@dataclass(frozen=True, slots=True)
class Heard:
    """Words of one speaker, oldest first; those from `fresh` on are of the utterance given last.

    `text` holds the normalised words, each followed by a blank; `at` is the offset of each word in
    it, with its length at the end; `place[i]` says which of `parts` word i is from.
    """

    parts: tuple[Spoken, ...]
    toks: tuple[Token, ...]
    place: tuple[int, ...]
    breaks: tuple[bool, ...]
    fresh: int
    text: str = field(repr=False)
    at: tuple[int, ...] = field(repr=False)
    words: frozenset[str] = field(repr=False)

    @property
    def said(self) -> Utterance:
        """The utterance given last."""
        return self.parts[-1].utterance

    @property
    def language(self) -> Language:
        """The language that the words were read in."""
        return self.parts[-1].language


def speak(said: Utterance, language: Language = ENGLISH) -> Spoken:
    """Return an utterance with its words."""
    toks = tokens(said.text, language=language)
    breaks = []
    for n, token in enumerate(toks):
        stop = toks[n + 1].start if n + 1 < len(toks) else len(said.text)
        breaks.append(_BREAK.search(said.text, token.end, max(stop, token.end)) is not None)
    return Spoken(said, toks, tuple(breaks), language)


def hear(parts: Sequence[Spoken]) -> Heard:
    """Join utterances of one speaker, oldest first."""
    fresh_part = parts[-1]
    before = [
        (t, n, b)
        for n, part in enumerate(parts[:-1])
        for t, b in zip(part.toks, part.breaks, strict=True)
    ][-TAIL_WORDS:]
    last = len(parts) - 1
    rows = before + [(t, last, b) for t, b in zip(fresh_part.toks, fresh_part.breaks, strict=True)]
    at, offset = [], 0
    for token, _, _ in rows:
        at.append(offset)
        offset += len(token.text) + 1
    at.append(offset)
    toks = tuple(r[0] for r in rows)
    return Heard(
        parts=tuple(parts),
        toks=toks,
        place=tuple(r[1] for r in rows),
        breaks=tuple(r[2] for r in rows),
        fresh=len(before),
        text="".join(f"{t.text} " for t in toks),
        at=tuple(at),
        words=frozenset(t.text for t in toks),
    )


class Listening:
    """Knows what each speaker said last, and so what a new utterance goes on from."""

    def __init__(self, language: Language = ENGLISH) -> None:
        self._language = language
        self._last: dict[Channel, tuple[Spoken, ...]] = {}
        self._between: dict[Channel, bool] = {}

    def join(self, said: Utterance) -> Heard:
        """Return an utterance with what it continues; changes nothing."""
        return hear(self._chain(speak(said, self._language)))

    def take(self, said: Utterance) -> Heard:
        """Return an utterance with what it continues, and remember it."""
        spoken = speak(said, self._language)
        chain = self._chain(spoken)
        for channel in self._last:
            if channel is not said.channel and not spoken.agreeing:
                self._between[channel] = True
        self._last[said.channel] = chain
        self._between[said.channel] = False
        return hear(chain)

    def _chain(self, spoken: Spoken) -> tuple[Spoken, ...]:
        said = spoken.utterance
        before = self._last.get(said.channel, ())
        if not before:
            return (spoken,)
        pause = said.start - before[-1].utterance.end
        limit = JOIN_S if self._between[said.channel] else BACKCHANNEL_S
        if pause >= limit or (pause >= JOIN_S and not self._between_spoke(said)):
            return (spoken,)
        return (*before[-(MOST_PARTS - 1) :], spoken)

    def _between_spoke(self, said: Utterance) -> bool:
        """Return whether another channel spoke since this one's last utterance began."""
        mine = self._last[said.channel][-1].utterance
        return any(
            chain[-1].utterance.end > mine.start
            for channel, chain in self._last.items()
            if channel is not said.channel
        )


def evidence(heard: Heard, first: int, last: int, engine: str) -> tuple[Evidence, ...]:
    """Return the words from `first` to `last`, one piece for each utterance they stand in.

    Few words are quoted with their clause; times are always those of the words themselves.
    """
    if heard.place[first] == heard.place[last]:
        return (_piece(heard, first, last, engine),)
    out: list[Evidence] = []
    for number in range(heard.place[first], heard.place[last] + 1):
        mine = [n for n in range(first, last + 1) if heard.place[n] == number]
        if mine:
            said = heard.parts[number].utterance
            begin = heard.toks[mine[0]].start
            end = max(heard.toks[n].end for n in mine)
            out.append(quote(said, begin, end, engine))
    return tuple(out)


def _piece(heard: Heard, first: int, last: int, engine: str) -> Evidence:
    """Return words of one utterance as evidence that can be read."""
    if last - first >= WIDE_WORDS:
        ends = [n for n in range(first, last - 1) if heard.breaks[n]]
        first = ends[-1] + 1 if ends else first
    left, right = first, last
    if last - first + 1 < READABLE_WORDS:
        left, right = _clause(heard, first, last)
    elif heard.toks[last].text in _UNFINISHED[heard.language.code]:
        right = _clause(heard, first, last, leftward=False)[1]
    said, toks = heard.parts[heard.place[first]].utterance, heard.toks
    core = (toks[first].start, max(t.end for t in toks[first : last + 1]))
    shown = (toks[left].start, max(t.end for t in toks[left : right + 1]))
    return replace(quote(said, *core, engine), quote=said.text[shown[0] : shown[1]])


def _clause(heard: Heard, first: int, last: int, *, leftward: bool = True) -> tuple[int, int]:
    """Return the first and last word of the clause around some words, or as much as is read."""
    left, right = first, last
    while (
        leftward and left > 0 and right - left + 1 < QUOTED_WORDS and _one_clause(heard, left - 1)
    ):
        left -= 1
    while right + 1 < len(heard.toks) and right - left + 1 < QUOTED_WORDS:
        if not _one_clause(heard, right):
            break
        right += 1
    return left, right


def _one_clause(heard: Heard, n: int) -> bool:
    """Return whether word n and the next are of one clause of one utterance."""
    if heard.place[n] != heard.place[n + 1]:
        return False
    text = heard.parts[heard.place[n]].utterance.text
    begin, end = heard.toks[n].end, heard.toks[n + 1].start
    return begin > end or _CLAUSE.search(text, begin, end) is None


def quote(said: Utterance, begin: int, end: int, engine: str) -> Evidence:
    """Return characters of an utterance as evidence.

    Times and confidence are those of the words where the engine gave words, else times are in
    proportion to the characters and the confidence is the utterance's.
    """
    span = _by_words(said, begin, end)
    if span is None:
        each = (said.end - said.start) / max(1, len(said.text))
        span = (said.start + begin * each, said.start + end * each, said.confidence)
    start, stop, confidence = span
    return Evidence(
        quote=said.text[begin:end],
        start=round(start, 3),
        end=round(stop, 3),
        utterance_id=said.id,
        channel=said.channel,
        engine=engine,
        confidence=confidence,
    )


def _by_words(said: Utterance, begin: int, end: int) -> tuple[float, float, float | None] | None:
    """Return the times of the timed words in a span, and their mean confidence."""
    found = []
    at = 0
    for word in said.words:
        text = word.text.strip()
        place = said.text.find(text, at)
        if place < 0:
            return None
        at = place + len(text)
        if place < end and at > begin:
            found.append(word)
    if not found:
        return None
    sure = [w.confidence for w in found if w.confidence is not None]
    mean = round(sum(sure) / len(sure), 4) if sure else said.confidence
    return found[0].start, found[-1].end, mean
