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

    `start` and `stop` are sample indices on the call clock.
    """

    id: int
    utterance_id: int
    channel: Channel
    kind: Kind
    start: int
    stop: int
    request: SttRequest = field(repr=False)


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


SCHEDULE_S = (1.0, 2.0, 4.0, 7.0, 11.0)
"""Partials that cost 2.2 times the finals alone, on real calls (`docs/performance.md`)."""

NO_PARTIALS = Pace(speculate=False)
"""The pace of a recording, where no one watches and nothing waits for silence."""
