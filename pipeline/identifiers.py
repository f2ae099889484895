"""Digits as people say and type them, and the numbers that betray themselves by their shape.

Reads more loosely than `models.text.numbers`: there a wrong number misleads a rule, here a missed
digit leaks part of a card. What a number means is left to `pipeline.number_cues`; what is hidden,
to `pipeline.redact`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_UNIT_WORDS = "zero one two three four five six seven eight nine"
_TEEN_WORDS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {word: str(i) for i, word in enumerate(_UNIT_WORDS.split())}
_TEENS = {word: str(i) for i, word in enumerate(_TEEN_WORDS.split(), 10)}
_TENS = {word: str(i) for i, word in enumerate(_TEN_WORDS.split(), 2)} | {"fourty": "4"}
_OH = {"oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0"}
_TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_PLURALS = {f"{w}s": d for w, d in _UNITS.items()} | {"sixes": "6", "zeroes": "0", "ohs": "0"}
_LOOSE = {"for": "4", "fore": "4", "to": "2", "too": "2", "won": "1", "ate": "8", "tree": "3"}
"""Words that recognisers write for figures; digits only beside digits."""
_SCALES = {"hundred": 100, "thousand": 1000}
_JOINING = """
a ah and by comma dash digits dot eh er erm first followed hang hmm hyphen i is it it's its last let
me mhm mm mmm next no number of ok okay on period right see so sorry space stop that that's the then
uh uhm um wait yeah yep yes
"""
_JOINERS = frozenset(_JOINING.split())
MAX_JOINERS = 4
MIXED_DIGITS = 3
"""Letters and figures in one word ("AB1234") count as figures from this many on."""
_FILLING = """
ah and comma dash eh er erm hmm hyphen it's its let me mhm mm mmm next ok okay right see so sorry
space sure then uh uhm um wait well yeah yep yes
"""
FILLERS = frozenset(_FILLING.split())
_NATO = """alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november
oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"""
_LETTERS = {w: w[0].upper() for w in _NATO.split()}

_TOKEN = re.compile(
    r"""
    (?P<ordinal>\d+(?:st|nd|rd|th)\b)
  | (?P<decimal>\d{1,3}(?:,\d{3})*\.\d{1,2}(?![\d\w]))
  | (?P<number>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d++)(?![^\W\d_]))
  | (?P<word>[^\W\d_]++(?:['’][^\W\d_]++)?(?!\w))
  | (?P<mixed>\w+)
    """,
    re.VERBOSE,
)
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5\d{15}|2[2-7]\d{14}|3[47]\d{13}|3[0689]\d{12}|35\d{14}"
    r"|(?:5[06-9]|6\d)\d{10,17}"
)
SHORTEST_CARD, LONGEST_CARD = 12, 19
_SSN = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])")
_NINO = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{6}[A-D](?![A-Z0-9])")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Figures said or typed in one go; `start` and `end` are character offsets.

    `form` is "digits", "decimal" ("49.90"), "scaled" ("four hundred"), "mixed" ("AB1234"), "loose"
    (a word that may be a misheard figure) or "word" and "ordinal" for what has no figures here.
    """

    text: str
    digits: str
    start: int
    end: int
    form: str = "digits"


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces that belong to one number as far as can be told.

    `before` and `after` count the words around it in its text that are no fillers.
    """

    pieces: tuple[Piece, ...]
    before: int
    after: int

    @property
    def start(self) -> int:
        """Offset of the first figure."""
        return self.pieces[0].start

    @property
    def end(self) -> int:
        """Offset after the last figure."""
        return self.pieces[-1].end

    @property
    def digits(self) -> str:
        """The figures, without the words that may only sound like some."""
        return "".join(p.digits for p in self.pieces if p.form != "loose")

    @property
    def alone(self) -> bool:
        """Whether its text holds nothing else."""
        return not self.before and not self.after


def pieces(text: str) -> list[Piece]:
    """Return all words of a text, those that are figures read as figures."""
    words = [
        Piece(m.group().lower().replace("’", "'"), "", m.start(), m.end(), m.lastgroup or "word")
        for m in _TOKEN.finditer(text)
    ]
    out: list[Piece] = []
    at = 0
    while at < len(words):
        piece, at = _read(words, at)
        out.append(piece)
    return _settle_oh(out)


def runs(text: str) -> list[Run]:
    """Return the runs of figures in a text, in order."""
    said = pieces(text)
    groups: list[tuple[int, int]] = []
    start = end = -1
    for at, piece in enumerate(said):
        if not piece.digits or piece.form == "loose":
            continue
        if start >= 0 and _joined(said[end + 1 : at]):
            end = at
            continue
        if start >= 0:
            groups.append((start, end))
        start = end = at
    if start >= 0:
        groups.append((start, end))
    return [_run(said, first, last) for first, last in groups]


def luhn(digits: str) -> bool:
    """Return whether the check digit of ISO/IEC 7812 is right."""
    total = 0
    for at, figure in enumerate(reversed(digits)):
        value = int(figure) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def holds_card(parts: Sequence[Piece], least: int = SHORTEST_CARD) -> bool:
    """Return whether figures in a row, cut where they were said apart, hold a card number.

    Issuers' first figures and lengths (ISO/IEC 7812 and the schemes' published ranges), and the
    check digit; of random figures of a fitting length about one in twelve passes.
    """
    strict = [p.digits for p in parts if p.form not in ("loose", "mixed")]
    loose = [p.digits for p in parts if p.form != "mixed"]
    return _card_in(strict, least) or (len(loose) != len(strict) and _card_in(loose, least))


def shaped(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (kind, start, end) of identifiers known by shape: "national_id", "account"."""
    for found in _SSN.finditer(text):
        yield "national_id", found.start(), found.end()
    symbols, spans = _symbols(text)
    for found in _NINO.finditer(symbols):
        yield "national_id", spans[found.start()][0], spans[found.end() - 1][1]
    for found in _IBAN.finditer(symbols):
        length = _iban_length(found.group())
        if length:
            last = found.start() + length - 1
            yield "account", spans[found.start()][0], spans[last][1]


def _read(words: Sequence[Piece], at: int) -> tuple[Piece, int]:
    """Read the number or word at a place; return it and the place after it."""
    word = words[at]
    if word.form in ("number", "decimal"):
        digits = re.sub(r"\D", "", word.text)
        form = "decimal" if word.form == "decimal" else "digits"
        return Piece(word.text, digits, word.start, word.end, form), at + 1
    if word.form != "word":
        digits = re.sub(r"\D", "", word.text) if word.form == "mixed" else ""
        digits = digits if len(digits) >= MIXED_DIGITS else ""
        return Piece(word.text, digits, word.start, word.end, word.form), at + 1
    for reader in (_repeated, _scaled, _spoken):
        found = reader(words, at)
        if found is not None:
            digits, after, form = found
            return Piece(word.text, digits, word.start, words[after - 1].end, form), after
    loose = _LOOSE.get(word.text, "")
    return Piece(word.text, loose, word.start, word.end, "loose" if loose else "word"), at + 1


def _repeated(words: Sequence[Piece], at: int) -> tuple[str, int, str] | None:
    """Read "double four" and "four zeros"."""
    following = _word(words, at + 1)
    times = _TIMES.get(words[at].text)
    if times is not None:
        unit = _unit(following)
        return (unit * times, at + 2, "digits") if unit else None
    count = _UNITS.get(words[at].text)
    if count and following in _PLURALS and int(count) > 1:
        return _PLURALS[following] * int(count), at + 2, "digits"
    return None


def _scaled(words: Sequence[Piece], at: int) -> tuple[str, int, str] | None:
    """Read "four hundred and twelve" and "four thousand two hundred"."""
    first = _two(words, at)
    if first is None or _word(words, first[1]) not in _SCALES:
        return None
    value, place, total = int(first[0]), first[1], 0
    while (scale := _SCALES.get(_word(words, place))) is not None:
        total += value * scale
        place, value = place + 1, 0
        skip = place + 1 if _word(words, place) == "and" else place
        rest = _two(words, skip)
        if rest is None:
            break
        value, after = int(rest[0]), rest[1]
        if scale == 100 and len(rest[0]) > 2:
            value = 0
            break
        place = after
    return str(total + value), place, "scaled"


def _spoken(words: Sequence[Piece], at: int) -> tuple[str, int, str] | None:
    two = _two(words, at)
    if two is not None:
        return two[0], two[1], "digits"
    oh = _OH.get(words[at].text)
    return (oh, at + 1, "digits") if oh else None


def _two(words: Sequence[Piece], at: int) -> tuple[str, int] | None:
    """Read up to "ninety nine"."""
    word = _word(words, at)
    if word in _UNITS:
        return _UNITS[word], at + 1
    if word in _TEENS:
        return _TEENS[word], at + 1
    if word in _TENS:
        unit = _UNITS.get(_word(words, at + 1), "0")
        if unit != "0":
            return _TENS[word] + unit, at + 2
        return _TENS[word] + "0", at + 1
    return None


def _unit(word: str) -> str:
    if len(word) == 1 and word.isdigit():
        return word
    return _UNITS.get(word) or _OH.get(word, "")


def _word(words: Sequence[Piece], at: int) -> str:
    return words[at].text if at < len(words) else ""


def _settle_oh(said: list[Piece]) -> list[Piece]:
    """Leave "oh" and "nil" as words unless a figure stands beside them."""
    out = list(said)
    for at, piece in enumerate(said):
        if piece.text not in _OH:
            continue
        before = next((p for p in reversed(out[:at]) if p.text not in FILLERS), None)
        after = next((p for p in said[at + 1 :] if p.text not in FILLERS), None)
        if not any(p is not None and p.digits and p.form != "loose" for p in (before, after)):
            out[at] = Piece(piece.text, "", piece.start, piece.end, "word")
    return out


def _joined(between: Sequence[Piece]) -> bool:
    return len(between) <= MAX_JOINERS and all(
        p.form == "loose" or p.text in _JOINERS for p in between
    )


def _run(said: Sequence[Piece], first: int, last: int) -> Run:
    inner = tuple(p for p in said[first : last + 1] if p.digits)
    around = [sum(p.text not in FILLERS for p in part) for part in (said[:first], said[last + 1 :])]
    return Run(inner, *around)


def starts_card(parts: Sequence[Piece]) -> bool:
    """Return whether figures in a row begin with a card number."""
    strict = [p.digits for p in parts if p.form not in ("loose", "mixed")]
    loose = [p.digits for p in parts if p.form != "mixed"]
    return any(_begins(p, SHORTEST_CARD) for p in (strict, loose))


def _card_in(parts: Sequence[str], least: int) -> bool:
    return any(_begins(parts[first:], least) for first in range(len(parts)))


def _begins(parts: Sequence[str], least: int) -> bool:
    digits = ""
    for part in parts:
        digits += part
        if len(digits) > LONGEST_CARD:
            break
        if len(digits) >= least and _ISSUED.fullmatch(digits) and luhn(digits):
            return True
    return False


def _symbols(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return letters and figures said one by one as one string, and each one's offsets.

    Everything else becomes a space, so that shapes do not reach over ordinary words.
    """
    out: list[str] = []
    spans: list[tuple[int, int]] = []
    for piece in pieces(text):
        raw = text[piece.start : piece.end]
        if piece.form == "decimal" or not (symbol := _symbol(piece, raw)):
            symbol = " "
        out.append(symbol)
        spans.extend([(piece.start, piece.end)] * len(symbol))
    return "".join(out), spans


def _symbol(piece: Piece, raw: str) -> str:
    if piece.digits and piece.form not in ("loose", "mixed"):
        return piece.digits
    if len(raw) == 1 or piece.form == "mixed" or (raw.isupper() and len(raw) <= 4):
        return raw.upper() if raw.isascii() else ""
    return _LETTERS.get(piece.text, "")


def _iban_length(candidate: str) -> int:
    """Return how many characters of a candidate are an IBAN (ISO 13616), 0 where none are."""
    for length in range(min(len(candidate), 34), 14, -1):
        turned = candidate[4:length] + candidate[:4]
        if int("".join(str(int(c, 36)) for c in turned)) % 97 == 1:
            return length
    return 0
