"""A normalised word and where it stands in the text it came from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """A normalised word; `start` and `end` are character offsets in the original text."""

    text: str
    start: int
    end: int
