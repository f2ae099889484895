"""Makes a customer's own model from their labelled calls, and installs it only where it is better.

Heads alone need no torch: the encoder stays, the numbers that read it are fitted to the customer's
lines. With the encoder, its meaning is trained further first. Either way the model and the one that
it would replace read the same held-back calls, and the card tells both figures.
"""

import importlib.util
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from models.classify import affect, likeness
from models.classify.affect import read_head
from models.classify.calibrator import Calibrator, read_card
from models.classify.exemplars import Exemplars, Fit
from models.classify.fewshot import FEATURES
from models.classify.meaning import WANTS, MeaningClassifier, numbers
from models.encode.minilm import CARD, MODEL, SHIPPED, TOKENIZER, Card, MiniLmEncoder
from models.errors import EngineNotFound, WeightsNotFound
from models.training import judge
from models.training.export import NOTE, describe, export, read_weights
from models.training.heads import Heads, exemplars
from models.training.judge import Figure
from models.training.labelled import (
    ANGER,
    INTENTS,
    SENTIMENT,
    Labelled,
    LabelsTooFew,
    Line,
    Split,
    read_labelled,
    split_of,
)
from models.training.placing import MIB, candidate, install, need_room, put_aside
from models.training.unpack import unpack

Say = Callable[[str], None]

TASKS = (INTENTS, SENTIMENT, ANGER)
FEWEST_LINES = 40
FEWEST_HELD_BACK = 10
FEWEST_CALLS = 4
ROOM = 160 * MIB
"""Of the disk: float32 weights while they are exported, and the model."""
EVERY = 1e-6
"""Reports every label, so that a figure may choose its own threshold."""
WANTS_FILE, EXAMPLES_FILE = "wants.json", "examples.json"


@dataclass(frozen=True, slots=True)
class Order:
    """What to make, of what, and where to."""

    data: Path
    licence: str
    """What the customer says of the rights in the data; it stands in the card."""
    encoder: bool = False
    """Whether to train the encoder too."""
    place: Path | None = None
    """Where to install it; None only tells the figures."""
    seed: int = 0
    steps: int = 300
    start: Path = SHIPPED
    """The model to begin with."""
    base: Path | None = None
    """Float32 weights to begin with: model.safetensors and tokenizer.json of the same encoder."""
    force: str = ""
    """Why to install a model that is not better."""
    given: Mapping[str, Exemplars] = field(default_factory=dict)
    """What a pack's intents are taught by."""
    today: str = field(default_factory=lambda: date.today().isoformat())


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it."""

    card: Mapping[str, Any]
    grown: Mapping[str, Figure]
    better: bool
    installed: bool
    place: Path | None
    """Where it lies, installed or put aside; None where it was thrown away."""


def make(order: Order, say: Say) -> Made:
    """Train, judge and install.

    Raises:
        LabelsInvalid, LabelsTooFew: the data will not do.
        EngineNotFound: the encoder is to be trained and torch is not installed.
        WeightsNotFound, WeightsCorrupt: a model to begin with, or to compare with, is not whole.
        NoRoom: the disk is full.
    """
    if order.encoder:
        _need_torch()
    data = read_labelled(order.data)
    split = split_of(data.lines, order.seed)
    tasks = checked(split)
    say(f"{_counts(data, split)}; labels of: {', '.join(tasks)}")
    place = order.place or Path.cwd() / "cueline-model"
    need_room(place, ROOM)
    with candidate(place) as made:
        return _make(order, data, split, made, say)


def checked(split: Split) -> tuple[str, ...]:
    """Return the tasks that lines are labelled for, each with enough of them.

    Raises:
        LabelsTooFew: there is none, or one has too few lines or one label only.
    """
    tasks = tuple(
        task
        for task in TASKS
        if any(judge.has(line, task) for part in (split.train, split.test) for line in part)
    )
    if not tasks:
        raise LabelsTooFew("no line has intents, sentiment or anger")
    for task in tasks:
        for part, lines, fewest in (
            ("training", split.train, FEWEST_LINES),
            ("held-back", split.test, FEWEST_HELD_BACK),
        ):
            mine = [line for line in lines if judge.has(line, task)]
            calls = len({line.call for line in mine})
            if len(mine) < fewest or calls < FEWEST_CALLS:
                raise LabelsTooFew(
                    f"{task}: {len(mine)} labelled lines in {calls} {part} calls, and at least"
                    f" {fewest} lines in {FEWEST_CALLS} calls are needed; label more calls"
                )
            if len({_label(line, task) for line in mine}) < 2:
                raise LabelsTooFew(
                    f"{task}: every line of the {part} calls has the label"
                    f" {_label(mine[0], task)!r}; label others too, or leave {task} out"
                )
    return tasks


def open_reader(folder: Path) -> MeaningClassifier:
    """Open a model's folder as the engine `meaning` does, so that it tells every label."""
    encoder = MiniLmEncoder(folder)
    head = read_head(folder / affect.FILE, encoder.affect)
    # No script items are asked for here, so that their numbers stay out of it.
    unasked = Calibrator(likeness.FEATURES, np.zeros(len(likeness.FEATURES)), 0.0)
    return MeaningClassifier(
        encoder, least=EVERY, affect=head, wants=wants_of(folder), meanings=unasked
    )


def wants_of(folder: Path) -> Calibrator:
    """Return the numbers for wants in a model's folder, the shipped ones where it has none."""
    own = folder / WANTS_FILE
    return numbers(own if own.is_file() else WANTS, FEATURES)


def _make(order: Order, data: Labelled, split: Split, made: Path, say: Say) -> Made:
    there = order.start
    if order.place is not None and (order.place / CARD).is_file():
        there = order.place
        _warn_of_another_split(there, order.seed, say)
    if order.encoder:
        _train_encoder(order, split, made, say)
    else:
        for name in (MODEL, TOKENIZER, CARD):
            shutil.copyfile(order.start / name, made / name)
    taught = _write_heads(order, split, made, say)
    say("reading the held-back calls, before and after")
    intents = {name for line in data.lines for name in line.intents or ()} | set(taught)
    old, new = (_answers(folder, split.test, taught, sorted(intents)) for folder in (there, made))
    grown = judge.differences(old, new, order.seed)
    found = [judge.figures(one, order.seed) for one in (old, new)]
    better = judge.better(grown)
    card = _card(order, data, split, found, grown)
    card["training"]["compared_with"] = _name(there)
    card["training"]["forced"] = order.force if not better else ""
    whole = _read(made) | card
    _write(made / CARD, whole)
    (made / NOTE).write_text(describe(whole), "utf-8")
    fits = better or bool(order.force)
    return Made(whole, grown, better, fits and order.place is not None, _placed(order, made, fits))


def _placed(order: Order, made: Path, fits: bool) -> Path | None:
    if order.place is None:
        return None
    if fits:
        install(made, order.place)
        return order.place
    return put_aside(made, order.place)


def _train_encoder(order: Order, split: Split, made: Path, say: Say) -> None:
    from models.training import continued

    lines = [line for line in split.train if judge.has(line, INTENTS)]
    if continued.learnable(lines) < 2:
        raise LabelsTooFew(
            "an encoder needs two intents or more with at least 8 training lines that want nothing"
            " else; label more, or train the heads alone"
        )
    unpacked = unpack(order.start / MODEL)
    weights, tokenizer = unpacked.weights, order.start / TOKENIZER
    if order.base is not None:
        tokenizer = order.base / TOKENIZER
        weights = read_weights(_there(order.base / "model.safetensors"))
    card = _read(order.start, CARD)
    say(f"training the encoder's meaning on {len(lines)} lines, {order.steps} steps")
    floats = made / "float.safetensors"
    course = continued.Course(order.steps, order.seed)
    continued.continue_training(weights, unpacked.heads, _there(tokenizer), lines, course, floats)
    say("exporting to int8")
    export(floats, tokenizer, Card.read(order.start).affect, made, card, heads=unpacked.heads)
    floats.unlink()


def _write_heads(order: Order, split: Split, made: Path, say: Say) -> dict[str, Exemplars]:
    """Fit and write the numbers; return what teaches each want."""
    encoder = MiniLmEncoder(made)
    heads = Heads(encoder, order.seed, say)
    taught = exemplars(split.train, order.given, order.seed)
    wants = wants_of(order.start)
    if any(judge.has(line, INTENTS) for line in split.train):
        wants = heads.wants(split.train, split.dev, order.given, wants)
    _write(made / WANTS_FILE, {"numbers": wants.numbers()})
    held = read_head(order.start / affect.FILE, encoder.affect)
    if encoder.affect:
        fitted = heads.affect(split.train, split.dev, held)
        if fitted is None:
            say("feelings: no head to begin with and not all labels, so none was made")
        else:
            _write(made / affect.FILE, fitted.numbers())
    encoder.close()
    lines = {name: {"examples": list(one.examples)} for name, one in taught.items()}
    _write(made / EXAMPLES_FILE, lines)
    return taught


def _answers(
    folder: Path, lines: Sequence[Line], taught: Mapping[str, Exemplars], intents: Sequence[str]
) -> dict[str, judge.Answers]:
    reader = open_reader(folder)
    key = reader.fit(Fit(taught))
    found = judge.answers(reader, lines, intents, key)
    reader.close()
    return found


def _card(
    order: Order,
    data: Labelled,
    split: Split,
    found: Sequence[Mapping[str, Mapping[str, Figure]]],
    grown: Mapping[str, Figure],
) -> dict[str, Any]:
    before, after = found
    told = {
        f"{task} {name} {when}": str(figure)
        for task in after
        for name in after[task]
        for when, figure in (("before", before[task][name]), ("after", after[task][name]))
    }
    told |= {f"{task} {judge.MAIN[task]} gained": str(one) for task, one in grown.items()}
    seen = {line.request.text for line in split.train}
    held, digest = _read(order.start), data.sha256[:8]
    kind = "encoder and heads" if order.encoder else "heads"
    return {
        "model": f"{held['model']}, {kind} of {order.today} ({digest}, seed {order.seed})",
        "licence": f"{held['licence']}; labelled calls: {order.licence}",
        "figures": told,
        "training": {
            "kind": kind,
            "date": order.today,
            "seed": order.seed,
            "steps": order.steps if order.encoder else 0,
            "data": {
                "sha256": data.sha256,
                "licence": order.licence,
                "lines": {
                    "train": len(split.train),
                    "dev": len(split.dev),
                    "test": len(split.test),
                },
                "calls": len(data.calls),
                "test_lines_also_in_training": sum(
                    line.request.text in seen for line in split.test
                ),
            },
            "began_with": _name(order.start),
        },
    }


def _read(folder: Path, name: str = CARD) -> dict[str, Any]:
    return read_card(folder / name)


def _name(folder: Path) -> str:
    return Card.read(folder).model


def _write(path: Path, held: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _there(path: Path) -> Path:
    if not path.is_file():
        raise WeightsNotFound(f"{path} is not there; --base wants a folder with it")
    return path


def _label(line: Line, task: str) -> object:
    if task == INTENTS:
        return ", ".join(sorted(line.intents or ())) or "none"
    return line.angry if task == ANGER else line.sentiment


def _counts(data: Labelled, split: Split) -> str:
    parts = f"{len(split.train)} train, {len(split.dev)} develop, {len(split.test)} are held back"
    return f"{len(data.lines)} lines of {len(data.calls)} calls: {parts}"


def _warn_of_another_split(folder: Path, seed: int, say: Say) -> None:
    training = _read(folder).get("training", {})
    was = training.get("seed") if isinstance(training, dict) else None
    if was is not None and was != seed:
        say(
            f"note: the model in {folder} was made with seed {was}; with seed {seed} other calls"
            " are held back, and it may have learned from them"
        )


def _need_torch() -> None:
    missing = [n for n in ("torch", "safetensors") if importlib.util.find_spec(n) is None]
    if missing:
        raise EngineNotFound(
            f"training an encoder needs {' and '.join(missing)}; run: pip install 'cueline[torch]'"
            " (heads alone need neither: leave --encoder out)"
        )
