"""An utterance as it is compared with exemplars."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.classify.stems import NEGATIONS, stem
from models.text import tokens
from models.token import Token

BEFORE = 3
"""Words before a match in which a negation counts."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance's words, their stems, and where each stem stands."""

    words: tuple[Token, ...]
    stems: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]] = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "Heard":
        """Read a text."""
        words = tokens(text)
        stems = tuple(stem(word.text) for word in words)
        places: dict[str, tuple[int, ...]] = {}
        for at, name in enumerate(stems):
            places[name] = (*places.get(name, ()), at)
        return cls(words, stems, places)


def negated(heard: Heard, first: int = 0, last: int | None = None) -> bool:
    """Say whether a negation stands in a span of words or just before it."""
    span = heard.words[max(0, first - BEFORE) : None if last is None else last + 1]
    return any(word.text in NEGATIONS for word in span)
