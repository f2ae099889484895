"""Voice activity by loudness: no model and no memory, for tests and clean studio lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from models.engines import EngineInfo, VadStream
from models.errors import UnsupportedRate
from models.options import EngineOptions, read_options
from models.types import Samples

WINDOW_MS = 32


class Options(EngineOptions):
    """What may be chosen."""

    threshold: float = Field(0.01, gt=0.0, lt=1.0)
    """Root mean square over which a window counts as speech; full scale is 1."""


def create(options: Mapping[str, object]) -> "EnergyVad":
    """Make the engine from its options (entry point)."""
    return EnergyVad(read_options(Options, options, engine="energy").threshold)


@dataclass(slots=True)
class EnergyStream:
    """A channel; there is nothing to remember."""

    rate_hz: int


class EnergyVad:
    """Says 1 for each 32 ms window whose root mean square is over `threshold`, else 0."""

    def __init__(self, threshold: float = 0.01) -> None:
        self._threshold = threshold
        self.info = EngineInfo(
            name="energy",
            model=f"rms > {threshold:g}",
            licence="Apache-2.0",
            max_batch=1 << 16,
        )

    def window(self, rate_hz: int) -> int:
        """Return the samples per decision: 256 at 8 kHz, 512 at 16 kHz."""
        if rate_hz <= 0 or rate_hz * WINDOW_MS % 1000:
            raise UnsupportedRate(f"{WINDOW_MS} ms is no whole number of samples at {rate_hz} Hz")
        return rate_hz * WINDOW_MS // 1000

    def open(self, rate_hz: int) -> EnergyStream:
        """Begin a stream."""
        self.window(rate_hz)
        return EnergyStream(rate_hz)

    def measure(self, streams: Sequence[VadStream], windows: Sequence[Samples]) -> list[Samples]:
        """Return 1 for each of a stream's next windows that is loud, 0 for the others."""
        return [
            self._measure(stream.rate_hz, audio)
            for stream, audio in zip(streams, windows, strict=True)
        ]

    def _measure(self, rate_hz: int, audio: Samples) -> Samples:
        if audio.shape[1:] != (self.window(rate_hz),):
            raise ValueError(f"windows of {self.window(rate_hz)} samples wanted")
        power = np.einsum("nw,nw->n", audio, audio) / audio.shape[1]
        loud: Samples = (power > self._threshold**2).astype(np.float32)
        return loud
