"""What a session asks of the world: work to be done, and things to be kept quiet about."""

from dataclasses import dataclass, field
from enum import StrEnum

from models.types import Channel, ClassifyRequest, SttRequest
from pipeline.events import Event


class Kind(StrEnum):
    """What a transcription is for."""

    PARTIAL = "partial"
    SPECULATIVE = "speculative"
    """The final's very clip, sent early; it becomes the final if the silence lasts."""
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class TranscribeJob:
    """Have this clip read, then `deliver` the answer under `id`.

    `start` and `stop` are sample indices on the call clock; `voice` asks to have the clip measured
    by `models.prosody` as well.
    """

    id: int
    utterance_id: int
    channel: Channel
    kind: Kind
    start: int
    stop: int
    request: SttRequest = field(repr=False)
    voice: bool = False


@dataclass(frozen=True, slots=True)
class ClassifyJob:
    """Have this utterance read for its meaning, then `label` the answer under `id`."""

    id: int
    utterance_id: int
    request: ClassifyRequest


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The answer to this job is no longer wanted."""

    job_id: int


@dataclass(frozen=True, slots=True)
class Mute:
    """Keep these samples out of the recording."""

    channel: Channel
    start: int
    stop: int


Output = Event | TranscribeJob | ClassifyJob | Withdraw | Mute


@dataclass(frozen=True, slots=True)
class Pace:
    """How eagerly to ask for partials, by the load of the machine.

    `every_s` asks again after so much more speech; `at_s` lists seconds of an utterance instead.
    Neither bears on durable events.
    """

    every_s: float | None = None
    at_s: tuple[float, ...] = ()
    speculate: bool = True

    def due(self, asked: int, rate_hz: int) -> int | None:
        """Return at how many samples of an utterance to ask next, None for no more.

        `asked` is how many it had when it was last asked for.
        """
        if self.every_s is not None:
            return asked + int(self.every_s * rate_hz)
        return next((int(s * rate_hz) for s in self.at_s if s * rate_hz > asked), None)


SCHEDULE_S = (1.0, 2.0, 4.0, 7.0, 11.0)
"""Partials that cost 2.2 times the finals alone, on real calls (`docs/performance.md`)."""

NO_PARTIALS = Pace(speculate=False)
"""The pace of a recording, where no one watches and nothing waits for silence."""
