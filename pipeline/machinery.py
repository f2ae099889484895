"""What all calls of a process share: engines, makers, and where their events and audio go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.audio.recorder import RecorderPool
from pipeline.audio.tape import Recording
from pipeline.batcher import Batcher
from pipeline.classify import ClassifyQueue
from pipeline.config import Settings
from pipeline.ear import Ear
from pipeline.events import CallStarted, DurableEvent, Event
from pipeline.making import Maker
from pipeline.telemetry import Telemetry


class Publisher(Protocol):
    """Tells events to whoever listens."""

    def publish(self, call_id: str, seq: int | None, event: Event) -> None:
        """Publish; never waits."""
        ...


class Keeper(Protocol):
    """Keeps durable events."""

    def begin(self, event: CallStarted, facts: Mapping[str, Any] | None, source: str) -> None:
        """Keep a call's first event; never waits."""
        ...

    def put(self, call_id: str, seq: int, event: DurableEvent) -> None:
        """Keep; never waits."""
        ...


@dataclass(frozen=True, slots=True)
class Machinery:
    """What all calls share."""

    settings: Settings
    maker: Maker
    ear: Ear
    batcher: Batcher
    classifier: ClassifyQueue | None
    publisher: Publisher
    keeper: Keeper
    recorders: RecorderPool | None
    telemetry: Telemetry
    known: Callable[[str], bool]
    """Whether a call of this id was ever kept."""
    save_recording: Callable[[Recording], None]
