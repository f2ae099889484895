"""What a trainer asks for, as values: parts that a call must have, and conditions on the call.

A part is one turn: what it says, means or is labelled, who says it and when. A call fits where each
part has a turn in it, no forbidden part has one, and the conditions hold.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from models.types import Channel

MOODS: Final = ("calm->angry", "angry->calm", "angry", "stayed-angry", "calm")
RESULTS: Final = ("passed", "failed", "auto-fail", "not-scored")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or with `prefix` the beginning of one; up to `gap` other words may stand before."""

    text: str
    prefix: bool = False
    gap: int = 0


Phrase = tuple[Word, ...]
"""Words that follow each other."""


@dataclass(frozen=True, slots=True)
class Term:
    """Phrases of which one must be said."""

    phrases: tuple[Phrase, ...]


class Edge(StrEnum):
    """Which end of a call a window lies at."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Window:
    """The first or last seconds of a call, in which a turn must begin."""

    edge: Edge
    seconds: float


@dataclass(frozen=True, slots=True)
class Part:
    """A turn. `like` is a sentence that it must mean, or "call_id#turn-n", the link of a turn."""

    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    like: str = ""
    intents: tuple[str, ...] = ()
    speaker: Channel | None = None
    window: Window | None = None

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing but who and when."""
        return not (self.terms or self.without or self.like or self.intents)


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule with the state that it must have ended in, "" for any in which it came up."""

    rule: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """From `least` to `most`, both included; None for no bound."""

    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold of the call; what is empty or None does not matter.

    `score` is 0 to 100, `minutes` the call's length; `since` and `until` are ISO dates or times,
    the latter not included. `outcomes` are ids of the packs' outcomes, of which one must be the
    call's.
    """

    agent: str = ""
    queue: str = ""
    call: str = ""
    rules: tuple[RuleState, ...] = ()
    mood: str = ""
    result: str = ""
    outcomes: tuple[str, ...] = ()
    score: Range = Range()
    minutes: Range = Range()
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """Everything asked for: parts, forbidden parts, and conditions."""

    parts: tuple[Part, ...] = ()
    never: tuple[Part, ...] = ()
    call: Conditions = field(default_factory=Conditions)

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing, which every call fits."""
        return not self.parts and not self.never and self.call == Conditions()

    @property
    def like(self) -> str:
        """The first sentence to look for by meaning, "" where words alone decide."""
        return next((part.like for part in self.parts if part.like), "")
