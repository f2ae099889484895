"""Learns which sounds a recogniser takes for which, from pairs of words said and heard.

The pairs are those of a table of confusions (`models.training.breaking`). Sounds are aligned, the
alignments counted, and so again until they settle; then the score of an alignment is weighed, with
how rare the heard word is, against that of words that merely stand somewhere in a call.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.misheard import RAREST, SCALE, Misheard, Table
from models.phones import VOWELS, phones
from models.text import tokens
from models.training.breaking import FAR, FUNCTION_WORDS, Confusions

ROUNDS = 6
PRIOR = 8.0
"""So many sightings of each sound are assumed: half of them right, a quarter anything."""
LEAST = -4.0
NEVER_SEEN = 5.0
SOFTENED = 0.5
"""Power of a word's count in how frequent its sounds are."""
SMOOTH_COUNT = 30
BY_CHANCE = 60
"""Words drawn for each word said, to learn what is alike by chance."""
WORDS_SAID = 900
SEED = 9
STEPS, LIMIT, STRENGTH = 40, 30.0, 1.0
"""Of the weighing: its steps, where odds stop, and what squared weights cost."""
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """What one word was heard as, and how often."""

    said: str
    heard: tuple[str, ...]
    count: int


def pairs_of(table: Confusions) -> list[Pair]:
    """Return the words that were heard as others, by sound; words of grammar are left out."""
    out = []
    for said, made in table.heard.items():
        if " " in said or said in FUNCTION_WORDS or len(phones(said)) < SHORTEST:
            continue
        for heard, count in made.items():
            if heard != FAR and "".join(map(phones, heard.split())):
                out.append(Pair(said, tuple(heard.split()), count))
    return out


def fit(table: Confusions) -> Table:
    """Return what the pairs of a table of confusions tell."""
    pairs, usual = pairs_of(table), _usual(table)
    sounds = "".join(sorted(usual))
    learnt = _first(sounds)
    for _ in range(ROUNDS):
        learnt = _again(learnt, pairs, sounds, usual)
    frequent = _frequent(table)
    known = Table(sounds, *learnt, (1.0, 0.0, 0.0, 0.0), frequent)
    return Table(sounds, *learnt, _weights(known, pairs, table), frequent)


Learnt = tuple[tuple[tuple[int, ...], ...], tuple[int, ...], tuple[int, ...]]
"""Scores of one sound for another, of dropped sounds, and of added ones."""


def _usual(table: Confusions) -> dict[str, float]:
    """Return how frequent each sound is."""
    seen: dict[str, float] = defaultdict(float)
    for word, count in table.vocabulary.items():
        for sound in phones(word):
            seen[sound] += count**SOFTENED
    whole = sum(seen.values())
    return {sound: weight / whole for sound, weight in seen.items()}


def _first(sounds: str) -> Learnt:
    rows = tuple(
        tuple(25 if a == b else -3 if (a in VOWELS) == (b in VOWELS) else -20 for b in sounds)
        for a in sounds
    )
    gap = (-2 * SCALE,) * len(sounds)
    return rows, gap, gap


def _again(before: Learnt, pairs: Sequence[Pair], sounds: str, usual: dict[str, float]) -> Learnt:
    """Count the sounds of all pairs as they align best by what is known, and score them anew."""
    heard, dropped, added = (np.array(one) for one in before)
    place = {sound: at for at, sound in enumerate(sounds)}
    seen: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        said, other = phones(pair.said), "".join(map(phones, pair.heard))
        for match in _align(said, other, (heard, dropped, added), place):
            seen[match] += pair.count
    of = {a: sum(n for (x, _), n in seen.items() if x == a) for a in ["", *sounds]}
    said_all = sum(n for a, n in of.items() if a)
    rows = []
    for a in sounds:
        row = []
        for b in sounds:
            akin = (a in VOWELS) == (b in VOWELS)
            prior = PRIOR * ((a == b) / 2 + 0.25 / len(sounds) + 0.02 * akin)
            row.append(_tenths((seen[a, b] + prior) / (of[a] + PRIOR) / usual[b]))
        rows.append(tuple(row))
    lost = tuple(_tenths((seen[a, ""] + PRIOR / 10) / (of[a] + PRIOR)) for a in sounds)
    extra = (of[""] + 0.01) / said_all
    more = tuple(
        _tenths(extra * (seen["", b] / usual[b] + NEVER_SEEN) / (of[""] + NEVER_SEEN), least=-9.0)
        for b in sounds
    )
    return tuple(rows), lost, more


def _tenths(odds: float, least: float = LEAST) -> int:
    return round(SCALE * max(least, math.log(odds)))


def _align(
    said: str, heard: str, scores: tuple[np.ndarray, np.ndarray, np.ndarray], place: dict[str, int]
) -> list[tuple[str, str]]:
    """Return the pairs of sounds of the best alignment; "" stands for none."""
    pairs, dropped, added = scores
    rows, columns = [place[s] for s in said], [place[s] for s in heard]
    best = np.zeros((len(rows) + 1, len(columns) + 1), int)
    best[1:, 0] = np.cumsum(dropped[rows])
    best[0, 1:] = np.cumsum(added[columns])
    for i, a in enumerate(rows, 1):
        for j, b in enumerate(columns, 1):
            ways = (best[i - 1, j - 1] + pairs[a, b], best[i - 1, j] + dropped[a])
            best[i, j] = max(*ways, best[i, j - 1] + added[b])
    out, i, j = [], len(rows), len(columns)
    while i or j:
        here = best[i, j]
        if i and j and here == best[i - 1, j - 1] + pairs[rows[i - 1], columns[j - 1]]:
            i, j = i - 1, j - 1
            out.append((said[i], heard[j]))
        elif i and here == best[i - 1, j] + dropped[rows[i - 1]]:
            i -= 1
            out.append((said[i], ""))
        else:
            j -= 1
            out.append(("", heard[j]))
    return out


def _frequent(table: Confusions) -> dict[str, str]:
    """Return the words that are not rare, by their rarity in tenths of a nat."""
    counts: Counter[str] = Counter()
    for word, count in table.vocabulary.items():
        for token in tokens(word, fillers=True):
            counts[token.text] += count
    whole = sum(counts.values())
    found: dict[int, list[str]] = defaultdict(list)
    for word, count in counts.items():
        rarity = round(-SCALE * math.log((count + SMOOTH_COUNT) / whole))
        if rarity < RAREST:
            found[rarity].append(word)
    return {str(rarity): " ".join(sorted(found[rarity])) for rarity in sorted(found)}


def _weights(
    known: Table, pairs: Sequence[Pair], table: Confusions
) -> tuple[float, float, float, float]:
    """Weigh what tells a misheard word from one that stands somewhere in a call by chance."""
    ear, chance = Misheard(known), random.Random(SEED)  # noqa: S311 - no secret
    words = list(table.vocabulary)
    often = list(table.vocabulary.values())
    rows: list[tuple[float, float, float, float]] = []
    true: list[bool] = []
    count: list[float] = []

    def take(said: str, heard: Sequence[str], *, right: bool, times: float) -> None:
        sounds = ear.codes((said,))
        score = ear.score(sounds, ear.codes(heard)) / SCALE
        rows.append((score, max(map(ear.rarity, heard)), float(len(sounds)), 1.0))
        true.append(right)
        count.append(times)

    for pair in pairs:
        if len(pair.heard) == 1:
            take(pair.said, pair.heard, right=True, times=pair.count)
    for pair in chance.sample(list(pairs), min(WORDS_SAID, len(pairs))):
        for heard in chance.choices(words, often, k=BY_CHANCE):
            if heard != pair.said:
                take(pair.said, (heard,), right=False, times=1.0)
    is_true, weight = np.array(true), np.array(count)
    weight[is_true] *= weight[~is_true].sum() / weight[is_true].sum()
    first, second, third, base = (round(float(v), 3) for v in _logistic(rows, is_true, weight))
    return first, second, third, base


def _logistic(rows: Sequence[Sequence[float]], true: np.ndarray, weight: np.ndarray) -> np.ndarray:
    x, w = np.array(rows), np.zeros(len(rows[0]))
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -LIMIT, LIMIT)))
        slope = x.T @ (weight * (true - p)) - STRENGTH * w
        bend = (x * (weight * p * (1 - p))[:, None]).T @ x
        w += np.linalg.solve(bend + STRENGTH * np.eye(len(w)), slope)
    return w
