"""Builds the encoder's graph from its weights: in int8 for calls, in float32 to compare it with.

The graph takes texts of equally many word pieces and holds no mask. Weights are quantised by
output channel, the word table by row; a product's input is quantised as a whole while it runs, so
that the engine brings one text at a time and no text's numbers depend on another.

Processor time of one core with VNNI for 16 word pieces and two marks, onnxruntime 1.31: 2.1 ms
without `spans` and about 2.3 with them; 3.1 with inputs quantised by row, which could share a batch
but save nothing there; 6.1 with blocks of 128 weights (MatMulNBits); 9.3 in float32. The mean
cosine to float32 is 0.990 without spans, 0.997 with them (untrained base, `TEXTS` of the export).
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from models.encode.minilm import AFFECT, IDS, KEPT_FIRST, KEPT_LAST, VECTORS
from models.stt.moonshine_maker import FLOAT, INT64, GraphMaker
from models.stt.moonshine_weights import Projection

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]
"""Arrays by the names of the state of `models.training.encoder.Encoder`."""

HEADS = 12
EPSILON = 1e-12
POSITIONS = KEPT_FIRST + KEPT_LAST + 2
"""Most word pieces of a text, with the marks of begin and end."""


NO_SPANS: Mapping[str, Floats] = MappingProxyType({})


def build(weights: Weights, *, heads: int = HEADS, spans: Mapping[str, Floats] = NO_SPANS) -> bytes:
    """Return the int8 graph as an ONNX model.

    Args:
        weights: the encoder's arrays.
        heads: attention heads of every layer.
        spans: the largest size that each channel of a product's input was seen to have, by the
            product's name. A few channels are twenty times as large as the others and would leave
            them few of the 256 steps; part of their size is moved into the weights.
    """
    return _Builder(weights, heads, spans).model()


def build_float32(weights: Weights, *, heads: int = HEADS) -> bytes:
    """Return the graph with all weights as they are.

    The input of each product that `build` may steady is an output too, by the product's name.
    """
    return _Builder(weights, heads, None).model()


def by_column(matrix: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Quantise to int8 with a scale for each column, so that -127 to 127 span its range."""
    scale = np.maximum(np.abs(matrix).max(axis=0), 1e-12) / 127
    return np.round(matrix / scale).astype(np.int8), scale.astype(np.float32)


def shares(span: Floats) -> Floats:
    """Return what each channel of a product's input is divided by, around 1.

    The root of a channel's size, so that half of the difference (in powers) goes to the weights:
    Xiao et al., SmoothQuant, 2022, with a migration strength of 0.5.
    """
    usual = max(float(np.median(span)), 1e-9)
    share: Floats = np.sqrt(np.maximum(span / usual, 0.01)).astype(np.float32)
    return share


class _Builder:
    def __init__(self, weights: Weights, heads: int, spans: Mapping[str, Floats] | None) -> None:
        self._weights, self._heads, self._spans = weights, heads, spans
        self._normed: dict[str, tuple[str, str]] = {}
        self._width = weights["norm.weight"].shape[0]
        self._maker = GraphMaker("encoder")

    def model(self) -> bytes:
        make = self._maker
        shared = self._embed(make.input(IDS, INT64, ("texts", "pieces")))
        shared = self._branch("shared", shared)
        meaning, feeling = (
            make.apply("ReduceMean", self._branch(name, shared), axes=[1], keepdims=0)
            for name in ("meaning", "affect")
        )
        unit = make.apply("LpNormalization", meaning, axis=-1, p=2)
        make.output(unit, VECTORS, FLOAT, ("texts", self._width))
        feeling = make.apply("Tanh", self._exact("affect_dense", feeling))
        names = len(self._weights["affect_out.weight"])
        make.output(self._exact("affect_out", feeling), AFFECT, FLOAT, ("texts", names))
        return make.model()

    def _embed(self, ids: str) -> str:
        make, words = self._maker, self._weights["words.weight"]
        if self._spans is None:
            word = make.apply("Gather", make.constant(words), ids)
        else:
            rows, scale = by_column(words.T)
            word = make.apply("Gather", make.constant(rows.T), ids)
            word = make.apply("Cast", word, to=TensorProto.FLOAT)
            sizes = make.apply("Gather", make.constant(scale[:, None]), ids)
            word = make.apply("Mul", word, sizes)
        # A text is of one kind all through: the second kind is for pairs of texts.
        places = self._weights["places.weight"][:POSITIONS] + self._weights["kinds.weight"][0]
        pieces = make.apply("Shape", ids, start=1, end=2)
        place = make.apply("Slice", make.constant(places), make.numbers(0), pieces, make.numbers(0))
        return self._norm("norm", make.apply("Add", word, place))

    def _branch(self, name: str, value: str) -> str:
        number = 0
        while f"{name}.{number}.qkv.weight" in self._weights:
            value = self._layer(f"{name}.{number}", value)
            number += 1
        return value

    def _layer(self, layer: str, value: str) -> str:
        make = self._maker
        joint = self._product(f"{layer}.qkv", value)
        thirds = make.numbers(*[self._width] * 3)
        parts = make.apply_many("Split", (joint, thirds), 3, axis=2)
        seen = make.apply("MultiHeadAttention", *parts, contrib=True, num_heads=self._heads)
        seen = self._product(f"{layer}.out", seen)
        value = self._norm(f"{layer}.norm_out", make.apply("Add", value, seen))
        inner = make.apply("Gelu", self._product(f"{layer}.up", value), contrib=True)
        inner = self._product(f"{layer}.down", inner)
        return self._norm(f"{layer}.norm_down", make.apply("Add", value, inner))

    def _norm(self, name: str, value: str) -> str:
        normal = self._norm_by(name, value, np.float32(1))
        self._normed[normal] = name, value
        return normal

    def _norm_by(self, name: str, value: str, share: Floats | np.float32) -> str:
        """Normalise and divide by `share`, which costs no more than to normalise."""
        parts = (self._maker.constant(self._weights[f"{name}.{part}"] / share) for part in PARTS)
        return self._maker.apply("LayerNormalization", value, *parts, axis=-1, epsilon=EPSILON)

    def _product(self, name: str, value: str) -> str:
        if self._spans is None:
            return self._exact(name, self._watched(name, value))
        weight, bias = (self._weights[f"{name}.{part}"] for part in PARTS)
        if name in self._spans:
            share = shares(self._spans[name])
            weight = weight * share
            if value in self._normed:
                value = self._norm_by(*self._normed[value], share)
            else:
                value = self._maker.apply("Mul", value, self._maker.constant(1 / share))
        numbers, scale = by_column(weight.T)
        zero = np.zeros(len(scale), np.int8)
        return self._maker.project(value, Projection(numbers, scale, zero, bias))

    def _watched(self, name: str, value: str) -> str:
        # What attention gives has no such channels.
        if not name.endswith(".out"):
            inputs = self._weights[f"{name}.weight"].shape[1]
            copied = self._maker.apply("Identity", value)
            self._maker.output(copied, name, FLOAT, ("texts", "pieces", inputs))
        return value

    def _exact(self, name: str, value: str) -> str:
        weight, bias = (self._weights[f"{name}.{part}"] for part in PARTS)
        product = self._maker.apply("MatMul", value, self._maker.constant(weight.T))
        return self._maker.apply("Add", product, self._maker.constant(bias))


PARTS = ("weight", "bias")
