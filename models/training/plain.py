"""Text as a recogniser would write it, less case and punctuation; figures become words.

Unlike `models.text.tokens` nothing is opened or dropped: "I'm" stays one word, "um" stays. It is
the form that lines for training take, so that typed and heard text look alike.
"""

import re
from collections.abc import Iterator

_FIGURES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_DECADES = "_ _ twenty thirty forty fifty sixty seventy eighty ninety"
_ONES, _TENS = _FIGURES.split(), _DECADES.split()
_ORDINALS = {
    **{"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth"},
    **{"nine": "ninth", "twelve": "twelfth"},
}
_UNITS = {"$": ("dollar", "cents"), "£": ("pound", "pence"), "€": ("euro", "cents")}
_YEARS = range(1900, 2100)
LONGEST_SAID = 4
"""Figures longer than this, without commas, are said one by one."""

_TYPED = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})
_PIECE = re.compile(
    r"""
    (?P<money>[$£€]\s?\d[\d,]*(?:\.\d+)?|\d[\d,]*(?:\.\d+)?\s?[$£€])
  | (?P<clock>\d{1,2}:\d{2})(?!\d)
  | (?P<ordinal>\d{1,3})(?:st|nd|rd|th)\b
  | (?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+)
  | (?P<percent>%)
  | (?P<also>&)
  | (?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)
    """,
    re.VERBOSE,
)


def plain_words(text: str) -> list[str]:
    """Return the words of a text, lower case, with figures as they are said."""
    return list(_words(text.translate(_TYPED).lower()))


def _words(text: str) -> Iterator[str]:
    for found in _PIECE.finditer(text):
        kind, raw = found.lastgroup, found.group()
        if kind == "word":
            yield raw
        elif kind == "number":
            yield from number(raw)
        elif kind == "money":
            yield from _money(raw)
        elif kind == "clock":
            hour, minute = raw.split(":")
            yield from number(hour)
            if minute != "00":
                yield from (["oh"] if minute[0] == "0" else [])
                yield from number(str(int(minute)))
        elif kind == "ordinal":
            *first, last = number(found["ordinal"])
            yield from first
            yield _ORDINALS.get(last) or (last[:-1] + "ieth" if last[-1] == "y" else last + "th")
        else:
            yield "percent" if kind == "percent" else "and"


def number(written: str) -> list[str]:
    """Return figures as words: "2,500", "3.5", "07" and "4539123" (one by one), "1984"."""
    whole, point, part = written.partition(".")
    if point:
        return [*number(whole), "point", *(_ONES[int(figure)] for figure in part)]
    figures = whole.replace(",", "")
    lone = len(figures) > 1 and figures[0] == "0"
    if lone or (len(figures) > LONGEST_SAID and "," not in whole) or len(figures) > 9:
        return [_ONES[int(figure)] for figure in figures]
    value = int(figures)
    if value in _YEARS and "," not in whole and not 2000 <= value < 2010:
        century, year = divmod(value, 100)
        low = ["hundred"] if not year else (["oh"] if year < 10 else [])
        return [*_below_thousand(century), *low, *(_below_thousand(year) if year else [])]
    return _cardinal(value)


def _cardinal(value: int) -> list[str]:
    out: list[str] = []
    for scale, name in ((1_000_000, "million"), (1_000, "thousand")):
        if value >= scale:
            out += [*_below_thousand(value // scale), name]
            value %= scale
    if value or not out:
        out += _below_thousand(value)
    return out


def _below_thousand(value: int) -> list[str]:
    out: list[str] = []
    if value >= 100:
        out = [_ONES[value // 100], "hundred"]
        value %= 100
        if not value:
            return out
    if value < 20:
        return [*out, _ONES[value]]
    return [*out, _TENS[value // 10], *([_ONES[value % 10]] if value % 10 else [])]


def _money(raw: str) -> list[str]:
    sign = next(mark for mark in raw if mark in _UNITS)
    unit, small = _UNITS[sign]
    amount = raw.replace(sign, "").strip()
    whole, _, part = amount.partition(".")
    out = [*number(whole), unit if whole == "1" else unit + "s"]
    if len(part) == 2 and part != "00":
        out += [*number(str(int(part))), *([] if int(whole.replace(",", "")) else [small])]
    return out
