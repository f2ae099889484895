"""Makes a recording sound as it does at the far end of a telephone line.

8 kHz, the band of 300 to 3400 Hz, noise where it is asked for, and G.711 mu-law, in that order.
"""

from dataclasses import dataclass

import numpy as np

from models.types import Samples
from pipeline.audio.codecs import Encoding, decode, encode
from pipeline.audio.resample import resample

LINE_HZ = 8000
BAND_HZ = (300.0, 3400.0)
EDGE_HZ = 100.0
"""The band's edges fall off over this much, in the shape of half a cosine."""


@dataclass(frozen=True, slots=True)
class Background:
    """Noise behind a voice: mono at `LINE_HZ`, with the speech `snr_db` louder over the clip."""

    samples: Samples
    snr_db: float


def line(
    samples: Samples, rate_hz: int, background: Background | None = None, *, banded: bool = True
) -> Samples:
    """Return mono samples at `LINE_HZ`, as the far end hears them.

    Args:
        samples: mono, at `rate_hz`.
        rate_hz: rate of `samples`.
        background: what else there is to hear; repeated or cut to length.
        banded: whether the line keeps to `BAND_HZ`; otherwise it passes all below 4 kHz.
    """
    narrow = at_line_rate(samples, rate_hz)
    if banded:
        narrow = band(narrow)
    if background is not None:
        noise = np.resize(background.samples, narrow.shape)
        narrow = narrow + scaled(noise, narrow, background.snr_db)
    return decode(encode(np.clip(narrow, -1, 1), Encoding.MULAW), Encoding.MULAW)


def at_line_rate(samples: Samples, rate_hz: int) -> Samples:
    """Return the samples at `LINE_HZ`."""
    return samples if rate_hz == LINE_HZ else resample(samples, rate_hz, LINE_HZ)


def band(samples: Samples) -> Samples:
    """Keep the telephone band of samples at `LINE_HZ`, without shifting phases."""
    if not len(samples):
        return samples
    hertz = np.fft.rfftfreq(len(samples), 1 / LINE_HZ)
    low, high = BAND_HZ
    inside = np.minimum(hertz - (low - EDGE_HZ), (high + EDGE_HZ) - hertz) / EDGE_HZ
    gain = 0.5 - 0.5 * np.cos(np.pi * np.clip(inside, 0, 1))
    return np.fft.irfft(np.fft.rfft(samples) * gain, len(samples)).astype(np.float32)


def scaled(noise: Samples, speech: Samples, snr_db: float) -> Samples:
    """Return the noise, so loud that the speech is `snr_db` above it; silent noise stays so."""
    loudness = _rms(noise)
    if loudness == 0:
        return noise
    return noise * np.float32(_rms(speech) / loudness * 10 ** (-snr_db / 20))


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
