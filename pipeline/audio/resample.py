"""One sample rate to another, by soxr: a stream with its state, or a clip at once."""

import numpy as np
import soxr

from models.types import Samples

QUALITY = "HQ"


class Resampler:
    """Resamples a stream of channels in step; what comes out does not depend on how it is cut."""

    def __init__(self, from_hz: int, to_hz: int, channels: int = 1) -> None:
        """Go from one rate to another; equal rates pass through."""
        self.from_hz = from_hz
        self.to_hz = to_hz
        self._channels = channels
        self._stream = (
            None
            if from_hz == to_hz
            else soxr.ResampleStream(from_hz, to_hz, channels, dtype="float32", quality=QUALITY)
        )

    def feed(self, samples: Samples, *, last: bool = False) -> Samples:
        """Return what is ready, shape [channels, n]; `last` brings the stream's tail as well.

        `samples` has shape [channels, n]. The output is in step with the input (sample k stands at
        k / to_hz), but the filter holds back its last few milliseconds until `last`.
        """
        if self._stream is None:
            return samples
        # soxr wants interleaved rows and, for one channel, accepts a column as well.
        out = self._stream.resample_chunk(np.ascontiguousarray(samples.T), last=last)
        return np.ascontiguousarray(out.reshape(-1, self._channels).T)


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Return a clip at another rate; shape [n] or [channels, n], as given."""
    if from_hz == to_hz or samples.size == 0:
        return samples
    turned: Samples = soxr.resample(samples.T, from_hz, to_hz, quality=QUALITY).T
    return np.ascontiguousarray(turned, dtype=np.float32)
