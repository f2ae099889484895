"""`cueline bench meanings`: script items by meaning, on labelled lines of agents.

The lines that do not say an item are hard on purpose: denied, on the same topic, near misses.
Figures of the split "held" are the ones to quote; nothing was fitted or chosen by them.
"""

from collections.abc import Callable, Sequence
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks.calibrate import Folder, open_encoder
from benchmarks.chances import ece, ranked, reliability, reliability_bins, share
from benchmarks.report import publish, table
from benchmarks.script_items import load
from benchmarks.scriptsim import Judged, judged, of_items
from models.classify import likeness, meaning
from models.classify.calibrator import Calibrator
from models.classify.logistic import sigmoid
from models.training.breaking import Breaker

SEED = 9
SURE, REVIEW = 0.72, 0.6
"""A pack's own thresholds where it names none."""
KINDS = ("negated", "same_topic", "near_miss", "other")
NEAREST, AWAY = (likeness.FEATURES.index(name) for name in ("best", "away"))


def command(
    encoder: Folder = None,
    split: Annotated[str, typer.Option(help="held or tune.")] = "held",
) -> None:
    """Measure script items by meaning, clean and broken."""
    engine = open_encoder(encoder)
    numbers = meaning.numbers(meaning.MEANINGS, likeness.FEATURES)
    items = [item for item in load() if item.split == split]
    rows: list[list[object]] = []
    told: dict[str, object] = {}
    plots: list[str] = []
    bins: dict[str, object] = {}
    for name, spoil in _texts():
        found = judged(of_items(items, spoil), engine)
        figures, said, so = marks(found, numbers)
        rows.append([name, *figures])
        told[name] = {head: _number(f) for head, f in zip(HEAD, figures, strict=True)}
        plots.append(f"{name}\n{reliability(said, so)}")
        bins[name] = reliability_bins(said, so)
    shown = table(["lines", *HEAD], rows) + "\n\n" + "\n\n".join(plots)
    publish(
        f"script items by meaning, {split}",
        shown,
        {"items": len(items), **told, "reliability": bins},
    )


HEAD = (
    "AUROC", "cosine alone", "less counter", *KINDS, "precision", "recall", "in review", "ECE",
)  # fmt: skip


def marks(
    found: Sequence[Judged], numbers: Calibrator
) -> tuple[list[object], NDArray[np.float64], NDArray[np.bool_]]:
    """Return the figures named in `HEAD`, each line's probability, and which lines say the item."""
    scores = np.array([numbers.score(one.evidence).max() for one in found])
    so = np.array([one.said for one in found])
    kinds = np.array([one.kind for one in found])
    said = sigmoid(scores)
    alone = [
        ranked(np.array([one.evidence[:, at].max() for one in found]), so) for at in (NEAREST, AWAY)
    ]
    apart = [ranked(scores[so | (kinds == kind)], so[so | (kinds == kind)]) for kind in KINDS]
    sure = said >= SURE
    return (
        [
            ranked(scores, so),
            *alone,
            *apart,
            share(so[sure]),
            share(sure[so]),
            share((said >= REVIEW) & ~sure),
            round(ece(said, so), 1),
        ],
        said,
        so,
    )


def _texts() -> list[tuple[str, Callable[[str], str] | None]]:
    return [("clean", None), ("broken", Breaker(seed=SEED).break_text)]


def _number(figure: object) -> object:
    plain = getattr(figure, "json", None)
    return plain() if plain is not None else figure
