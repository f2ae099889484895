"""What an engine must be: blocking, unaware of calls and event loops, safe to share.

Engines hold weights; streams hold state. Only the batcher and the ear call engines.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

from models.types import ClassifyRequest, Encoded, Label, Samples, SttRequest, Transcription


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine says of itself.

    `max_batch` requests may share one call; `workers` threads may call at once; `max_seconds` is
    the longest clip it takes. `rates_hz` is empty where any rate will do.
    """

    name: str
    model: str
    licence: str
    device: str = "cpu"
    languages: tuple[str, ...] = ()
    rates_hz: tuple[int, ...] = ()
    max_batch: int = 1
    workers: int = 1
    max_seconds: float = 30.0


class VadStream(Protocol):
    """One channel's state, made by `VadEngine.open` and given back to the same engine."""

    rate_hz: int


class VadEngine(Protocol):
    """Says for each window how likely it holds speech; shared by all channels of all calls."""

    info: EngineInfo

    def window(self, rate_hz: int) -> int:
        """Return the samples per decision at this rate.

        Raises:
            UnsupportedRate: the engine does not hear this rate.
        """
        ...

    def open(self, rate_hz: int) -> VadStream:
        """Begin a stream."""
        ...

    def measure(self, streams: Sequence[VadStream], windows: Sequence[Samples]) -> list[Samples]:
        """Return the speech probabilities of each stream's next windows.

        `windows[i]` has shape [n_i, window]; the answer's i-th row has shape [n_i]. The numbers of
        one stream do not depend on which other streams share the call.
        """
        ...


class SttEngine(Protocol):
    """Turns clips of any calls into text."""

    info: EngineInfo

    def batch_key(self, request: SttRequest) -> Hashable:
        """Return a key; requests of one key may share a batch."""
        ...

    def transcribe(self, batch: Sequence[SttRequest]) -> list[Transcription]:
        """Return one transcription for each request, in order.

        Raises:
            EngineFailed: the batch could not be read.
        """
        ...

    def warm_up(self) -> None:
        """Do the first, slow pass, so that no call has to."""
        ...

    def close(self) -> None:
        """Let go of weights and threads."""
        ...


class Classifier(Protocol):
    """Reads utterances. `instant` engines cost well under 5 ms and run on the caller's thread."""

    info: EngineInfo
    instant: bool

    def classify(self, batch: Sequence[ClassifyRequest]) -> list[tuple[Label, ...]]:
        """Return each request's labels, in order."""
        ...

    def close(self) -> None:
        """Let go of weights and threads."""
        ...


class TextEncoder(Protocol):
    """Turns texts into what every reader of meaning and mood rests on.

    A text's numbers do not depend on which other texts share the call.
    """

    info: EngineInfo
    dimensions: int
    affect: tuple[str, ...]
    """Names of the affect logits, in order; empty where the encoder has none."""

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Return one row for each text; no texts give no rows."""
        ...

    def close(self) -> None:
        """Let go of weights and threads."""
        ...
