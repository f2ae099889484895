"""What a recogniser hears for what is said: which sounds it takes for which, and how likely.

The numbers are in `misheard.json`, fitted by `python -m benchmarks.make_misheard` to pairs of words
said and heard. Scores of sounds are whole numbers, so that they are the same however they are come
by, one by one or many at once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.phones import phones

FILE = Path(__file__).with_name("misheard.json")
SCALE = 10
"""Scores of sounds are in so many parts of a nat."""
ROUNDING = 1e-3
NEVER = -(10**6)
RAREST = 85
"""Rarity, in tenths of a nat, of every word that is not listed as frequent."""

Ints = NDArray[np.int32]
Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """What was measured, in parts of a nat (`SCALE`) where not said otherwise.

    `heard[a][b]` is how much likelier sound b is where a was said than anywhere; `dropped` and
    `added` are the scores of a sound that is not heard, or not said. `weights` make of a score,
    a heard word's rarity, the number of sounds said and 1 the evidence that the word was said.
    `frequent` lists words by their rarity.
    """

    sounds: str
    heard: tuple[tuple[int, ...], ...]
    dropped: tuple[int, ...]
    added: tuple[int, ...]
    weights: tuple[float, float, float, float]
    frequent: Mapping[str, str]


class Misheard:
    """Tells how likely words were heard for others; built once, holds no state."""

    def __init__(self, table: Table) -> None:
        self.sounds = table.sounds
        size = len(table.sounds)
        self.pairs: Ints = np.full((size + 1, size + 1), -4 * SCALE, np.int32)
        self.pairs[1:, 1:] = table.heard
        self.dropped: Ints = np.array([-4 * SCALE, *table.dropped], np.int32)
        self.added: Ints = np.array([-4 * SCALE, *table.added], np.int32)
        self._weights = table.weights
        self._codes = {sound: code for code, sound in enumerate(table.sounds, start=1)}
        self._none = size + 1
        padded = np.full((size + 1, size + 2), NEVER, np.int32)
        padded[:, :-1] = self.pairs
        self._flat = padded.ravel()
        self._extra = np.append(self.added, 0).astype(np.int32)
        self._pairs: list[list[int]] = self.pairs.tolist()
        self._dropped: list[int] = self.dropped.tolist()
        self._added: list[int] = self.added.tolist()
        self._rarity = {
            word: int(rarity) / SCALE
            for rarity, words in table.frequent.items()
            for word in words.split()
        }

    def rarity(self, word: str) -> float:
        """Return how rare a word is in calls, in nats: 3 to 8.5."""
        return self._rarity.get(word, RAREST / SCALE)

    def codes(self, words: Sequence[str]) -> tuple[int, ...]:
        """Return the sounds of words said one after the other, as numbers; 0 is unknown."""
        return tuple(self._codes.get(one, 0) for word in words for one in phones(word))

    def score(self, said: Sequence[int], heard: Sequence[int]) -> int:
        """Return how much likelier some sounds are heard where others were said than anywhere."""
        row = list(accumulate((self._added[one] for one in heard), initial=0))
        for a in said:
            pairs, dropped = self._pairs[a], self._dropped[a]
            left = row[0] + dropped
            fresh = [left]
            for j, b in enumerate(heard):
                left = max(row[j] + pairs[b], row[j + 1] + dropped, left + self._added[b])
                fresh.append(left)
            row = fresh
        return row[-1]

    def scores(self, said: Ints, sizes: NDArray[np.intp], heard: Sequence[Sequence[int]]) -> Ints:
        """Return the scores of many words said, each heard as something.

        Args:
            said: a row of sounds for each word, filled up with zeros.
            sizes: how many sounds each has.
            heard: the sounds that each was heard as.
        """
        longest = max(map(len, heard), default=0)
        columns = np.array([[*h, *[self._none] * (longest - len(h))] for h in heard], np.int32).T
        down = said.T
        along = np.zeros((len(down) + 1, len(said)), np.int32)
        np.cumsum(self.dropped[down], axis=0, out=along[1:])
        starts = down * (len(self.dropped) + 1)
        row = along.copy()
        for column in columns:
            best = row + self._extra[column]
            changed = self._flat[starts + column]
            changed += row[:-1]
            np.maximum(best[1:], changed, out=best[1:])
            best -= along
            row = np.maximum.accumulate(best, axis=0)
            row += along
        return row[sizes, np.arange(len(said))]

    def evidence(self, score: Ints, rarity: Reals, sounds: NDArray[np.intp]) -> Reals:
        """Return how much likelier words were heard for words with so many sounds than by chance.

        In nats, of words that were not heard right. A frequent word is likelier to have been said.
        """
        each, rare, long, base = self._weights
        return each * score / SCALE + rare * rarity + long * sounds + base

    def least_scores(self, evidence: Reals, rarity: Reals, sounds: NDArray[np.intp]) -> Reals:
        """Return the score below which there is less evidence than asked for."""
        each, rare, long, base = self._weights
        return (evidence - rare * rarity - long * sounds - base) * SCALE / each - ROUNDING


def load(path: Path = FILE) -> Table:
    """Read a table."""
    data = json.loads(path.read_text("utf-8"))
    return Table(
        sounds=data["sounds"],
        heard=tuple(tuple(row) for row in data["heard"]),
        dropped=tuple(data["dropped"]),
        added=tuple(data["added"]),
        weights=tuple(data["weights"]),
        frequent=data["frequent"],
    )


def save(table: Table, path: Path = FILE) -> None:
    """Write a table; the same table gives the same bytes."""
    rows = ",\n    ".join(json.dumps(row) for row in table.heard)
    words = ",\n    ".join(f'"{r}": {json.dumps(w)}' for r, w in table.frequent.items())
    text = (
        f'{{\n  "sounds": {json.dumps(table.sounds)},\n  "heard": [\n    {rows}\n  ],\n'
        f'  "dropped": {json.dumps(table.dropped)},\n  "added": {json.dumps(table.added)},\n'
        f'  "weights": {json.dumps(table.weights)},\n  "frequent": {{\n    {words}\n  }}\n}}\n'
    )
    path.write_text(text, "utf-8")


@cache
def shipped() -> Misheard:
    """Return what is known of the shipped recogniser."""
    return Misheard(load())
