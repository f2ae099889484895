"""What an ingest sees of live calls: how to open one, push audio into it, and end it.

Every protocol, ours and the carriers', ends in these few calls; `pipeline.host` implements them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from models.types import Channel, Samples


@dataclass(frozen=True, slots=True)
class CallStart:
    """What is known when a call begins. `facts` become `qa_rules.types.CallFacts.values`."""

    call_id: str
    channels: tuple[Channel, ...]
    rate_hz: int
    agent: str = ""
    queue: str = ""
    direction: str = "inbound"
    language: str = "en"
    facts: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    source: str = ""


class LiveCall(Protocol):
    """One call on the line. `push` is synchronous and cheap; samples are at the call's rate."""

    call_id: str

    @property
    def kept(self) -> int:
        """Samples per channel accepted so far: where a client that returns goes on."""
        ...

    @property
    def waiting_s(self) -> float:
        """Seconds pushed and not yet heard; an ingest stops reading while they are many."""
        ...

    def push(self, channel: int, samples: Samples, at: int | None = None) -> None:
        """Hear one channel; `at` on the call clock, None for straight after the last."""
        ...

    def push_all(self, samples: Samples, at: int | None = None) -> None:
        """Hear all channels, shape [channels, samples]."""
        ...

    def tell(self, event: str, value: object = None) -> None:
        """Pass on what the telephony knows: hold_start, hold_end, transfer_start ..."""
        ...

    def disconnected(self) -> None:
        """The line to the client broke: keep the call for a while, then end it as lost."""
        ...

    async def hang_up(self, reason: str = "completed") -> None:
        """End the call and wait until it is scored and stored."""
        ...


class CallHost(Protocol):
    """Where calls live."""

    def open(self, start: CallStart) -> LiveCall:
        """Begin a call, or go on with a disconnected one of the same id.

        Raises:
            CallBusy: a call of that id is connected.
            Overloaded: the server carries all the calls it may.
        """
        ...
