"""The outline of a recording: the lowest and highest sample of each short span, per channel.

A page draws an hour of a call from it without decoding any audio.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.errors import AudioUnreadable

PEAKS_PER_S: Final = 50
_BLOCK_S: Final = 60


@dataclass(frozen=True, slots=True)
class Peaks:
    """Extremes of each span: `values` has shape [channels, spans, 2] (lowest, highest), int8.

    A value of 127 is full scale. There are `per_s` spans a second; the last may be shorter.
    """

    per_s: float
    values: NDArray[np.int8] = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the values as bytes, channel by channel."""
        return self.values.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes, channels: int, per_s: float) -> "Peaks":
        """Read back what `to_bytes` gave for so many channels."""
        return cls(per_s, np.frombuffer(data, np.int8).reshape(channels, -1, 2))

    def thinned(self, spans: int) -> "Peaks":
        """Return the outline in at most `spans` spans (at least one)."""
        have = self.values.shape[1]
        if have <= spans:
            return self
        fold = -(-have // spans)
        starts = np.arange(0, have, fold)
        low = np.minimum.reduceat(self.values[:, :, 0], starts, axis=1)
        high = np.maximum.reduceat(self.values[:, :, 1], starts, axis=1)
        return Peaks(self.per_s / fold, np.stack([low, high], axis=2))

    def to_lists(self) -> list[list[float]]:
        """Return per channel lowest, highest, lowest, highest ... in [-1, 1], three decimals."""
        flat = self.values.reshape(self.values.shape[0], -1).astype(np.float64) / 127
        lists: list[list[float]] = np.round(flat, 3).tolist()
        return lists


class PeakMeter:
    """Finds peaks of audio that comes in blocks of any size."""

    def __init__(self, channels: int, rate_hz: int, per_s: int = PEAKS_PER_S) -> None:
        self._span = max(1, rate_hz // per_s)
        self._per_s = rate_hz / self._span
        self._rest: NDArray[np.int16] = np.zeros((0, channels), np.int16)
        self._done: list[NDArray[np.int8]] = []

    def add(self, block: NDArray[np.int16]) -> None:
        """Take the next samples, shape [samples, channels]."""
        joined = np.concatenate([self._rest, block]) if len(self._rest) else block
        whole = len(joined) // self._span * self._span
        self._measure(joined[:whole])
        self._rest = joined[whole:].copy()

    def finish(self) -> Peaks:
        """Return the peaks of everything; nothing may be added afterwards."""
        channels = self._rest.shape[1]
        if len(self._rest):
            last = self._rest[-1:]
            short = self._span - len(self._rest)
            self._measure(np.concatenate([self._rest, np.repeat(last, short, axis=0)]))
        empty = np.zeros((0, channels, 2), np.int8)
        return Peaks(self._per_s, np.concatenate([empty, *self._done]).transpose(1, 0, 2).copy())

    def _measure(self, whole: NDArray[np.int16]) -> None:
        if not len(whole):
            return
        spans = whole.reshape(-1, self._span, whole.shape[1])
        extremes = np.stack([spans.min(axis=1), spans.max(axis=1)], axis=2).astype(np.float32)
        # rounded away from zero, so that what is not silent is not drawn as silent
        scaled = np.copysign(np.ceil(np.abs(extremes) * (127 / 32768)), extremes)
        self._done.append(np.clip(scaled, -127, 127).astype(np.int8))


def file_peaks(path: Path, per_s: int = PEAKS_PER_S) -> Peaks:
    """Return the peaks of an audio file (WAV, FLAC, Ogg, MP3 ...), read a minute at a time.

    Raises:
        AudioUnreadable: it holds no audio that can be read.
    """
    try:
        with soundfile.SoundFile(path) as file:
            meter = PeakMeter(file.channels, file.samplerate, per_s)
            for block in file.blocks(_BLOCK_S * file.samplerate, dtype="int16", always_2d=True):
                meter.add(block)
    except (soundfile.LibsndfileError, OSError) as err:
        raise AudioUnreadable(f"{path}: {err}") from err
    return meter.finish()
