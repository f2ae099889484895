"""A random encoder of three layers and width 32, with a tokenizer of single letters, and the same
forward pass written plainly in numpy."""

import json
import math
import string
from dataclasses import dataclass

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from models.training.export import export

HEADS, WIDTH, INNER, NAMES = 4, 32, 64, ("anger", "joy", "neutral")
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
LETTERS = string.ascii_lowercase + string.digits + "'"
_erf = np.vectorize(math.erf, otypes=[np.float32])


@dataclass
class Tiny:
    weights: dict[str, np.ndarray]
    folder: object
    tokenizer: object
    safetensors: object


def random_weights(seed=7):
    rng = np.random.default_rng(seed)
    made = {}

    def linear(name, out, into):
        made[f"{name}.weight"] = rng.normal(0, into**-0.5, (out, into)).astype(np.float32)
        made[f"{name}.bias"] = rng.normal(0, 0.1, out).astype(np.float32)

    def norm(name):
        made[f"{name}.weight"] = rng.uniform(0.5, 1.5, WIDTH).astype(np.float32)
        made[f"{name}.bias"] = rng.normal(0, 0.1, WIDTH).astype(np.float32)

    for name, rows in (("words", len(MARKS) + 2 * len(LETTERS)), ("places", 128), ("kinds", 2)):
        made[f"{name}.weight"] = rng.normal(size=(rows, WIDTH)).astype(np.float32)
    norm("norm")
    for layer in ("shared.0", "meaning.0", "affect.0"):
        linear(f"{layer}.qkv", 3 * WIDTH, WIDTH)
        linear(f"{layer}.out", WIDTH, WIDTH)
        norm(f"{layer}.norm_out")
        linear(f"{layer}.up", INNER, WIDTH)
        linear(f"{layer}.down", WIDTH, INNER)
        norm(f"{layer}.norm_down")
    linear("affect_dense", WIDTH, WIDTH)
    linear("affect_out", len(NAMES), WIDTH)
    return made


def forward(weights, ids, heads=HEADS):
    """Return the unit vector and the logits of one text."""

    def linear(name, x):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(name, x):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def layer(name, x):
        parts = linear(f"{name}.qkv", x).reshape(len(x), 3, heads, -1).transpose(1, 2, 0, 3)
        q, k, v = parts
        scores = np.exp(q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1]))
        seen = (scores / scores.sum(-1, keepdims=True)) @ v
        x = norm(
            f"{name}.norm_out", x + linear(f"{name}.out", seen.swapaxes(0, 1).reshape(x.shape))
        )
        inner = linear(f"{name}.up", x)
        inner = inner * (1 + _erf(inner / math.sqrt(2))) / 2
        return norm(f"{name}.norm_down", x + linear(f"{name}.down", inner))

    x = weights["words.weight"][ids] + weights["places.weight"][: len(ids)]
    x = layer("shared.0", norm("norm", x + weights["kinds.weight"][0]))
    meaning = layer("meaning.0", x).mean(0)
    feeling = np.tanh(linear("affect_dense", layer("affect.0", x).mean(0)))
    return meaning / np.linalg.norm(meaning), linear("affect_out", feeling)


def write_tokenizer(path):
    pieces = [*MARKS, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    made.enable_truncation(16)
    made.enable_padding(length=16)
    made.save(str(path))


def write_safetensors(path, weights, kind="F32"):
    head, body = {"__metadata__": {"format": "pt"}}, b""
    for name, array in weights.items():
        held = array.astype({"F32": "<f4", "F16": "<f2", "BF16": "<f2"}[kind]).tobytes()
        span = [len(body), len(body) + len(held)]
        head[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": span}
        body += held
    written = json.dumps(head).encode()
    path.write_bytes(len(written).to_bytes(8, "little") + written + body)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """The random encoder, exported: its weights and where its files lie."""
    base = tmp_path_factory.mktemp("tiny")
    weights = random_weights()
    write_safetensors(base / "weights.safetensors", weights)
    write_tokenizer(base / "base.json")
    card = {"model": "tiny", "licence": "CC0-1.0"}
    sources = (base / "weights.safetensors", base / "base.json")
    export(*sources, NAMES, base / "tiny", card, heads=HEADS)
    return Tiny(weights, base / "tiny", base / "base.json", base / "weights.safetensors")


@pytest.fixture(scope="session")
def plain_forward():
    return forward


@pytest.fixture(scope="session")
def safetensors_writer():
    return write_safetensors
