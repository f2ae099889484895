"""Fits the head for sentiment and anger to the affect: `python -m benchmarks.make_affect`.

To be run anew whenever the encoder's weights change; writes `affect.json` beside them. Learns from
our own excerpts of calls (with the turns before), each as written and as a recogniser breaks it;
from GoEmotions' dev lines, which the encoder never saw, for sentiment; and from MultiDoGO's dev
turns, nearly none of which is angry, for how rare anger is. Told are the figures of excerpts that
the fit had not seen, in five folds.
"""

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.affect import GROUPS, encode, precision
from benchmarks.calibrate import open_encoder
from benchmarks.chances import ece, interval
from benchmarks.textsets import read
from models.classify.affect import (
    ANGER,
    FILE,
    SENTIMENTS,
    AffectHead,
    feature_names,
    features,
)
from models.classify.calibrator import Calibrator, fit
from models.encode.minilm import SHIPPED
from models.engines import TextEncoder
from models.training.breaking import Breaker
from models.training.figures import auroc
from models.training.lines import excerpts

FOLDS = 5
BROKEN_FORMS = 3
BROKEN_RATE = 0.6
ANGRY_LEVEL = 2
"""From this level on an excerpt is angry; the level below it is left out of that question."""
CALM_TURNS, CALM_WEIGHT = 4000, 0.25
FELT_LINES, FELT_WEIGHT = 3000, 0.1
STRENGTH = 0.02
"""What the losses weigh against the squared weights: there are more features than excerpts."""


@dataclass(frozen=True, slots=True)
class Example:
    """One customer turn in its context; sentiment "" and angry None where not known."""

    now: str
    customer: tuple[str, ...]
    agent: str | None
    sentiment: str
    angry: bool | None
    weight: float
    source: int = -1
    """The excerpt that it is a form of, -1 for lines of sets."""


def examples(seed: int) -> list[Example]:
    """Return all that is learned from.

    Half of each kind has an agent's turn before it, so that to have none tells nothing: lines of
    sets are given one that was said somewhere.
    """
    breaker = Breaker(seed=seed)
    out = [one for number in range(len(excerpts())) for one in _forms(number, breaker)]
    chance = random.Random(seed)
    said = [one.agent for one in out if one.agent is not None]
    return out + [
        replace(one, agent=chance.choice(said)) if chance.random() < 0.5 else one
        for one in _felt(seed) + _calm(seed)
    ]


def _forms(number: int, breaker: Breaker) -> Iterator[Example]:
    one = excerpts()[number]
    angry = None if one.level == ANGRY_LEVEL - 1 else one.level >= ANGRY_LEVEL
    for form in range(1 + BROKEN_FORMS):
        said = [
            (turn.who, breaker.break_text(turn.text, BROKEN_RATE) if form else turn.text)
            for turn in one.turns
        ]
        *before, (_, now) = said
        customer = tuple(text for who, text in before if who == "customer")
        agent = next((text for who, text in reversed(before) if who == "agent"), None)
        if form % 2:
            agent = None
        weight = 1.0 / (1 + BROKEN_FORMS)
        yield Example(now, customer, agent, one.sentiment, angry, weight, number)


def _felt(seed: int) -> list[Example]:
    lines = random.Random(seed).sample(read("goemotions", "dev"), FELT_LINES)
    out = []
    for line in lines:
        groups = {name for name, members in GROUPS.items() if set(line.labels) & set(members)}
        if len(groups) == 1 and (sentiment := groups.pop()) != "ambiguous":
            out.append(Example(line.text, (), None, sentiment, None, FELT_WEIGHT))
    return out


def _calm(seed: int) -> list[Example]:
    turns = random.Random(seed).sample(read("multidogo", "dev"), CALM_TURNS)
    return [Example(x.text, x.context[-3:], None, "", False, CALM_WEIGHT) for x in turns if x.text]


def rows(encoder: TextEncoder, given: Sequence[Example]) -> NDArray[np.float64]:
    """Return each example's features, [n, 3 k + 2]."""
    texts = [t for one in given for t in (one.now, *one.customer, one.agent or "")]
    found = encode(encoder, texts).affect
    logits = dict(zip(texts, found, strict=True))
    return np.stack([
        features(
            logits[one.now],
            [logits[text] for text in one.customer],
            logits[one.agent] if one.agent is not None else None,
        )
        for one in given
    ])  # fmt: skip


def fit_parts(
    affect: Sequence[str], given: Sequence[Example], x: NDArray[np.float64]
) -> AffectHead:
    """Fit the head, each question on the examples that answer it."""
    names = feature_names(affect)
    weights = np.array([one.weight for one in given])
    felt = np.array([bool(one.sentiment) for one in given])
    said = np.array([one.sentiment for one in given])
    known = np.array([one.angry is not None for one in given])
    angry = np.array([bool(one.angry) for one in given])
    parts: dict[str, Calibrator] = {
        name: fit(names, x[felt], (said == name)[felt], weights[felt], strength=STRENGTH)
        for name in SENTIMENTS
    }
    parts[ANGER] = fit(names, x[known], angry[known], weights[known], strength=STRENGTH)
    return AffectHead(tuple(affect), parts)


def unseen(
    affect: Sequence[str], given: Sequence[Example], x: NDArray[np.float64], seed: int
) -> dict[str, object]:
    """Return the figures of excerpts, each read by a head that never saw it."""
    source = np.array([one.source for one in given])
    own = source >= 0
    order = list(range(int(source.max()) + 1))
    random.Random(seed).shuffle(order)
    fold = np.array([order[s] % FOLDS if s >= 0 else -1 for s in source])
    anger, right = np.zeros(len(given)), np.zeros(len(given), bool)
    for number in range(FOLDS):
        kept = np.flatnonzero(fold != number).tolist()
        head = fit_parts(affect, [given[n] for n in kept], x[kept])
        for n in np.flatnonzero(fold == number).tolist():
            chance = {name: float(part.probability(x[n])) for name, part in head.parts.items()}
            anger[n] = chance[ANGER]
            right[n] = max(SENTIMENTS, key=lambda name: chance[name]) == given[n].sentiment
    asked = own & np.array([one.angry is not None for one in given])
    truth = np.array([bool(one.angry) for one in given])[asked]
    scores = anger[asked]
    return {
        "excerpts": int(own.sum()) // (1 + BROKEN_FORMS),
        "anger_auroc": interval(lambda r: auroc(scores[r], truth[r]), len(truth)).json(),
        "anger_ap": interval(lambda r: precision(scores[r], truth[r]), len(truth)).json(),
        "anger_ece": round(ece(scores, truth), 1),
        "sentiment_accuracy": interval(
            lambda r: float(right[own][r].mean()), int(own.sum())
        ).json(),
    }


def main() -> None:
    """Fit the head and write it with what it was fitted on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, default=SHIPPED, help="folder of the weights")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    encoder = open_encoder(asked.encoder)
    given = examples(asked.seed)
    x = rows(encoder, given)
    figures = unseen(encoder.affect, given, x, asked.seed)
    print(json.dumps(figures))
    card = {
        "what": "Joins affect into sentiment and anger; goes with these weights only.",
        "encoder": encoder.info.model,
        "command": f"python -m benchmarks.make_affect --seed {asked.seed}",
        "examples": len(given),
        "unseen_excerpts": figures,
        **fit_parts(encoder.affect, given, x).numbers(),
    }
    (asked.encoder / FILE).write_text(json.dumps(card, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
