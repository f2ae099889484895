"""Stretches of recordings: cut out to the sample, joined with silence between, made a file.

Samples are 16-bit, shape [samples, channels], as recordings keep them. What is cut has its first
and last FADE_S faded, so that nothing clicks; all between is as it was recorded.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.audio.resample import resample
from pipeline.errors import AudioUnreadable

FADE_S: Final = 0.01
Format = Literal["flac", "wav"]
FORMATS: Final[tuple[Format, ...]] = ("flac", "wav")


@dataclass(frozen=True, slots=True)
class Mute:
    """Seconds of a recording to silence in one channel; in all where `channel` is None."""

    channel: int | None
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of audio in memory."""

    samples: NDArray[np.int16] = field(repr=False)
    rate_hz: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate_hz


def cut(path: Path, start_s: float, end_s: float, mutes: Sequence[Mute] = ()) -> Sound:
    """Return what a recording holds between two seconds, with `mutes` silenced.

    Raises:
        AudioUnreadable: the file is not there, does not read, or ends before `start_s`.
    """
    try:
        with soundfile.SoundFile(path) as file:
            rate = int(file.samplerate)
            first = max(0, round(start_s * rate))
            last = min(file.frames, round(end_s * rate))
            if last <= first:
                raise AudioUnreadable("the recording ends before the clip begins")
            file.seek(first)
            samples = file.read(last - first, dtype="int16", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as err:
        there = "does not read" if path.is_file() else "is not there"
        raise AudioUnreadable(f"the recording {there}") from err
    for mute in mutes:
        at = slice(
            max(0, int(mute.start * rate) - first), max(0, int(np.ceil(mute.end * rate)) - first)
        )
        samples[at, slice(None) if mute.channel is None else mute.channel] = 0
    return Sound(_faded(samples, rate), rate)


def join(sounds: Sequence[Sound], silence_s: float) -> tuple[Sound, list[float]]:
    """Return sounds in a row with silence between, and the second at which each begins.

    They take the highest rate and the most channels among them; one channel goes to both.
    """
    rate = max(sound.rate_hz for sound in sounds)
    width = max(sound.samples.shape[1] for sound in sounds)
    pause = np.zeros((round(silence_s * rate), width), np.int16)
    parts: list[NDArray[np.int16]] = []
    starts: list[float] = []
    at = 0
    for sound in sounds:
        if parts:
            parts.append(pause)
            at += len(pause)
        starts.append(at / rate)
        parts.append(_alike(sound, rate, width))
        at += len(parts[-1])
    return Sound(np.concatenate(parts), rate), starts


def encode(sound: Sound, form: Format) -> bytes:
    """Return a FLAC or WAV file; neither loses anything."""
    out = io.BytesIO()
    soundfile.write(out, sound.samples, sound.rate_hz, format=form.upper(), subtype="PCM_16")
    return out.getvalue()


def _faded(samples: NDArray[np.int16], rate_hz: int) -> NDArray[np.int16]:
    count = min(round(FADE_S * rate_hz), len(samples) // 2)
    slope = (np.arange(count, dtype=np.float32) / max(count, 1))[:, None]
    out = samples.copy()
    out[:count] = np.rint(out[:count] * slope).astype(np.int16)
    if count:
        out[-count:] = np.rint(out[-count:] * slope[::-1]).astype(np.int16)
    return out


def _alike(sound: Sound, rate_hz: int, channels: int) -> NDArray[np.int16]:
    samples = sound.samples
    if sound.rate_hz != rate_hz:
        floats = samples.T.astype(np.float32) / np.float32(32768)
        turned = resample(floats, sound.rate_hz, rate_hz).T * np.float32(32768)
        samples = np.clip(np.rint(turned), -32768, 32767).astype(np.int16)
    if samples.shape[1] == channels:
        return samples
    return np.ascontiguousarray(np.repeat(samples[:, :1], channels, axis=1))
