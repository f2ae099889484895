"""Puts an ONNX graph together, node by node."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from models.stt.moonshine_weights import Projection

OPSET = 17
IR_VERSION = 8
CONTRIB = "com.microsoft"
"""Domain of onnxruntime's own operators."""

FLOAT = TensorProto.FLOAT
INT64 = TensorProto.INT64


class GraphMaker:
    """Collects nodes and constants; names are made up as they come."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self._inputs: list[ValueInfoProto] = []
        self._outputs: list[ValueInfoProto] = []

    def input(self, name: str, kind: int, shape: Sequence[int | str]) -> str:
        """Declare an input; a string names a dimension that varies."""
        self._inputs.append(helper.make_tensor_value_info(name, kind, list(shape)))
        return name

    def output(self, value: str, name: str, kind: int, shape: Sequence[int | str]) -> None:
        """Declare a value to be an output of that name."""
        for node in self._nodes:
            node.input[:] = [name if item == value else item for item in node.input]
            node.output[:] = [name if item == value else item for item in node.output]
        self._outputs.append(helper.make_tensor_value_info(name, kind, list(shape)))

    def constant(self, values: NDArray[Any]) -> str:
        """Add a constant."""
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def numbers(self, *values: int) -> str:
        """Add a constant list of int64."""
        return self.constant(np.array(values, dtype=np.int64))

    def apply(self, kind: str, *inputs: str, contrib: bool = False, **attributes: Any) -> str:
        """Add an operation and return its only, or first, output."""
        return self.apply_many(kind, inputs, 1, contrib=contrib, **attributes)[0]

    def apply_many(
        self,
        kind: str,
        inputs: Sequence[str],
        outputs: int,
        *,
        contrib: bool = False,
        **attributes: Any,
    ) -> list[str]:
        """Add an operation with several outputs.

        Args:
            kind: the operator.
            inputs: values; "" leaves an optional input out.
            outputs: how many.
            contrib: whether the operator is onnxruntime's own.
            attributes: the operator's attributes.
        """
        serial = len(self._nodes)
        names = [f"v{serial}_{i}" for i in range(outputs)]
        node = helper.make_node(
            kind, list(inputs), names, f"{kind}_{serial}", domain=CONTRIB if contrib else ""
        )
        node.attribute.extend(
            helper.make_attribute(key, value) for key, value in sorted(attributes.items())
        )
        self._nodes.append(node)
        return names

    def project(self, value: str, by: Projection) -> str:
        """Multiply by a quantised matrix, quantising the value as a whole on the way."""
        numbers = (by.weight, by.scale, by.zero_point)
        inputs = [value, *(self.constant(part) for part in numbers)]
        if by.bias is not None:
            inputs.append(self.constant(by.bias))
        return self.apply("DynamicQuantizeMatMul", *inputs, contrib=True)

    def model(self) -> bytes:
        """Return the finished model."""
        graph = helper.make_graph(
            self._nodes, self._name, self._inputs, self._outputs, self._constants
        )
        model: ModelProto = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)],
            ir_version=IR_VERSION,
            producer_name="cueline",
        )
        return bytes(model.SerializeToString())
