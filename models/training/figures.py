"""Figures of probabilities: who ranks above whom, and how often what was said came true."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Truths = NDArray[np.bool_]
BINS = 10


def auroc(scores: Floats, truth: Truths) -> float:
    """Return the chance that something true ranks above something that is not; ties are halves.

    It is not a number where one of the two kinds is absent.
    """
    many, none = int(truth.sum()), int((~truth).sum())
    if not many or not none:
        return float("nan")
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return float((ranks[place][truth].sum() - many * (many + 1) / 2) / (many * none))


def ece(chances: Floats, truth: Truths) -> float:
    """Return the expected calibration error, 0 to 1: mean gap of chance and share, by bins."""
    gap = np.bincount(bins(chances), chances - truth.astype(np.float64), BINS)
    return float(np.abs(gap).sum() / len(chances))


def bins(chances: Floats) -> NDArray[np.int64]:
    """Return which of `BINS` equal bins each probability is in."""
    return np.minimum((chances * BINS).astype(np.int64), BINS - 1)
