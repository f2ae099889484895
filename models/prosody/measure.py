"""What a clip of one voice measures: loudness, pitch, pace and effort, read at 8 kHz.

Nothing here knows of callers or of anger; `voice` does. All numbers are of the clip alone.
"""

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from models.prosody import pitch
from models.types import Samples

ACTIVE_DB = 25.0
"""A frame is speech where it is at most so far below the loud ones."""
FLOOR_DB = -62.0
"""Frames below are silence whatever the rest is like; mu-law idles near -70 dB."""
LOUD_PERCENT = 95.0
SOFT_PERCENT = 20.0
BLOCK = 80
"""10 ms, the grain in which syllables are counted; a pitch frame would blur quick ones."""
_SMOOTH = np.array([1, 2, 3, 2, 1], np.float32) / 9
DIP_DB = 2.0
"""The dip between two syllables (de Jong and Wempe, 2009)."""
LEAST_ACTIVE_S = 0.6
LEAST_VOICED = 12
"""Frames. With less a clip has no pitch worth comparing."""
_TILT_LOW_HZ, _TILT_HIGH_HZ = (300.0, 1000.0), (1000.0, 3400.0)


@dataclass(frozen=True, slots=True)
class Measures:
    """One clip. Levels in dB of full scale, pitch in semitones above 1 Hz, rates in 1/s.

    `pitch_range` spans the 10th to the 90th percentile, `pitch_slope` is in semitones a second,
    `dynamics` the loud frames over the soft ones; `tilt` is the energy of 1 to 3.4 kHz over that of
    0.3 to 1 kHz in dB: an effort of the voice raises it, whatever the gain of the line.
    """

    seconds: float
    level: float
    peak: float
    dynamics: float
    pitch: float
    pitch_range: float
    pitch_slope: float
    pace: float
    tilt: float


def measure(samples: Samples, rate_hz: int) -> Measures | None:
    """Return the measures of a mono clip, None where it holds too little voice.

    Costs about 1 ms of one core for a second of speech.
    """
    if rate_hz != pitch.RATE_HZ:
        samples = soxr.resample(samples, rate_hz, pitch.RATE_HZ, "HQ")
    samples = np.ascontiguousarray(samples, np.float32)
    frames = pitch.frames_of(samples)
    levels = 10 * np.log10(np.einsum("ij,ij->i", frames, frames) / pitch.FRAME + 1e-12)
    peak = float(np.percentile(levels, LOUD_PERCENT))
    active = levels >= max(peak - ACTIVE_DB, FLOOR_DB)
    seconds = float(active.sum()) * pitch.HOP / pitch.RATE_HZ
    if seconds < LEAST_ACTIVE_S:
        return None
    where = np.flatnonzero(active)
    spectra = pitch.magnitudes(frames[where])
    hz = pitch.track(spectra, where).hz
    voiced = hz > 0
    if voiced.sum() < LEAST_VOICED:
        return None
    semitones = 12 * np.log2(hz[voiced])
    low, middle, high = np.percentile(semitones, (10, 50, 90))
    loud = levels[where]
    return Measures(
        seconds=seconds,
        level=float(10 * np.log10(np.mean(10 ** (loud / 10)))),
        peak=peak,
        dynamics=peak - float(np.percentile(loud, SOFT_PERCENT)),
        pitch=float(middle),
        pitch_range=float(high - low),
        pitch_slope=_slope(where[voiced] * pitch.HOP / pitch.RATE_HZ, semitones),
        pace=_beats(samples, where[voiced], peak - ACTIVE_DB) / seconds,
        tilt=_tilt(spectra[voiced]),
    )


def _beats(samples: Samples, voiced: NDArray[np.intp], floor_db: float) -> int:
    """Return the syllables of a clip whose pitch frames `voiced` have a pitch."""
    blocks = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK)
    power = np.convolve(np.einsum("ij,ij->i", blocks, blocks) / BLOCK, _SMOOTH, "same")
    levels = np.maximum(10 * np.log10(power + 1e-12), floor_db)
    sounding = np.zeros(len(blocks), bool)
    reach = np.arange(0, pitch.FRAME, BLOCK)
    at = (voiced[:, None] * pitch.HOP + reach + BLOCK // 2) // BLOCK
    sounding[np.minimum(at.ravel(), len(blocks) - 1)] = True
    return syllables(levels, sounding)


def syllables(levels: Samples, voiced: NDArray[np.bool_]) -> int:
    """Return how many peaks of the level (dB) are voiced and stand `DIP_DB` over their dips."""
    count, top, bottom, rising, sounding = 0, -np.inf, np.inf, True, False
    for level, voice in zip(levels.tolist(), voiced.tolist(), strict=True):
        if rising:
            if level > top:
                top, sounding = level, voice
            elif top - level >= DIP_DB:
                count += sounding
                rising, bottom = False, level
        elif level < bottom:
            bottom = level
        elif level - bottom >= DIP_DB:
            rising, top, sounding = True, level, voice
    return count + (rising and sounding)


def _slope(seconds: NDArray[np.float64], semitones: Samples) -> float:
    """Return the trend of the pitch over the clip in semitones a second."""
    spread = seconds - seconds.mean()
    return float((spread * (semitones - semitones.mean())).sum() / max((spread**2).sum(), 1e-6))


def _tilt(spectra: Samples) -> float:
    power = np.square(spectra).sum(axis=0)
    hertz = pitch.hertz()

    def energy(band: tuple[float, float]) -> float:
        return float(power[(hertz >= band[0]) & (hertz < band[1])].sum()) + 1e-9

    return float(10 * np.log10(energy(_TILT_HIGH_HZ) / energy(_TILT_LOW_HZ)))
