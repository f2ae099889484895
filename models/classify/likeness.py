"""Whether a line means an item of a script: much more than how alike two vectors are.

A cosine alone takes "this call is not recorded" for "this call is recorded". Here it is weighed
with how near the line comes to what the item is not, how it is put (`stance`), key words and the
difference in feeling, by a logistic with shipped numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.classify.exemplars import Exemplars
from models.classify.logistic import sigmoid
from models.classify.stance import CUES, stance, usual
from models.classify.stems import stem
from models.text import tokens
from models.types import Encoded, Samples

FEATURES = (
    "best", "mean", "counter", "against", "away", "far", "keyword", "feeling", "short",
    *(f"{cue}_added" for cue in CUES), *(f"{cue}_missing" for cue in CUES),
)  # fmt: skip
FAR = 0.45
"""Cosine under which a line is not even about the item; above, nearness proves little."""
UNKNOWN = 0.5
"""Stands for a key word where an item has none."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item's examples: unit rows, what feeling they have, and how they are put."""

    examples: Samples = field(repr=False)
    counters: Samples = field(repr=False)
    feeling: Samples = field(repr=False)
    put: tuple[float, ...]
    keywords: frozenset[str]


def learn(exemplars: Exemplars, encoded: Mapping[str, tuple[Samples, Samples]]) -> Item:
    """Make an item of its exemplars; `encoded` has each text's vector and affect logits."""
    width = len(next(iter(encoded.values()))[0])

    def rows(texts: Sequence[str]) -> Samples:
        return np.array([encoded[t][0] for t in texts], np.float32).reshape(len(texts), width)

    affect = np.array([encoded[text][1] for text in exemplars.examples], np.float32)
    return Item(
        rows(exemplars.examples),
        rows(exemplars.not_examples),
        affect.mean(axis=0),
        usual(exemplars.examples),
        frozenset(stem(token.text) for word in exemplars.keywords for token in tokens(word)),
    )


def evidence(items: Sequence[Item], texts: Sequence[str], encoded: Encoded) -> Samples:
    """Return what speaks for each item in each text, [texts, items, features].

    Args:
        items: what is looked for.
        texts: the line and its clauses.
        encoded: their vectors and affect.
    """
    out = np.zeros((len(texts), len(items), len(FEATURES)), np.float32)
    put = np.array([stance(text) for text in texts], np.float32)
    words = [frozenset(stem(token.text) for token in tokens(text)) for text in texts]
    short = np.exp(-np.array([len(text.split()) for text in texts], np.float32) / 4)
    for at, item in enumerate(items):
        near = encoded.vectors @ item.examples.T
        best, mean = near.max(axis=1), near.mean(axis=1)
        far = encoded.vectors @ item.counters.T
        counter = far.max(axis=1) if far.shape[1] else np.zeros_like(best)
        against = far.mean(axis=1) if far.shape[1] else np.zeros_like(best)
        usually = np.array(item.put, np.float32)
        out[:, at, 0], out[:, at, 1] = best, mean
        out[:, at, 2] = np.maximum(0, counter - best)
        out[:, at, 3] = np.maximum(0, against - mean)
        out[:, at, 4] = np.minimum(0.3, best - counter) if far.shape[1] else 0.3
        out[:, at, 5] = np.maximum(0, FAR - best)
        out[:, at, 6] = [
            float(bool(item.keywords & said)) if item.keywords else UNKNOWN for said in words
        ]
        out[:, at, 7] = _apart(encoded.affect, item.feeling)
        out[:, at, 8] = short
        out[:, at, 9 : 9 + len(CUES)] = put * np.maximum(0, 1 - 2 * usually)
        out[:, at, 9 + len(CUES) :] = (1 - put) * np.maximum(0, 2 * usually - 1)
    return out


def _apart(affect: Samples, usually: Samples) -> Samples:
    """Return how far the feeling is from that of the examples: mean gap of the chances, 0 to 1."""
    if not affect.shape[1]:
        return np.zeros(len(affect), np.float32)
    chances = sigmoid(affect.astype(np.float64)) - sigmoid(usually.astype(np.float64))
    gap: Samples = np.abs(chances).mean(axis=1).astype(np.float32)
    return gap
