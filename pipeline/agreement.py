"""How far people, or a machine and people, agree: the maths of calibration. Pure.

Kappa corrects agreement for what chance would give. It collapses where nearly all answers are the
same (Feinstein and Cicchetti 1990, "High agreement but low kappa"), so the share of the commonest
answer stands beside it, and it is None where all answers are the same: it says nothing then.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

READY: Final = 0.8
COACH: Final = 0.6
"""Kappa from which a question is ready, and from which people need coaching on it; below, the
question is rewritten (bands of the trade; Krippendorff asks for 0.8 as well)."""
ENOUGH: Final = 10
"""Items below which a kappa is too few to tell: at nine its interval spans nearly all values."""
SKEWED: Final = 90.0
"""Percent of one answer from which a low kappa is no verdict: it falls there by itself."""
WITHIN_POINTS: Final = 5.0
DRAWS: Final = 2000
SEED: Final = 20090
LEVEL: Final = (2.5, 97.5)

Ratings = Sequence[str | None]
"""The answers that one item got, a place for each person; None where one is missing."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far answers to items agree; percentages are 0 to 100, kappa at most 1.

    `n` items have at least two answers; `left_out` have fewer, and `missing` answers are missing
    in the `n`. `low` and `high` bound kappa by 95 % bootstrap. `common` is the answer given most,
    `prevalence` its share of all answers. `kind` is "cohen" for two people, "fleiss" for more.
    """

    n: int
    left_out: int
    missing: int
    percent: float | None
    kappa: float | None
    low: float | None
    high: float | None
    common: str
    prevalence: float | None
    kind: str

    @property
    def enough(self) -> bool:
        """Whether there are enough items to tell."""
        return self.n >= ENOUGH

    @property
    def band(self) -> str:
        """Return "ready", "coach" or "rewrite"; "" where there are too few to tell.

        "skewed" stands in place of "rewrite" where nearly all answers are the same.
        """
        if self.kappa is None or not self.enough:
            return ""
        if self.kappa >= COACH:
            return "ready" if self.kappa >= READY else "coach"
        return "skewed" if (self.prevalence or 0.0) >= SKEWED else "rewrite"


@dataclass(frozen=True, slots=True)
class Distance:
    """How far scores lie from an expert's of the same calls, in points of 100.

    `mean_absolute` is the mean distance, `bias` the mean of score minus expert's (above 0 is
    milder); `within` is the share of scores, 0 to 100, at most WITHIN_POINTS away. The bounds are
    of 95 % by bootstrap, None for one call alone.
    """

    n: int
    mean_absolute: float
    bias: float
    within: float
    absolute_low: float | None = None
    absolute_high: float | None = None
    bias_low: float | None = None
    bias_high: float | None = None

    @property
    def enough(self) -> bool:
        """Whether there are enough calls to tell."""
        return self.n >= ENOUGH


def percent_agreement(items: Iterable[Ratings]) -> float | None:
    """Return the mean share of pairs of answers to an item that are equal, 0 to 100."""
    shares = [s for one in items if (s := _pairs_equal(one)) is not None]
    return 100.0 * sum(shares) / len(shares) if shares else None


def cohen_kappa(pairs: Iterable[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of two people's answers to the same items.

    (po - pe) / (1 - pe), with pe from each one's own shares: Cohen 1960, "A coefficient of
    agreement for nominal scales". None where it is not defined.
    """
    table = _crossed(list(pairs))
    return _number(_cohen(table[None])[0])


def fleiss_kappa(items: Iterable[Ratings]) -> float | None:
    """Return Fleiss' kappa of many people's answers.

    Fleiss 1971, "Measuring nominal scale agreement among many raters". Where answers are missing,
    each item is taken with those that it has, and all items count alike; items with fewer than two
    are left out. None where it is not defined.
    """
    counts = _counted([one for one in items if _given(one) >= 2])
    return _number(_fleiss(counts, np.ones((1, len(counts))))[0]) if len(counts) else None


def agreement(
    items: Iterable[Ratings], *, crossed: bool = True, seed: int = SEED, draws: int = DRAWS
) -> Agreement:
    """Return how far answers agree, by Cohen's kappa where two people answered, else by Fleiss'.

    Without `crossed` the two of an item are not the same two throughout, and Fleiss' is taken.
    Items count as independent: questions of one call are less so, and pooled over them the interval
    is rather too narrow.
    """
    every = list(items)
    used = [one for one in every if _given(one) >= 2]
    two = crossed and bool(used) and all(len(one) == 2 for one in used)
    told = Counter(a for one in used for a in one if a is not None)
    common, most = max(told.items(), key=lambda x: (x[1], x[0]), default=("", 0))
    kappa = low = high = None
    if used:
        random = np.random.default_rng(seed)
        kappa, low, high = _by_pairs(used, random, draws) if two else _many(used, random, draws)
    return Agreement(
        n=len(used),
        left_out=len(every) - len(used),
        missing=sum(len(one) - _given(one) for one in used),
        percent=percent_agreement(used),
        kappa=kappa,
        low=low,
        high=high,
        common=common,
        prevalence=100.0 * most / told.total() if told else None,
        kind="cohen" if two else "fleiss",
    )


def distance(
    pairs: Iterable[tuple[float, float]], *, seed: int = SEED, draws: int = DRAWS
) -> Distance | None:
    """Return how far scores lie from the expert's, of pairs (score, expert's); None of none."""
    off = np.array([score - expert for score, expert in pairs], dtype=np.float64)
    n = len(off)
    if not n:
        return None
    far = np.abs(off)
    within = 100.0 * float(np.mean(far <= WITHIN_POINTS + 1e-9))
    if n == 1:
        return Distance(1, float(far[0]), float(off[0]), within)
    chosen = np.random.default_rng(seed).integers(0, n, (draws, n))
    absolute, bias = (np.percentile(x[chosen].mean(axis=1), LEVEL) for x in (far, off))
    return Distance(
        n,
        float(far.mean()),
        float(off.mean()),
        within,
        float(absolute[0]),
        float(absolute[1]),
        float(bias[0]),
        float(bias[1]),
    )


# -- the sums -------------------------------------------------------------------------------------


def _given(ratings: Ratings) -> int:
    return sum(r is not None for r in ratings)


def _pairs_equal(ratings: Ratings) -> float | None:
    counts = Counter(r for r in ratings if r is not None)
    n = counts.total()
    return sum(c * (c - 1) for c in counts.values()) / (n * (n - 1)) if n > 1 else None


def _crossed(pairs: Sequence[tuple[str, str]]) -> Floats:
    """Return the table of how often each answer met each, first person by second."""
    names = sorted({x for pair in pairs for x in pair})
    place = {name: k for k, name in enumerate(names)}
    table = np.zeros((len(names), len(names)))
    for first, second in pairs:
        table[place[first], place[second]] += 1
    return table


def _counted(items: Sequence[Ratings]) -> Floats:
    """Return how often each item got each answer, [items, answers]."""
    names = sorted({r for one in items for r in one if r is not None})
    return np.array([[one.count(name) for name in names] for one in items], dtype=np.float64)


def _cohen(tables: Floats) -> Floats:
    """Return kappa of each table, [n, answers, answers]; NaN where it is not defined."""
    total = tables.sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = np.trace(tables, axis1=1, axis2=2) / total
        chance = (tables.sum(axis=2) * tables.sum(axis=1)).sum(axis=1) / total**2
        kappa: Floats = np.where(chance < 1 - 1e-12, (seen - chance) / (1 - chance), np.nan)
    return kappa


def _fleiss(counts: Floats, weights: Floats) -> Floats:
    """Return kappa for each row of weights, which say how often an item is taken."""
    given = counts.sum(axis=1)
    equal = ((counts**2).sum(axis=1) - given) / (given * (given - 1))
    seen = weights @ equal / weights.sum(axis=1)
    shares = weights @ counts
    shares /= shares.sum(axis=1, keepdims=True)
    chance = (shares**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        kappa: Floats = np.where(chance < 1 - 1e-12, (seen - chance) / (1 - chance), np.nan)
    return kappa


def _by_pairs(
    items: Sequence[Ratings], random: np.random.Generator, draws: int
) -> tuple[float | None, float | None, float | None]:
    table = _crossed([(str(a), str(b)) for a, b in items])
    n = len(items)
    cells = random.multinomial(n, table.ravel() / n, size=draws).astype(np.float64)
    kappa = _number(_cohen(table[None])[0])
    return kappa, *_bounds(kappa, _cohen(cells.reshape(draws, *table.shape)))


def _many(
    items: Sequence[Ratings], random: np.random.Generator, draws: int
) -> tuple[float | None, float | None, float | None]:
    counts = _counted(items)
    n = len(counts)
    kappa = _number(_fleiss(counts, np.ones((1, n)))[0])
    taken = random.multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64)
    return kappa, *_bounds(kappa, _fleiss(counts, taken))


def _bounds(kappa: float | None, drawn: Floats) -> tuple[float | None, float | None]:
    """Return the interval; none where kappa is undefined in more than half of the draws.

    Nor is there one where kappa is 0 in each: one side always says the same.
    """
    known = drawn[~np.isnan(drawn)]
    if kappa is None or 2 * len(known) < len(drawn) or not np.any(known):
        return None, None
    low, high = np.percentile(known, LEVEL)
    return float(low), float(high)


def _number(value: np.float64 | float) -> float | None:
    return None if np.isnan(value) else float(value)
