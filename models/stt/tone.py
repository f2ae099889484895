"""A recogniser of a spelled language of tones, so that tests hear real samples without a model.

`say` speaks any text: each character is a tone of 50 ms inside the telephone band, words are
joined by a softer, lower tone, so that a phrase is one stretch of sound as speech is. `ToneStt`
reads it back at 8 or 16 kHz, through codecs, resamplers and line noise, with word times. Cut in
the middle of a word it hears part of the word, as a recogniser does.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.engines import EngineInfo
from models.errors import ClipTooLong, UnsupportedRate
from models.options import EngineOptions, read_options
from models.types import Samples, SttRequest, Transcription, Word

RATES_HZ = (8_000, 16_000)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789'.$%&-"
SPACE = " "
SPACE_HZ = 325.0
FIRST_HZ = 400.0
APART_HZ = 75.0
"""41 steps end at 3475 Hz, inside what a telephone passes; a 50 ms tone is 20 Hz wide."""
CHARACTER_MS = 50
RAMP_MS = 4
LEVEL = 0.3
"""Peak of a letter's tone; the tone between words has two fifths of it."""
SPACE_LEVEL = 0.4
MAX_SECONDS = 30.0

QUIET = 0.004
"""Root mean square under which nothing is read."""
STEP_MS = 5
"""Phases tried when the start of a character is looked for."""
BREAK_MS = 60
"""Silence that ends a phrase."""
TONAL = 0.5
"""Share of a character's power that must lie in its tone; white noise gives 0.02 or less."""


class Options(EngineOptions):
    """There is nothing to choose."""


def create(options: Mapping[str, object]) -> "ToneStt":
    """Make the engine from its options (entry point)."""
    read_options(Options, options, engine="tone")
    return ToneStt()


def say(*words: str, rate_hz: int = 8_000, level: float = LEVEL) -> Samples:
    """Speak words or whole sentences: 50 ms a character, mono, peaking at `level`.

    Capitals become small; characters that have no tone ("," "?" "!") are left out.
    """
    text = "".join(c for c in " ".join(" ".join(words).lower().split()) if c in LETTERS + SPACE)
    length = rate_hz * CHARACTER_MS // 1000
    time = np.arange(length) / rate_hz
    ramp = rate_hz * RAMP_MS // 1000
    shape = np.ones(length)
    shape[:ramp] = 0.5 - 0.5 * np.cos(np.pi * (np.arange(ramp) + 0.5) / ramp)
    shape[-ramp:] = shape[ramp - 1 :: -1]
    parts = [
        (SPACE_LEVEL if c == SPACE else 1.0) * level * shape * np.sin(2 * np.pi * _hertz(c) * time)
        for c in text.strip()
    ]
    return np.concatenate(parts or [np.zeros(0)]).astype(np.float32)


def pause(seconds: float, rate_hz: int = 8_000) -> Samples:
    """Return silence."""
    return np.zeros(round(seconds * rate_hz), np.float32)


def _hertz(character: str) -> float:
    if character == SPACE:
        return SPACE_HZ
    return FIRST_HZ + APART_HZ * LETTERS.index(character)


@dataclass(frozen=True, slots=True)
class _Ear:
    """What one rate needs: sizes in samples, and the tones to compare with."""

    character: int
    step: int
    wave: NDArray[np.complex64]
    """[character, tones], each under a half sine; the space is the last tone."""

    @classmethod
    def at(cls, rate_hz: int) -> "_Ear":
        character = rate_hz * CHARACTER_MS // 1000
        time = (np.arange(character) / rate_hz)[:, None]
        hertz = np.array([_hertz(c) for c in LETTERS + SPACE])[None]
        window = np.sin(np.pi * (np.arange(character) + 0.5) / character)[:, None]
        wave = window * np.exp(-2j * np.pi * hertz * time)
        return cls(character, rate_hz * STEP_MS // 1000, wave.astype(np.complex64))


class ToneStt:
    """Reads tones back. Times are exact to 5 ms; confidence is 1."""

    def __init__(self) -> None:
        self.info = EngineInfo(
            name="tone",
            model="spelled tones",
            licence="Apache-2.0",
            languages=("en",),
            rates_hz=RATES_HZ,
            max_batch=8,
            max_seconds=MAX_SECONDS,
        )
        self._ears = {rate: _Ear.at(rate) for rate in RATES_HZ}

    def batch_key(self, request: SttRequest) -> Hashable:
        """Return one key: any clips may share a batch."""
        return "tone"

    def transcribe(self, batch: Sequence[SttRequest]) -> list[Transcription]:
        """Return the words of each clip."""
        return [self._read(request) for request in batch]

    def warm_up(self) -> None:
        """Read one word."""
        self._read(SttRequest(say("ready"), 8_000))

    def close(self) -> None:
        """Hold nothing, let go of nothing."""

    def _read(self, request: SttRequest) -> Transcription:
        ear = self._ears.get(request.rate_hz)
        if ear is None:
            raise UnsupportedRate(f"tone hears 8000 and 16000 Hz, not {request.rate_hz}")
        if len(request.samples) > MAX_SECONDS * request.rate_hz:
            raise ClipTooLong(f"tone takes {MAX_SECONDS:g} s, not more")
        words: list[Word] = []
        for start, end in _stretches(request.samples, ear.step):
            for at, text in _words(request.samples[start:end], ear):
                begin = max(0.0, (start + at) / request.rate_hz)
                last = begin + len(text) * CHARACTER_MS / 1000
                words.append(Word(text, begin, min(last, end / request.rate_hz), 1.0))
        text = " ".join(word.text for word in words)
        kept = tuple(words) if request.words else ()
        return Transcription(text, 1.0 if text else None, kept)


def _stretches(samples: Samples, step: int) -> list[tuple[int, int]]:
    """Return where there is sound, [start, end) in samples; short silences are bridged."""
    whole = len(samples) // step
    if not whole:
        return []
    blocks = samples[: whole * step].reshape(whole, step)
    loudness = np.sqrt(np.mean(blocks * blocks, axis=1))
    loud = np.flatnonzero(loudness > max(QUIET, 0.15 * float(loudness.max())))
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) > BREAK_MS // STEP_MS)
    firsts = loud[np.concatenate([[0], breaks + 1])]
    lasts = loud[np.concatenate([breaks, [len(loud) - 1]])]
    return [(int(a) * step, int(b + 1) * step) for a, b in zip(firsts, lasts, strict=True)]


def _words(samples: Samples, ear: _Ear) -> list[tuple[int, str]]:
    """Return the words of one stretch with their first samples, counted from the stretch's."""
    padded = np.pad(samples, (ear.character, 2 * ear.character))
    steps = ear.character // ear.step
    slots = len(padded) // ear.character - 1
    best: tuple[float, int, Samples, NDArray[np.complex64]] | None = None
    for phase in range(steps):
        at = phase * ear.step
        blocks = padded[at : at + slots * ear.character].reshape(slots, ear.character)
        heard = blocks @ ear.wave
        score = float(np.sum(np.max(np.abs(heard) ** 2, axis=1)))
        if best is None or score > best[0]:
            best = (score, at, blocks, heard)
    assert best is not None  # noqa: S101 - a character has at least one step
    _, at, blocks, heard = best
    return _spell(blocks, heard, at - ear.character, ear)


def _spell(
    blocks: Samples, heard: NDArray[np.complex64], first: int, ear: _Ear
) -> list[tuple[int, str]]:
    """Name the tone of each slot and gather words; `first` is the first slot's first sample."""
    power = np.mean(blocks * blocks, axis=1)
    which = np.argmax(np.abs(heard), axis=1)
    strength = np.max(np.abs(heard) ** 2, axis=1)
    # A pure tone's share is 1: the window's mean is 2 / pi, half a real tone's power is per side.
    share = strength * (np.pi**2 / 2) / (ear.character**2 * np.maximum(power, 1e-12))
    sure = (share > TONAL) & (power > 0.55 * float(power.max()))
    words: list[tuple[int, str]] = []
    spelled = ""
    for slot, letter in enumerate([*which, len(LETTERS)]):
        if letter < len(LETTERS) and sure[slot]:
            spelled += LETTERS[letter]
        elif spelled:
            words.append((first + (slot - len(spelled)) * ear.character, spelled))
            spelled = ""
    return words
