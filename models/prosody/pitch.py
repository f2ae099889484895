"""How high a voice is: fundamental frequency, frame by frame, from telephone speech.

A telephone line passes nothing below 300 Hz, so the fundamental of most voices never arrives; only
the distance of its harmonics tells it. The tracker takes the autocorrelation of a spectrum that is
compressed (the generalised autocorrelation of Tolonen and Karjalainen, 2000), so that one loud
formant does not pass for the pitch, and decides twice: frame by frame, and again near the middle
of what it found, which takes back most errors of an octave.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.types import Samples

Places = NDArray[np.intp]

RATE_HZ = 8000
FRAME = 400
"""50 ms: three periods of the lowest voice that is looked for."""
HOP = 128
"""16 ms."""
_FFT = 576
LOWEST_HZ, HIGHEST_HZ = 65.0, 500.0
_FIRST, _LAST = int(RATE_HZ / HIGHEST_HZ), int(RATE_HZ / LOWEST_HZ) + 1
_COMPRESS = 0.5
"""Power of the magnitude; 2 would be the plain autocorrelation."""
_HEARD_HZ = 80.0, 3500.0
OCTAVE_COST = 0.02
"""Subtracted from a peak's height for each octave below `HIGHEST_HZ`: of a period and its
multiples, which stand almost equally high, the shortest is meant."""
STRAY_COST = 0.25
"""The same in the second round for each octave beyond `STRAY_FREE` from the clip's middle."""
STRAY_FREE = 0.5
VOICED = 0.10
"""The least height of a peak for a voiced frame, of 1 for a perfect period."""
SURE = 0.16
NEIGHBOUR_ST = 2.5
"""A frame counts where the one before or after lies this close: voices glide, errors jump."""


@dataclass(frozen=True, slots=True)
class Pitch:
    """Shape [frames]: `hz` is 0 where a frame is not voiced; `height` is its peak's, 0 to 1."""

    hz: Samples
    height: Samples


def frames_of(samples: Samples) -> Samples:
    """Return the frames of a clip at `RATE_HZ`, shape [frames, FRAME]; a view, not a copy."""
    if len(samples) < FRAME:
        samples = np.pad(samples, (0, FRAME - len(samples)))
    return np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]


def magnitudes(frames: Samples) -> Samples:
    """Return the magnitude spectra of frames [n, FRAME], shape [n, bins]."""
    spectra: Samples = np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), _FFT))
    return spectra


def hertz() -> Samples:
    """Return the frequency of each bin of `magnitudes`."""
    return np.fft.rfftfreq(_FFT, 1 / RATE_HZ).astype(np.float32)


def track(spectra: Samples, where: Places) -> Pitch:
    """Return the pitch of frames with these magnitudes; `where` are their places in the clip."""
    if not len(spectra):
        return Pitch(np.zeros(0, np.float32), np.zeros(0, np.float32))
    at, peaks = _peaks(_periodicity(spectra))
    octaves = np.log2(RATE_HZ / at)
    cost = OCTAVE_COST * (np.log2(HIGHEST_HZ) - octaves)
    found, height = _best(octaves, peaks, peaks - cost)
    sure = height >= SURE
    if sure.any():
        middle = _weighted_median(found[sure], height[sure])
        stray = np.maximum(np.abs(octaves - middle) - STRAY_FREE, 0) * STRAY_COST
        found, height = _best(octaves, peaks, peaks - cost - stray)
    voiced = _continuous(np.where(height >= VOICED, found, -np.inf), where)
    hz = np.exp2(np.where(voiced, found, -np.inf))
    return Pitch(hz, np.where(voiced, height, 0))


def _periodicity(spectra: Samples) -> Samples:
    """Return each frame's generalised autocorrelation, shape [frames, lags], 1 at lag 0."""
    low, high = (round(edge * _FFT / RATE_HZ) for edge in _HEARD_HZ)
    inside = np.zeros_like(spectra)
    inside[:, low : high + 1] = spectra[:, low : high + 1] ** _COMPRESS
    lags: Samples = np.fft.irfft(inside, _FFT).astype(np.float32, copy=False)
    lags /= np.maximum(lags[:, :1], 1e-12)
    return lags[:, _FIRST - 1 : _LAST + 2]


def _peaks(rows: Samples) -> tuple[Samples, Samples]:
    """Return position (lag in samples) and height at every lag; height is -1 where no peak is."""
    left, here, right = rows[:, :-2], rows[:, 1:-1], rows[:, 2:]
    peak = (here > left) & (here >= right)
    bend = np.minimum(left - 2 * here + right, -1e-9)
    shift = np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    at = (np.arange(_FIRST, _FIRST + here.shape[1]) + shift).astype(np.float32)
    return at, np.where(peak, here - 0.25 * (left - right) * shift, -1)


def _best(octaves: Samples, heights: Samples, scores: Samples) -> tuple[Samples, Samples]:
    """Return the best peak's log2 frequency and height in each row."""
    best = np.argmax(np.where(heights > 0, scores, -np.inf), axis=1)[:, None]
    return (
        np.take_along_axis(octaves, best, 1)[:, 0],
        np.take_along_axis(heights, best, 1)[:, 0],
    )


def _continuous(octaves: Samples, where: Places) -> NDArray[np.bool_]:
    """Return which frames are voiced and have a neighbour of about their pitch."""
    voiced = np.isfinite(octaves)
    steps = np.diff(np.where(voiced, octaves, 0)) * 12
    near = (np.abs(steps) <= NEIGHBOUR_ST) & voiced[1:] & voiced[:-1] & (np.diff(where) == 1)
    keep = np.zeros(len(octaves), bool)
    keep[1:] |= near
    keep[:-1] |= near
    return keep


def _weighted_median(values: Samples, weights: Samples) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
