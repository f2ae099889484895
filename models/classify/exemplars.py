"""What a reader learns from: how people say a thing, and what sounds like it and is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from models.types import Channel


@dataclass(frozen=True, slots=True)
class Exemplars:
    """How people say something, and what sounds like it and is not; who says it, None for both.

    Of a meaning, one of `keywords` must be said too, where any are given.
    """

    examples: tuple[str, ...]
    not_examples: tuple[str, ...] = ()
    speaker: Channel | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """What one list of packs wants read: wants by intent id, and meanings by the rules' key."""

    intents: Mapping[str, Exemplars] = field(default_factory=dict)
    meanings: Mapping[str, Exemplars] = field(default_factory=dict)


@runtime_checkable
class Learner(Protocol):
    """A classifier that learns to read many lists of packs, where others are made for one."""

    def fit(self, fit: Fit) -> str:
        """Learn a fit, where it is not known; return the key for requests that it reads."""
        ...
