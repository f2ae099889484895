"""Numbers as they are said: cardinals, digit by digit, ordinals, decimals and money.

Works on normalised tokens. Adjacent numbers with nothing between them are one number read in
pieces ("forty nine ninety", "4539 1234"), because that is how card, phone and order numbers, years
and prices are said.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from models.token import Token

Kind = Literal["cardinal", "digits", "ordinal", "money", "decimal"]

_FIGURES = "zero one two three four five six seven eight nine"
_TEN_ON = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TWENTY_ON = "twenty thirty forty fifty sixty seventy eighty ninety"
_FIRST_ON = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_UNITS = {w: i for i, w in enumerate(_FIGURES.split())}
_TEENS = {w: i + 10 for i, w in enumerate(_TEN_ON.split())}
_TENS = {w: (i + 2) * 10 for i, w in enumerate(_TWENTY_ON.split())} | {"fourty": 40}
_ORDINALS = {w: i + 1 for i, w in enumerate(_FIRST_ON.split())} | {"thirtieth": 30}
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_OH = frozenset({"oh", "o"})
_ENDINGS = ("st", "nd", "rd", "th")
_MONEY = {
    "dollar": "dollars",
    "dollars": "dollars",
    "bucks": "dollars",
    "pound": "pounds",
    "pounds": "pounds",
    "quid": "pounds",
    "euro": "euros",
    "euros": "euros",
}
_CENTS = frozenset({"cent", "cents", "penny", "pence", "p"})
_SMALL_UNIT = {"cent": "cents", "cents": "cents", "penny": "pence", "pence": "pence"}

ORDINAL_WORDS = frozenset(_ORDINALS)
NUMBER_WORDS = frozenset(_UNITS) | frozenset(_TEENS) | frozenset(_TENS) | frozenset(_ORDINALS)
NUMBER_WORDS |= frozenset(_SCALES) | frozenset(_TIMES) | {"hundred"}
"""Every word that may be part of a number by itself."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a token sequence, from token `first` to token `last`, both included.

    `value` is how it is written ("49.90", "2500"); `digits` are its figures in the order said;
    `parts` are the pieces it was said in; `unit` is the currency of money, else empty.
    """

    value: str
    digits: str
    first: int
    last: int
    kind: Kind
    parts: tuple[str, ...] = ()
    unit: str = ""

    def written(self) -> str:
        """Return the one way that this number is written when words are counted."""
        if self.kind == "ordinal":
            return self.value
        value = self.value
        if "." in value and not value.split(".")[1].strip("0"):
            value = value.split(".")[0]
        return value.replace(".", "")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a number: its figures, the token after it, and what may be built from it."""

    digits: str
    end: int
    single: bool = False
    ordinal: bool = False


def numbers(toks: Sequence[Token]) -> tuple[Number, ...]:
    """Return the numbers said in a token sequence, in order, without overlap."""
    return one_after_another(len(toks), lambda at: _number(toks, at))


def one_after_another(words: int, number_at: Callable[[int], Number | None]) -> tuple[Number, ...]:
    """Return the numbers among so many words, each looked for after the end of the one before."""
    out: list[Number] = []
    at = 0
    while at < words:
        number = number_at(at)
        if number is None:
            at += 1
            continue
        out.append(number)
        at = number.last + 1
    return tuple(out)


def _number(toks: Sequence[Token], at: int) -> Number | None:
    """Return the longest number that begins at a token."""
    pieces = _pieces(toks, at)
    if not pieces:
        return None
    end = pieces[-1].end
    digits = "".join(p.digits for p in pieces)
    parts = tuple(p.digits for p in pieces)
    if pieces[-1].ordinal:
        value = digits if toks[end - 1].text[0].isalpha() else toks[end - 1].text
        return Number(_ordinal(value, digits), digits, at, end - 1, "ordinal", parts)
    kind: Kind = "digits" if len(pieces) > 1 else "cardinal"
    value = digits
    if len(pieces) == 1 and "." in digits:
        kind = "decimal"
    elif _text(toks, end) == "point" and (tail := _digit_run(toks, end + 1))[0]:
        kind, value, end = "decimal", f"{digits}.{tail[0]}", tail[1]
    number = Number(value, value.replace(".", ""), at, end - 1, kind, parts)
    return _money(toks, number)


def _ordinal(value: str, digits: str) -> str:
    if not value.isdigit():
        return value
    ending = (
        "th"
        if digits[-2:] in ("11", "12", "13")
        else {"1": "st", "2": "nd", "3": "rd"}.get(digits[-1], "th")
    )
    return digits + ending


def _pieces(toks: Sequence[Token], at: int) -> list[_Piece]:
    """Return the adjacent pieces that begin at a token; at most the last is an ordinal."""
    pieces: list[_Piece] = []
    while (piece := _piece(toks, at, pieces)) is not None:
        pieces.append(piece)
        at = piece.end
        if piece.ordinal or "." in piece.digits:
            break
    return pieces


def _piece(toks: Sequence[Token], at: int, before: list[_Piece]) -> _Piece | None:
    word = _text(toks, at)
    if not word:
        return None
    if word in _OH:
        return _oh(toks, at, before)
    if word in _TIMES:
        unit = _single(_text(toks, at + 1))
        return None if unit is None else _Piece(unit * _TIMES[word], at + 2, single=True)
    if (ordinal := _ordinal_piece(toks, at, bool(before))) is not None:
        return ordinal
    if before and "." in word and word[0].isdigit():
        return None
    return _cardinal(toks, at)


def _oh(toks: Sequence[Token], at: int, before: list[_Piece]) -> _Piece | None:
    """Read "oh" as zero among spoken figures only: "four oh three", "oh seven seven"."""
    after, next_after = _figure(toks, at + 1), _figure(toks, at + 2)
    if before:
        known = all(p.single or len(p.digits) == 2 for p in before)
        return _Piece("0", at + 1, single=True) if known and (after or len(before) > 1) else None
    return _Piece("0", at + 1, single=True) if after and next_after else None


def _figure(toks: Sequence[Token], at: int) -> bool:
    word = _text(toks, at)
    return word in _UNITS or word in _OH or word in _TIMES or (len(word) == 1 and word.isdigit())


def _ordinal_piece(toks: Sequence[Token], at: int, inside: bool) -> _Piece | None:
    word = _text(toks, at)
    if word in _TENS and (unit := _ORDINALS.get(_text(toks, at + 1), 0)) and unit < 10:
        return _Piece(str(_TENS[word] + unit), at + 2, ordinal=True)
    if word[0].isdigit() and word[-2:] in _ENDINGS and word[:-2].isdigit():
        return _Piece(word[:-2], at + 1, ordinal=True)
    if word in _ORDINALS and not inside:
        return _Piece(str(_ORDINALS[word]), at + 1, ordinal=True)
    return None


def _cardinal(toks: Sequence[Token], at: int) -> _Piece | None:
    """Read a composed number: "two thousand and five", "a hundred twenty", "25", "nine"."""
    group = _group(toks, at)
    if group is None:
        return None
    value, end, written = group
    scale = _SCALES.get(_text(toks, end))
    if scale is None:
        return _Piece(written or str(value), end, single=written is not None and len(written) == 1)
    total, end = int(Decimal(written or value) * scale), end + 1
    while scale > 1:
        group = _group(toks, end + 1 if _text(toks, end) == "and" else end)
        if group is None:
            break
        value, after, written = group
        smaller = _SCALES.get(_text(toks, after), 1)
        if value * smaller >= scale or (written and not written.isdigit()):
            break
        total, end, scale = total + value * smaller, after + (smaller > 1), smaller
    return _Piece(str(total), end)


def _group(toks: Sequence[Token], at: int) -> tuple[int, int, str | None] | None:
    """Read up to "nine hundred and ninety nine".

    Returns its value, the token after it, and its figures as written where it is one word or
    typed ("07" keeps its zero), None where it is composed.
    """
    word = _text(toks, at)
    if word == "a" and (_text(toks, at + 1) == "hundred" or _text(toks, at + 1) in _SCALES):
        small: tuple[int, int, str | None] | None = (1, at + 1, None)
    else:
        small = _small(toks, at)
    if small is None:
        return None
    value, after, _ = small
    if _text(toks, after) != "hundred" or value > 99:
        return small
    value, after = value * 100, after + 1
    skip = after + 1 if _text(toks, after) == "and" else after
    rest = _small(toks, skip)
    if rest is not None and 0 < rest[0] < 100:
        return value + rest[0], rest[1], None
    return value, after, None


def _small(toks: Sequence[Token], at: int) -> tuple[int, int, str | None] | None:
    word = _text(toks, at)
    if word in _UNITS:
        return _UNITS[word], at + 1, str(_UNITS[word])
    if word in _TEENS:
        return _TEENS[word], at + 1, str(_TEENS[word])
    if word in _TENS:
        unit = _UNITS.get(_text(toks, at + 1), 0)
        if unit:
            return _TENS[word] + unit, at + 2, str(_TENS[word] + unit)
        return _TENS[word], at + 1, str(_TENS[word])
    if word.isdigit() and word.isascii():
        return int(word), at + 1, word
    whole, point, part = word.partition(".")
    if point and whole.isdigit() and part.isdigit():
        return int(whole), at + 1, word
    return None


def _single(word: str) -> str | None:
    if word in _OH:
        return "0"
    if word in _UNITS:
        return str(_UNITS[word])
    return word if len(word) == 1 and word.isdigit() else None


def _digit_run(toks: Sequence[Token], at: int) -> tuple[str, int]:
    """Read the figures after "point"; the answer's second is the token after them."""
    digits = ""
    while (unit := _single(_text(toks, at))) is not None:
        digits, at = digits + unit, at + 1
    if not digits and (small := _small(toks, at)) is not None and small[2] is not None:
        return small[2], small[1]
    return digits, at


def _money(toks: Sequence[Token], number: Number) -> Number:
    """Take in a currency after the number, and the cents after that."""
    at = number.last + 1
    word = _text(toks, at)
    if word in _SMALL_UNIT:
        return Number(
            number.value, number.digits, number.first, at, "money", number.parts, _SMALL_UNIT[word]
        )
    unit = _MONEY.get(word)
    if unit is None:
        return number
    value, last, parts = number.value, at, number.parts
    cents = _cents(toks, at + 1) if "." not in value else None
    if cents is not None:
        value, last = f"{value}.{cents[0]:02d}", cents[1] - 1
        parts = (*parts, f"{cents[0]:02d}")
    return Number(value, value.replace(".", ""), number.first, last, "money", parts, unit)


def _cents(toks: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Read "ninety" or "and five cents" after a currency: the cents and the token after them."""
    joined = _text(toks, at) == "and"
    small = _small(toks, at + 1 if joined else at)
    if small is None or small[2] is None or "." in small[2] or small[0] > 99:
        return None
    value, after, _ = small
    if _text(toks, after) in _CENTS:
        return value, after + 1
    if joined or value < 10 or _text(toks, after) in _MONEY:
        return None
    return value, after


def _text(toks: Sequence[Token], at: int) -> str:
    return toks[at].text if 0 <= at < len(toks) else ""
