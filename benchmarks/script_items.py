"""Script items of call centres, each with lines an agent says that are it and lines that are not.

A third of the items is held: their lines serve the last measurement, nothing is tuned on them.
The lines that are not the item are hard ones: negated, of the same topic, or a near miss (it asks
where it should tell, speaks of the past or of another person, or says if).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from benchmarks.labelled import SETS, Id, Line, Shape, read_set

FILE = SETS / "script_items.yaml"

Split = Literal["tune", "held"]
Kind = Literal["yes", "negated", "same_topic", "near_miss", "other"]


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """A line of the agent; `said` where it says the item, else `kind` tells why it does not."""

    text: str
    said: bool
    kind: Kind


@dataclass(frozen=True, slots=True)
class ScriptItem:
    """An item as a pack's author would write it, and the labelled lines."""

    id: str
    title: str
    split: Split
    exemplars: tuple[str, ...]
    counter: tuple[str, ...]
    keywords: tuple[str, ...]
    lines: tuple[ScriptLine, ...]

    @property
    def yes(self) -> tuple[str, ...]:
        """Return the lines that say the item."""
        return tuple(line.text for line in self.lines if line.said)

    @property
    def no(self) -> tuple[str, ...]:
        """Return the lines that do not."""
        return tuple(line.text for line in self.lines if not line.said)


_Three = Annotated[tuple[Line, ...], Field(min_length=3, max_length=3)]
_Some = Annotated[tuple[Line, ...], Field(min_length=1)]
_Two = Annotated[tuple[Line, ...], Field(min_length=2)]


class _No(Shape):
    negated: _Two
    same_topic: _Two
    near_miss: _Two
    other: _Some


class _Lines(Shape):
    yes: Annotated[tuple[Line, ...], Field(min_length=6)]
    no: _No


class _Item(Shape):
    id: Id
    title: str
    split: Split
    exemplars: _Three
    counter: _Three
    keywords: tuple[Line, ...] = ()
    lines: _Lines


class _File(Shape):
    items: Annotated[tuple[_Item, ...], Field(min_length=1)]


def load(path: Path = FILE) -> list[ScriptItem]:
    """Return the items in the order of the file.

    Raises:
        SetInvalid: with every fault of the file, and its place.
    """
    return [_script_item(item) for item in read_set(path, _File).items]


def _script_item(item: _Item) -> ScriptItem:
    no = item.lines.no
    return ScriptItem(
        id=item.id,
        title=item.title,
        split=item.split,
        exemplars=item.exemplars,
        counter=item.counter,
        keywords=item.keywords,
        lines=(
            *(ScriptLine(text, True, "yes") for text in item.lines.yes),
            *(ScriptLine(text, False, "negated") for text in no.negated),
            *(ScriptLine(text, False, "same_topic") for text in no.same_topic),
            *(ScriptLine(text, False, "near_miss") for text in no.near_miss),
            *(ScriptLine(text, False, "other") for text in no.other),
        ),
    )
