"""`cueline bench affect`: feelings read from text, on public sets, beside what is known.

The encoder's affect logits are read as they are shipped; a small logistic joins them into each
set's own classes, fitted on that set's training lines (MELD and the tweets never trained the
encoder). Text has no punctuation and no case, since every text loses them before it is encoded;
where `cueline bench speak` wrote files, lines are read as a recogniser heard them too.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks.calibrate import Folder, open_encoder
from benchmarks.chances import Array, Figure, Truth, interval
from benchmarks.corpus import CorpusNotFound
from benchmarks.report import publish, table
from benchmarks.textsets import Line, read
from models.classify.logistic import fit_binary, fit_softmax, sigmoid
from models.engines import TextEncoder
from models.training.figures import auroc
from models.types import Encoded

EKMAN: Mapping[str, tuple[str, ...]] = {
    "anger": ("anger", "annoyance", "disapproval"),
    "disgust": ("disgust",),
    "fear": ("fear", "nervousness"),
    "joy": (
        "admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude",
        "joy", "love", "optimism", "pride", "relief",
    ),
    "sadness": ("disappointment", "embarrassment", "grief", "remorse", "sadness"),
    "surprise": ("confusion", "curiosity", "realization", "surprise"),
    "neutral": ("neutral",),
}  # fmt: skip
"""The set's own grouping after Ekman; its coarser one has two of these joined."""
GROUPS = {
    "positive": EKMAN["joy"],
    "negative": (*EKMAN["anger"], *EKMAN["disgust"], *EKMAN["fear"], *EKMAN["sadness"]),
    "ambiguous": EKMAN["surprise"],
    "neutral": EKMAN["neutral"],
}
PUBLISHED = {"28 emotions": "50.3", "Ekman": "62.4", "groups": "70.1"}
"""Macro-F1 of the set's own BERT on its test lines; ours is on its dev lines."""
TUNING_LINES = 15000
TURNS = 3
"""Turns before an utterance of MELD that are read with it."""
STRENGTH = 0.05


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report."""

    set: str
    what: str
    figure: Figure
    beside: str = ""


def goemotions(encoder: TextEncoder, heard: Path | None) -> Iterator[Row]:
    """Yield macro-F1 of the emotions and their groups, and how well anger is ranked.

    Thresholds, and the logistics that join emotions into groups, come from training lines.
    """
    tuning = read("goemotions", "train")[:TUNING_LINES]
    logits = encode(encoder, [line.text for line in tuning]).affect
    for told, lines in _forms("goemotions", "dev", heard):
        given = encode(encoder, [text for text, _ in lines]).affect
        labels = [line for _, line in lines]
        emotions = {name: (name,) for names in EKMAN.values() for name in names}
        for kind, groups in (("28 emotions", emotions), ("Ekman", EKMAN), ("groups", GROUPS)):
            chosen, truth = _grouped(encoder.affect, groups, (logits, tuning), (given, labels))
            macro = _macro_figure(chosen, truth)
            yield Row(f"GoEmotions{told}", f"{kind}, macro-F1", macro, PUBLISHED[kind])
            if kind == "Ekman":
                yield from _anger(
                    f"GoEmotions{told}", encoder.affect, (logits, tuning), (given, labels)
                )


def _grouped(
    names: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    tuning: tuple[Array, Sequence[Line]],
    test: tuple[Array, Sequence[Line]],
) -> tuple[Truth, Truth]:
    """Return what is chosen and what is true, both [lines, groups]."""
    chosen, truth = [], []
    for members in groups.values():
        score = _joined(names, members, tuning)
        edge = _best_edge(score(tuning[0]), _has(tuning[1], members))
        chosen.append(score(test[0]) >= edge)
        truth.append(_has(test[1], members))
    return np.stack(chosen, 1), np.stack(truth, 1)


def _anger(
    told: str,
    names: Sequence[str],
    tuning: tuple[Array, Sequence[Line]],
    test: tuple[Array, Sequence[Line]],
) -> Iterator[Row]:
    chances, truth = _joined(names, EKMAN["anger"], tuning)(test[0]), _has(test[1], EKMAN["anger"])
    yield Row(
        told, "anger group, AP", interval(lambda r: precision(chances[r], truth[r]), len(truth))
    )
    yield Row(
        told, "anger group, AUROC", interval(lambda r: auroc(chances[r], truth[r]), len(truth))
    )


def _joined(
    names: Sequence[str], members: Sequence[str], tuning: tuple[Array, Sequence[Line]]
) -> Callable[[Array], Array]:
    """Return the chance of a group by a logistic over the logits; of one emotion, its own."""
    own = [number for number, name in enumerate(names) if name in members]
    if len(members) == 1 and own:
        return lambda logits: sigmoid(np.asarray(logits[:, own[0]], np.float64))
    weights, intercept = fit_binary(
        np.asarray(tuning[0], np.float64), _has(tuning[1], members), strength=STRENGTH
    )
    return lambda logits: sigmoid(np.asarray(logits, np.float64) @ weights + intercept)


def _has(lines: Sequence[Line], members: Sequence[str]) -> Truth:
    return np.array([any(label in members for label in line.labels) for line in lines])


@dataclass(frozen=True, slots=True)
class Dialogues:
    """MELD's utterances as rows of features, [n, d], with emotion and sentiment."""

    features: NDArray[np.float32]
    angry: Truth
    sentiment: NDArray[np.str_]


def meld(encoder: TextEncoder, heard: Path | None) -> Iterator[Row]:
    """Yield how well anger is ranked and sentiment told, with and without the turns before."""
    taught = read("meld", "train")
    for context in (False, True):
        fitted = _dialogues(encoder, [(line.text, line) for line in taught], context)
        names = sorted(set(fitted.sentiment.tolist()))
        place = np.array([names.index(label) for label in fitted.sentiment.tolist()])
        weights, intercepts = fit_softmax(fitted.features, place, len(names), strength=STRENGTH)
        pull, base = fit_binary(
            np.asarray(fitted.features, np.float64), fitted.angry, strength=STRENGTH
        )
        for told, lines in _forms("meld", "test", heard):
            test = _dialogues(encoder, lines, context)
            anger = sigmoid(np.asarray(test.features, np.float64) @ pull + base)
            chosen = np.array(names)[(test.features @ weights.T + intercepts).argmax(1)]
            yield from _meld_rows(f"MELD{told}", context, test, anger, chosen)


def _meld_rows(
    told: str, context: bool, test: Dialogues, anger: Array, chosen: NDArray[np.str_]
) -> Iterator[Row]:
    how = "with the turns before" if context else "alone"
    many, angry, true = len(test.angry), test.angry, test.sentiment
    area = interval(lambda rows: auroc(anger[rows], angry[rows]), many)
    yield Row(told, f"anger, AUROC, {how}", area, "frozen 65.5")
    mean = interval(lambda rows: precision(anger[rows], angry[rows]), many)
    yield Row(told, f"anger, AP, {how}", mean)
    score = interval(lambda rows: weighted(chosen[rows], true[rows]), many)
    yield Row(told, f"sentiment, weighted F1, {how}", score, "frozen 56.4")


def _dialogues(encoder: TextEncoder, lines: Sequence[tuple[str, Line]], context: bool) -> Dialogues:
    """Return features: affect and vector of the line; with context, of the turns before as well.

    A turn before is read as typed: of what was heard only the line itself is known. Of the same
    speaker's last turn the affect counts once more.
    """
    encoded = encode(encoder, [text for text, _ in lines])
    parts: list[NDArray[np.floating[Any]]] = [encoded.affect / 3, encoded.vectors * 4]
    if context:
        before = sorted({text for _, line in lines for text in line.context})
        known = encode(encoder, before)
        at = {text: number for number, text in enumerate(before)}
        parts.append(np.stack([_before(line, known, at) for _, line in lines]))
    return Dialogues(
        np.concatenate(parts, 1).astype(np.float32),
        np.array([line.labels[0] == "anger" for _, line in lines]),
        np.array([line.labels[1] for _, line in lines]),
    )


def _before(line: Line, known: Encoded, at: Mapping[str, int]) -> NDArray[np.float32]:
    wide = known.affect.shape[1]
    out = np.zeros((TURNS + 1, wide + 2), np.float32)
    vector = np.zeros(known.vectors.shape[1], np.float32)
    turns = list(zip(line.context, line.context_speakers, strict=True))[::-1]
    for age, (text, who) in enumerate(turns[:TURNS]):
        out[age, :wide] = known.affect[at[text]] / 3
        out[age, wide:] = (1.0, float(who == line.speaker))
        vector += known.vectors[at[text]]
    own = next((text for text, who in turns if who == line.speaker), None)
    if own is not None:
        out[TURNS, :wide] = known.affect[at[own]] / 3
        out[TURNS, wide] = 1.0
    return np.concatenate([out.ravel(), vector])


def encode(encoder: TextEncoder, texts: Sequence[str]) -> Encoded:
    """Return the vectors and affect of texts, each distinct one encoded once."""
    distinct = list(dict.fromkeys(texts))
    found = encoder.encode(distinct)
    at = {text: number for number, text in enumerate(distinct)}
    rows = np.array([at[text] for text in texts])
    return Encoded(found.vectors[rows], found.affect[rows])


def _forms(
    name: str, split: str, heard: Path | None
) -> Iterator[tuple[str, list[tuple[str, Line]]]]:
    """Yield the lines of a split as typed, and those that were spoken as they were heard."""
    lines = read(name, split)
    yield "", [(line.text, line) for line in lines]
    path = heard / f"{name}_{split}.jsonl" if heard else None
    if path is not None and path.is_file():
        pairs = [json.loads(row) for row in path.read_text("utf-8").splitlines() if row]
        yield " as typed, the spoken part", [(lines[p["n"]].text, lines[p["n"]]) for p in pairs]
        yield " heard", [(pair["heard"], lines[pair["n"]]) for pair in pairs]


def precision(scores: Array, truth: Truth) -> float:
    """Return the average precision of a ranking."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    found = hits / np.arange(1, len(order) + 1)
    return float(found[truth[order]].mean()) if truth.any() else float("nan")


def weighted(chosen: NDArray[np.str_], truth: NDArray[np.str_]) -> float:
    """Return F1 of each class, weighted by how many lines are of it."""
    names, counts = np.unique(truth, return_counts=True)
    each = [f1(chosen == name, truth == name) for name in names]
    return float(np.average(each, weights=counts))


def f1(chosen: Truth, truth: Truth) -> float:
    """Return the harmonic mean of precision and recall; nought where nothing was right."""
    both = int((chosen & truth).sum())
    return 2 * both / max(1, int(chosen.sum()) + int(truth.sum()))


def _macro_figure(chosen: Truth, truth: Truth) -> Figure:
    return interval(lambda rows: _macro(chosen[rows], truth[rows]), len(truth))


def _macro(chosen: Truth, truth: Truth) -> float:
    return float(np.mean([f1(chosen[:, n], truth[:, n]) for n in range(truth.shape[1])]))


def _best_edge(scores: Array, truth: Truth) -> float:
    """Return the threshold of the best F1."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    f = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    return float(scores[order][int(f.argmax())])


def command(
    encoder: Folder = None,
    spoken: Annotated[
        Path | None, typer.Option(help="Folder of heard lines: NAME_SPLIT.jsonl of `speak`.")
    ] = None,
) -> None:
    """Measure sentiment and anger read from text, on public sets."""
    engine = open_encoder(encoder)
    rows: list[Row] = []
    for measure in (goemotions, meld):
        try:
            rows += measure(engine, spoken)
        except CorpusNotFound as missing:
            typer.echo(f"skipped: {missing}", err=True)
    shown = table(
        ["set", "what", "figure (95 % interval)", "beside"],
        [[row.set, row.what, str(row.figure), row.beside] for row in rows],
    )
    numbers = {f"{row.set}: {row.what}": row.figure.json() for row in rows}
    publish("feelings from text", shown, {"figures": numbers})
