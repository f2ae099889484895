"""Calls of two synthetic voices: lines spoken, put on a channel each, and sent through a telephone.

What a set of scripts asks for is its own affair; this knows turns and voices. Sounds are kept in a
folder, named by what they are made from, so that a script is spoken once.
"""

import hashlib
import json
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import numpy as np
import soundfile

from benchmarks.telephone import LINE_HZ, line
from models.types import Samples
from streaming.demo import make_calls
from streaming.demo.make_calls import SIDES, Side, Turn

PAUSE_S = (0.4, 1.0)
LEAD_S, TAIL_S = 0.8, 1.5
FLOOR_RMS = 0.0005
"""What a quiet line hisses, about -66 dBFS."""
SPEAK_TIMEOUT_S = 60
MAKING = 1
"""Raise it when the same script gives another sound."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A synthetic voice: program "flite" or "espeak-ng"; `pitch` raises it with its timbre."""

    program: str
    name: str
    pitch: float = 1.0
    pace: float = 1.0


VOICES = {
    "rms": Speaker("flite", "rms"),
    "rms_low": Speaker("flite", "rms", 0.9),
    "rms_high": Speaker("flite", "rms", 1.15, 0.95),
    "awb": Speaker("flite", "awb", 1.05, 0.95),
    "awb_low": Speaker("flite", "awb", 0.95, 0.95),
    "slt": Speaker("flite", "slt"),
    "slt_low": Speaker("flite", "slt", 0.9),
    "kal": Speaker("flite", "kal16", 1.1),
    "espeak": Speaker("espeak-ng", "en-us"),
}

Speak = Callable[[str, Turn], Samples]
"""(voice, turn) to its sound, mono at `LINE_HZ`."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn as it lies in the recording, in seconds; `number` counts from 1."""

    number: int
    side: Side
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Lines:
    """What is spoken: a name, from which the pauses are drawn, each side's voice, and the turns."""

    name: str
    voices: Mapping[Side, str]
    turns: Sequence[Turn]


@dataclass(frozen=True, slots=True)
class Recording:
    """Spoken lines: a file of two channels, the agent's first."""

    path: Path
    seconds: float
    turns: tuple[Spoken, ...]


def record(lines: Lines, folder: Path, speak: Speak, made_from: str) -> Recording:
    """Return the recording of lines, from the folder where it lies there already.

    `made_from` is a text that changes where the sound would.
    """
    voices = [VOICES[lines.voices[side]] for side in SIDES]
    whole = f"{MAKING} {made_from} {voices} {getattr(speak, '__name__', '')}"
    key = hashlib.sha256(whole.encode()).hexdigest()[:16]
    path = folder / f"{lines.name}-{key}.flac"
    notes = path.with_suffix(".json")
    if not (path.is_file() and notes.is_file()):
        folder.mkdir(parents=True, exist_ok=True)
        samples, turns = _put_together(lines, speak)
        soundfile.write(path, samples.T, LINE_HZ)
        rows = [(t.number, t.side, t.text, t.start, t.end) for t in turns]
        notes.write_text(json.dumps(rows), encoding="utf-8")
    rows = json.loads(notes.read_text(encoding="utf-8"))
    info = soundfile.info(path)
    return Recording(path, info.frames / LINE_HZ, tuple(Spoken(*row) for row in rows))


def say(voice: str, turn: Turn) -> Samples:
    """Speak a turn with one of `VOICES`; flite and espeak-ng must be installed.

    Raises:
        OSError: the voice's program is not there.
    """
    speaker, text = VOICES[voice], turn.agent or turn.customer
    if speaker.program == "flite":
        pace = speaker.pace * turn.pace
        named = make_calls.Voice(name=speaker.name, pitch=speaker.pitch, pace=pace)
        return make_calls.speak(text, named)
    return _espeak(text, speaker.name, speaker.pace * turn.pace)


def missing_programs(voices: Iterable[str]) -> list[str]:
    """Return the speaking programs that these voices need and this machine lacks."""
    needed = {VOICES[name].program for name in voices}
    return sorted(program for program in needed if which(program) is None)


def _espeak(text: str, name: str, pace: float) -> Samples:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        subprocess.run(  # noqa: S603 - a fixed program, and a text of our own
            ["espeak-ng", "-v", name, "-s", str(round(155 * pace)), "-w", str(path), text],  # noqa: S607
            check=True,
            timeout=SPEAK_TIMEOUT_S,
        )
        samples, rate_hz = soundfile.read(path, dtype="float32")
    heard = line(samples, rate_hz)
    loud = np.flatnonzero(np.abs(heard) > make_calls.TRIM_RMS)
    heard = heard[max(0, loud[0] - 160) : loud[-1] + 400]
    level = float(np.sqrt(np.mean(heard**2)))
    return (heard * (make_calls.SPEECH_RMS / level)).astype(np.float32)


def _put_together(lines: Lines, speak: Speak) -> tuple[Samples, list[Spoken]]:
    """Return both channels, [2, n], and where each turn lies."""
    dice = np.random.default_rng(zlib.crc32(lines.name.encode()))
    pieces: dict[Side, list[tuple[int, Samples]]] = {side: [] for side in SIDES}
    spoken: list[Spoken] = []
    end = LEAD_S
    for number, turn in enumerate(lines.turns, start=1):
        side: Side = "agent" if turn.agent else "customer"
        sound = speak(lines.voices[side], turn) * np.float32(10 ** (turn.louder_db / 20))
        drawn = float(dice.uniform(*PAUSE_S))
        start = end + (drawn if turn.pause_s is None else turn.pause_s)
        pieces[side].append((round(start * LINE_HZ), sound))
        end = start + len(sound) / LINE_HZ
        spoken.append(Spoken(number, side, turn.agent or turn.customer, start, end))
    length = round((end + TAIL_S) * LINE_HZ)
    channels = []
    for side in SIDES:
        channel = dice.normal(0.0, FLOOR_RMS, length).astype(np.float32)
        for at, sound in pieces[side]:
            channel[at : at + len(sound)] += sound
        channels.append(line(channel, LINE_HZ))
    return np.stack(channels), spoken
