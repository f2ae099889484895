"""Counts what is said in turns: words, and two and three words together."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from models.encode.plain import plain

LONGEST: Final = 3


@dataclass(slots=True)
class Counts:
    """How often each term is said, in how many calls, and how many terms of each length."""

    uses: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    totals: list[int] = field(default_factory=lambda: [0] * (LONGEST + 1))
    call_count: int = 0
    turns: int = 0


def terms(text: str) -> list[str]:
    """Return every run of one to three words of a text; masks like "[card number]" say nothing."""
    found: list[str] = []
    for stretch in _without_masks(text):
        words = plain(stretch).split()
        for size in range(1, LONGEST + 1):
            found += [" ".join(words[at : at + size]) for at in range(len(words) - size + 1)]
    return found


def count(rows: Iterable[tuple[str, str]]) -> Counts:
    """Count the terms of (call_id, text) rows."""
    counts = Counts()
    by_call: dict[str, set[str]] = {}
    for call_id, text in rows:
        said = terms(text)
        counts.turns += 1
        counts.uses.update(said)
        by_call.setdefault(call_id, set()).update(said)
    for found in by_call.values():
        counts.calls.update(found)
    counts.call_count = len(by_call)
    for term, uses in counts.uses.items():
        counts.totals[term.count(" ") + 1] += uses
    return counts


def _without_masks(text: str) -> list[str]:
    return [piece.rpartition("]")[2] for piece in text.split("[")]
