"""Gets an encoder's weights back out of its int8 graph, as float32 that training can start from.

A quantised weight is a whole number times the scale of its column, and over what its input channel
was divided by; the result gets the name that `models.training.encoder` uses. Quantised again, it
gives nearly the same whole numbers, so that little is lost twice. The graph is the one that
`models.encode.graph` builds, no other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from numpy.typing import NDArray
from onnx import numpy_helper

from models.errors import WeightsCorrupt

Floats = NDArray[np.float32]
PRODUCT, NORM = "DynamicQuantizeMatMul", "LayerNormalization"
PRODUCTS = ("qkv", "out", "up", "down")
NORMS = ("norm_out", "norm_down")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Arrays by their names in training, the attention heads of a layer, and the spans.

    `spans` are such that `build` divides the inputs of products as they were divided.
    """

    weights: dict[str, Floats]
    heads: int
    spans: dict[str, Floats]


def unpack(path: Path) -> Unpacked:
    """Read an int8 graph.

    The second kind of text, which the graph leaves out, comes back as zeros, and the first is part
    of the places; both stand for the same sums as before.

    Raises:
        WeightsCorrupt: the file is no such graph.
    """
    try:
        return _Reader(onnx.load(path).graph).read()
    except (DecodeError, StopIteration, KeyError, IndexError, ValueError) as err:
        raise WeightsCorrupt(f"{path} is no int8 encoder of ours ({err!r})") from err


class _Reader:
    def __init__(self, graph: Any) -> None:  # Any: onnx has no types
        self._arrays = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
        self._nodes = list(graph.node)
        self._maker = {name: node for node in self._nodes for name in node.output}
        # A norm may stand twice: first as it is, then divided by the shares of a product's input.
        first: dict[str, Any] = {}
        for node in self._of(NORM):
            first.setdefault(node.input[0], node)
        self._first = first
        self._norms = list(first.values())
        self._spans: dict[str, Floats] = {}

    def read(self) -> Unpacked:
        weights = dict(self._tables())
        wide = weights["words.weight"].shape[1]
        weights["kinds.weight"] = np.zeros((2, wide), np.float32)
        norms = iter(self._norms)
        weights |= self._norm("norm", next(norms))
        products = self._of(PRODUCT)
        for layer in self._layers():
            for name in PRODUCTS:
                weights |= self._product(f"{layer}.{name}", next(products))
            for name in NORMS:
                weights |= self._norm(f"{layer}.{name}", next(norms))
        for place, name in enumerate(("affect_dense", "affect_out")):
            weights |= self._exact(name, place)
        heads = {a.i for n in self._of("MultiHeadAttention") for a in n.attribute}
        if len(heads) != 1:
            raise ValueError("its layers have no common number of heads")
        return Unpacked(weights, heads.pop(), self._spans)

    def _of(self, kind: str) -> Iterator[Any]:
        return (node for node in self._nodes if node.op_type == kind)

    def _tables(self) -> Iterator[tuple[str, Floats]]:
        rows, scales = (self._arrays[node.input[0]] for node in self._of("Gather"))
        yield "words.weight", rows.astype(np.float32) * scales
        yield "places.weight", self._arrays[next(self._of("Slice")).input[0]]

    def _layers(self) -> Iterator[str]:
        """Name the layers in the graph's order; both branches begin where the shared ones end."""
        ends = self._norms[2::2]
        entries = list(self._of(PRODUCT))[:: len(PRODUCTS)]
        starts = [self._maker[node.input[0]].input[0] for node in entries]
        if len(starts) != len(ends) or not ends:
            raise ValueError("its layers are not whole")
        fork = next(value for value in starts if starts.count(value) == 2)
        shared = starts.index(fork)
        affect = starts.index(fork, shared + 1)
        for at in range(len(starts)):
            if at < shared:
                yield f"shared.{at}"
            elif at < affect:
                yield f"meaning.{at - shared}"
            else:
                yield f"affect.{at - affect}"

    def _product(self, name: str, node: Any) -> dict[str, Floats]:
        numbers, scale, _, bias = (self._arrays[one] for one in node.input[1:5])
        shares = self._shares(node.input[0])
        if shares is None:
            shares = np.ones(len(numbers), np.float32)
        else:
            self._spans[name] = shares**2
        whole = numbers.astype(np.float32) * scale / shares[:, None]
        return {f"{name}.weight": np.ascontiguousarray(whole.T), f"{name}.bias": bias}

    def _shares(self, value: str) -> Floats | None:
        """Return what the channels of a product's input were divided by, None where by nothing."""
        by = self._maker[value]
        if by.op_type == "Mul" and by.input[1] in self._arrays:
            return np.asarray(1 / self._arrays[by.input[1]], np.float32)
        if by.op_type == NORM and (plain := self._first[by.input[0]]) is not by:
            both = [[self._arrays[n.input[at]] for n in (plain, by)] for at in (1, 2)]
            (weight, divided), (bias, also) = both
            ratio: Floats = np.divide(bias, also, out=np.ones_like(bias), where=also != 0)
            np.divide(weight, divided, out=ratio, where=divided != 0)
            return ratio
        return None

    def _norm(self, name: str, node: Any) -> dict[str, Floats]:
        weight, bias = (self._arrays[one] for one in node.input[1:3])
        return {f"{name}.weight": weight, f"{name}.bias": bias}

    def _exact(self, name: str, place: int) -> dict[str, Floats]:
        """Return a layer that was left in float32: a product, and the sum after it."""
        product = list(self._of("MatMul"))[place]
        add = next(n for n in self._of("Add") if product.output[0] in n.input)
        bias = next(self._arrays[one] for one in add.input if one in self._arrays)
        weight = np.ascontiguousarray(self._arrays[product.input[1]].T)
        return {f"{name}.weight": weight, f"{name}.bias": bias}
