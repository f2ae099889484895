"""Silero's network, re-assembled so that windows of many streams and moments share one pass.

The published graph takes one window of each stream at a time and spends most of a small batch on
its own bookkeeping. Here the same weights stand in a flat graph: the spectrum and the four
convolutions see all windows at once as plain matrix products, and only the recurrent layer walks
through time. Running it, and keeping the streams' states, is left to `models.vad.silero`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[np.float32]

HIDDEN = 128
"""Width of the recurrent state."""
FRAMES = 4
"""Spectrum frames in one window."""
OPSET = 17
IR_VERSION = 8
"""What the oldest supported onnxruntime (1.20) reads."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes at one sample rate, in samples: a window, what it keeps of the one before, a frame."""

    window: int
    context: int
    frame: int
    hop: int

    @property
    def bins(self) -> int:
        """Return the number of frequencies in a frame's spectrum."""
        return self.frame // 2 + 1


SHAPES: Mapping[int, Shape] = {
    8_000: Shape(window=256, context=32, frame=128, hop=64),
    16_000: Shape(window=512, context=64, frame=256, hop=128),
}


def flat_graph(published: onnx.ModelProto, rate_hz: int) -> bytes:
    """Return the flat graph for one rate, serialised.

    Inputs: `frames` [n * streams * 4, frame], ordered by moment, stream, frame; `h` and `c`
    [1, streams, 128]. Outputs: `speech` [n, streams], `h_next`, `c_next`.

    Raises:
        KeyError: the published graph holds no weights for the rate.
    """
    weights = _weights(published, rate_hz)
    constants = _constants(weights, SHAPES[rate_hz].bins)
    graph = helper.make_graph(
        _nodes(SHAPES[rate_hz].bins),
        f"silero_{rate_hz}",
        [
            helper.make_tensor_value_info("frames", TensorProto.FLOAT, ["rows", None]),
            helper.make_tensor_value_info("h", TensorProto.FLOAT, [1, "streams", HIDDEN]),
            helper.make_tensor_value_info("c", TensorProto.FLOAT, [1, "streams", HIDDEN]),
        ],
        [
            helper.make_tensor_value_info("speech", TensorProto.FLOAT, ["moments", "streams"]),
            helper.make_tensor_value_info("h_next", TensorProto.FLOAT, [1, "streams", HIDDEN]),
            helper.make_tensor_value_info("c_next", TensorProto.FLOAT, [1, "streams", HIDDEN]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _weights(published: onnx.ModelProto, rate_hz: int) -> dict[str, Array]:
    """Find one rate's weights: each branch of the graph's outer `If` holds one network."""
    outer = next(node for node in published.graph.node if node.op_type == "If")
    for branch in outer.attribute:
        found = {
            node.output[0].rsplit("Inline_0__", 1)[-1]: numpy_helper.to_array(node.attribute[0].t)
            for node in branch.g.node
            if node.op_type == "Constant" and node.attribute[0].name == "value"
        }
        if found["stft.forward_basis_buffer"].shape[-1] == SHAPES[rate_hz].frame:
            return found
    raise KeyError(rate_hz)


def _constants(weights: Mapping[str, Array], bins: int) -> dict[str, NDArray[Any]]:
    """Lay the weights out for row-by-matrix products.

    A window has four frames. With a padding of one and strides 1, 2, 2, 1 the convolutions leave
    4, 2, 1 and 1 positions, so that some taps only ever meet padding and can be left out.
    """
    conv = [weights[f"encoder.{i}.reparam_conv.weight"] for i in range(4)]

    def taps(layer: int, *which: int) -> Array:
        return np.concatenate([conv[layer][:, :, tap].T for tap in which])

    def gates(name: str) -> Array:
        """Reorder torch's gates (input, forget, cell, output) to ONNX's (i, o, f, c)."""
        i, f, g, o = np.split(weights[f"decoder.rnn.{name}"], 4)
        return np.concatenate([i, o, f, g])

    shapes = {
        "to_frames": [-1, FRAMES, bins],
        "to_row": [-1, (FRAMES + 2) * bins],
        "to_patches": [-1, 3 * bins],
        "to_positions": [-1, FRAMES * HIDDEN],
        "pads": [0, 1, 0, 0, 1, 0],
        "axis_1": [1],
        "axes_13": [1, 3],
        "y_from": [HIDDEN],
        "y_to": [FRAMES * HIDDEN],
        "zero": [0],
        "y_head": [2 * HIDDEN],
        "minus": [-1],
        "width": [HIDDEN],
    }
    for p in range(FRAMES):
        shapes[f"from_{p}"] = [p * bins]
        shapes[f"to_{p}"] = [(p + 3) * bins]
    floats = {
        "basis": np.ascontiguousarray(weights["stft.forward_basis_buffer"][:, 0, :].T),
        "w0": taps(0, 0, 1, 2),
        "w1a": taps(1, 1, 2),
        "w1b": taps(1, 0, 1, 2),
        "w2": taps(2, 1, 2),
        "w3": taps(3, 1),
        "w_gates": gates("weight_ih")[None],
        "r_gates": gates("weight_hh")[None],
        "b_gates": np.concatenate([gates("bias_ih"), gates("bias_hh")])[None],
        "w_out": np.ascontiguousarray(weights["decoder.decoder.2.weight"][:, :, 0].T),
        "b_out": weights["decoder.decoder.2.bias"],
        **{f"b{i}": weights[f"encoder.{i}.reparam_conv.bias"] for i in range(4)},
    }
    return {
        **{name: np.asarray(value, np.int64) for name, value in shapes.items()},
        **{name: np.asarray(value, np.float32) for name, value in floats.items()},
    }


def _nodes(bins: int) -> list[onnx.NodeProto]:
    node = helper.make_node
    patches = [f"patch_{p}" for p in range(FRAMES)]
    return [
        # spectrum magnitudes, [rows, bins]
        node("MatMul", ["frames", "basis"], ["spectrum"]),
        node("Split", ["spectrum"], ["re", "im"], axis=1),
        node("Mul", ["re", "re"], ["re2"]),
        node("Mul", ["im", "im"], ["im2"]),
        node("Add", ["re2", "im2"], ["power"]),
        node("Sqrt", ["power"], ["magnitude"]),
        # first convolution: four positions, each over three neighbouring frames
        node("Reshape", ["magnitude", "to_frames"], ["framed"]),
        node("Pad", ["framed", "pads"], ["padded"]),
        node("Reshape", ["padded", "to_row"], ["row"]),
        *(
            node("Slice", ["row", f"from_{p}", f"to_{p}", "axis_1"], [patch])
            for p, patch in enumerate(patches)
        ),
        node("Concat", patches, ["patched"], axis=1),
        node("Reshape", ["patched", "to_patches"], ["patches"]),
        node("Gemm", ["patches", "w0", "b0"], ["y0"]),
        node("Relu", ["y0"], ["y0r"]),
        # second: two positions, the first of which meets padding on its left
        node("Reshape", ["y0r", "to_positions"], ["y"]),
        node("Slice", ["y", "zero", "y_head", "axis_1"], ["left"]),
        node("Slice", ["y", "y_from", "y_to", "axis_1"], ["right"]),
        node("Gemm", ["left", "w1a", "b1"], ["z0"]),
        node("Gemm", ["right", "w1b", "b1"], ["z1"]),
        node("Concat", ["z0", "z1"], ["z"], axis=1),
        node("Relu", ["z"], ["zr"]),
        # third and fourth: one position each
        node("Gemm", ["zr", "w2", "b2"], ["u"]),
        node("Relu", ["u"], ["ur"]),
        node("Gemm", ["ur", "w3", "b3"], ["v"]),
        node("Relu", ["v"], ["features"]),
        # recurrent layer over time, [moments, streams, 128]
        node("Shape", ["h"], ["streams"], start=1, end=2),
        node("Concat", ["minus", "streams", "width"], ["to_moments"], axis=0),
        node("Reshape", ["features", "to_moments"], ["sequence"]),
        node(
            "LSTM",
            ["sequence", "w_gates", "r_gates", "b_gates", "", "h", "c"],
            ["hidden", "h_next", "c_next"],
            hidden_size=HIDDEN,
        ),
        node("Relu", ["hidden"], ["hidden_r"]),
        node("MatMul", ["hidden_r", "w_out"], ["score"]),
        node("Add", ["score", "b_out"], ["logit"]),
        node("Sigmoid", ["logit"], ["probability"]),
        node("Squeeze", ["probability", "axes_13"], ["speech"]),
    ]
