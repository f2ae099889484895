"""Scripted two-voice calls, half of them angry: read, and spoken.

The calls are invented and the voices are machines: what is measured on them is how anger in words
is heard and judged, not how angry people sound. Sounds are kept in a folder, named by their
content, so that a script is spoken once.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from benchmarks.two_voices import VOICES, Lines, Speak, Spoken, record
from streaming.demo.make_calls import SIDES, Side, Turn

FOLDER = Path(__file__).parent / "sets" / "anger"
Split = Literal["tune", "held"]
SPLITS: tuple[Split, ...] = ("tune", "held")


CUSTOMERS = frozenset({"rms", "rms_low", "rms_high", "awb", "awb_low"})
"""Voices of which the embedded recogniser gets 5 to 15 words of 100 wrong on such lines, as it does
with people on a telephone; it reads the others worse. `bench anger` shows the figure by voice."""


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
    lines = Lines(script.id, script.voices, script.turns)
    made = record(lines, folder, speak, script.model_dump_json())
    return SpokenCall(script, made.path, made.seconds, made.turns)
