"""`cueline bench intents`: wants learned from a few lines, on public sets, beside what is known.

Each set is taught as a pack is: its few lines a want, or all of them, into a head and the shipped
numbers that were fitted without that set. Lines are read typed, and as a recogniser heard them
(files of `cueline bench speak`).
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks.calibrate import Folder, Vectors, open_encoder
from benchmarks.chances import Figure, ece, kept, ranked, reliability, reliability_bins, share
from benchmarks.corpus import data_folder
from benchmarks.report import publish, table
from benchmarks.textsets import read
from models.classify import meaning
from models.classify.calibrator import Calibrator, from_numbers, read_card
from models.classify.clauses import clauses
from models.classify.exemplars import Exemplars
from models.classify.fewshot import FEATURES, fit_head, meant
from models.classify.lexical import Reader
from models.classify.nothing import none_lines
from models.classify.sounds import Sounds
from models.classify.wants import word_evidence

Labelled = Sequence[tuple[str, str]]
"""Texts with the name of what is wanted; "" where it is nothing of the set."""

SPLITS = {"banking77": "BANKING77", "hwu64": "HWU64"}
"""Folders of the fixed few-shot splits."""
SEEDS = 5
SHOWN_BESIDE: Mapping[tuple[str, str], str] = {
    ("banking77", "5"): "CPFT 80.9, ICDA 84.0",
    ("banking77", "10"): "CPFT 87.2, ICDA 89.8",
    ("banking77", "full"): "92.8 to 94.9",
    ("clinc150", "10"): "CPFT 94.2, ICDA 94.8",
    ("clinc150", "full"): "BERT 96.9",
    ("hwu64", "5"): "CPFT 82.0, ICDA 82.5",
    ("hwu64", "10"): "CPFT 87.1, ICDA 87.4",
}
"""Published accuracies as read in the sources of `shared/data`."""
LEXICAL_MOST = 2000
"""Examples over which the lexical reader is left out: made for packs, it is slow on thousands."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Each line's chances, [lines, names], the head's own choice, and the truth (-1 for none).

    `belongs` is the head's score of wanting anything of the set, `first` the name told first.
    """

    names: tuple[str, ...]
    chances: NDArray[np.float64]
    alone: NDArray[np.int64]
    truth: NDArray[np.int64]
    belongs: NDArray[np.floating[Any]]
    first: NDArray[np.int64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Say which lines want something of the set."""
        return self.truth >= 0

    def right(self) -> NDArray[np.bool_]:
        """Say of the lines that want something which got their want first."""
        right: NDArray[np.bool_] = self.first == self.truth
        return right[self.known]

    def surety(self) -> NDArray[np.float64]:
        """Return the chance that was told of each line's first name."""
        return self.chances[np.arange(len(self.first)), self.first]


def read_lines(taught: Labelled, lines: Labelled, vectors: Vectors, numbers: Calibrator) -> Reading:
    """Teach a head some lines and read others, as the product does."""
    by: dict[str, list[str]] = defaultdict(list)
    for text, name in taught:
        by[name].append(text)
    head = fit_head(
        {name: vectors.of(by[name]) for name in sorted(by)}, {}, vectors.of(none_lines())
    )
    sounds = Sounds([by[name] for name in head.names], none_lines())
    reader = None
    if len(taught) <= LEXICAL_MOST:
        reader = Reader({name: Exemplars(tuple(by[name])) for name in head.names})
    cut = [clauses(text) or clauses("um") for text, _ in lines]
    rows = iter(
        vectors.of([p.of(t) for (t, _), parts in zip(lines, cut, strict=True) for p in parts])
    )
    at = {name: number for number, name in enumerate(head.names)}
    chances, alone = np.zeros((len(lines), len(at))), np.zeros(len(lines), np.int64)
    belongs, first = np.zeros(len(lines)), np.zeros(len(lines), np.int64)
    for number, ((text, _), parts) in enumerate(zip(lines, cut, strict=True)):
        mine = np.array([next(rows) for _ in parts], np.float32)
        words = word_evidence(reader, sounds, text, parts, head.names)
        belongs[number] = head.belonging(mine[:1])[0]
        alone[number] = (mine[0] @ head.weights[:-1].T + head.intercepts[:-1]).argmax()
        found = meant(head, numbers, head.evidence(mine, words))
        first[number] = at[found[0].name]
        for one in found:
            chances[number, at[one.name]] = one.probability
    truth = np.array([at.get(name, -1) for _, name in lines])
    return Reading(head.names, chances, alone, truth, belongs, first)


def few(name: str, shots: str, seed: int, folder: Path) -> Labelled:
    """Return the lines to teach: the fixed split, all of the set, or a draw of so many a want."""
    if shots == "full":
        return _named(name, "train", folder)
    if name in SPLITS:
        inside = folder / "fewshot_intents" / SPLITS[name] / f"train_{shots}"
        texts = (inside / "seq.in").read_text("utf-8").splitlines()
        labels = (inside / "label").read_text("utf-8").splitlines()
        return [(t.strip(), _plain(label)) for t, label in zip(texts, labels, strict=True)]
    by: dict[str, list[str]] = defaultdict(list)
    for text, label in _named(name, "train", folder):
        by[label].append(text)
    chance = random.Random(seed)
    return [(t, label) for label in sorted(by) for t in chance.sample(by[label], int(shots))]


def tested(name: str, spoken: Path | None, folder: Path) -> tuple[Labelled, Labelled]:
    """Return the test lines typed, and as they were heard where they were spoken."""
    typed = list(_named(name, "test", folder))
    if name == "clinc150":
        typed += [(line.text, "") for line in read(name, "oos_test", folder)]
    path = spoken / f"{name}_test.jsonl" if spoken is not None else None
    if path is None or not path.is_file():
        return typed, []
    pairs = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    return typed, [(pair["heard"], typed[pair["n"]][1]) for pair in pairs]


def _named(name: str, split: str, folder: Path) -> Labelled:
    return [(line.text, _plain(line.labels[0])) for line in read(name, split, folder)]


def _plain(label: str) -> str:
    return label.strip().lower().rstrip("?")


def command(
    encoder: Folder = None,
    spoken: Annotated[
        Path | None, typer.Option(help="Folder of heard lines: NAME_test.jsonl of `speak`.")
    ] = None,
    name: Annotated[str | None, typer.Option("--set", help="One set only.")] = None,
    shots: Annotated[str | None, typer.Option(help="5, 10 or full only.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of text sets.")] = None,
) -> None:
    """Measure wants learned from a few lines, on public sets."""
    folder = data or data_folder() / "text"
    vectors = Vectors(open_encoder(encoder))
    rows: list[list[object]] = []
    numbers: dict[str, object] = {}
    plots: list[str] = []
    bins: dict[str, object] = {}
    for one, few_or_full in SHOWN_BESIDE:
        if name not in (None, one) or shots not in (None, few_or_full):
            continue
        for heard, found in _measured(one, few_or_full, spoken, folder, vectors):
            label = f"{one} {few_or_full}{' heard' if heard else ''}"
            figures = figures_of(found)
            beside = "" if heard else SHOWN_BESIDE[one, few_or_full]
            rows.append([label, *figures.values(), beside])
            numbers[label] = {k: _plain_number(v) for k, v in figures.items()}
            top, right = found[0].surety(), found[0].first == found[0].truth
            plots.append(f"{label}\n{reliability(top, right)}")
            bins[label] = reliability_bins(top, right)
    head = ["set", "accuracy %", "head alone", "none AUROC", "of 95 % kept", "ECE", "published"]
    shown = table(head, rows) + "\n\nChance of the first want, and how often it was the one:\n\n"
    publish(
        "intents in few shots", shown + "\n\n".join(plots), {"sets": numbers, "reliability": bins}
    )


def _measured(
    name: str, shots: str, spoken: Path | None, folder: Path, vectors: Vectors
) -> Iterator[tuple[bool, list[Reading]]]:
    """Yield the readings of a set, typed and then heard; several where lines are drawn."""
    card = read_card(meaning.WANTS)
    made = from_numbers(FEATURES, card["without"].get(name, card["numbers"]))
    typed, heard = tested(name, spoken, folder)
    drawn = range(1 if shots == "full" or name in SPLITS else SEEDS)
    taught = [few(name, shots, seed, folder) for seed in drawn]
    yield False, [read_lines(lines, typed, vectors, made) for lines in taught]
    if heard:
        yield True, [read_lines(lines, heard, vectors, made) for lines in taught]


def figures_of(found: Sequence[Reading]) -> dict[str, Figure | float | str]:
    """Return what is told of the readings of a set, the mean of several draws."""
    right = np.mean([one.right() for one in found], axis=0)
    alone = np.mean([(one.alone == one.truth)[one.known].mean() for one in found])
    nothing: Figure | str = "-"
    caught = "-"
    if not found[0].known.all():
        one = found[0]
        top = one.belongs
        nothing = ranked(top, one.known)
        edge, recall = kept(top[one.known], top[~one.known])
        inside = (one.right() & (top[one.known] >= edge)).mean()
        caught = f"{100 * inside:.1f} in, {100 * recall:.1f} out"
    wrong = float(np.mean([ece(one.surety(), one.first == one.truth) for one in found]))
    return {
        "accuracy": share(right),
        "alone": round(100 * float(alone), 1),
        "none_auroc": nothing,
        "kept": caught,
        "ece": round(wrong, 1),
    }


def _plain_number(value: Figure | float | str) -> object:
    return value.json() if isinstance(value, Figure) else value
