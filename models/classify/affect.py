"""Sentiment and anger from the encoder's feeling for this utterance and the turns before it.

A small head with shipped numbers, in a file beside the encoder's weights: it must be fitted anew
with them. The customer's last turns count less the longer ago they are; the agent's last turn
counts as well, for "I see" means one thing after good news and another after bad.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.classify.calibrator import Calibrator, fit, from_numbers, read_card
from models.errors import WeightsCorrupt
from models.types import Samples

FILE = "affect.json"
"""The head's name beside the encoder's weights."""
SENTIMENTS = ("negative", "neutral", "positive")
ANGER = "anger"
TURNS = 3
"""The customer's turns before this one that count."""
FADES = 0.5
"""What a turn counts beside the one after it."""


@dataclass(frozen=True, slots=True)
class Feeling:
    """Calibrated chances of each sentiment, which sum to 1, and of anger."""

    sentiment: Mapping[str, float]
    anger: float

    @property
    def likeliest(self) -> str:
        """Return the sentiment that is most probable."""
        return max(SENTIMENTS, key=lambda name: self.sentiment[name])


@dataclass(frozen=True, slots=True)
class AffectHead:
    """One logistic for each sentiment and one for anger, over `features` of one utterance."""

    affect: tuple[str, ...]
    parts: Mapping[str, Calibrator]

    def feel(
        self, now: Samples, customer: Sequence[Samples] = (), agent: Samples | None = None
    ) -> Feeling:
        """Return what is felt.

        Args:
            now: affect logits of the utterance, [k].
            customer: those of the customer's turns before it, oldest first.
            agent: those of the agent's last turn, None where there was none.
        """
        row = features(now, customer, agent)
        chance = {name: float(part.probability(row)) for name, part in self.parts.items()}
        total = sum(chance[name] for name in SENTIMENTS)
        return Feeling({name: chance[name] / total for name in SENTIMENTS}, chance[ANGER])

    def numbers(self) -> dict[str, Any]:
        """Return what `read_head` reads."""
        parts = {name: part.numbers() for name, part in self.parts.items()}
        return {"affect": list(self.affect), "parts": parts}


def features(
    now: Samples, customer: Sequence[Samples] = (), agent: Samples | None = None
) -> NDArray[np.float64]:
    """Return [3 k + 2]: this utterance's logits, the customer's before, fading, the agent's last.

    What was not said counts as naught; the last two say whether the customer, and the agent, had
    said anything before.
    """
    before = np.zeros(len(now), np.float64)
    shares = 0.0
    for age, turn in enumerate(reversed(list(customer)[-TURNS:])):
        before += FADES**age * turn
        shares += FADES**age
    if shares:
        before /= shares
    told = np.zeros(len(now)) if agent is None else agent
    there = [float(bool(shares)), float(agent is not None)]
    return np.concatenate([np.asarray(now, np.float64), before, told, there])


def feature_names(affect: Sequence[str]) -> tuple[str, ...]:
    """Return the names of `features`."""
    named = (f"{name} {when}" for when in ("now", "before", "agent") for name in affect)
    return (*named, "customer had spoken", "agent had spoken")


def fit_affect(
    affect: Sequence[str],
    rows: NDArray[np.float64],
    sentiment: Sequence[str],
    angry: NDArray[np.bool_],
    *,
    strength: float = 1.0,
) -> AffectHead:
    """Fit a head to rows of `features`, [n, 3 k + 2], with each one's sentiment and anger."""
    names, said = feature_names(affect), np.array(sentiment)
    parts = {name: fit(names, rows, said == name, strength=strength) for name in SENTIMENTS}
    parts[ANGER] = fit(names, rows, angry, strength=strength)
    return AffectHead(tuple(affect), parts)


def read_head(path: Path, affect: Sequence[str]) -> AffectHead | None:
    """Return the head of a file, None where there is no file: its encoder tells no feelings.

    Raises:
        WeightsCorrupt: the file is no head, or one for an encoder with other affect names.
    """
    if not path.is_file():
        return None
    card = read_card(path)
    if tuple(card.get("affect", ())) != tuple(affect):
        raise WeightsCorrupt(f"{path} is not for this encoder: its feelings have other names")
    names = feature_names(affect)
    if len(set(names)) < len(names):
        raise WeightsCorrupt(f"{path}: two of the encoder's feelings have one name")
    try:
        parts = {name: from_numbers(names, card["parts"][name]) for name in (*SENTIMENTS, ANGER)}
    except (KeyError, TypeError, ValueError) as err:
        raise WeightsCorrupt(f"{path} is no affect head: {err!r}") from err
    return AffectHead(tuple(affect), parts)
