"""The words every floor speaks: audio on the call clock, what was heard in it, what it means."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Audio in [-1, 1). One-dimensional unless a docstring gives a shape."""


class Channel(StrEnum):
    """One leg of a call, or both summed."""

    AGENT = "agent"
    CUSTOMER = "customer"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """The call's next samples, every channel in step.

    `start` is the index of the first sample on the call clock, which counts at the call's own
    rate; `samples` has shape [channels, samples], rows in the call's channel order.
    """

    start: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class Word:
    """One word; `start` and `end` in seconds, `confidence` 0 to 1."""

    text: str
    start: float
    end: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """One channel's finished stretch of speech; times in seconds from the call's start.

    `confidence` is the recogniser's mean token probability (0 to 1), None where it gives none.
    `words` is empty where the engine times no words.
    """

    id: int
    channel: Channel
    start: float
    end: float
    text: str
    confidence: float | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class SttRequest:
    """One clip to read: mono samples at `rate_hz`, at least one, in the language named."""

    samples: Samples = field(repr=False)
    rate_hz: int
    language: str = "en"
    words: bool = False
    """Whether word times are wanted; an engine that has none ignores it."""
    speech_s: float | None = None
    """Seconds of the clip whose windows hold speech; None where nobody measured."""
    width: int | None = None
    """How many readings to keep in view while decoding; None leaves it to the engine."""
    hot_words: tuple[str, ...] = ()
    """Words to expect, such as names of companies, products and people."""


@dataclass(frozen=True, slots=True)
class Transcription:
    """What an engine heard in a clip; word times in seconds from the clip's start.

    `rejected` names the gate that emptied the text ("music", "loop", "silence", ...), None where
    no gate did.
    """

    text: str
    confidence: float | None = None
    words: tuple[Word, ...] = ()
    rejected: str | None = None


@dataclass(frozen=True, slots=True)
class ClassifyRequest:
    """One utterance to read, with the texts of the call's last turns, oldest first.

    `context_channels` says who spoke each of them. `fit` names what the engine has learned to read
    it by, "" for what it reads by itself.
    """

    text: str
    channel: Channel
    context: tuple[str, ...] = ()
    context_channels: tuple[Channel, ...] = ()
    fit: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """What a classifier says of an utterance: kind "intent" | "mood" | "sentiment" | ...

    `quote` is the part of the text that it rests on; `engine` names who says so.
    """

    kind: str
    name: str
    probability: float
    quote: str = ""
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What an encoder makes of n texts, rows in their order.

    `vectors` has shape [n, dimensions], each row of unit length; `affect` has shape [n, k], one
    logit for each of the encoder's affect names (k is 0 where it has none).
    """

    vectors: NDArray[np.float32] = field(repr=False)
    affect: NDArray[np.float32] = field(repr=False)

    def __len__(self) -> int:
        return len(self.vectors)
