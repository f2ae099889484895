"""A few shipped numbers that turn evidence into a probability: a logistic over named features.

The numbers lie in a JSON file with what they were fitted on. Features and file must agree by name,
so that numbers fitted for other evidence are never used.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.classify.logistic import fit_binary, sigmoid
from models.errors import WeightsCorrupt, WeightsNotFound

Array = NDArray[np.float64]
LEAST_SPREAD = 1e-6


@dataclass(frozen=True, slots=True)
class Calibrator:
    """Weights [features] and an intercept, on features as they come."""

    names: tuple[str, ...]
    weights: Array
    intercept: float

    def score(self, features: NDArray[np.floating[Any]]) -> Array:
        """Return the log odds of rows of features, [..., features]."""
        return np.asarray(features, np.float64) @ self.weights + self.intercept

    def probability(self, features: NDArray[np.floating[Any]]) -> Array:
        """Return probabilities of rows of features, [..., features]."""
        return sigmoid(self.score(features))

    def numbers(self) -> dict[str, float]:
        """Return the numbers by feature, for a file."""
        named = {name: round(float(w), 5) for name, w in zip(self.names, self.weights, strict=True)}
        return {**named, "intercept": round(self.intercept, 5)}


def fit(
    names: Sequence[str],
    features: Array,
    truth: NDArray[np.bool_],
    weights: Array | None = None,
    *,
    strength: float = 1.0,
) -> Calibrator:
    """Fit a calibrator to rows [n, features]; columns are scaled to unit spread on the way."""
    middle, spread = features.mean(axis=0), features.std(axis=0)
    flat = spread < LEAST_SPREAD
    spread = np.where(flat, 1.0, spread)
    w, b = fit_binary((features - middle) / spread, truth, weights=weights, strength=strength)
    w = np.where(flat, 0.0, w / spread)
    return Calibrator(tuple(names), w, b - float(w @ middle))


def from_numbers(names: Sequence[str], numbers: Mapping[str, float]) -> Calibrator:
    """Return the calibrator of a file's numbers.

    Raises:
        WeightsCorrupt: the numbers are for other features.
    """
    wanted, given = {*names, "intercept"}, set(numbers)
    if wanted != given:
        odd = ", ".join(sorted(wanted ^ given))
        raise WeightsCorrupt(f"the numbers are not for these features: {odd}")
    weights = np.array([float(numbers[name]) for name in names])
    return Calibrator(tuple(names), weights, float(numbers["intercept"]))


def read_card(path: Path) -> dict[str, Any]:
    """Return a file of numbers.

    Raises:
        WeightsNotFound: it is not there.
        WeightsCorrupt: it is no JSON object.
    """
    try:
        card = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as err:
        raise WeightsNotFound(f"no file {path}; reinstall cueline") from err
    except ValueError as err:
        raise WeightsCorrupt(f"{path} does not read: {err}") from err
    if not isinstance(card, dict):
        raise WeightsCorrupt(f"{path} holds no object")
    return card
