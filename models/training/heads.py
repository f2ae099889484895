"""Fits a customer's own numbers: when a want is meant, what is felt. Needs no torch.

An encoder's vectors stay as they are. Of wants, the logistic that turns evidence into a probability
is fitted to lines whose call took no part in the head that gives the evidence. Of feelings, the
affect head is. Numbers that do no better on the development calls than those at hand are not taken.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.classify.affect import ANGER, SENTIMENTS, AffectHead, feature_names, features
from models.classify.calibrator import Calibrator, fit
from models.classify.clauses import clauses
from models.classify.exemplars import Exemplars
from models.classify.fewshot import FEATURES, Head, fit_head
from models.classify.lexical import Reader
from models.classify.memo import Memo
from models.classify.nothing import none_lines
from models.classify.sounds import Sounds
from models.classify.wants import word_evidence
from models.engines import TextEncoder
from models.training import judge
from models.training.labelled import INTENTS, SENTIMENT, Line, share
from models.types import Channel, Samples

Rows = NDArray[np.float64]
Truths = NDArray[np.bool_]

MOST_EXAMPLES = 16
"""Lines of a want that teach it."""
FOLDS = 3
STRENGTHS = (0.003, 0.03, 0.3, 3.0)
ROUNDS = 2
REMEMBERED = 200_000
LEAST_GAIN = 1e-4


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each want in each of a line's texts, [texts, names, features], and truth."""

    rows: Samples
    truth: Truths


class Heads:
    """Fits heads on one encoder, which encodes each text once."""

    def __init__(self, encoder: TextEncoder, seed: int, say: Callable[[str], None]) -> None:
        self._memo, self._seed, self._say = Memo(encoder, REMEMBERED), seed, say
        self._affect = encoder.affect

    def wants(
        self,
        train: Sequence[Line],
        dev: Sequence[Line],
        given: Mapping[str, Exemplars],
        now: Calibrator,
    ) -> Calibrator:
        """Return numbers for wants: fitted ones, or `now` where those are no better.

        Args:
            train: lines to learn from.
            dev: lines to choose on.
            given: exemplars that a pack has already.
            now: the numbers at hand.
        """
        train = [line for line in train if judge.has(line, INTENTS)]
        dev = [line for line in dev if judge.has(line, INTENTS)]
        found: list[Evidence] = []
        for fold in range(FOLDS):
            self._say(f"intents: reading part {fold + 1} of {FOLDS} by the others")
            inside = [line for line in train if _fold(line, self._seed) == fold]
            others = [line for line in train if _fold(line, self._seed) != fold]
            found += self._evidence(inside, exemplars(others, given, self._seed))
        chosen_on = self._evidence(dev, exemplars(train, given, self._seed))
        best, least = now, _loss_of_wants(now, chosen_on)
        for strength in STRENGTHS:
            made = _fit_wants(found, strength)
            loss = _loss_of_wants(made, chosen_on)
            if loss < least - LEAST_GAIN:
                best, least = made, loss
        self._say(f"intents: {'kept the numbers at hand' if best is now else 'new numbers'}")
        return best

    def affect(
        self, train: Sequence[Line], dev: Sequence[Line], now: AffectHead | None
    ) -> AffectHead | None:
        """Return a head for feelings: each part fitted, or that of `now` where it is no better.

        Without a head at hand, None where a part has no labels.
        """
        parts: dict[str, Calibrator] = {}
        names = feature_names(self._affect)
        for name in (*SENTIMENTS, ANGER):
            task = ANGER if name == ANGER else SENTIMENT
            mine, others = (
                [line for line in lines if judge.has(line, task)] for lines in (train, dev)
            )
            truth, dev_truth = (
                np.array([judge.means(line, task, name) for line in lines], np.bool_)
                for lines in (mine, others)
            )
            held = now.parts[name] if now is not None else None
            candidates = [] if held is None else [held]
            if truth.any() and not truth.all():
                self._say(f"{name}: fitting to {len(mine)} lines")
                rows = self._features(mine)
                candidates += [fit(names, rows, truth, strength=s) for s in STRENGTHS]
            if not candidates:
                return now
            parts[name] = _best(candidates, self._features(others), dev_truth)
        return AffectHead(tuple(self._affect), parts)

    def _evidence(self, lines: Sequence[Line], taught: Mapping[str, Exemplars]) -> list[Evidence]:
        if not lines or not taught:
            return []
        head, reader = self._head(taught), Reader(taught)
        sounds = Sounds([one.examples for one in taught.values()], none_lines())
        out = []
        for line in lines:
            text = line.request.text
            parts = clauses(text)
            if parts:
                rows = self._vectors([part.of(text) for part in parts])
                words = word_evidence(reader, sounds, text, parts, head.names)
                truth = np.array([judge.means(line, INTENTS, name) for name in head.names])
                out.append(Evidence(head.evidence(rows, words), truth))
        return out

    def _head(self, taught: Mapping[str, Exemplars]) -> Head:
        return fit_head(
            {name: self._vectors(one.examples) for name, one in taught.items()},
            {name: self._vectors(one.not_examples) for name, one in taught.items()},
            self._vectors(none_lines()),
        )

    def _vectors(self, texts: Sequence[str]) -> Samples:
        return self._memo.encode(texts).vectors

    def _features(self, lines: Sequence[Line]) -> Rows:
        out = np.zeros((len(lines), len(feature_names(self._affect))), np.float64)
        for row, line in enumerate(lines):
            said = self._memo.encode([line.request.text, *line.request.context]).affect
            turns = list(zip(said[1:], line.request.context_channels, strict=True))
            customer = [one for one, who in turns if who is not Channel.AGENT]
            agent = [one for one, who in turns if who is Channel.AGENT]
            out[row] = features(said[0], customer, agent[-1] if agent else None)
        return out


def exemplars(
    lines: Iterable[Line], given: Mapping[str, Exemplars], seed: int, most: int = MOST_EXAMPLES
) -> dict[str, Exemplars]:
    """Return what teaches each want: a pack's exemplars, and lines of calls up to `most`."""
    of: dict[str, list[str]] = {name: [] for name in given}
    spoken: dict[str, set[Channel]] = {}
    for line in lines:
        wanted = line.intents or frozenset()
        for name in wanted:
            spoken.setdefault(name, set()).add(line.request.channel)
            if len(wanted) == 1:
                of.setdefault(name, []).append(line.request.text)
    out: dict[str, Exemplars] = {}
    for name in sorted(of):
        held = given.get(name, Exemplars(()))
        more = [text for text in dict.fromkeys(of[name]) if text not in held.examples]
        random.Random(f"{seed} {name}").shuffle(more)  # noqa: S311 - nothing secret
        examples = (*held.examples, *more[: max(0, most - len(held.examples))])
        who = spoken.get(name, set())
        speaker = held.speaker if name in given or len(who) != 1 else next(iter(who))
        if examples:
            out[name] = Exemplars(examples, held.not_examples, speaker, held.keywords)
    return out


def _fold(line: Line, seed: int) -> int:
    return int(share(f"fold\n{line.call}", seed) * FOLDS)


def _fit_wants(found: Sequence[Evidence], strength: float) -> Calibrator:
    """Fit the numbers: a line means a want as surely as the text that says it best."""
    truth = np.concatenate([one.truth for one in found])
    made = fit(
        FEATURES,
        np.concatenate([one.rows[0] for one in found]).astype(np.float64),
        truth,
        strength=strength,
    )
    for _ in range(ROUNDS):
        rows = np.concatenate([_said_best(made, one.rows) for one in found]).astype(np.float64)
        made = fit(FEATURES, rows, truth, strength=strength)
    return made


def _said_best(made: Calibrator, rows: Samples) -> Samples:
    best: Samples = rows[made.score(rows).argmax(axis=0), np.arange(rows.shape[1])]
    return best


def _loss_of_wants(made: Calibrator, found: Sequence[Evidence]) -> float:
    if not found:
        return float("inf")
    scores = np.concatenate([made.score(one.rows).max(axis=0) for one in found])
    return _loss(scores, np.concatenate([one.truth for one in found]))


def _best(candidates: Sequence[Calibrator], rows: Rows, truth: Truths) -> Calibrator:
    """Return the candidate of least loss; the first where nothing tells them apart."""
    if not len(rows):
        return candidates[0]
    losses = [_loss(one.score(rows), truth) for one in candidates]
    at = int(np.argmin(losses))
    return candidates[at] if losses[at] < losses[0] - LEAST_GAIN else candidates[0]


def _loss(scores: Rows, truth: Truths) -> float:
    return float(np.logaddexp(0.0, np.where(truth, -scores, scores)).mean())
