"""Lines of calls with labels that people gave: one JSON object a line, checked, split by call.

A split never parts a call: each call lies in training, in development or among the held-back ones
by a hash of its id and the seed, so that the same file and seed always give the same split.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from models.errors import ModelError
from models.types import Channel, ClassifyRequest

TEST, DEVELOPMENT = 0.25, 0.15
"""Shares of the calls that are held back, and that settings are chosen on."""
CONTEXT = 4
"""Turns before a line that are read with it."""
ANGRY = 2
"""From this number on a line is angry: 0 calm, 1 irritated, 2 angry, 3 very angry, 4 furious."""
MOST_FAULTS = 5
"""Faults told of one file."""

INTENTS, SENTIMENT, ANGER = "intents", "sentiment", "anger"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Speaker = Literal["customer", "agent"]


class LabelsInvalid(ModelError):
    """A file of labelled lines does not read; the message names the lines."""

    code = "labels_invalid"


class LabelsTooFew(ModelError):
    """There are too few labelled lines or calls, or all have one label."""

    code = "labels_too_few"


class Turn(BaseModel):
    """What was said before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    speaker: Speaker
    text: Text


class LabelledLine(BaseModel):
    """One line of the file. A label that is left out is not known; `intents: []` is "none"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Text
    speaker: Speaker
    intents: tuple[Name, ...] | None = None
    sentiment: Literal["negative", "neutral", "positive"] | None = None
    anger: (
        Annotated[bool, Field(strict=True)]
        | Annotated[int, Field(strict=True, ge=0, le=4)]
        | (None)
    ) = None
    """Of customers' lines alone: true or false, or 0 (calm) to 4 (furious)."""
    call: Name | None = None
    context: tuple[Turn, ...] | None = None
    """The turns before, oldest first; where left out, the call's lines before it in the file."""


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled line in its call."""

    request: ClassifyRequest
    call: str
    intents: frozenset[str] | None
    sentiment: str | None
    angry: bool | None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file's lines, and its checksum."""

    lines: tuple[Line, ...] = field(repr=False)
    sha256: str

    @property
    def calls(self) -> frozenset[str]:
        """Return the ids of the calls."""
        return frozenset(line.call for line in self.lines)


@dataclass(frozen=True, slots=True)
class Split:
    """Lines by what they are for."""

    train: tuple[Line, ...]
    dev: tuple[Line, ...]
    test: tuple[Line, ...]


def read_labelled(path: Path) -> Labelled:
    """Read a file.

    Raises:
        LabelsInvalid: it cannot be read, or lines of it are broken; the first few are named.
    """
    try:
        held = path.read_bytes()
        rows = held.decode("utf-8-sig").splitlines()
    except OSError as err:
        raise LabelsInvalid(f"cannot read {path}: {err.strerror}") from err
    except UnicodeDecodeError as err:
        raise LabelsInvalid(f"{path} is not UTF-8 (byte {err.start})") from err
    faults: list[str] = []
    found: list[tuple[int, LabelledLine]] = []
    for number, row in enumerate(rows, 1):
        if row.strip():
            try:
                found.append((number, _line(row)))
            except ValueError as err:
                faults.append(f"line {number}: {_told(err)}")
    if faults:
        more = len(faults) - MOST_FAULTS
        told = "; ".join(faults[:MOST_FAULTS]) + (f"; and {more} more" if more > 0 else "")
        raise LabelsInvalid(f"{path.name}: {told}")
    return Labelled(tuple(_in_calls(found)), hashlib.sha256(held).hexdigest())


def split_of(lines: Sequence[Line], seed: int) -> Split:
    """Part lines by their calls."""
    parts: tuple[list[Line], list[Line], list[Line]] = ([], [], [])
    for line in lines:
        place = share(line.call, seed)
        parts[2 if place < TEST else 1 if place < TEST + DEVELOPMENT else 0].append(line)
    return Split(*(tuple(part) for part in parts))


def share(call: str, seed: int) -> float:
    """Return a number from 0 to 1 that hangs on nothing but a call's id and the seed."""
    digest = hashlib.sha256(f"{seed}\n{call}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _line(row: str) -> LabelledLine:
    line = LabelledLine.model_validate(json.loads(row))
    if line.speaker == "agent" and line.anger is not None:
        raise ValueError("anger: only of a customer's line")
    if line.intents is None and line.sentiment is None and line.anger is None and not line.call:
        raise ValueError("it has no label, and no call that it could be context of")
    return line


def _told(err: ValueError) -> str:
    if isinstance(err, json.JSONDecodeError):
        return f"no JSON ({err.msg} at column {err.colno})"
    if not isinstance(err, ValidationError):
        return str(err)
    fault = err.errors(include_url=False)[0]
    # Of a value that may be of several kinds, the last part of the place names the kind.
    where = str(fault["loc"][0]) if fault["loc"] else "the line"
    if fault["type"] == "extra_forbidden":
        known = ", ".join(LabelledLine.model_fields)
        return f"{where}: no such field (known: {known})"
    if where == "anger":
        return "anger: wants true, false, or a whole number from 0 to 4"
    return f"{where}: {fault['msg']}"


def _in_calls(found: Sequence[tuple[int, LabelledLine]]) -> Iterator[Line]:
    said: dict[str, list[Turn]] = {}
    for number, line in found:
        call = line.call or f"(line {number})"
        before = said.setdefault(call, [])
        turns = (before if line.context is None else list(line.context))[-CONTEXT:]
        before.append(Turn(speaker=line.speaker, text=line.text))
        yield Line(
            ClassifyRequest(
                line.text,
                Channel(line.speaker),
                tuple(turn.text for turn in turns),
                tuple(Channel(turn.speaker) for turn in turns),
            ),
            call,
            None if line.intents is None else frozenset(line.intents),
            line.sentiment,
            # `True` is 1 to Python, and angry here.
            line.anger
            if line.anger is None or isinstance(line.anger, bool)
            else line.anger >= ANGRY,
        )
