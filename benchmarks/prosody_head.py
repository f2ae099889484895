"""Fits and weighs the acoustic head: a logistic regression, and what is said of its guesses.

Speakers are the unit throughout: folds leave whole speakers out, and intervals draw speakers.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.prosody.head import Head, Loudness, clipped
from models.training import figures

Numbers = NDArray[np.float64]

LEARNT = ("dynamics", "pitch", "pitch_range", "pitch_slope", "pace", "tilt")
"""All that is compared but the level: EmoDB's recordings are each brought to full scale."""
LOUDNESS = Loudness(per_db=0.15, middle_db=3.0, most_db=12.0)
"""Half of what two normal distributions would give, calm at 0 and angry at 6 dB over the usual
with a spread of 4.5 dB; half, as loudness, pitch and effort come from one breath."""
PRIOR = 0.1
RIDGE = 1.0
NEWTON_STEPS = 50
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Guess:
    """One clip's probability, whether it is angry, and who speaks."""

    speaker: str
    angry: bool
    probability: float


def fit(scores: Sequence[Mapping[str, float]], angry: Sequence[bool]) -> tuple[list[float], float]:
    """Return weights by measure of `LEARNT`, and the bias (ridge on the weights, Newton)."""
    rows = np.array([[clipped(s[name]) for name in LEARNT] + [1.0] for s in scores])
    target = np.array(angry, float)
    weights = np.zeros(rows.shape[1])
    penalty = np.diag([RIDGE] * len(LEARNT) + [0.0])
    for _ in range(NEWTON_STEPS):
        guess = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (guess - target) + penalty @ weights
        bend = (rows * (guess * (1 - guess))[:, None]).T @ rows + penalty
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return weights[:-1].tolist(), float(weights[-1])


def make_head(
    scores: Sequence[Mapping[str, float]], angry: Sequence[bool], spread: Mapping[str, float]
) -> Head:
    """Return a head fitted to these clips."""
    weights, bias = fit(scores, angry)
    share = sum(angry) / len(angry)
    return Head(dict(zip(LEARNT, weights, strict=True)), bias, share, PRIOR, spread, LOUDNESS)


def write_head(head: Head, path: Path) -> None:
    """Write a head as `models.prosody.head` reads it."""

    def rounded(numbers: Mapping[str, float]) -> dict[str, float]:
        return {name: round(value, 4) for name, value in numbers.items()}

    stated = {
        "weights": rounded(head.weights),
        "bias": round(head.bias, 4),
        "trained_prior": round(head.trained_prior, 4),
        "prior": head.prior,
        "spread": rounded(head.spread),
        "loudness": {
            "per_db": head.loudness.per_db,
            "middle_db": head.loudness.middle_db,
            "most_db": head.loudness.most_db,
        },
    }
    path.write_text(json.dumps(stated, indent=2) + "\n", "utf-8")


def auroc(guesses: Sequence[Guess]) -> float:
    """Return how often an angry clip's probability is over a calm one's; ties count half."""
    return figures.auroc(*_told(guesses))


def unweighted_recall(guesses: Sequence[Guess], threshold: float = 0.5) -> float:
    """Return the mean of the two classes' recalls."""
    hits = [g.probability >= threshold for g in guesses if g.angry]
    rejections = [g.probability < threshold for g in guesses if not g.angry]
    if not hits or not rejections:
        return float("nan")
    return 0.5 * (sum(hits) / len(hits) + sum(rejections) / len(rejections))


def calibration_error(guesses: Sequence[Guess]) -> float:
    """Return the expected calibration error over equal bins."""
    return figures.ece(*_told(guesses))


def _told(guesses: Sequence[Guess]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.array([g.probability for g in guesses]), np.array([g.angry for g in guesses], bool)


def interval(
    guesses: Sequence[Guess], figure: Callable[[Sequence[Guess]], float], seed: int
) -> tuple[float, float]:
    """Bound a figure by drawing speakers anew (bootstrap, 95 %)."""
    by_speaker: dict[str, list[Guess]] = {}
    for guess in guesses:
        by_speaker.setdefault(guess.speaker, []).append(guess)
    groups = list(by_speaker.values())
    draw = np.random.default_rng(seed)
    figures = [
        figure([g for at in draw.integers(0, len(groups), len(groups)) for g in groups[at]])
        for _ in range(RESAMPLES)
    ]
    low, high = np.nanpercentile(figures, (2.5, 97.5))
    return float(low), float(high)
