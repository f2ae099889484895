"""How well a reader of lines does on calls that it never saw, and whether another does better.

All figures are means over lines; their intervals come from drawing whole calls again and again,
since lines of a call are alike. Two readers are compared on the same draws of the same calls.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.classify.affect import SENTIMENTS
from models.engines import Classifier
from models.training.figures import auroc, ece
from models.training.labelled import ANGER, INTENTS, SENTIMENT, Line
from models.types import Channel, ClassifyRequest, Label

DRAWS = 400
LEAST = 0.5
"""Probability from which a want, or anger, counts as told."""
MAIN: Mapping[str, str] = {INTENTS: "macro_f1", SENTIMENT: "macro_f1", ANGER: "auroc"}
"""The figure that decides, by task."""
BATCH = 32

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
Metric = Callable[["Answers", Rows], float]


@dataclass(frozen=True, slots=True)
class Answers:
    """One task's truth and what a reader said, by line and name, with each line's call.

    `chances` and `truth` have shape [lines, names].
    """

    names: tuple[str, ...]
    chances: Floats = field(repr=False)
    truth: Truths = field(repr=False)
    calls: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the 95 % interval of its draws."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def answers(
    reader: Classifier, lines: Sequence[Line], intents: Sequence[str], fit: str = ""
) -> dict[str, Answers]:
    """Have lines read, and return what was said by task; tasks without labels are left out.

    Args:
        reader: tells every label however improbable it is.
        lines: labelled lines.
        intents: the intents asked for.
        fit: what the reader has learned to read them by.
    """
    said: list[tuple[Label, ...]] = []
    for start in range(0, len(lines), BATCH):
        part = [_with(line.request, fit) for line in lines[start : start + BATCH]]
        said += reader.classify(part)
    out: dict[str, Answers] = {}
    for task, names in ((INTENTS, tuple(intents)), (SENTIMENT, SENTIMENTS), (ANGER, (ANGER,))):
        rows = [(line, labels) for line, labels in zip(lines, said, strict=True) if has(line, task)]
        if rows and names:
            chances = np.array([_chances(labels, task, names) for _, labels in rows])
            truth = np.array([[means(line, task, name) for name in names] for line, _ in rows])
            out[task] = Answers(names, chances, truth, tuple(line.call for line, _ in rows))
    return out


def has(line: Line, task: str) -> bool:
    """Say whether a line is labelled for a task; feelings are read of customers alone."""
    if task == INTENTS:
        return line.intents is not None
    label = line.angry if task == ANGER else line.sentiment
    return label is not None and line.request.channel is not Channel.AGENT


def means(line: Line, task: str, name: str) -> bool:
    """Say whether a line's label of a task is, or holds, a name."""
    if task == INTENTS:
        return name in (line.intents or ())
    return bool(line.angry) if task == ANGER else line.sentiment == name


def figures(found: Mapping[str, Answers], seed: int) -> dict[str, dict[str, Figure]]:
    """Return every figure of every task."""
    out: dict[str, dict[str, Figure]] = {}
    for task, one in found.items():
        every, draws = np.arange(len(one.calls)), _draws(one.calls, seed)
        out[task] = {
            name: _figure(metric(one, every), [metric(one, rows) for rows in draws])
            for name, metric in METRICS[task].items()
        }
    return out


def differences(
    before: Mapping[str, Answers], after: Mapping[str, Answers], seed: int
) -> dict[str, Figure]:
    """Return by task how much the deciding figure grew, on the same draws of the same calls."""
    out = {}
    for task, new in after.items():
        old, metric = before[task], METRICS[task][MAIN[task]]
        every, draws = np.arange(len(new.calls)), _draws(new.calls, seed)
        grown = [metric(new, rows) - metric(old, rows) for rows in (every, *draws)]
        out[task] = _figure(grown[0], grown[1:])
    return out


def better(grown: Mapping[str, Figure]) -> bool:
    """Say whether a reader is surely better at some task and surely worse at none."""
    return any(one.low > 0 for one in grown.values()) and all(
        one.high >= 0 for one in grown.values()
    )


def _accuracy(one: Answers, rows: Rows) -> float:
    """Share of lines whose likeliest name is right; under `LEAST` a want counts as none."""
    return float(_right(one, rows).mean())


def _right(one: Answers, rows: Rows) -> Truths:
    chances, truth = one.chances[rows], one.truth[rows]
    best = chances.argmax(axis=1)
    hit: Truths = truth[np.arange(len(rows)), best]
    if one.names == SENTIMENTS:
        hit &= chances.max(axis=1) > 0
        return hit
    told = chances.max(axis=1) >= LEAST
    right: Truths = np.where(told, hit, ~truth.any(axis=1))
    return right


def _macro_f1(one: Answers, rows: Rows) -> float:
    """Mean F1 of the names that occur."""
    chances, truth = one.chances[rows], one.truth[rows]
    if one.names == SENTIMENTS:
        told = (chances == chances.max(axis=1, keepdims=True)) & (chances > 0)
    else:
        told = chances >= LEAST
    occurs = truth.any(axis=0)
    both, all_ = (told & truth).sum(axis=0), told.sum(axis=0) + truth.sum(axis=0)
    each = 2 * both[occurs] / all_[occurs]
    return float(each.mean()) if len(each) else float("nan")


def _mean_auroc(one: Answers, rows: Rows) -> float:
    chances, truth = one.chances[rows], one.truth[rows]
    each = np.array([auroc(chances[:, n], truth[:, n]) for n in range(len(one.names))])
    known = each[~np.isnan(each)]
    return float(known.mean()) if len(known) else float("nan")


def _ece(one: Answers, rows: Rows) -> float:
    """Expected calibration error of the likeliest name: mean gap of chance and share, by bins."""
    chances, truth = one.chances[rows], one.truth[rows]
    best = chances.argmax(axis=1)
    sure, hit = chances.max(axis=1), truth[np.arange(len(rows)), best]
    return ece(sure, hit)


METRICS: Mapping[str, Mapping[str, Metric]] = {
    INTENTS: {"accuracy": _accuracy, "macro_f1": _macro_f1, "auroc": _mean_auroc, "ece": _ece},
    SENTIMENT: {"accuracy": _accuracy, "macro_f1": _macro_f1, "ece": _ece},
    ANGER: {"auroc": _mean_auroc, "f1": _macro_f1, "ece": _ece},
}


def _chances(labels: Sequence[Label], task: str, names: Sequence[str]) -> list[float]:
    kind, of = {INTENTS: ("intent", None), SENTIMENT: ("sentiment", None), ANGER: ("mood", ANGER)}[
        task
    ]
    told = {x.name: x.probability for x in labels if x.kind == kind and of in (None, x.name)}
    return [told.get(name, 0.0) for name in names]


def _with(request: ClassifyRequest, fit: str) -> ClassifyRequest:
    return ClassifyRequest(
        request.text, request.channel, request.context, request.context_channels, fit
    )


def _draws(calls: Sequence[str], seed: int) -> list[Rows]:
    """Return the rows of calls drawn with replacement, the same for the same calls and seed."""
    of: dict[str, list[int]] = {}
    for row, call in enumerate(calls):
        of.setdefault(call, []).append(row)
    blocks = [np.array(rows, np.int64) for rows in of.values()]
    draw = np.random.default_rng(seed)
    picks: Any = draw.integers(0, len(blocks), (DRAWS, len(blocks)))
    return [np.concatenate([blocks[n] for n in pick]) for pick in picks]


def _figure(value: float, drawn: Sequence[float]) -> Figure:
    known = [one for one in drawn if not np.isnan(one)]
    low, high = np.percentile(known, [2.5, 97.5]) if known else (float("nan"), float("nan"))
    return Figure(*(round(float(one), 4) for one in (value, low, high)))
