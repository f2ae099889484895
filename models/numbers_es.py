"""Numbers as they are said in Spanish: cardinals, digit by digit, decimals and money.

As `models.numbers`, with the same answers: works on normalised tokens (no accents), and adjacent
numbers with nothing between them are one number read in pieces ("cuarenta y nueve noventa"). "un"
and "una" are articles unless a number goes on from them.
"""

from collections.abc import Sequence

from models.numbers import Kind, Number, one_after_another
from models.token import Token

_FIGURES = "cero uno dos tres cuatro cinco seis siete ocho nueve"
_TEN_ON = (
    "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve veinte "
    "veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho "
    "veintinueve"
)
_THIRTY_ON = "treinta cuarenta cincuenta sesenta setenta ochenta noventa"
_HUNDREDS_OF = "ciento doscient trescient cuatrocient quinient seiscient setecient ochocient"
_UNITS = {w: i for i, w in enumerate(_FIGURES.split())}
_SMALL = {w: i + 10 for i, w in enumerate(_TEN_ON.split())} | {"veintiun": 21, "veintiuna": 21}
_TENS = {w: (i + 3) * 10 for i, w in enumerate(_THIRTY_ON.split())}
_HUNDREDS = {"cien": 100, "ciento": 100} | {
    f"{stem}{end}": (i + 2) * 100
    for i, stem in enumerate([*_HUNDREDS_OF.split()[1:], "novecient"])
    for end in ("os", "as")
}
_ORDINALS = (
    "primero primera primer segundo segunda tercero tercera tercer cuarto cuarta quinto quinta "
    "sexto sexta septimo septima octavo octava noveno novena decimo decima"
)
_SCALES = {"mil": 1_000, "millon": 1_000_000, "millones": 1_000_000}
_ONE = frozenset({"un", "una"})
_MONEY = {
    "euro": "euros",
    "euros": "euros",
    "dolar": "dolares",
    "dolares": "dolares",
    "peso": "pesos",
    "pesos": "pesos",
    "sol": "soles",
    "soles": "soles",
    "libra": "libras",
    "libras": "libras",
}
_CENTS = frozenset({"centimo", "centimos", "centavo", "centavos"})

ORDINAL_WORDS = frozenset(_ORDINALS.split())
NUMBER_WORDS = frozenset(_UNITS) | frozenset(_SMALL) | frozenset(_TENS) | frozenset(_HUNDREDS)
NUMBER_WORDS |= frozenset(_SCALES)
"""Every word that may be part of a number by itself."""


def numbers(toks: Sequence[Token]) -> tuple[Number, ...]:
    """Return the numbers said in a token sequence, in order, without overlap."""
    words = [t.text for t in toks]
    return one_after_another(len(words), lambda at: _number(words, at))


def _number(words: Sequence[str], at: int) -> Number | None:
    """Return the longest number that begins at a word."""
    parts: list[str] = []
    end = at
    while (piece := _piece(words, end)) is not None:
        parts.append(piece[0])
        end = piece[1]
        if "." in piece[0]:
            break
    if not parts:
        return None
    value = "".join(parts)
    kind: Kind = "digits" if len(parts) > 1 else "decimal" if "." in value else "cardinal"
    joined = _word(words, end)
    after = _piece(words, end + 1) if joined in ("coma", "punto", "con") else None
    if kind == "cardinal" and after is not None and (joined != "con" or len(after[0]) == 2):
        value, end, kind = f"{value}.{after[0]}", after[1], "decimal"
        parts.append(after[0])
        if _word(words, end) in _CENTS:
            return _made(value, at, end, "money", parts, "euros")
    unit = _word(words, end)
    if unit in _CENTS:
        return _made(value, at, end, "money", parts, "centimos")
    if unit not in _MONEY:
        return _made(value, at, end - 1, kind, parts, "")
    return _money(words, _made(value, at, end, "money", parts, _MONEY[unit]))


def _money(words: Sequence[str], number: Number) -> Number:
    """Take in the cents after a currency: "con noventa", "y cinco centimos", "noventa"."""
    at = number.last + 1
    joined = _word(words, at) in ("con", "y")
    piece = _piece(words, at + joined)
    if piece is None or "." in number.value or len(piece[0]) > 2:
        return number
    named = _word(words, piece[1]) in _CENTS
    if not named and (len(piece[0]) < 2 or _word(words, piece[1]) in _MONEY):
        return number
    value = f"{number.value}.{int(piece[0]):02d}"
    parts = (*number.parts, f"{int(piece[0]):02d}")
    last = piece[1] - 1 + named
    return _made(value, number.first, last, "money", parts, number.unit)


def _made(value: str, first: int, last: int, kind: Kind, parts: Sequence[str], unit: str) -> Number:
    return Number(value, value.replace(".", ""), first, last, kind, tuple(parts), unit)


def _piece(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """Read a composed number: "dos mil trescientos veinte", "25", "nueve"; with the word after."""
    word = _word(words, at)
    if word and word[0].isdigit() and word.replace(".", "", 1).isdigit():
        return word, at + 1
    total, found = 0, False
    while (group := _group(words, at)) is not None:
        value, end = group
        scale = _SCALES.get(_word(words, end))
        if scale is None:
            return str(total + value), end
        total, at, found = total + value * scale, end + 1, True
    return (str(total), at) if found else None


def _group(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """Read up to "novecientos noventa y nueve"; "mil" by itself is one thousand."""
    word = _word(words, at)
    if word == "mil":
        return 1, at
    if word in _ONE:
        return (1, at + 1) if _word(words, at + 1) in _SCALES | _MONEY else None
    if word in _HUNDREDS:
        rest = _tens(words, at + 1)
        if rest is None or rest[0] == 0:
            return _HUNDREDS[word], at + 1
        return _HUNDREDS[word] + rest[0], rest[1]
    return _tens(words, at)


def _tens(words: Sequence[str], at: int) -> tuple[int, int] | None:
    word = _word(words, at)
    if word in _UNITS:
        return _UNITS[word], at + 1
    if word in _SMALL:
        return _SMALL[word], at + 1
    if word not in _TENS:
        return None
    unit = _word(words, at + 2) if _word(words, at + 1) == "y" else ""
    if _UNITS.get(unit, 0) or unit in _ONE:
        return _TENS[word] + _UNITS.get(unit, 1), at + 3
    return _TENS[word], at + 1


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""
