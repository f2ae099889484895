"""How a text sounds, beside how example lines sound: what a recogniser misheard still sounds alike.

"target of a sea for trans ferring" has few words of "charged a fee for transferring" and most of
its sounds. A text is taken as one string of sounds, since a recogniser loses the bounds of words as
well; its runs of two to four sounds, weighted by how rare they are (tf-idf), are compared with
those of every example.
"""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.encode.plain import plain
from models.phones import phones
from models.types import Samples

RUNS = (2, 3, 4)
"""Lengths of the runs of sounds."""
WARMTH = 0.06
"""Cosine over which an example's say falls by e."""
NO_SAY = 1e-12
LOG_LEAST = -8.0
"""Logarithms of shares stop here: beyond, they say no more."""


def runs(text: str) -> Counter[str]:
    """Return the runs of sounds of a text, counted."""
    whole = "".join(phones(word) for word in plain(text).split())
    return Counter(whole[at : at + size] for size in RUNS for at in range(len(whole) - size + 1))


class Sounds:
    """Example lines of some names, and lines that ask for nothing, by how they sound."""

    def __init__(self, lines: Sequence[Sequence[str]], nothing: Sequence[str]) -> None:
        """Take each name's lines, in the names' order, and those of none."""
        self._many = len(lines)
        texts = [text for mine in lines for text in mine] + list(nothing)
        sizes = [len(mine) for mine in lines] + [len(nothing)]
        self._owner = np.repeat(np.arange(len(sizes)), sizes)
        counted = [runs(text) for text in texts]
        within = Counter(run for one in counted for run in one)
        self._rare = {
            run: math.log((1 + len(texts)) / (1 + times)) + 1 for run, times in within.items()
        }
        places: dict[str, list[int]] = {run: [] for run in self._rare}
        weights: dict[str, list[float]] = {run: [] for run in self._rare}
        for place, one in enumerate(counted):
            for run, weight in self._weighed(one).items():
                places[run].append(place)
                weights[run].append(weight)
        self._places = {run: np.array(found, np.intp) for run, found in places.items()}
        self._weights = {run: np.array(found, np.float64) for run, found in weights.items()}

    def read(self, texts: Sequence[str]) -> Samples:
        """Return for each text and name its share of what sounds alike, and the best cosine.

        The share is a logarithm, among all names and the lines of none; [texts, names, 2].
        """
        out = np.zeros((len(texts), self._many, 2), np.float32)
        for row, text in enumerate(texts):
            near = self._near(text)
            say = np.exp((near - 1) / WARMTH)
            mass = np.bincount(self._owner, say, self._many + 1) + NO_SAY
            share = np.log(mass[: self._many] / mass.sum())
            out[row, :, 0] = np.maximum(share, LOG_LEAST)
            best = np.zeros(self._many + 1)
            np.maximum.at(best, self._owner, near)
            out[row, :, 1] = best[: self._many]
        return out

    def _near(self, text: str) -> NDArray[np.float64]:
        """Return the cosine to every line."""
        mine = self._weighed(runs(text))
        if not mine:
            return np.zeros(len(self._owner))
        where = np.concatenate([self._places[run] for run in mine])
        what = np.concatenate([weight * self._weights[run] for run, weight in mine.items()])
        near: NDArray[np.float64] = np.bincount(where, what, len(self._owner)).astype(np.float64)
        return near

    def _weighed(self, counted: Counter[str]) -> dict[str, float]:
        """Return the weights of known runs, of unit length together."""
        raw = {
            run: (1 + math.log(times)) * self._rare[run]
            for run, times in counted.items()
            if run in self._rare
        }
        # A run that no line has still makes the text longer: it is less like any of them.
        strange = sum(
            ((1 + math.log(times)) * (math.log(1 + len(self._owner)) + 1)) ** 2
            for run, times in counted.items()
            if run not in self._rare
        )
        length = math.sqrt(sum(weight**2 for weight in raw.values()) + strange)
        return {run: weight / length for run, weight in raw.items()} if length else {}
