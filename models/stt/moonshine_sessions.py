"""Runs Moonshine's graphs: from samples to token ids, one clip at a time, from any thread.

Two kinds of graphs do the same work: those in the wheel, and those of `moonshine_graphs`. A pair
of onnxruntime sessions is shared by all threads; what belongs to a clip lives on the caller's
stack. Sessions use one thread each, since two raise the processor time by a third and save no
wall time; parallel clips take parallel calls, which release the interpreter's lock.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as faults

from models.stt.beam import CHOICES, GREEDY, Choices, Heard, How, Steps, search
from models.stt.moonshine_tokens import BEGIN
from models.types import Samples

RATE_HZ = 16_000
FEWEST_SAMPLES = 895
"""The convolutions have no output for less (0.056 s)."""

LAYERS = 6
HEADS = 8
HEAD = 36
CACHES = 2 * LAYERS
"""The decoder's shape: layers, heads, a head's size; keys and values of each layer."""

ORT_ERRORS = (
    faults.EPFail,
    faults.Fail,
    faults.InvalidArgument,
    faults.InvalidGraph,
    faults.InvalidProtobuf,
    faults.NotImplemented,
    faults.RuntimeException,
    RuntimeError,
)
"""What onnxruntime raises; its errors share no base but Exception."""


class Graphs(Protocol):
    """Either kind of graphs."""

    def steps(self, samples: Samples) -> "Steps":
        """Encode a clip at 16 kHz, of at least `FEWEST_SAMPLES`, and return its decoder."""
        ...


def read(graphs: Graphs, samples: Samples, limit: int, how: How = GREEDY) -> Heard:
    """Read a clip in at most `limit` tokens."""
    return search(graphs.steps(samples), limit, how)


def follow(graphs: Graphs, samples: Samples, ids: Sequence[int]) -> Iterator[int]:
    """Say `ids` to the decoder, whatever it would have said, and yield what it would."""
    steps = graphs.steps(samples)
    for token in (BEGIN, *ids):
        yield int(steps.choose([token]).tokens[0, 0])


def _options(*, arena: bool) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = arena
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return options


def _session(model: bytes | Path, *, arena: bool) -> Any:
    return onnxruntime.InferenceSession(
        str(model) if isinstance(model, Path) else model,
        _options(arena=arena),
        providers=["CPUExecutionProvider"],
        # Put together again, the norm with skip is eight times as slow over an encoder's rows.
        disabled_optimizers=["SkipLayerNormFusion"],
    )


def _empty_cache() -> NDArray[np.float32]:
    return np.zeros((1, HEADS, 0, HEAD), dtype=np.float32)


class ReassembledGraphs:
    """The graphs of `moonshine_graphs`."""

    def __init__(self, encoder: bytes | Path, decoder: bytes | Path) -> None:
        """Load two ONNX models, or files of them."""
        self._encoder = _session(encoder, arena=True)
        self._decoder = _session(decoder, arena=True)

    def steps(self, samples: Samples) -> Steps:
        """Encode a clip."""
        (cross,) = self._encoder.run(["cross"], {"audio": samples[np.newaxis]})
        return _ReassembledSteps(self._decoder, cross)


class _ReassembledSteps:
    OUTPUTS = ("tokens", "logits", "chance", *(f"present_{i}" for i in range(CACHES)))

    def __init__(self, decoder: Any, cross: NDArray[np.float32]) -> None:
        self._decoder = decoder
        self._cross = cross
        self._position = np.zeros(1, dtype=np.int64)
        self._feed: dict[str, Any] = {"position": self._position}
        self._past = [_empty_cache()] * CACHES
        self._rows = 0
        self._widen(1)

    def choose(self, tokens: Sequence[int]) -> Choices:
        self._widen(len(tokens))
        self._feed["ids"] = np.array(tokens, dtype=np.int64)[:, np.newaxis]
        self._feed.update((f"past_{i}", cache) for i, cache in enumerate(self._past))
        found, logits, chance, *self._past = self._decoder.run(self.OUTPUTS, self._feed)
        self._position += 1
        logs = logits[:, -1] - logits[:, -1, :1] + np.log(chance[:, -1:])
        return Choices(found[:, -1], logs)

    def keep(self, rows: Sequence[int]) -> None:
        self._past = [cache[list(rows)] for cache in self._past]

    def _widen(self, rows: int) -> None:
        """Give every reading the same clip to attend to."""
        if rows != self._rows:
            self._rows = rows
            for i, part in enumerate(self._cross):
                self._feed[f"cross_{i}"] = np.repeat(part, rows, axis=0) if rows > 1 else part


class ShippedGraphs:
    """The graphs in the wheel.

    They run without the memory arena: threads that share a session wait for its lock.
    """

    def __init__(self, encoder: Path, decoder: Path) -> None:
        """Load two .ort files."""
        self._encoder = _session(encoder, arena=False)
        self._decoder = _session(decoder, arena=False)

    def steps(self, samples: Samples) -> Steps:
        """Encode a clip."""
        mask = np.ones((1, len(samples)), dtype=np.int64)
        feed = {"input_values": samples[np.newaxis], "attention_mask": mask}
        (hidden,) = self._encoder.run(["last_hidden_state"], feed)
        return _ShippedSteps(self._decoder, hidden, mask)


class _ShippedSteps:
    """The first step also gives the cross keys and values; later ones give dummies for them."""

    SHARED = ("encoder_hidden_states", "encoder_attention_mask")

    def __init__(self, decoder: Any, hidden: NDArray[np.float32], mask: NDArray[np.int64]) -> None:
        self._decoder = decoder
        self._later = np.zeros(1, dtype=np.bool_)
        self._past = _caches("decoder", "past_key_values")
        self._present = _caches("decoder", "present")
        self._feed: dict[str, Any] = {
            "encoder_hidden_states": hidden,
            "encoder_attention_mask": mask,
            "use_cache_branch": self._later,
        }
        every = self._past + _caches("encoder", "past_key_values")
        self._feed |= dict.fromkeys(every, _empty_cache())

    def choose(self, tokens: Sequence[int]) -> Choices:
        wanted, fed = self._present, self._past
        if not self._later[0]:
            wanted = wanted + _caches("encoder", "present")
            fed = fed + _caches("encoder", "past_key_values")
        self._widen(len(tokens))
        self._feed["input_ids"] = np.array(tokens, dtype=np.int64)[:, np.newaxis]
        logits, *caches = self._decoder.run(["logits", *wanted], self._feed)
        self._feed.update(zip(fed, caches, strict=True))
        self._later[0] = True
        rows = logits[:, -1]
        best = np.argpartition(-rows, CHOICES, axis=-1)[:, :CHOICES]
        values = np.take_along_axis(rows, best, axis=-1)
        order = np.argsort(-values, axis=-1, kind="stable")
        top = rows.max(axis=-1, keepdims=True)
        whole = top + np.log(np.exp(rows - top).sum(axis=-1, keepdims=True))
        logs = np.take_along_axis(values, order, axis=-1) - whole
        return Choices(np.take_along_axis(best, order, axis=-1), logs)

    def keep(self, rows: Sequence[int]) -> None:
        for name in self._past:
            self._feed[name] = self._feed[name][list(rows)]

    def _widen(self, rows: int) -> None:
        """Give every reading the same clip to attend to; all rows of it are alike."""
        if rows != len(self._feed["encoder_hidden_states"]):
            every = (*_caches("encoder", "past_key_values"), *self.SHARED)
            for name in every:
                self._feed[name] = np.repeat(self._feed[name][:1], rows, axis=0)


def _caches(which: str, prefix: str) -> list[str]:
    kinds = ("key", "value")
    return [f"{prefix}.{i}.{which}.{kind}" for i in range(LAYERS) for kind in kinds]
