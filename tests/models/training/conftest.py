"""A random encoder of width 32 whose word pieces are words, as a model's folder; and labelled calls
in which words tell what is wanted and felt."""

import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from models.classify import affect, fewshot
from models.training.export import export

HEADS, WIDTH, INNER = 4, 32, 64
NAMES = tuple(f"feeling {n}" for n in range(24))
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WANTS = {
    "cancel": "cancel stop close end subscription",
    "refund": "refund money back charge paid",
    "move": "address moving house postcode change",
}
ANGRY, HAPPY, PLAIN = "furious ridiculous useless", "great lovely thanks", "today morning account"
FILLER = "i you my the a it please can want to with for on and so now well then"


@dataclass(frozen=True)
class TinyModel:
    """Where a model's folder lies, and the float32 weights that it was made of."""

    folder: Path
    base: Path

    def calls(self):
        return calls()


def random_weights(rows):
    rng = np.random.default_rng(3)
    made = {}

    def linear(name, out, into):
        made[f"{name}.weight"] = rng.normal(0, into**-0.5, (out, into)).astype(np.float32)
        made[f"{name}.bias"] = rng.normal(0, 0.1, out).astype(np.float32)

    def norm(name):
        made[f"{name}.weight"] = rng.uniform(0.5, 1.5, WIDTH).astype(np.float32)
        made[f"{name}.bias"] = rng.normal(0, 0.1, WIDTH).astype(np.float32)

    for name, count, size in (("words", rows, 1), ("places", 128, 0.1), ("kinds", 2, 0.1)):
        made[f"{name}.weight"] = rng.normal(0, size, (count, WIDTH)).astype(np.float32)
    norm("norm")
    for layer in ("shared.0", "shared.1", "shared.2", "meaning.0", "affect.0"):
        linear(f"{layer}.qkv", 3 * WIDTH, WIDTH)
        linear(f"{layer}.out", WIDTH, WIDTH)
        norm(f"{layer}.norm_out")
        linear(f"{layer}.up", INNER, WIDTH)
        linear(f"{layer}.down", WIDTH, INNER)
        norm(f"{layer}.norm_down")
    linear("affect_dense", WIDTH, WIDTH)
    linear("affect_out", len(NAMES), WIDTH)
    return made


def write_tokenizer(path):
    words = sorted(
        {w for line in (*WANTS.values(), ANGRY, HAPPY, PLAIN, FILLER) for w in line.split()}
    )
    made = Tokenizer(
        models.WordPiece({w: n for n, w in enumerate([*MARKS, *words])}, unk_token="[UNK]")
    )
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    made.save(str(path))
    return made.get_vocab_size()


def write_safetensors(path, weights):
    head, body = {}, b""
    for name, array in weights.items():
        held = array.astype("<f4").tobytes()
        span = [len(body), len(body) + len(held)]
        head[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": span}
        body += held
    written = json.dumps(head).encode()
    path.write_bytes(len(written).to_bytes(8, "little") + written + body)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """The random encoder, with numbers that tell nothing."""
    base, folder = tmp_path_factory.mktemp("base"), tmp_path_factory.mktemp("model") / "tiny"
    rows = write_tokenizer(base / "tokenizer.json")
    write_safetensors(base / "model.safetensors", random_weights(rows))
    card = {"model": "tiny", "licence": "CC0-1.0"}
    sources = (base / "model.safetensors", base / "tokenizer.json")
    export(*sources, NAMES, folder, card, heads=HEADS)
    nothing = {**dict.fromkeys(fewshot.FEATURES, 0.0), "intercept": -2.0}
    (folder / "wants.json").write_text(json.dumps({"numbers": nothing}))
    flat = {**dict.fromkeys(affect.feature_names(NAMES), 0.0), "intercept": -1.0}
    parts = dict.fromkeys((*affect.SENTIMENTS, affect.ANGER), flat)
    (folder / "affect.json").write_text(json.dumps({"affect": list(NAMES), "parts": parts}))
    return TinyModel(folder, base)


def calls(count=40, seed=1, turns=5):
    """Return rows of a file: calls of a few turns in which words tell what is meant."""
    draw = random.Random(seed)
    rows = []
    for call in range(count):
        for _ in range(turns):
            want = draw.choice([*WANTS, ""])
            mood = draw.choice(["negative", "neutral", "positive"])
            words = draw.sample(FILLER.split(), 3)
            words += draw.sample(WANTS[want].split(), 2) if want else []
            told = {"negative": ANGRY, "neutral": PLAIN, "positive": HAPPY}[mood]
            words += draw.sample(told.split(), 2)
            draw.shuffle(words)
            row = {"call": f"call {call}", "speaker": "customer", "text": " ".join(words)}
            row |= {"intents": [want] if want else [], "sentiment": mood}
            rows.append(row | {"anger": 3 if mood == "negative" else 0})
    return rows


@pytest.fixture
def make_calls():
    return calls


@pytest.fixture
def calls_file(tmp_path):
    """Write rows as a file of labelled lines, and return it."""

    def write(rows=None, name="calls.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows or calls()))
        return path

    return write
