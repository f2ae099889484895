"""Gathers turns that mean the same: why people call, what they ask.

Spherical k-means with k-means++ starts, from a fixed seed, so that the same calls give the same
clusters. Those whose middles lie close together are joined; each is named by the words that set it
apart from the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.mining.ngrams import Counts, count
from pipeline.mining.terms import rank

Rows = NDArray[np.float32]
SEED: Final = 20
ROUNDS: Final = 25
MOST: Final = 24
JOINED: Final = 0.8
"""Cosine of two middles from which they are one cluster."""
LEAST: Final = 3
"""Turns that make a cluster; fewer are left over."""
NAME_TERMS: Final = 3
QUOTES: Final = 5
_NAMELESS: Final = """
a about am an and any are as at be been but by can could do does did for from had has have he
hello hi how i i'd i'll i'm if in is it it's just like me my no not of oh ok okay on one or our
out please she so some that that's the their them then there they this to too up us was we well
were what when where which who why will with would yeah yes you your"""
"""Words that name nothing by themselves."""
_EMPTY: Final = frozenset(_NAMELESS.split())


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn as clusters see it."""

    call_id: str
    utterance_id: int
    start_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Turns that mean much the same, those nearest to the middle first.

    `tightness` is their mean cosine with the middle; `terms` set them apart.
    """

    terms: tuple[str, ...]
    quotes: tuple[Turn, ...]
    turns: int
    calls: int
    tightness: float


@dataclass(frozen=True, slots=True)
class Clustering:
    """The clusters, the largest first, and how many turns are in none."""

    clusters: tuple[Cluster, ...]
    left_over: int


def cluster(turns: Sequence[Turn], vectors: Rows, seed: int = SEED) -> Clustering:
    """Gather turns by their unit vectors [turns, dimensions]."""
    if not len(turns):
        return Clustering((), 0)
    owner = _joined(vectors, kmeans(vectors, _how_many(len(turns)), seed))
    made: list[Cluster] = []
    left = 0
    for one in np.unique(owner):
        members = np.flatnonzero(owner == one)
        calls = {turns[int(at)].call_id for at in members}
        if len(members) < LEAST or len(calls) < 2:
            left += len(members)
            continue
        made.append(_described(turns, vectors, members, owner == one))
    made.sort(key=lambda c: (-c.calls, -c.turns, c.terms))
    return Clustering(tuple(made), left)


def kmeans(vectors: Rows, k: int, seed: int = SEED) -> NDArray[np.intp]:
    """Return for each unit vector which of at most `k` clusters it is in."""
    middles = _starts(vectors, k, np.random.default_rng(seed))
    owner = np.zeros(len(vectors), np.intp)
    for turn in range(ROUNDS):
        nearest = (vectors @ middles.T).argmax(axis=1)
        if turn and np.array_equal(nearest, owner):
            break
        owner = nearest
        for one in range(len(middles)):
            members = vectors[owner == one]
            if len(members):
                middles[one] = _unit(members.sum(axis=0))
    return owner


def _starts(vectors: Rows, k: int, random: np.random.Generator) -> Rows:
    """Choose starts far from each other (k-means++, Arthur and Vassilvitskii 2007)."""
    chosen = [int(random.integers(len(vectors)))]
    far = 1.0 - vectors @ vectors[chosen[0]]
    while len(chosen) < k:
        chances = np.maximum(far, 0.0).astype(np.float64) ** 2
        total = chances.sum()
        if total <= 1e-9:
            break  # what is left is the same as what is chosen
        chosen.append(int(random.choice(len(vectors), p=chances / total)))
        far = np.minimum(far, 1.0 - vectors @ vectors[chosen[-1]])
    return vectors[chosen].copy()


def _joined(vectors: Rows, owner: NDArray[np.intp]) -> NDArray[np.intp]:
    """Give clusters whose middles lie close together one number, the closest pair first."""
    owner = owner.copy()
    while True:
        names = np.unique(owner)
        middles = np.stack([_unit(vectors[owner == one].sum(axis=0)) for one in names])
        alike = np.triu(middles @ middles.T, 1)
        a, b = np.unravel_index(int(alike.argmax()), alike.shape)
        if len(names) < 2 or alike[a, b] < JOINED:
            return owner
        owner[owner == names[b]] = names[a]


def _described(
    turns: Sequence[Turn], vectors: Rows, members: NDArray[np.intp], inside: NDArray[np.bool_]
) -> Cluster:
    middle = _unit(vectors[members].sum(axis=0))
    near = vectors[members] @ middle
    order = members[np.argsort(-near, kind="stable")]
    ours = _counted(turns, members)
    others = _counted(turns, np.flatnonzero(~inside))
    apart = [one.term for one in rank(ours, others, 8 * NAME_TERMS).first]
    common = [term for term, _ in ours.uses.most_common(40)]
    names = [term for term in (*apart, *common) if not _EMPTY.issuperset(term.split())]
    names = (names or common)[:NAME_TERMS]
    quotes: dict[str, Turn] = {}
    for at in order.tolist():
        quotes.setdefault(turns[at].text.lower(), turns[at])
        if len(quotes) == QUOTES:
            break
    calls = ours.call_count
    return Cluster(tuple(names), tuple(quotes.values()), len(members), calls, float(near.mean()))


def _counted(turns: Sequence[Turn], members: NDArray[np.intp]) -> Counts:
    return count((turns[at].call_id, turns[at].text) for at in members.tolist())


def _how_many(count_of_turns: int) -> int:
    return int(np.clip(np.sqrt(count_of_turns), 1, MOST))


def _unit(vector: Rows) -> Rows:
    made: Rows = (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)
    return made
