"""Finds the words of a query in a text, and says them to the full-text index.

The index narrows, this decides: phrases with gaps are asked of the index roughly and then held
against the text. Both take letters and digits for words, without case and diacritics.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from pipeline.mining.query import Part, Phrase, Term, Word

_TOKEN: Final = re.compile(r"([^\W_]+)(\*?)")
_PLAIN: Final = 128
"""Characters below it are as they are folded, but for case."""


def fold(text: str) -> str:
    """Return a composed text in lower case without diacritics, character for character."""
    lowered = text.lower() if len(text.lower()) == len(text) else text
    if lowered.isascii():
        return lowered
    return "".join(c if ord(c) < _PLAIN else _base(c) for c in lowered)


def composed(text: str) -> str:
    """Return a text in the form whose places the spans of `marks` are of."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a piece of a query; `*` after one makes it a beginning."""
    return tuple(Word(w, bool(star)) for w, star in _TOKEN.findall(fold(composed(text))))


def marks(text: str, terms: Iterable[Term]) -> list[tuple[int, int]]:
    """Return where the terms stand in a composed text, as places from and to, in order."""
    folded = fold(text)
    spans = sorted(
        match.span()
        for term in terms
        for phrase in term.phrases
        for match in pattern(phrase).finditer(folded)
    )
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def says(text: str, part: Part) -> bool:
    """Return whether a text has all terms of a part and none that it must be without."""
    folded = fold(composed(text))
    return all(_has(folded, term) for term in part.terms) and not any(
        _has(folded, term) for term in part.without
    )


@lru_cache(maxsize=256)
def pattern(phrase: Phrase) -> re.Pattern[str]:
    """Return the regular expression of a phrase, for folded text."""
    parts: list[str] = []
    for number, word in enumerate(phrase):
        if number:
            between = rf"(?:[\W_]+[^\W_]+){{0,{word.gap}}}?" if word.gap else ""
            parts.append(rf"{between}[\W_]+")
        parts.append(re.escape(word.text) + (r"[^\W_]*" if word.prefix else r"(?![^\W_])"))
    return re.compile(r"(?<![^\W_])" + "".join(parts))


def exact(part: Part) -> bool:
    """Return whether the full-text index alone decides a part."""
    return all(_exact(phrase) for term in (*part.terms, *part.without) for phrase in term.phrases)


def fts5(part: Part) -> str:
    """Return the part as SQLite's FTS5 reads it; it finds at least what the part asks for."""
    wanted = " AND ".join(_fts5_term(term) for term in part.terms)
    barred = [term for term in part.without if all(map(_exact, term.phrases))]
    return wanted + "".join(f" NOT {_fts5_term(term)}" for term in barred)


def tsquery(part: Part) -> str:
    """Return the part as PostgreSQL's to_tsquery reads it; it finds at least what is asked for."""
    wanted = " & ".join(_tsquery_term(term) for term in part.terms)
    barred = [term for term in part.without if all(map(_exact, term.phrases))]
    return wanted + "".join(f" & !{_tsquery_term(term)}" for term in barred)


def _exact(phrase: Phrase) -> bool:
    return not any(word.gap for word in phrase) and not any(w.prefix for w in phrase[:-1])


def _has(folded: str, term: Term) -> bool:
    return any(pattern(phrase).search(folded) for phrase in term.phrases)


def _fts5_term(term: Term) -> str:
    return "(" + " OR ".join(_fts5_phrase(phrase) for phrase in term.phrases) + ")"


def _fts5_phrase(phrase: Phrase) -> str:
    runs = _runs(phrase)
    said = [
        '"' + " ".join(word.text for word in run) + '"' + (" *" if run[-1].prefix else "")
        for run in runs
    ]
    if len(said) == 1:
        return said[0]
    apart = sum(run[0].gap for run in runs[1:]) + sum(len(run) for run in runs[1:-1])
    return f"NEAR({' '.join(said)}, {apart})"


def _tsquery_term(term: Term) -> str:
    return "(" + " | ".join(_tsquery_phrase(phrase) for phrase in term.phrases) + ")"


def _tsquery_phrase(phrase: Phrase) -> str:
    joint = " <-> " if not any(word.gap for word in phrase) else " & "
    return "(" + joint.join(w.text + (":*" if w.prefix else "") for w in phrase) + ")"


def _runs(phrase: Phrase) -> list[list[Word]]:
    """Return stretches that the index reads as one phrase: a gap or a beginning ends one."""
    runs: list[list[Word]] = []
    for word in phrase:
        if not runs or word.gap or runs[-1][-1].prefix:
            runs.append([word])
        else:
            runs[-1].append(word)
    return runs


@lru_cache(maxsize=4096)
def _base(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isalnum() else character
