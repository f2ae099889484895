"""How good probabilities are: who ranks above whom, how often they come true, and how sure we are.

Intervals are 95 % bootstrap intervals over lines, with a fixed seed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training import figures
from models.training.figures import BINS, auroc

Array = NDArray[np.floating[Any]]
Truth = NDArray[np.bool_]
RESAMPLES = 1000
BAR = 24


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in percent with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.1f} ({self.low:.1f}-{self.high:.1f})"

    def json(self) -> list[float]:
        """Return value and interval."""
        return [round(self.value, 2), round(self.low, 2), round(self.high, 2)]


def share(true: Sequence[bool] | Truth, *, seed: int = 1) -> Figure:
    """Return the share that is true; of nothing it is not a number."""
    return interval(lambda rows: float(np.mean(np.asarray(true, float)[rows])), len(true), seed)


def interval(measure: Callable[[NDArray[np.int64]], float], count: int, seed: int = 1) -> Figure:
    """Return a measure of rows in percent, with what it is on resampled rows."""
    if not count:
        return Figure(float("nan"), float("nan"), float("nan"))
    chance = np.random.default_rng(seed)
    seen = [measure(chance.integers(0, count, count)) for _ in range(RESAMPLES)]
    known = [value for value in seen if not np.isnan(value)] or [float("nan")]
    low, high = np.percentile(known, [2.5, 97.5])
    return Figure(100 * measure(np.arange(count)), 100 * float(low), 100 * float(high))


def ranked(scores: Array, truth: Truth, seed: int = 1) -> Figure:
    """Return the AUROC in percent with its interval."""
    return interval(lambda rows: auroc(scores[rows], truth[rows]), len(scores), seed)


def ece(chances: Array, truth: Truth) -> float:
    """Return the expected calibration error in percent, over ten equal bins."""
    return 100 * figures.ece(chances, truth)


def reliability(chances: Array, truth: Truth) -> str:
    """Return a plot in text: of what was said with a probability, how much was so."""
    out = ["  said      lines  was so"]
    for number, rows in enumerate(_bins(chances)):
        if not rows.any():
            continue
        so = float(truth[rows].mean())
        said = round(float(chances[rows].mean()) * BAR)
        bar = "".join(
            "|" if at == said else "#" if at < round(so * BAR) else "." for at in range(BAR + 1)
        )
        out.append(
            f"  {number / BINS:.1f}-{(number + 1) / BINS:.1f} {rows.sum():7d}  {so:5.2f} {bar}"
        )
    return "\n".join(out)


def reliability_bins(chances: Array, truth: Truth) -> list[dict[str, float]]:
    """Return what `reliability` draws, for a run's JSON: mean chance said, share that was so, n."""
    return [
        {
            "said": round(float(chances[rows].mean()), 4),
            "so": round(float(truth[rows].mean()), 4),
            "n": int(rows.sum()),
        }
        for rows in _bins(chances)
        if rows.any()
    ]


def kept(inside: Array, outside: Array, keep: float = 0.95) -> tuple[float, float]:
    """Return the score that `keep` of those inside reach, and the share of outside below it."""
    edge = float(np.quantile(inside, 1 - keep))
    return edge, float((outside < edge).mean())


def _bins(chances: Array) -> list[Truth]:
    place = figures.bins(chances)
    return [place == number for number in range(BINS)]
