"""Who hears what: fan-out of call events to bounded mailboxes, and the recent past for returners.

Publishing is synchronous, never waits and costs a dictionary entry a listener; an event is turned
into JSON at most once, and only when somebody reads it. A listener that falls behind loses older
partials first, then its oldest ephemeral events, and in the end its mailbox: it then resumes by
number. What lies further back than the ring is the store's to replay (`Mailbox.missing`).
Everything here belongs to one event loop.
"""

import asyncio
import json
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipeline.events import (
    AngerChanged,
    CallEnded,
    CallScored,
    CallStarted,
    Degraded,
    Event,
    HintRaised,
    PartialTranscript,
    TranscriptionFailed,
    UtteranceFinal,
    WrapupReady,
    durable,
    to_json,
)

MAILBOX_EVENTS = 256
RING_EVENTS = 512
ENDED_CALLS = 16
"""Ended calls whose ring is kept, so that pages still open need not ask the store."""

WALL = (CallStarted, AngerChanged, HintRaised, CallEnded, CallScored, WrapupReady, Degraded)
"""What a listener to all calls gets: enough for a list of live calls, no words spoken."""


class Parcel:
    """One event on its way to many listeners; encoded once, at the first reading."""

    __slots__ = ("_text", "call_id", "event", "seq")

    def __init__(self, call_id: str, seq: int | None, event: Event) -> None:
        self.call_id = call_id
        self.seq = seq
        self.event = event
        self._text: str | None = None

    @property
    def text(self) -> str:
        """The wire form: {"call": id, "seq": number or null, "event": {...}}."""
        if self._text is None:
            head = f'{{"call":{json.dumps(self.call_id)},"seq":{json.dumps(self.seq)},"event":'
            self._text = head + to_json(self.event).decode() + "}"
        return self._text


@dataclass(slots=True)
class BusCounts:
    """What the policy did, since the bus was made."""

    published: int = 0
    coalesced: int = 0
    dropped: int = 0
    closed: int = 0


class Mailbox:
    """One listener's events, at most `size` waiting.

    `missing` is the span of numbers (first, last), both included, that the ring no longer holds:
    read them from the store before `backlog`, then `take()` until it returns nothing.
    """

    def __init__(self, call_id: str | None, size: int, counts: BusCounts) -> None:
        self.call_id = call_id
        self.missing: tuple[int, int] | None = None
        self.backlog: tuple[Parcel, ...] = ()
        self.overflowed = False
        self._size = size
        self._counts = counts
        self._next = 0
        self._items: OrderedDict[int, Parcel] = OrderedDict()
        self._ephemeral: OrderedDict[int, None] = OrderedDict()
        self._partials: dict[tuple[str, int], int] = {}
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        return len(self._items)

    def wants(self, event: Event) -> bool:
        """Return whether a listener of this kind is told of the event."""
        return self.call_id is not None or isinstance(event, WALL)

    def put(self, parcel: Parcel) -> None:
        """Add an event; never waits."""
        if self.overflowed:
            return
        event = parcel.event
        if isinstance(event, PartialTranscript):
            slot = self._partials.get((parcel.call_id, event.utterance_id))
            if slot is not None:
                self._items[slot] = parcel
                self._counts.coalesced += 1
                return
        elif isinstance(event, UtteranceFinal):
            self._supersede((parcel.call_id, event.utterance.id))
        elif isinstance(event, TranscriptionFailed):
            self._supersede((parcel.call_id, event.utterance_id))
        if len(self._items) >= self._size and not self._make_room(parcel):
            return
        self._keep(parcel)

    def _keep(self, parcel: Parcel) -> None:
        slot, self._next = self._next, self._next + 1
        self._items[slot] = parcel
        if parcel.seq is None:
            self._ephemeral[slot] = None
            if isinstance(parcel.event, PartialTranscript):
                self._partials[parcel.call_id, parcel.event.utterance_id] = slot
        self._wake.set()

    def _supersede(self, key: tuple[str, int]) -> None:
        """Take out the partial of an utterance whose last word has come."""
        slot = self._partials.pop(key, None)
        if slot is not None:
            self._remove(slot)
            self._counts.coalesced += 1

    def _make_room(self, parcel: Parcel) -> bool:
        """Drop the oldest ephemeral event; where there is none, give the listener up."""
        self._counts.dropped += 1
        if self._ephemeral:
            self._remove(next(iter(self._ephemeral)))
            return True
        if parcel.seq is not None:
            self._counts.closed += 1
            self.overflowed = True
            self._wake.set()
        return False

    def _remove(self, slot: int) -> None:
        gone = self._items.pop(slot)
        self._ephemeral.pop(slot, None)
        if isinstance(gone.event, PartialTranscript):
            self._partials.pop((gone.call_id, gone.event.utterance_id), None)

    async def wait(self) -> None:
        """Wait until there is something to take, or the mailbox has overflowed."""
        await self._wake.wait()

    def take(self) -> Parcel | None:
        """Take the oldest event, None where nothing waits."""
        if not self._items:
            if not self.overflowed:
                self._wake.clear()
            return None
        slot, parcel = self._items.popitem(last=False)
        if parcel.seq is None:
            self._ephemeral.pop(slot, None)
            if isinstance(parcel.event, PartialTranscript):
                self._partials.pop((parcel.call_id, parcel.event.utterance_id), None)
        return parcel


class Bus:
    """In-process fan-out, with a ring of each call's latest durable events."""

    def __init__(self, *, mailbox: int = MAILBOX_EVENTS, ring: int = RING_EVENTS) -> None:
        self.counts = BusCounts()
        self._mailbox = mailbox
        self._ring = ring
        self._rings: dict[str, deque[Parcel]] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._listeners: dict[str | None, set[Mailbox]] = {}
        self._taps: list[Callable[[str, Event], None]] = []

    def tap(self, hear: Callable[[str, Event], None]) -> None:
        """Let `hear` be told of every event of every call; it must do no more than keep it."""
        self._taps.append(hear)

    @property
    def listeners(self) -> int:
        """How many mailboxes are open."""
        return sum(len(boxes) for boxes in self._listeners.values())

    def publish(self, call_id: str, seq: int | None, event: Event) -> None:
        """Give the event to every listener of its call; durable events bring their number."""
        if (seq is not None) != durable(event):
            raise ValueError(f"{event.type} of call {call_id} must have a number only if durable")
        parcel = Parcel(call_id, seq, event)
        self.counts.published += 1
        if seq is not None:
            self._remember(parcel)
        for hear in self._taps:
            hear(call_id, event)
        for box in self._listeners.get(call_id, ()):
            box.put(parcel)
        for box in self._listeners.get(None, ()):
            if box.wants(event):
                box.put(parcel)

    def _remember(self, parcel: Parcel) -> None:
        ring = self._rings.get(parcel.call_id)
        if ring is None or parcel.seq == 1:
            ring = self._rings[parcel.call_id] = deque(maxlen=self._ring)
            self._ended.pop(parcel.call_id, None)
        ring.append(parcel)
        if isinstance(parcel.event, CallEnded):
            self._ended[parcel.call_id] = None
            while len(self._ended) > ENDED_CALLS:
                oldest, _ = self._ended.popitem(last=False)
                self._rings.pop(oldest, None)

    def listen(self, call_id: str | None = None, after: int = 0) -> Mailbox:
        """Begin to listen to one call after event number `after`, or to all calls from here on."""
        box = Mailbox(call_id, self._mailbox, self.counts)
        if call_id is not None:
            ring = self._rings.get(call_id, ())
            box.backlog = tuple(p for p in ring if p.seq is not None and p.seq > after)
            box.missing = self._missing(call_id, after, box.backlog)
        self._listeners.setdefault(call_id, set()).add(box)
        return box

    def _missing(
        self, call_id: str, after: int, backlog: Iterable[Parcel]
    ) -> tuple[int, int] | None:
        """The numbers before the backlog; to the end of time where the ring holds nothing."""
        first = next((p.seq for p in backlog if p.seq is not None), None)
        if first is not None:
            return (after + 1, first - 1) if first > after + 1 else None
        if self._rings.get(call_id):
            return None
        return (after + 1, 2**62)

    def leave(self, box: Mailbox) -> None:
        """Stop listening; leaving twice is allowed."""
        boxes = self._listeners.get(box.call_id)
        if boxes is not None:
            boxes.discard(box)
            if not boxes:
                del self._listeners[box.call_id]
