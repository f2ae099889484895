"""How likely a change of voice is that of anger: a small head on baseline-relative scores.

The weights lie in `head.json`, made by `cueline bench prosody --train`; `CARD.md` says from what.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

WEIGHTS = Path(__file__).with_name("head.json")
CLIP = 4.0
"""Scores beyond count as this: an error of the pitch must not decide alone."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """What loudness adds, per dB over the caller's usual, between `-most_db` and `most_db`.

    Set by hand: no set that may train shipped weights kept the level of its recordings.
    """

    per_db: float
    middle_db: float
    most_db: float

    def evidence(self, louder_db: float) -> float:
        """Return the log odds of a change of level."""
        return self.per_db * (max(-self.most_db, min(self.most_db, louder_db)) - self.middle_db)


@dataclass(frozen=True, slots=True)
class Head:
    """A logistic head; `spread` is how much a calm voice varies in general, by measure.

    `prior` is the share of angry utterances that the probability is told for: far smaller on calls
    than among an actor's recordings.
    """

    weights: Mapping[str, float]
    bias: float
    trained_prior: float
    prior: float
    spread: Mapping[str, float]
    loudness: Loudness

    def probability(
        self, scores: Mapping[str, float], louder_db: float, prior: float | None = None
    ) -> float:
        """Return the probability, 0 to 1, that the voice is raised in anger."""
        told = self.prior if prior is None else prior
        logit = self.bias + log_odds(told) - log_odds(self.trained_prior)
        logit += sum(w * clipped(scores[name]) for name, w in self.weights.items())
        logit += self.loudness.evidence(louder_db)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def clipped(score: float) -> float:
    """Return a score within what counts."""
    return max(-CLIP, min(CLIP, score))


def log_odds(probability: float) -> float:
    """Return the log odds of a probability."""
    return math.log(probability / (1 - probability))


def read_head(path: Path = WEIGHTS) -> Head:
    """Read a head, the shipped one unless another is named."""
    stated = json.loads(path.read_text("utf-8"))
    return Head(
        weights=stated["weights"],
        bias=stated["bias"],
        trained_prior=stated["trained_prior"],
        prior=stated["prior"],
        spread=stated["spread"],
        loudness=Loudness(**stated["loudness"]),
    )
