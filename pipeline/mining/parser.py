"""Reads the search box into a query.

    refund ~3 week*                     words with up to three others between; any ending
    agent: "how can I help" within first 30s   who says it, and when
    customer: cancel OR "close my account"     either
    refund -card                        said in one turn, without that word in it
    agent: sorry NOT agent: refund      in one call, and nowhere that
    like:"I want my money back"         by meaning; also like:CALL#turn-7
    intent:cancel rule:CORE-03=missed mood:calm->angry score:<60 minutes:>5
    by:Dana queue:billing result:failed outcome:sold from:2026-05-01 until:2026-06-01

Words belong to one turn; each `agent:`, `customer:` or `anyone:` begins another of the same call.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from models.types import Channel
from pipeline.mining import fields
from pipeline.mining.lexer import Piece, QueryInvalid, pieces
from pipeline.mining.patterns import words_of
from pipeline.mining.query import Conditions, Edge, Part, Phrase, Query, Term, Window, Word

MOST_GAP: Final = 20
MOST_PARTS: Final = 8
MOST_TERMS: Final = 24
SPEAKERS: Final = {"agent": Channel.AGENT, "customer": Channel.CUSTOMER, "anyone": None}


def parse(box: str) -> Query:
    """Return the query that the box asks for.

    Raises:
        QueryInvalid: with the place and what to write instead.
    """
    reader = _Reader(pieces(box))
    while reader.left:
        _clause(reader)
    reader.close_part()
    if len(reader.parts) + len(reader.never) > MOST_PARTS or reader.terms > MOST_TERMS:
        raise QueryInvalid("The search asks too much", 0, "leave out some of its parts")
    return Query(tuple(reader.parts), tuple(reader.never), reader.call)


@dataclass(slots=True)
class _Reader:
    """The pieces that are left, and what is read of them."""

    pieces: list[Piece]
    place: int = 0
    part: Part = field(default_factory=Part)
    parts: list[Part] = field(default_factory=list)
    never: list[Part] = field(default_factory=list)
    call: Conditions = field(default_factory=Conditions)
    terms: int = 0
    after_not: bool = False
    """Whether what was read last is a NOT, whose turn `within` then speaks of."""

    @property
    def left(self) -> bool:
        return self.place < len(self.pieces)

    def peek(self, ahead: int = 0) -> Piece | None:
        at = self.place + ahead
        return self.pieces[at] if at < len(self.pieces) else None

    def take(self) -> Piece:
        self.place += 1
        return self.pieces[self.place - 1]

    def close_part(self) -> None:
        if not self.part.empty:
            self.parts.append(self.part)
        self.part = Part()


def _clause(reader: _Reader) -> None:
    piece = reader.pieces[reader.place]
    if piece.kind == "within":
        _within(reader)
        return
    if piece.kind == "and":
        reader.take()
        return
    reader.after_not = False
    if piece.kind == "name":
        _named(reader)
    elif piece.kind == "not":
        _not(reader)
    elif piece.kind == "minus":
        reader.take()
        term = _term(reader, piece)
        reader.part = replace(reader.part, without=(*reader.part.without, term))
    else:
        term = _term(reader, piece)
        reader.part = replace(reader.part, terms=(*reader.part.terms, term))


def _named(reader: _Reader) -> None:
    piece = reader.take()
    if piece.text in SPEAKERS:
        reader.close_part()
        reader.part = Part(speaker=SPEAKERS[piece.text])
        _need_more(reader, piece)
    elif piece.text in ("like", "intent"):
        reader.part = _meant(reader.part, piece, _value(reader, piece))
    else:
        reader.call = fields.add(reader.call, piece, _value(reader, piece))


def _meant(part: Part, piece: Piece, value: str) -> Part:
    if piece.text == "intent":
        return replace(part, intents=(*part.intents, value))
    if part.like:
        raise QueryInvalid(
            "A turn has two like:", piece.at, "keep one, or write agent: or customer: between"
        )
    return replace(part, like=value)


def _not(reader: _Reader) -> None:
    sign = reader.take()
    piece = reader.peek()
    part = Part(speaker=reader.part.speaker)
    if piece is not None and piece.kind == "name" and piece.text in SPEAKERS:
        part = Part(speaker=SPEAKERS[reader.take().text])
        piece = reader.peek()
    if piece is not None and piece.kind == "name" and piece.text in ("like", "intent"):
        reader.take()
        part = _meant(part, piece, _value(reader, piece))
    elif piece is not None and piece.kind == "name":
        raise QueryInvalid(
            f"NOT cannot stand before {piece.text}:", piece.at, "name what you want instead"
        )
    else:
        part = replace(part, terms=(_term(reader, sign),))
    reader.never.append(part)
    reader.after_not = True


def _within(reader: _Reader) -> None:
    sign = reader.take()
    advice = "write within first 60s, or within last 2m"
    edge, length = (reader.take() if reader.left else None for _ in range(2))
    if edge is None or length is None or edge.text.lower() not in list(Edge):
        raise QueryInvalid("within is not complete", sign.at, advice)
    seconds = fields.seconds(length.text)
    following = reader.peek()
    if following is not None and length.text[-1].isdigit():
        apart = fields.seconds(length.text + following.text) if following.kind == "word" else None
        if apart is not None and not following.text[0].isdigit():
            seconds = apart
            reader.take()
    if not seconds:
        raise QueryInvalid(f"{length.text!r} is no length of time", length.at, advice)
    window = Window(Edge(edge.text.lower()), seconds)
    if reader.after_not:
        reader.never[-1] = replace(reader.never[-1], window=window)
    elif reader.part.empty:
        raise QueryInvalid("within has nothing before it", sign.at, "write the words first")
    else:
        reader.part = replace(reader.part, window=window)


def _term(reader: _Reader, sign: Piece) -> Term:
    phrases = [_phrase(reader, sign)]
    while (piece := reader.peek()) is not None and piece.kind == "or":
        reader.take()
        phrases.append(_phrase(reader, piece))
    reader.terms += len(phrases)
    return Term(tuple(phrases))


def _phrase(reader: _Reader, sign: Piece) -> Phrase:
    words = list(_said(reader, sign))
    while (gap := reader.peek()) is not None and gap.kind == "gap":
        reader.take()
        if int(gap.text) > MOST_GAP:
            raise QueryInvalid(
                f"~{gap.text} is too wide", gap.at, f"at most {MOST_GAP} words may lie between"
            )
        first, *rest = _said(reader, gap)
        words += [replace(first, gap=int(gap.text)), *rest]
    return tuple(words)


def _said(reader: _Reader, sign: Piece) -> tuple[Word, ...]:
    piece = reader.peek()
    if piece is None or piece.kind not in ("word", "quote"):
        raise QueryInvalid(
            f"{sign.text} has no words after it" if sign is not piece else f"{sign.text} is alone",
            sign.at,
            'write a word or a "phrase" there',
        )
    reader.take()
    words = words_of(piece.text)
    if not words:
        raise QueryInvalid(
            f"{piece.text!r} holds no word", piece.at, "write letters or digits; * ends a beginning"
        )
    return words


def _value(reader: _Reader, name: Piece) -> str:
    piece = reader.peek()
    if piece is None or piece.kind not in ("word", "quote") or not piece.text.strip():
        raise QueryInvalid(f"{name.text}: has no value", name.at, fields.example(name.text))
    reader.take()
    return piece.text.strip()


def _need_more(reader: _Reader, name: Piece) -> None:
    if not reader.left:
        raise QueryInvalid(
            f"{name.text}: has no words after it", name.at, f'write {name.text}: "words said"'
        )
