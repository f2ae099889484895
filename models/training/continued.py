"""Trains an encoder further on a customer's lines, without forgetting what it knew. Needs torch.

Only the branch of the meaning moves: what is shared and the affect stay as they are, number by
number. The encoder that it starts from is the teacher: on the customer's lines, and on the lines
that come with Cueline, vectors may not drift far from the teacher's.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.classify.nothing import none_lines
from models.encode.plain import plain
from models.errors import ModelError
from models.training.bert import Shape
from models.training.encoder import Encoder, save
from models.training.labelled import Line
from models.training.lines import CLASSES, callers, scripts
from models.training.recipe import Batches, Classes, Corpus, IntentLine, Mix
from models.training.run import Plan, train

OWN, KEPT = "own", "kept"
EPSILON = 1e-12
KEPT_SHARE = 0.5
"""Lines that are only kept in place, for each that teaches."""
LINES, ITEMS = 48, 3
RATE = 5e-5


class TrainingFailed(ModelError):
    """Training came to nothing that can be used."""

    code = "training_failed"


@dataclass(frozen=True, slots=True)
class Course:
    """How to train further."""

    steps: int = 300
    seed: int = 0
    rate: float = RATE
    lines: int = LINES
    """Lines of a step."""


def continue_training(
    weights: Mapping[str, NDArray[np.float32]],
    heads: int,
    tokenizer: Path,
    lines: Sequence[Line],
    course: Course,
    out: Path,
) -> int:
    """Train weights further and save them; return how many intents were learned.

    Args:
        weights: an encoder's arrays, by the names of its state.
        heads: attention heads of a layer.
        tokenizer: its `tokenizer.json`.
        lines: a customer's lines; those that want one thing teach, the others are kept in place.
        course: how long and how strongly.
        out: the safetensors file to write.
    """
    torch.manual_seed(course.seed)
    encoder = encoder_of(weights, heads)
    teacher = copy.deepcopy(encoder).eval()
    corpus = corpus_of(lines)
    own = sum(line.set == OWN for line in corpus.intents)
    kept = len(corpus.intents) - own
    batches = Batches(
        corpus,
        _tokenizer(tokenizer),
        {OWN: 1.0, KEPT: KEPT_SHARE * own / max(1, kept)},
        Mix(intents=course.lines, items=ITEMS, emotions=0, callers=0, calm=0),
        course.seed,
    )
    plan = Plan(
        course.steps,
        course.rate,
        warm_up=max(1, course.steps // 10),
        seed=course.seed,
        only="meaning",
    )
    train(encoder, teacher, batches, corpus.intents, plan)
    if not all(bool(torch.isfinite(one).all()) for one in encoder.parameters()):
        raise TrainingFailed("the weights ran off to infinity; nothing was written")
    save(encoder, out)
    return len(batches.classes.number)


def encoder_of(weights: Mapping[str, NDArray[np.float32]], heads: int) -> Encoder:
    """Return an encoder with these weights."""
    words, places = weights["words.weight"].shape, weights["places.weight"].shape
    layers = {name.rsplit(".", 2)[0] for name in weights if name.endswith(".qkv.weight")}
    depth = sum(not name.startswith("affect.") for name in layers)
    inner = weights["shared.0.up.weight"].shape[0]
    shape = Shape(words[0], words[1], depth, heads, inner, places[0], EPSILON)
    encoder = Encoder(shape, len(weights["affect_out.weight"]))
    encoder.load_state_dict({name: torch.from_numpy(one.copy()) for name, one in weights.items()})
    return encoder


def corpus_of(lines: Sequence[Line]) -> Corpus:
    """Return what is trained on: the customer's lines, and ours that keep the rest in place."""
    said = [(plain(line.request.text), _only(line.intents)) for line in lines]
    own = [IntentLine(text, want, OWN) for text, want in said if text and want]
    items = tuple(scripts())
    known = {text for item in items for text in (*item.yes, *item.no)}
    known |= {text for text, _ in callers()} | {plain(text) for text in none_lines()}
    known |= {text for text, want in said if text and not want}
    return Corpus(
        intents=(*own, *(IntentLine(text, "", KEPT) for text in sorted(known))),
        scripts=items,
        caller_names=CLASSES,
    )


def learnable(lines: Sequence[Line]) -> int:
    """Return how many intents have lines enough to be learned by an encoder."""
    return len(Classes(corpus_of(lines).intents).number)


def _only(intents: frozenset[str] | None) -> str:
    """Return the one thing wanted, "" where it is not known, nothing, or more than one."""
    return next(iter(intents)) if intents is not None and len(intents) == 1 else ""


def _tokenizer(path: Path) -> Tokenizer:
    made = Tokenizer.from_file(str(path))
    made.no_truncation()
    made.no_padding()
    return made
