"""Wants read by a head that is fitted to a pack's own example phrases when the pack loads.

Eight lines teach it: a multinomial logistic over the encoder's vectors, in which lines that ask for
nothing are a class of their own, and beside it how near the text comes to examples, to what the
pack says it is not, to other wants and to nothing at all. A calibrator joins the evidence into the
probability that a want is meant. Each want is asked by itself: several may be meant, or none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.classify.calibrator import Calibrator
from models.classify.logistic import fit_softmax
from models.types import Samples

FEATURES = (
    "share", "margin", "against_none", "counter", "agreement", "crowd", "lines",
    "lexical", "sounds", "sounds_near",
)  # fmt: skip
CHOICE = {"share": 1.0, "agreement": 0.4, "lexical": 0.9, "sounds": 0.4}
"""What decides among names which is told first. The first three were fitted once to 40 simulated
packs (as `cueline bench calibrate` makes them) and rounded, `sounds` was tried in steps of 0.1:
with broken lines the head's share alone is right in 78.7 %, all four in 82.8 %."""
_CHOSEN_BY = np.array([CHOICE.get(name, 0.0) for name in FEATURES])
STRENGTH = 30.0
"""Weight of the losses against the squared weights; BANKING77 ten-shot is flat from 20 to 100."""
WARMTH = 0.07
"""Cosine over which a neighbour's say falls by e."""
MOST_LINES = 12
"""Lines of a name beyond which more of them say nothing: the numbers are fitted to 5 to 12."""
LOG_LEAST = -8.0
"""Logarithms of shares stop here: beyond, they say no more."""
FAR = 0.0
"""Cosine to what is not there."""
NO_SAY = 1e-12
NEARNESS = 8.0
"""What the cosine of the nearest example of a name weighs beside the logarithm of its share."""


@dataclass(frozen=True, slots=True)
class Head:
    """Fitted arrays: unit rows of examples, counter-examples and of lines that ask for nothing.

    `owner` and `counter_owner` are places in `names`; `weights` [names + 1, d] and `intercepts`
    are the logistic's, the last row that of nothing.
    """

    names: tuple[str, ...]
    examples: Samples = field(repr=False)
    owner: NDArray[np.int64] = field(repr=False)
    counters: Samples = field(repr=False)
    counter_owner: NDArray[np.int64] = field(repr=False)
    nothing: Samples = field(repr=False)
    weights: Samples = field(repr=False)
    intercepts: Samples = field(repr=False)

    def evidence(self, vectors: Samples, words: Samples) -> Samples:
        """Return what speaks for each name in each text, [texts, names, features].

        Args:
            vectors: unit rows of the texts, [texts, d].
            words: what the words say by themselves, [texts, names, 3] (see `wants.joined`).
        """
        texts, many = len(vectors), len(self.names)
        if not many:
            return np.zeros((texts, 0, len(FEATURES)), np.float32)
        z = vectors @ self.weights.T + self.intercepts
        wants, none = z[:, :many], z[:, many:]
        # A want that stands alone has nothing for a rival but that nothing is asked.
        top = np.sort(wants if many > 1 else z, axis=1)
        best, second = wants.max(axis=1, keepdims=True), top[:, -2:-1]
        share = wants - best - np.log(np.exp(wants - best).sum(axis=1, keepdims=True))
        others = np.where(wants >= best, second, best) if many > 1 else none
        margin = np.clip(wants - others, -10, 10)

        near = vectors @ self.examples.T
        nearest, mass = self._by_owner(near)
        counter = _best(vectors @ self.counters.T, self.counter_owner, many)
        empty = np.exp((vectors @ self.nothing.T - 1) / WARMTH).sum(axis=1, keepdims=True)
        denied = np.where(counter > FAR, np.exp((counter - 1) / WARMTH), 0.0)
        agreement = np.log(mass / (mass.sum(axis=1, keepdims=True) + empty + denied))
        sizes = np.bincount(self.owner, minlength=many)

        out = np.empty((texts, many, len(FEATURES)), np.float32)
        out[..., 0] = np.maximum(share, LOG_LEAST)
        out[..., 1] = margin
        out[..., 2] = np.clip(wants - none, -10, 10)
        out[..., 3] = np.maximum(counter - nearest, 0.0)
        out[..., 4] = np.maximum(agreement, LOG_LEAST)
        out[..., 5] = np.log(max(2, many))
        out[..., 6] = np.log(np.clip(sizes, 1, MOST_LINES))
        out[..., 7:] = words
        return out

    def belonging(self, vectors: Samples) -> Samples:
        """Return a score of how much each text belongs to any of the names at all, [texts].

        How sure the choice among the names is, times how near the text lies to the chosen name's
        nearest example, in logarithms. Chosen on validation lines of CLINC150, with all its lines
        to learn from: AUROC 98.6, where the choice alone gives 96.0.
        """
        wants = (vectors @ self.weights.T + self.intercepts)[:, : len(self.names)]
        best = wants.max(axis=1, keepdims=True)
        sure = -np.log(np.exp(wants - best).sum(axis=1))
        near = vectors @ self.examples.T
        near[self.owner[None, :] != wants.argmax(axis=1)[:, None]] = FAR
        out: Samples = sure + NEARNESS * near.max(axis=1)
        return out

    def _by_owner(self, near: Samples) -> tuple[Samples, Samples]:
        """Return each name's best cosine and the sum of its neighbours' say, [texts, names]."""
        best = np.full((len(near), len(self.names)), FAR, np.float32)
        mass = np.full_like(best, NO_SAY)
        say = np.exp((near - 1) / WARMTH)
        for name in range(len(self.names)):
            mine = self.owner == name
            if mine.any():
                best[:, name] = near[:, mine].max(axis=1)
                mass[:, name] += say[:, mine].sum(axis=1)
        return best, mass


def fit_head(
    examples: Mapping[str, Samples],
    counters: Mapping[str, Samples],
    nothing: Samples,
    *,
    strength: float = STRENGTH,
) -> Head:
    """Fit a head to unit rows of each name's examples and counter-examples.

    Args:
        examples: rows [n, d] by name; names stand in this order.
        counters: the same for what sounds like it and is not; names may be missing.
        nothing: rows of lines that ask for nothing, at least one.
        strength: see `fit_softmax`.
    """
    names = tuple(examples)
    width = nothing.shape[1]
    rows, owner = _stacked([examples[name] for name in names], width)
    against, counter_owner = _stacked(
        [counters.get(name, np.zeros((0, width), np.float32)) for name in names], width
    )
    x = np.concatenate([rows, nothing])
    y = np.concatenate([owner, np.full(len(nothing), len(names))])
    weights, intercepts = fit_softmax(x, y, len(names) + 1, strength=strength)
    return Head(names, rows, owner, against, counter_owner, nothing, weights, intercepts)


@dataclass(frozen=True, slots=True)
class Meant:
    """That a name is meant, how probably, and by which of the texts."""

    name: str
    probability: float
    text: int


def meant(head: Head, calibrator: Calibrator, evidence: Samples) -> list[Meant]:
    """Return how probably each name is meant by an utterance, the likeliest first.

    `evidence` is that of the utterance as a whole and of its clauses, [texts, names, features]: a
    name is meant as surely as the text that says it best. Which comes first is for the whole to
    say (`CHOICE`): a clause without the rest of its sentence misleads more often (BANKING77, ten
    lines a want, lines of its training part: 87.5 % right by the whole, 86.4 % by the surest text).
    """
    odds = calibrator.score(evidence)
    texts = odds.argmax(axis=0)
    chances = 1.0 / (1.0 + np.exp(-np.clip(odds.max(axis=0), -30, 30)))
    choice = evidence[0] @ _CHOSEN_BY
    order = sorted(range(len(head.names)), key=lambda at: (-choice[at], head.names[at]))
    return [Meant(head.names[at], float(chances[at]), int(texts[at])) for at in order]


def _stacked(parts: Sequence[Samples], width: int) -> tuple[Samples, NDArray[np.int64]]:
    owner = [np.full(len(part), at, np.int64) for at, part in enumerate(parts)]
    rows = np.concatenate([np.zeros((0, width), np.float32), *parts]).astype(np.float32)
    return rows, np.concatenate([np.zeros(0, np.int64), *owner])


def _best(near: Samples, owner: NDArray[np.int64], many: int) -> Samples:
    """Return each name's best column, `FAR` where it has none, [texts, names]."""
    out = np.full((len(near), many), FAR, np.float32)
    for name in np.unique(owner):
        out[:, name] = near[:, owner == name].max(axis=1)
    return out
