"""Words as they are compared: lower case, contractions opened, fillers dropped, numbers read.

Every floor that matches or counts words goes through `tokens`; offsets always point into the
string that was given, so evidence can be quoted as it was written. Reading numbers lives in
`models.numbers`; its names are offered here too. What is bound to a language comes from its table
in `models.languages`.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from models.languages import ENGLISH, Language
from models.numbers import NUMBER_WORDS, Number, numbers
from models.spelling import (
    AFTER_HAS,
    AFTER_IS,
    AFTER_WHOSE,
    HALF_DAYS,
    HYPHENATED,
    IS_AFTER,
    KEEPS_I_MEAN,
    KEEPS_YOU_KNOW,
    SUFFIXES,
)
from models.token import Token

__all__ = ["Number", "Token", "numbers", "tokens", "wer_words"]

_CHUNK = re.compile(
    r"""
    (?P<mask>\[[A-Za-z_][A-Za-z_ -]*\])                       # what redaction leaves behind
  | (?P<sign>[$£€])\s?(?=\d)
  | (?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w])|\d+\.\d+(?![\w])|\d+(?![\w]))
  | (?P<dotted>(?:[^\W\d_]\.){2,}[^\W\d_]?(?!\w))             # a.m.  p.m.  U.K.
  | (?P<word>[^\W_]+(?:['’][^\W_]+)*)
  | (?P<percent>%)
    """,
    re.VERBOSE,
)
_COMMA = re.compile(
    _CHUNK.pattern.replace(
        r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w])|\d+\.\d+",
        r"\d{1,3}(?:\.\d{3})+(?:,\d+)?(?![\w])|\d+[,.]\d+",
    )
    + r"| (?P<after>[$£€])",
    re.VERBOSE,
)
"""The same where a comma stands before decimals and the currency's sign may follow the number."""
_CLOCK = re.compile(r"(\d+)(am|pm)")


def tokens(text: str, *, fillers: bool = False, language: Language = ENGLISH) -> tuple[Token, ...]:
    """Return the normalised words of a text, in order.

    Contractions give several tokens of one span ("I'm" is "i", "am"); "$49.90" gives "49.90" and
    "dollars". Number words stay words. Fillers ("um", "you know") are left out unless `fillers`.
    """
    out: list[Token] = []
    sign: tuple[str, int] | None = None
    signs = language.currency_signs
    chunks = list((_COMMA if language.comma else _CHUNK).finditer(text))
    for n, found in enumerate(chunks):
        kind, raw, start, end = found.lastgroup, found.group(), found.start(), found.end()
        if kind == "word":
            after = chunks[n + 1].group().lower() if n + 1 < len(chunks) else ""
            out.extend(Token(word, start, end) for word in _word(raw, after, language))
        elif kind == "sign":
            sign = (raw[0], start)
            continue
        elif kind == "number":
            if sign is not None:
                start = sign[1]
            out.append(Token(_figures(raw, language), start, end))
            if sign is not None:
                out.append(Token(signs[sign[0]], start, end))
        elif kind == "after":
            out.append(Token(signs[raw], start, end))
        elif kind == "percent":
            out.append(Token("percent", start, end))
        elif kind == "mask":
            out.append(Token(raw.lower().replace(" ", "_"), start, end))
        else:
            out.append(Token(raw.replace(".", "").lower(), start, end))
        sign = None
    joined = _join(out, text, language)
    return tuple(joined) if fillers else tuple(_without_fillers(joined, language))


def wer_words(text: str) -> list[str]:
    """Return the words a word error rate is counted on.

    As `tokens`, with each number written one way: digits without spaces or points, and the
    currency after them, so that "twenty five" equals "25" and "$49.90" equals "forty nine dollars
    ninety".
    """
    toks = tokens(text)
    out: list[str] = []
    at = 0
    for number in numbers(toks):
        out.extend(t.text for t in toks[at : number.first])
        out.append(number.written())
        if number.unit:
            out.append(number.unit)
        at = number.last + 1
    out.extend(t.text for t in toks[at:])
    return out


def _figures(raw: str, language: Language) -> str:
    """Return a number with a point before its decimals and no other sign."""
    if not language.comma:
        return raw.replace(",", "")
    whole = raw.replace(".", "") if "," in raw or re.fullmatch(r"\d{1,3}(\.\d{3})+", raw) else raw
    return whole.replace(",", ".")


def _word(raw: str, after: str, language: Language) -> Sequence[str]:
    """Return one written word's tokens; the word after it tells what 's stands for."""
    word = raw.lower().replace("’", "'")
    if not word.isascii():
        marks = unicodedata.normalize("NFKD", word)
        word = "".join(c for c in marks if not unicodedata.combining(c))
    known = language.contractions.get(word)
    if known is not None:
        return (known[0], "has") if after in AFTER_HAS and known[1:] == ("is",) else known
    if "'" in word:
        return _apostrophe(word, after, language.spellings)
    if word[0].isdigit():
        clock = _CLOCK.fullmatch(word)
        return clock.groups() if clock else (word,)
    return (language.spellings.get(word, word),)


def _apostrophe(word: str, after: str, spellings: Mapping[str, str]) -> Sequence[str]:
    """Open a contraction that no table lists, or drop a possessive's apostrophe."""
    if word.endswith("n't") and len(word) > 3:
        return (word[:-3], "not")
    stem, _, tail = word.rpartition("'")
    if tail == "s" and after in AFTER_HAS:
        return (spellings.get(stem, stem), "has")
    if tail == "s" and (stem in IS_AFTER or after in AFTER_IS):
        return (spellings.get(stem, stem), "is")
    opened = SUFFIXES.get(tail)
    if opened is not None and "'" not in stem:
        return (spellings.get(stem, stem), opened)
    return (word.replace("'", ""),)


def _join(words: list[Token], text: str, language: Language) -> list[Token]:
    """Write pairs that recognisers split or join ("e mail", "to-morrow") as one word."""
    out: list[Token] = []
    for token in words:
        if out:
            pair = (out[-1].text, token.text)
            whole = language.pairs.get(pair)
            if whole is None and text[out[-1].end : token.start] == "-":
                whole = HYPHENATED.get(pair)
            if whole is None and len(out) > 1 and _figure(out[-2].text):
                whole = HALF_DAYS.get(pair)
            if whole is not None:
                out[-1] = Token(whole, out[-1].start, token.end)
                continue
            if pair in AFTER_WHOSE:
                token = Token(AFTER_WHOSE[pair], token.start, token.end)
        out.append(token)
    return out


def _figure(word: str) -> bool:
    return word[0].isdigit() or word in NUMBER_WORDS or word == "oclock"


def _without_fillers(words: list[Token], language: Language) -> list[Token]:
    """Drop hesitations, and "you know" and "I mean" where they carry nothing."""
    kept = [t for t in words if t.text not in language.fillers]
    out: list[Token] = []
    at = 0
    while at < len(kept):
        if at + 1 < len(kept) and _is_phrase_filler(kept, at):
            at += 2
            continue
        out.append(kept[at])
        at += 1
    return out


def _is_phrase_filler(words: list[Token], at: int) -> bool:
    pair = (words[at].text, words[at + 1].text)
    if pair == ("you", "know"):
        before, after = KEEPS_YOU_KNOW
    elif pair == ("i", "mean"):
        before, after = KEEPS_I_MEAN
    else:
        return False
    just_so = at > 1 and words[at - 1].text == "so" and words[at - 2].text == "just"
    kept_before = at > 0 and words[at - 1].text in before
    kept_after = at + 2 < len(words) and words[at + 2].text in after
    return not (just_so or kept_before or kept_after)
