"""Silero voice activity through onnxruntime: the default, one batch for all channels of all calls.

The weights are the published file beside this module; the graph that runs is the flat one of
`models.vad.silero_graph`. States of all streams of one rate lie in tables, so that a batch costs
one gather, one pass and one scatter. A stream's numbers do not depend on its company nor on how
its windows are cut into calls: the session relies on that for live and recorded audio to give the
same events.
"""

import threading
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from models.engines import EngineInfo, VadStream
from models.errors import UnsupportedRate, WeightsCorrupt, WeightsNotFound
from models.options import EngineOptions, read_options
from models.types import Samples
from models.vad.silero_graph import FRAMES, HIDDEN, SHAPES, Shape, flat_graph
from models.weights import sha256

FILE = "silero_vad.onnx"
MANIFEST = "weights.toml"
MAX_ROWS = 64
"""Streams in one pass; more cost more each, as the layers' outputs leave the nearest cache."""
MAX_WINDOWS = 256
"""Windows (streams x moments) in one pass."""
GROW = 64
"""Rows by which the tables grow."""


class Options(EngineOptions):
    """No option changes what is heard."""

    alone: bool = False
    """Give every window a pass of its own: slower, for machines where rows of a batch differ."""


def create(options: Mapping[str, object]) -> "SileroVad":
    """Make the engine from its options (entry point)."""
    return SileroVad(alone=read_options(Options, options, engine="silero").alone)


def weights(folder: Path = Path(__file__).parent) -> Path:
    """Return the weight file, after comparing it with its checksum.

    Raises:
        WeightsNotFound: the file or the list of checksums is absent.
        WeightsCorrupt: the file is not the one listed.
    """
    path, manifest = folder / FILE, folder / MANIFEST
    for needed in (path, manifest):
        if not needed.is_file():
            raise WeightsNotFound(f"{needed} is missing; put it back with: pip install cueline")
    listed = tomllib.loads(manifest.read_text("utf-8"))["file"]
    known = next(entry["sha256"] for entry in listed if entry["name"] == FILE)
    if sha256(path) != known:
        raise WeightsCorrupt(f"{path} does not match its checksum")
    return path


class SileroStream:
    """One channel's place in the tables of its rate."""

    __slots__ = ("net", "rate_hz", "slot")

    def __init__(self, rate_hz: int, net: "_Net") -> None:
        self.rate_hz, self.net = rate_hz, net
        self.slot = net.take_slot()

    def __del__(self) -> None:
        self.net.free.append(self.slot)


class SileroVad:
    """Speech probabilities for windows of 32 ms at 8 or 16 kHz.

    `batched` says whether streams share passes: they do unless the machine's arithmetic makes a
    row depend on its batch, which is tried out when the engine is made.
    """

    def __init__(self, *, alone: bool = False) -> None:
        published = onnx.load(weights())
        self._nets = {
            rate: _Net(shape, flat_graph(published, rate)) for rate, shape in SHAPES.items()
        }
        self.batched = not alone and all(net.rows_agree() for net in self._nets.values())
        if not self.batched:
            for net in self._nets.values():
                net.max_rows = net.max_windows = 1
        self.info = EngineInfo(
            name="silero",
            model="silero_vad 6.2.3",
            licence="MIT",
            rates_hz=tuple(SHAPES),
            max_batch=1 << 16,
        )

    def window(self, rate_hz: int) -> int:
        """Return the samples per decision: 256 at 8 kHz, 512 at 16 kHz."""
        return self._net(rate_hz).shape.window

    def open(self, rate_hz: int) -> SileroStream:
        """Begin a stream."""
        return SileroStream(rate_hz, self._net(rate_hz))

    def measure(self, streams: Sequence[VadStream], windows: Sequence[Samples]) -> list[Samples]:
        """Return each stream's speech probabilities, one for each of its next windows.

        No stream may stand twice in one call. Calls from several threads are safe as long as
        they bring different streams.
        """
        ours = cast("Sequence[SileroStream]", streams)
        groups: dict[tuple[int, int], list[int]] = {}
        for at, (stream, audio) in enumerate(zip(ours, windows, strict=True)):
            groups.setdefault((stream.rate_hz, len(audio)), []).append(at)
        answers: list[Samples] = [_NOTHING] * len(ours)
        for (rate_hz, moments), members in groups.items():
            if not moments:
                continue
            net = self._net(rate_hz)
            for start in range(0, len(members), net.max_rows):
                rows = members[start : start + net.max_rows]
                speech = net.measure([ours[at].slot for at in rows], [windows[at] for at in rows])
                for at, answer in zip(rows, speech, strict=True):
                    answers[at] = answer
        return answers

    def _net(self, rate_hz: int) -> "_Net":
        try:
            return self._nets[rate_hz]
        except KeyError:
            raise UnsupportedRate(f"silero hears 8000 and 16000 Hz, not {rate_hz}") from None


_NOTHING: Samples = np.zeros(0, np.float32)


class _Net:
    """One rate's network and the states of its streams.

    The lock guards the tables, not the pass: it is held for a gather or a scatter only.
    """

    def __init__(self, shape: Shape, graph: bytes) -> None:
        self.shape, self.max_rows, self.max_windows = shape, MAX_ROWS, MAX_WINDOWS
        self.free: list[int] = []
        self._cut = _cut(shape)
        self._lock = threading.Lock()
        self._h = np.zeros((0, HIDDEN), np.float32)
        self._c = np.zeros((0, HIDDEN), np.float32)
        self._kept = np.zeros((0, shape.context), np.float32)
        self._session = _session(graph)

    def take_slot(self) -> int:
        """Return a row of the tables, zeroed."""
        with self._lock:
            if not self.free:
                held = len(self._h)
                self._h = np.pad(self._h, ((0, GROW), (0, 0)))
                self._c = np.pad(self._c, ((0, GROW), (0, 0)))
                self._kept = np.pad(self._kept, ((0, GROW), (0, 0)))
                self.free.extend(range(held + GROW - 1, held - 1, -1))
            slot = self.free.pop()
            self._h[slot] = self._c[slot] = 0.0
            self._kept[slot] = 0.0
            return slot

    def measure(self, slots: Sequence[int], windows: Sequence[Samples]) -> Samples:
        """Return [streams, n] for streams that each bring n windows, [n, window]."""
        shape, streams = self.shape, len(slots)
        moments = len(windows[0])
        joined = np.concatenate(windows)
        if joined.shape != (streams * moments, shape.window):
            raise ValueError(f"windows of {shape.window} samples wanted, not {joined.shape[-1]}")
        audio = np.empty((streams, shape.context + moments * shape.window), np.float32)
        audio[:, shape.context :] = joined.reshape(streams, -1)
        rows = np.array(slots)
        with self._lock:
            audio[:, : shape.context] = self._kept.take(rows, axis=0)
            h, c = self._h.take(rows, axis=0)[None], self._c.take(rows, axis=0)[None]
        speech = np.empty((moments, streams), np.float32)
        step = max(1, self.max_windows // streams)
        for at in range(0, moments, step):
            part = audio[:, at * shape.window : (at + step) * shape.window + shape.context]
            speech[at : at + step], h, c = self._run(part, h, c)
        with self._lock:
            self._h[rows], self._c[rows] = h[0], c[0]
            self._kept[rows] = audio[:, -shape.context :]
        return np.ascontiguousarray(speech.T)

    def rows_agree(self) -> bool:
        """Try whether a stream gives the same bits alone, in company, and several windows a pass.

        Matrix libraries may take another path for one row than for many; onnxruntime 1.31 on
        x86 does not.
        """
        shape, streams, moments = self.shape, 7, 5
        noise = np.random.default_rng(1).standard_normal(
            (streams, shape.context + moments * shape.window), np.float32
        )
        zero = np.zeros((1, streams, HIDDEN), np.float32)
        together, *_ = self._run(noise * np.float32(0.1), zero, zero)
        for row in range(streams):
            h = c = zero[:, :1]
            for at in range(moments):
                part = noise[row : row + 1, at * shape.window :][:, : shape.window + shape.context]
                alone, h, c = self._run(part * np.float32(0.1), h, c)
                if alone[0, 0] != together[at, row]:
                    return False
        return True

    def _run(self, audio: Samples, h: Samples, c: Samples) -> tuple[Samples, Samples, Samples]:
        found: Any = self._session.run(None, {"frames": self._frames(audio), "h": h, "c": c})
        return found[0], found[1], found[2]

    def _frames(self, audio: Samples) -> Samples:
        """Cut [streams, context + n * window] into the rows the graph takes: [n * streams * 4].

        Each window has four overlapping frames. The fourth runs past the window's end, where the
        network was trained on the signal's mirror image.
        """
        shape, streams = self.shape, len(audio)
        moments = (audio.shape[1] - shape.context) // shape.window
        if moments == 1:
            return audio.take(self._cut, axis=1, mode="clip").reshape(-1, shape.frame)
        along, sample = audio.strides
        whole = np.lib.stride_tricks.as_strided(
            audio,
            (moments, streams, shape.context + shape.window),
            (shape.window * sample, along, sample),
        )
        return whole.take(self._cut, axis=2, mode="clip").reshape(-1, shape.frame)


def _cut(shape: Shape) -> NDArray[np.intp]:
    """Return where each sample of a window's four frames lies in context and window."""
    last = shape.context + shape.window - 1
    at = np.arange(FRAMES)[:, None] * shape.hop + np.arange(shape.frame)[None]
    return np.where(at > last, 2 * last - at, at).reshape(-1)


def _session(graph: bytes) -> Any:
    """Open the graph on one thread that sleeps when idle: the audio loop owns the core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
