"""Reads the weights out of Moonshine's two .ort files.

An .ort file is a flatbuffer of a graph that onnxruntime has already optimised. Its nodes keep the
names of the layers they came from, so weights are found by the node that uses them; the weights'
own names are serial numbers of the exporter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs.InferenceSession import (
    InferenceSession as OrtFile,
)

from models.errors import WeightsCorrupt

ELEMENT = {1: np.float32, 2: np.uint8, 6: np.int32, 7: np.int64}
"""onnx.TensorProto.DataType to numpy, for the types that occur."""

GRAPH_ATTRIBUTE = 5
"""onnx.AttributeProto.GRAPH."""

PLACES = {"DynamicQuantizeMatMul": (1, 2, 3, 4), "MatMulIntegerToFloat": (1, 3, 5, 6)}
"""Which inputs of a quantised product are its weight, scale, zero point and bias."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A quantised matrix: `weight` int8 [inputs, outputs]; one scale and zero point, or by column.

    The stored weights are unsigned; less 128, with the zero point less 128 too, they are the same
    numbers in the type for which processors have the faster product.
    """

    weight: NDArray[np.int8]
    scale: NDArray[np.float32]
    zero_point: NDArray[np.int8]
    bias: NDArray[np.float32] | None = None

    @property
    def columns(self) -> int:
        """How many numbers come out."""
        return len(self.weight[0])

    def scaled(self, factor: float) -> "Projection":
        """Return the matrix times a number."""
        bias = None if self.bias is None else self.bias * np.float32(factor)
        return replace(self, scale=self.scale * np.float32(factor), bias=bias)


def side_by_side(parts: Sequence[Projection]) -> Projection:
    """Join projections of one input into one matrix whose outputs follow each other."""
    return Projection(
        weight=np.concatenate([part.weight for part in parts], axis=1),
        scale=np.concatenate([np.full(part.columns, part.scale) for part in parts]),
        zero_point=np.concatenate([np.full(part.columns, part.zero_point) for part in parts]),
    )


@dataclass(frozen=True, slots=True)
class Node:
    """One operation: its kind and the names of what it takes."""

    kind: str
    inputs: tuple[str, ...]


class OrtWeights:
    """The nodes of an .ort file, by name, and its constants."""

    def __init__(self, path: Path, branch: str = "") -> None:
        """Read `path`; of a conditional node, follow only the branch named."""
        self.path = path
        self._nodes: dict[str, Node] = {}
        self._constants: dict[str, Any] = {}
        self._branch = branch
        data = path.read_bytes()
        if not OrtFile.InferenceSessionBufferHasIdentifier(data, 0):
            raise WeightsCorrupt(f"{path} is not an .ort file")
        self._walk(OrtFile.GetRootAs(data, 0).Model().Graph())

    def _walk(self, graph: Any) -> None:
        for tensor in _each(graph, "Initializers"):
            self._constants[_name(tensor.Name())] = tensor
        for node in _each(graph, "Nodes"):
            inputs = tuple(_name(node.Inputs(i)) for i in range(node.InputsLength()))
            self._nodes[_name(node.Name())] = Node(_name(node.OpType()), inputs)
            for attribute in _each(node, "Attributes"):
                if attribute.Type() != GRAPH_ATTRIBUTE:
                    continue
                if _name(attribute.Name()) == self._branch:
                    self._walk(attribute.G())

    def node(self, name: str) -> Node:
        """Return the node of that name.

        Raises:
            WeightsCorrupt: there is none; this is not the model that we know.
        """
        try:
            return self._nodes[name]
        except KeyError:
            raise WeightsCorrupt(f"{self.path} has no node {name!r}") from None

    def constant(self, name: str) -> NDArray[Any]:
        """Return the constant of that name.

        Raises:
            WeightsCorrupt: there is none.
        """
        tensor = self._constants.get(name)
        if tensor is None:
            raise WeightsCorrupt(f"{self.path} has no constant {name!r}")
        values = np.asarray(tensor.RawDataAsNumpy()).view(ELEMENT[tensor.DataType()])
        return values.reshape([tensor.Dims(i) for i in range(tensor.DimsLength())])

    def operand(self, node: str, place: int) -> NDArray[Any]:
        """Return the constant that a node takes as its input number `place`."""
        return self.constant(self.node(node).inputs[place])

    def projection(self, layer: str) -> Projection:
        """Return the quantised matrix of a layer, for example "/layers.0/mlp/fc1"."""
        node = self.node(f"{layer}/MatMul_quant")
        inputs = dict(enumerate(node.inputs))
        weight, scale, zero, bias = PLACES[node.kind]
        matrix = self.constant(inputs[weight])
        return Projection(
            weight=signed(matrix),
            scale=self.constant(inputs[scale]),
            zero_point=signed(self.constant(inputs[zero])),
            bias=self.constant(inputs[bias]) if inputs.get(bias) else None,
        )

    def norm(self, layer: str) -> NDArray[np.float32]:
        """Return the gains of a layer norm, for example "/layers.0/input_layernorm"."""
        return self.operand(f"{layer}/LayerNormalization", 1)


def signed(values: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Move unsigned bytes down by 128."""
    return (values ^ np.uint8(128)).view(np.int8)


def _each(owner: Any, what: str) -> Iterator[Any]:
    item = getattr(owner, what)
    return (item(i) for i in range(getattr(owner, f"{what}Length")()))


def _name(raw: bytes | None) -> str:
    return raw.decode() if raw else ""
