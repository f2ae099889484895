"""Scripted calls of every role: what is said, what the system tells, what the scorecard must say.

A role has a good call and one with planted faults. All calls are invented. An expectation is of an
item's state at the end; `planted` are those that a judge of the call must find.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from benchmarks.labelled import SETS, Id, SetInvalid, Shape, read_set
from benchmarks.two_voices import VOICES, Lines, Recording, Speak, Spoken, record
from pipeline.config import QueueSettings
from qa_rules.errors import Fault
from qa_rules.types import State
from streaming.demo.make_calls import SIDES, Side, Turn

FOLDER = SETS / "calls"

Expected = Literal["done", "late", "missed", "violated", "n/a", "needs_review"]
FAULTS = frozenset({State.MISSED, State.LATE, State.VIOLATED})
"""States of an item that somebody got wrong."""


class Told(Shape):
    """What the system tells, in the pause after a turn; turns count from 1."""

    after_turn: Annotated[int, Field(ge=1)]
    event: Id
    value: str | int | float | bool | None = None


class CallScript(Shape):
    """A call. `facts` are those of the call; company, agent and customer are names."""

    id: Id
    about: str
    packs: Annotated[tuple[Id, ...], Field(min_length=1)]
    direction: Literal["inbound", "outbound"] = "inbound"
    jurisdiction: str = ""
    facts: dict[str, str | int | float | bool] = Field(default_factory=dict)
    voices: dict[Side, str]
    tell: tuple[Told, ...] = ()
    turns: Annotated[tuple[Turn, ...], Field(min_length=2)]
    expect: Annotated[dict[str, Expected], Field(min_length=1)]

    @model_validator(mode="after")
    def _holds_together(self) -> "CallScript":
        if set(self.voices) != set(SIDES) or not set(self.voices.values()) <= set(VOICES):
            raise ValueError(f"each side needs one of these voices: {', '.join(VOICES)}")
        late = [one for one in self.tell if one.after_turn > len(self.turns)]
        if late:
            raise ValueError(f"after_turn counts from 1 to {len(self.turns)}: {late[0].after_turn}")
        return self

    @property
    def planted(self) -> dict[str, State]:
        """Return the items that are expected to be at fault, and how."""
        return {item: State(s) for item, s in self.expect.items() if State(s) in FAULTS}

    @property
    def swapped(self) -> "CallScript":
        """Return the same call with each side in the other's voice."""
        voices = dict(zip(SIDES, reversed([self.voices[side] for side in SIDES]), strict=True))
        return self.model_copy(update={"voices": voices})

    @property
    def queue(self) -> QueueSettings:
        """Return the settings of a queue whose calls are like this one."""
        names = {"agent": "agent_name", "customer": "customer_name"}
        facts = {names.get(key, key): v for key, v in self.facts.items() if key != "company"}
        company = str(self.facts.get("company", ""))
        return QueueSettings(
            packs=self.packs, jurisdiction=self.jurisdiction, company=company, facts=facts
        )


def load_calls(folder: Path = FOLDER) -> list[CallScript]:
    """Read the scripts of a folder, in order of their names.

    Raises:
        SetInvalid: a script does not read, or is not named as its file; with its place.
    """
    calls = []
    for path in sorted(folder.glob("*.yaml")):
        call = read_set(path, CallScript)
        if call.id != path.stem:
            raise SetInvalid([Fault(str(path), 1, 1, f"the file holds the call {call.id!r}")])
        calls.append(call)
    return calls


def speak_call(call: CallScript, folder: Path, speak: Speak) -> Recording:
    """Return a call's recording; what is expected of it may change without speaking it again."""
    said = " ".join(turn.model_dump_json() for turn in call.turns)
    return record(Lines(call.id, call.voices, call.turns), folder, speak, f"{call.id} {said}")


def told_at(tell: Iterable[Told], turns: tuple[Spoken, ...]) -> list[tuple[Told, float]]:
    """Return when each event is told: those after one turn lie evenly in the pause after it."""
    out: list[tuple[Told, float]] = []
    events = list(tell)
    for turn in turns:
        after = [one for one in events if one.after_turn == turn.number]
        following = turns[turn.number].start if turn.number < len(turns) else turn.end + 1.0
        step = max(0.0, following - turn.end) / (len(after) + 1)
        out += [(one, turn.end + n * step) for n, one in enumerate(after, start=1)]
    return out
