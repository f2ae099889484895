"""An utterance cut into the few stretches that may each ask for something else.

"I've moved house, and can you tell me why my bill is so high" is two wants: each is read by itself,
beside the whole. The recogniser's punctuation cuts where there is any, joining words elsewhere.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

MOST = 3
"""Clauses of one utterance; with the whole, four texts at most are encoded for it."""
LONG = 8
"""Words under which an utterance stays whole."""
SHORT = 3
"""Words under which a clause is joined to a neighbour."""

_WORD = re.compile(r"[\w']+")
_CUT = re.compile(
    r"(?<=[.?!;,:])\s+"
    r"|\s+(?=(?:and|but|also|plus|so|then|because|oh)\s)"
    r"|\s+(?=(?:another thing|the other thing|while i'm|while you're|one more)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """Characters `start` to `end` of an utterance, and how many words they hold."""

    start: int
    end: int
    words: int

    def of(self, text: str) -> str:
        """Return the clause's words."""
        return text[self.start : self.end]


def clauses(text: str) -> tuple[Clause, ...]:
    """Return the utterance as a whole, then up to `MOST` clauses of it, in order.

    A text without words has none; one that is short, or has nowhere to be cut, is its own only one.
    """
    whole = _clause(text, 0, len(text))
    if not whole.words:
        return ()
    if whole.words < LONG:
        return (whole,)
    edges = [0, *(found.end() for found in _CUT.finditer(text)), len(text)]
    parts = [_clause(text, start, end) for start, end in pairwise(edges) if end > start]
    while len(parts) > 1 and (len(parts) > MOST or min(part.words for part in parts) < SHORT):
        parts = _joined(text, parts)
    return (whole, *parts) if len(parts) > 1 else (whole,)


def _joined(text: str, parts: list[Clause]) -> list[Clause]:
    """Join the shortest clause to the shorter of its neighbours."""
    at = min(range(len(parts)), key=lambda n: parts[n].words)
    beside = [n for n in (at - 1, at + 1) if 0 <= n < len(parts)]
    other = min(beside, key=lambda n: parts[n].words)
    first, last = min(at, other), max(at, other)
    one = _clause(text, parts[first].start, parts[last].end)
    return [*parts[:first], one, *parts[last + 1 :]]


def _clause(text: str, start: int, end: int) -> Clause:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip(" \t\n,;:"))
    return Clause(start + min(left, right), start + right, len(_WORD.findall(piece)))
