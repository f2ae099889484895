"""Makes the bundled calls from their scripts: `python -m streaming.demo.make_calls [FOLDER]`.

Every turn is spoken by a flite voice, put on its side's channel after a natural pause, and sent
through a telephone line: its band, a floor of noise, the steps of mu-law. The same scripts, seeds
and flite give the same files.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import soundfile
import soxr
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.types import Samples
from pipeline.audio.codecs import Encoding, decode, encode
from streaming.demo import FOLDER, NAMES, RATE_HZ

Side = Literal["agent", "customer"]
SIDES: tuple[Side, ...] = ("agent", "customer")
"""The channels of a recording, in order."""
SPEECH_RMS = 0.08
"""About -22 dBFS, the level telephone networks aim at."""
FLOOR_RMS = 0.0001
"""A quiet line, about -80 dBFS."""
HUM_HZ = 60.0
BAND_HZ = (250.0, 3450.0)
PAUSE_S = (0.4, 1.0)
LEAD_S, TAIL_S = 0.8, 0.8
TRIM_RMS = 0.004
SPEAK_TIMEOUT_S = 60


class Turn(BaseModel):
    """A line of a script; exactly one side speaks.

    `pause_s` is the silence before it, negative where it cuts into the turn before; None draws
    one. `louder_db` raises the voice, `pace` quickens it, `hold` says that the pause is a hold.
    """

    model_config = ConfigDict(extra="forbid")

    agent: str = ""
    customer: str = ""
    pause_s: Annotated[float, Field(ge=-3, le=30)] | None = None
    louder_db: Annotated[float, Field(ge=-10, le=10)] = 0.0
    pace: Annotated[float, Field(ge=0.7, le=1.4)] = 1.0
    hold: bool = False

    @model_validator(mode="after")
    def _one_side(self) -> "Turn":
        if bool(self.agent) == bool(self.customer):
            raise ValueError("a turn is either the agent's or the customer's")
        return self


class Voice(BaseModel):
    """A flite voice; `pitch` raises it with its timbre, so that one voice makes two speakers."""

    model_config = ConfigDict(extra="forbid")

    name: str
    pitch: Annotated[float, Field(ge=0.8, le=1.3)] = 1.0
    pace: Annotated[float, Field(ge=0.7, le=1.4)] = 1.0


class Script(BaseModel):
    """A call to be made; what `streaming.demo` reads of it is not repeated here.

    `line_noise` gives the signal-to-noise ratio of a side's line in decibels.
    """

    seed: int
    voices: dict[Side, Voice]
    line_noise: dict[Side, float] = Field(default_factory=dict)
    turns: list[Turn]


@dataclass(slots=True)
class _Line:
    """One side's sound as it is put together."""

    pieces: list[tuple[int, Samples]] = field(default_factory=list)

    def samples(self, length: int) -> Samples:
        out = np.zeros(length, dtype=np.float32)
        for at, piece in self.pieces:
            out[at : at + piece.size] += piece
        return out


def main(arguments: Sequence[str]) -> int:
    """Make all calls in a folder, the package's own by default; return the exit status."""
    if shutil.which("flite") is None:
        sys.stderr.write("make_calls needs flite: install it with your system's package manager\n")
        return 2
    folder = Path(arguments[0]) if arguments else FOLDER
    for name in NAMES:
        seconds = make(name, folder)
        sys.stdout.write(f"{name}: {seconds:.1f} s\n")
    return 0


def make(name: str, folder: Path) -> float:
    """Make one call's FLAC and ground truth in a folder; return its length in seconds."""
    script = Script.model_validate(
        yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    )
    dice = np.random.default_rng(script.seed)
    lines: dict[Side, _Line] = {side: _Line() for side in SIDES}
    truth, holds, end = [], [], LEAD_S
    for turn in script.turns:
        side: Side = "agent" if turn.agent else "customer"
        text = turn.agent or turn.customer
        voice = script.voices[side]
        spoken = speak(text, voice.model_copy(update={"pace": voice.pace * turn.pace}))
        spoken *= 10 ** (turn.louder_db / 20)
        pause = float(dice.uniform(*PAUSE_S)) if turn.pause_s is None else turn.pause_s
        start = int((end + pause) * RATE_HZ)
        lines[side].pieces.append((start, spoken))
        if turn.hold:
            holds.append({"start": round(end + 0.4, 3), "end": round(end + pause - 0.4, 3)})
        end = (start + spoken.size) / RATE_HZ
        times = {"start": round(start / RATE_HZ, 3), "end": round(end, 3)}
        truth.append({"channel": side, "text": text, **times})
    length = int((end + TAIL_S) * RATE_HZ)
    heard = [
        telephone(lines[side].samples(length), dice, script.line_noise.get(side)) for side in SIDES
    ]
    folder.mkdir(parents=True, exist_ok=True)
    soundfile.write(
        folder / f"{name}.flac", np.stack(heard, axis=1), RATE_HZ, compression_level=1.0
    )
    data = {
        "name": name,
        "rate_hz": RATE_HZ,
        "channels": SIDES,
        "seconds": round(length / RATE_HZ, 3),
        "holds": holds,
        "turns": truth,
    }
    target = folder / f"{name}.json"
    target.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return length / RATE_HZ


def speak(text: str, voice: Voice) -> Samples:
    """Return a text as a voice says it, at the line's rate and level, without silence around it.

    Raises:
        subprocess.CalledProcessError: flite does not know the voice.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        stretch = f"duration_stretch={voice.pitch / voice.pace:.3f}"
        subprocess.run(  # noqa: S603 - a fixed program, and a text of our own
            ["flite", "-voice", voice.name, "--setf", stretch, "-t", text, "-o", str(path)],  # noqa: S607
            check=True,
            timeout=SPEAK_TIMEOUT_S,
        )
        samples, rate = soundfile.read(path, dtype="float32")
    line: Samples = soxr.resample(samples, rate * voice.pitch, RATE_HZ).astype(np.float32)
    loud = np.flatnonzero(np.abs(line) > TRIM_RMS)
    line = line[max(0, loud[0] - 160) : loud[-1] + 400]
    level = float(np.sqrt(np.mean(line**2)))
    return (line * (SPEECH_RMS / level)).astype(np.float32)


def telephone(samples: Samples, dice: np.random.Generator, snr_db: float | None) -> Samples:
    """Return what comes out of a telephone line: its band, its noise and the steps of mu-law.

    With `snr_db` the line is a bad one: hiss and hum that far below the speech.
    """
    noise: NDArray[np.float64] = dice.normal(0.0, FLOOR_RMS, samples.size)
    if snr_db is not None:
        level = SPEECH_RMS / 10 ** (snr_db / 20)
        noise += dice.normal(0.0, level * 0.9, samples.size)
        phase = 2 * np.pi * HUM_HZ * np.arange(samples.size) / RATE_HZ
        noise += level * 0.6 * sum(np.sin(n * phase) / n for n in (5, 7, 9))
    line = _band((samples + noise).astype(np.float32))
    bytes_ = encode(np.clip(line, -0.99, 0.99).astype(np.float32), Encoding.MULAW)
    return decode(bytes_, Encoding.MULAW)


def _band(samples: Samples) -> Samples:
    """Keep the telephone band, with slopes of a few hundred hertz."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(samples.size, 1 / RATE_HZ)
    low, high = BAND_HZ
    rise = np.clip((hertz - low * 0.6) / (low * 0.5), 0, 1)
    fall = np.clip((high * 1.1 - hertz) / (high * 0.12), 0, 1)
    shaped = np.fft.irfft(spectrum * rise * fall, samples.size)
    return shaped.astype(np.float32)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
