"""Words that sound like others: from a vocabulary, as far off as asked for."""

import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from models.phones import VOWELS, coded, distances, phones

NEAREST = 24
"""Candidates kept for each word."""
LOOKED_AT = 80
COMMON = 0.35
"""Power of a word's frequency: frequent words are heard more often than rare ones."""
SPREAD = 0.12
"""How far beside the distance asked for a candidate may lie and still be likely."""
STEPS = 12
"""Distances asked for are told apart in so many steps to 1."""

REMEMBERED = 40_000
"""Strings of sounds of which what was found is kept; then all is forgotten and found anew."""

Near = tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]
"""Words, their distance for each sound, and their weight by frequency."""


class Alike:
    """Finds words by sound, and remembers what it found."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        """Take words with their counts."""
        self._words = sorted(vocabulary, key=lambda one: (-vocabulary[one], one))
        counts = np.array([vocabulary[word] for word in self._words], np.float64)
        self._weights = counts**COMMON
        self._rank = np.linspace(0.9, 0.0, max(1, len(counts)))
        sounds = [phones(word) for word in self._words]
        self._sounds = coded(sounds)
        places: dict[str, list[int]] = defaultdict(list)
        for at, sound in enumerate(sounds):
            for key in _keys(sound):
                places[key].append(at)
        self._places = {key: np.array(found, np.int32) for key, found in places.items()}
        self._near: dict[str, Near] = {}
        self._draws: dict[tuple[str, int], list[float]] = {}

    def words(
        self, said: Sequence[str], far: float, chance: random.Random, *, split: bool = False
    ) -> list[str]:
        """Return one or more words that sound about `far` off for each sound of what was said.

        Args:
            said: one word, or two that become one.
            far: 0 is the same sound, 1 each sound another.
            chance: draws among those that fit.
            split: whether two words may come for one.
        """
        sound = "".join(map(phones, said))
        if split and len(sound) > 3:
            cut = max(2, len(sound) // 2 - (chance.random() < 0.5))
            parts = [self._draw(part, "", far, chance) for part in (sound[:cut], sound[cut:])]
            return [part for part in parts if part] or list(said)
        found = self._draw(sound, said[0] if len(said) == 1 else "", far, chance)
        return [found] if found else list(said)

    def _draw(self, sound: str, said: str, far: float, chance: random.Random) -> str:
        """Return another word than `said` for a string of sounds, "" where nothing is near."""
        near = self._near.get(sound)
        if near is None:
            if len(self._near) >= REMEMBERED:
                self._near.clear()
                self._draws.clear()
            near = self._near[sound] = self._find(sound)
        words, off, weights = near
        step = round(far * STEPS)
        sums = self._draws.get((sound, step))
        if sums is None:
            fit = weights / (1 + ((off - step / STEPS) / SPREAD) ** 2)
            sums = self._draws[sound, step] = list(accumulate(fit.tolist()))
        for _ in range(4):
            if not words:
                break
            at = bisect_right(sums, chance.random() * sums[-1])
            word = words[min(at, len(words) - 1)]
            if word != said:
                return word
        return next((word for word in words if word != said), "")

    def _find(self, sound: str) -> Near:
        """Return the words nearest to a string of sounds."""
        keys = [self._places[key] for key in _keys(sound) if key in self._places]
        if not keys:
            return (), np.zeros(0), np.zeros(0)
        votes = np.bincount(np.concatenate(keys), minlength=len(self._words)) + self._rank
        some = min(LOOKED_AT, len(votes))
        best = np.sort(np.argpartition(-votes, some - 1)[:some])
        off = distances(sound, self._sounds.some(best)) / max(1, len(sound))
        nearest = np.argsort(off, kind="stable")[:NEAREST]
        found = best[nearest]
        return tuple(self._words[at] for at in found), off[nearest], self._weights[found]


def _keys(sound: str) -> set[str]:
    """Return keys that words of like sound share: threes of classes of sounds, and the skeleton."""
    classes = "".join(_CLASS.get(one, "V") for one in sound)
    edged = f"<{classes}>"
    skeleton = "".join(one for one in classes if one != "V")
    threes = {edged[at : at + 3] for at in range(max(1, len(edged) - 2))}
    ends = {f"={skeleton}", f"^{skeleton[:2]}{len(skeleton)}", f"${skeleton[-2:]}{len(skeleton)}"}
    return threes | ends


_GROUPS = ("pb", "td", "kg", "fv", "TD", "szSCj", "mnN", "lr", "w", "y", "h")
_CLASS = {
    **{sound: group[0] for group in _GROUPS for sound in group},
    **dict.fromkeys(VOWELS, "V"),
}
