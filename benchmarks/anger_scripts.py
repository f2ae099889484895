"""Scripted two-voice calls, half of them angry: read, spoken by synthetic voices, put on a line.

The calls are invented and the voices are machines: what is measured on them is how anger in words
is heard and judged, not how angry people sound. Sounds are kept in a folder, named by their
content, so that a script is spoken once.
"""

import hashlib
import json
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import soundfile
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from benchmarks.telephone import LINE_HZ, line
from models.types import Samples
from streaming.demo import make_calls
from streaming.demo.make_calls import SIDES, Side, Turn

FOLDER = Path(__file__).parent / "sets" / "anger"
PAUSE_S = (0.4, 1.0)
LEAD_S, TAIL_S = 0.8, 1.5
FLOOR_RMS = 0.0005
"""What a quiet line hisses, about -66 dBFS."""
SPEAK_TIMEOUT_S = 60
MAKING = 1
"""Raise it when the same script gives another sound."""

Split = Literal["tune", "held"]
SPLITS: tuple[Split, ...] = ("tune", "held")


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
CUSTOMERS = frozenset({"rms", "rms_low", "rms_high", "awb", "awb_low"})
"""Voices of which the embedded recogniser gets 5 to 15 words of 100 wrong on such lines, as it does
with people on a telephone; it reads the others worse. `bench anger` shows the figure by voice."""

Speak = Callable[[str, Turn], Samples]
"""(voice, turn) to its sound, mono at `LINE_HZ`."""


class Script(BaseModel):
    """A call. `flag_turn`, from 1, is where a supervisor would want the flag of an angry call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    about: str
    trade: str
    direction: Literal["inbound", "outbound"] = "inbound"
    packs: tuple[str, ...] = ("customer_service",)
    split: Split
    angry: bool
    level: Annotated[int, Field(ge=0, le=4)]
    flag_turn: int | None = None
    voices: dict[Side, str]
    turns: Annotated[tuple[Turn, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _holds_together(self) -> "Script":
        if set(self.voices) != set(SIDES) or not set(self.voices.values()) <= set(VOICES):
            raise ValueError(f"each side needs one of these voices: {', '.join(VOICES)}")
        if self.voices["customer"] not in CUSTOMERS:
            raise ValueError(f"a customer speaks as one of {', '.join(sorted(CUSTOMERS))}")
        if self.angry != (self.level >= 2) or self.angry != (self.flag_turn is not None):
            raise ValueError("an angry call has a level of 2 or more and a flag_turn; others none")
        if self.flag_turn is not None and not (
            1 <= self.flag_turn <= len(self.turns) and self.turns[self.flag_turn - 1].customer
        ):
            raise ValueError("flag_turn is one of the customer's turns, counted from 1")
        return self


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn as it lies in the recording, in seconds; `number` counts from 1."""

    number: int
    side: Side
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class SpokenCall:
    """A script and its recording: two channels, the agent's first."""

    script: Script
    path: Path
    seconds: float
    turns: tuple[Spoken, ...]

    @property
    def flag_turn(self) -> Spoken | None:
        """The turn at which the flag is wanted."""
        number = self.script.flag_turn
        return None if number is None else self.turns[number - 1]


def load_scripts(folder: Path = FOLDER) -> list[Script]:
    """Read the scripts of a folder, in order of their names.

    Raises:
        ValueError: a script does not read, or is not named as its file.
    """
    scripts = []
    for path in sorted(folder.glob("*.yaml")):
        script = Script.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        if script.id != path.stem:
            raise ValueError(f"{path.name} holds the script {script.id!r}")
        scripts.append(script)
    return scripts


def render(script: Script, folder: Path, speak: Speak) -> SpokenCall:
    """Return a script's recording, from the folder where it lies there already."""
    voices = [VOICES[script.voices[side]] for side in SIDES]
    made_from = f"{MAKING} {script.model_dump_json()} {voices} {getattr(speak, '__name__', '')}"
    key = hashlib.sha256(made_from.encode()).hexdigest()[:16]
    path = folder / f"{script.id}-{key}.flac"
    notes = path.with_suffix(".json")
    if not (path.is_file() and notes.is_file()):
        folder.mkdir(parents=True, exist_ok=True)
        samples, turns = _put_together(script, speak)
        soundfile.write(path, samples.T, LINE_HZ)
        rows = [(t.number, t.side, t.text, t.start, t.end) for t in turns]
        notes.write_text(json.dumps(rows), encoding="utf-8")
    rows = json.loads(notes.read_text(encoding="utf-8"))
    info = soundfile.info(path)
    return SpokenCall(script, path, info.frames / LINE_HZ, tuple(Spoken(*row) for row in rows))


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


def missing_programs(scripts: Sequence[Script]) -> list[str]:
    """Return the speaking programs that these scripts need and this machine lacks."""
    from shutil import which

    needed = {VOICES[name].program for script in scripts for name in script.voices.values()}
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


def _put_together(script: Script, speak: Speak) -> tuple[Samples, list[Spoken]]:
    """Return both channels, [2, n], and where each turn lies."""
    dice = np.random.default_rng(zlib.crc32(script.id.encode()))
    pieces: dict[Side, list[tuple[int, Samples]]] = {side: [] for side in SIDES}
    spoken: list[Spoken] = []
    end = LEAD_S
    for number, turn in enumerate(script.turns, start=1):
        side: Side = "agent" if turn.agent else "customer"
        sound = speak(script.voices[side], turn) * np.float32(10 ** (turn.louder_db / 20))
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
