"""Precision and recall of tried lines, with intervals; those a person must look at apart.

A line broken several times is one line: intervals draw lines anew, each with all its forms.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.chances import RESAMPLES, Figure
from benchmarks.pack_lines import RuleLine
from qa_rules.selftest import Outcome

CRITICAL_BARS = (95.0, 90.0)
"""Recall and precision in percent that items which fail a call must reach on broken lines."""
OTHER_BARS = (85.0, 85.0)
"""The same for all other items."""
SEED = 1


@dataclass(frozen=True, slots=True)
class Tried:
    """A line, and what its rule made of each of its forms."""

    line: RuleLine
    answers: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures in percent of `lines` lines; recall and precision count reviews as held.

    `sure` is the recall without them, `review` the share of all lines that a person must look at.
    """

    lines: int
    recall: Figure
    precision: Figure
    sure: float
    review: float

    def short(self, bars: tuple[float, float]) -> bool:
        """Return whether a figure is below its bar; what could not be counted is not."""
        return self.recall.value < bars[0] or self.precision.value < bars[1]

    def json(self) -> dict[str, object]:
        """Return the figures with their intervals; None where there is nothing to count."""
        return {
            "lines": self.lines,
            "recall": _known(self.recall),
            "precision": _known(self.precision),
            "sure_recall": None if np.isnan(self.sure) else round(self.sure, 2),
            "review": None if np.isnan(self.review) else round(self.review, 2),
        }


def bars(critical: bool) -> tuple[float, float]:
    """Return the recall and precision asked of an item."""
    return CRITICAL_BARS if critical else OTHER_BARS


def tally(tried: Iterable[Tried]) -> Tally:
    """Count tried lines."""
    rows = list(tried)
    counts = np.array([_counts(one) for one in rows], np.float64).reshape(len(rows), 5)
    total = counts.sum(axis=0)
    yes, held, sure, wrong, review = total
    drawn = _drawn(counts)
    forms = sum(len(one.answers) for one in rows)
    return Tally(
        len(rows),
        _figure(held, yes, drawn[:, 1], drawn[:, 0]),
        _figure(held, held + wrong, drawn[:, 1], drawn[:, 1] + drawn[:, 3]),
        float(100 * sure / yes) if yes else float("nan"),
        float(100 * review / forms) if forms else float("nan"),
    )


def _counts(one: Tried) -> Sequence[int]:
    """Return forms that must match, those of them held and surely so, wrong ones, and reviews."""
    held = sum(answer is not Outcome.NO for answer in one.answers)
    review = sum(answer is Outcome.REVIEW for answer in one.answers)
    if one.line.wanted:
        return len(one.answers), held, held - review, 0, review
    return 0, 0, 0, held, review


def _drawn(
    counts: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the counts of lines drawn anew, [resamples, 5]; lines of one kind count together."""
    if not len(counts):
        return np.zeros((RESAMPLES, 5))
    kinds, often = np.unique(counts, axis=0, return_counts=True)
    chance = np.random.default_rng(SEED)
    weights = chance.multinomial(len(counts), often / len(counts), RESAMPLES)
    made: np.ndarray[tuple[int, int], np.dtype[np.float64]] = weights @ kinds
    return made


def _figure(
    part: float,
    whole: float,
    parts: np.ndarray[tuple[int], np.dtype[np.float64]],
    wholes: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> Figure:
    seen = 100 * parts[wholes > 0] / wholes[wholes > 0]
    if not whole or not len(seen):
        return Figure(float("nan"), float("nan"), float("nan"))
    low, high = np.percentile(seen, [2.5, 97.5])
    return Figure(float(100 * part / whole), float(low), float(high))


def _known(figure: Figure) -> list[float] | None:
    return None if np.isnan(figure.value) else figure.json()
