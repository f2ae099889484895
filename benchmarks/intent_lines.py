"""Held-back lines for the intents of the shipped packs: what callers say that no example says.

Each pack has six lines for each intent of its own, lines that carry no intent of the pack or of
those it inherits, and lines that carry two. Nothing is tuned on them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from benchmarks.labelled import SETS, Id, Line, Shape, read_set

FOLDER = SETS / "intents"

Kind = Literal["one", "near", "plain", "both"]


@dataclass(frozen=True, slots=True)
class IntentLine:
    """A line and the intents it carries: none for the kinds `near` and `plain`."""

    text: str
    intents: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class IntentLines:
    """The lines of one pack.

    `alike` are groups of intents, of the pack and those it inherits, that mean the same: a line of
    one is a line of every other.
    """

    pack: str
    lines: tuple[IntentLine, ...]
    alike: tuple[tuple[str, ...], ...]

    def accepted(self, intent: str) -> frozenset[str]:
        """Return the intents that are right where `intent` is."""
        groups = (group for group in self.alike if intent in group)
        return frozenset({intent}.union(*groups))


_Six = Annotated[tuple[Line, ...], Field(min_length=6, max_length=6)]
_Group = Annotated[tuple[Id, ...], Field(min_length=2)]


class _None(Shape):
    near: Annotated[tuple[Line, ...], Field(min_length=8)]
    plain: Annotated[tuple[Line, ...], Field(min_length=13)]


class _File(Shape):
    pack: Id
    intents: Annotated[dict[Id, _Six], Field(min_length=1)]
    none: _None
    alike: tuple[_Group, ...] = ()
    both: Annotated[tuple[tuple[tuple[Id, Id], Line], ...], Field(min_length=6)]


def packs() -> list[str]:
    """Return the packs that have lines."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load(pack: str, folder: Path = FOLDER) -> IntentLines:
    """Return the lines of a pack.

    Raises:
        SetInvalid: with every fault of the file, and its place.
    """
    file = read_set(folder / f"{pack}.yaml", _File)
    return IntentLines(
        pack=file.pack,
        lines=(
            *(IntentLine(t, (name,), "one") for name, texts in file.intents.items() for t in texts),
            *(IntentLine(text, (), "near") for text in file.none.near),
            *(IntentLine(text, (), "plain") for text in file.none.plain),
            *(IntentLine(text, both, "both") for both, text in file.both),
        ),
        alike=file.alike,
    )
