"""Recorded calls by the same code as live ones: file in, events and a result out.

A recording's speech is found in blocks on a thread, its clips go to the batcher with the lowest
urgency, so that recorded work fills what live calls leave.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from models.engines import SttEngine, VadEngine
from models.types import AudioFrame, Channel, Samples
from pipeline.audio.decode import AudioSource, open_audio, open_pair
from pipeline.batcher import Batcher
from pipeline.classify import ClassifyQueue
from pipeline.driver import Drive
from pipeline.ear import Listener, hear_now
from pipeline.errors import first_cause
from pipeline.events import Degraded, Event, durable
from pipeline.jobs import Mute
from pipeline.live import CallStart
from pipeline.making import MadeCall, Maker
from pipeline.result import call_result
from pipeline.scoring import Outcome, conclude

BLOCK_S = 4.0
"""Of speech finding at a time: long enough to make the thread hop cheap."""

STEREO = (Channel.AGENT, Channel.CUSTOMER)


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A recording to be read: one file of one or two channels, or a file for each side.

    `channels` says which side each channel of a two-channel file is; a file of one channel is
    `mixed`.
    """

    files: tuple[Path, ...]
    channels: tuple[Channel, ...] = STEREO
    queue: str = ""
    agent: str = ""
    direction: str = "inbound"
    language: str = "en"

    @property
    def name(self) -> str:
        """What to call it: the first file's name."""
        return self.files[0].stem


class Keep(Protocol):
    """Where a recorded call's events and audio go besides its result."""

    def event(self, seq: int, event: Event) -> None:
        """Keep a durable event."""
        ...

    def audio(self, samples: Samples) -> None:
        """Keep the next samples."""
        ...

    def mute(self, channel: int, start: int, stop: int) -> None:
        """Keep samples silent."""
        ...

    def settled(self, sample: int) -> None:
        """Everything before this sample is decided."""
        ...


class _Collector:
    """A recorded call's sink."""

    def __init__(self, channels: tuple[Channel, ...], keep: Keep | None) -> None:
        self.events: list[Event] = []
        self.notes: list[str] = []
        self._channels, self._keep, self._seq = channels, keep, 0

    def event(self, event: Event) -> None:
        if isinstance(event, Degraded) and event.active:
            self.notes.append(event.detail)
        if not durable(event):
            return
        self.events.append(event)
        self._seq += 1
        if self._keep is not None:
            self._keep.event(self._seq, event)

    def audio(self, samples: Samples) -> None:
        if self._keep is not None:
            self._keep.audio(samples)

    def mute(self, mute: Mute) -> None:
        if self._keep is not None:
            self._keep.mute(self._channels.index(mute.channel), mute.start, mute.stop)

    def settled(self, sample: int) -> None:
        if self._keep is not None:
            self._keep.settled(sample)


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A recording once read. `notes` says what was wrong with its sound, or with reading it."""

    call_id: str
    events: tuple[Event, ...]
    result: dict[str, Any]
    notes: tuple[str, ...]


@dataclass(slots=True)
class RecordingReader:
    """Reads recordings; the batcher must be running."""

    maker: Maker
    vad: VadEngine
    batcher: Batcher
    classifier: ClassifyQueue | None = None

    async def read(
        self,
        call: RecordedCall,
        *,
        call_id: str = "",
        keep: Keep | None = None,
        progress: Callable[[float], None] | None = None,
        began: datetime | None = None,
    ) -> ReadCall:
        """Read a recording to its end; `progress` is told the seconds read so far.

        `began` is when the call began, which spoken dates count from; without it, the file's time.

        Raises:
            AudioUnreadable: a file holds no audio that can be read.
        """
        source = await asyncio.to_thread(open_call, call)
        call_id = call_id or call.name
        start = call_start(call, source, call_id)
        if began is None:
            began = await asyncio.to_thread(_file_time, call.files[0])
        began_at = began.isoformat(timespec="milliseconds")
        made = self.maker.make(start, self.vad, began_at)
        sink = _Collector(start.channels, keep)
        sink.event(made.started)
        listener = Listener(self.vad, len(start.channels), start.rate_hz)

        async def hear(samples: Samples) -> Samples:
            return await asyncio.to_thread(hear_now, self.vad, listener, samples)

        drive = Drive(made.session, hear, self.batcher, sink, classifier=self.classifier)
        try:
            await drive.run(_frames(source, progress), lambda: "completed")
        except ExceptionGroup as failed:
            raise first_cause(failed) from failed
        return await self._finish(made, sink, call_id, began_at, source)

    async def _finish(
        self, made: MadeCall, sink: _Collector, call_id: str, began_at: str, source: AudioSource
    ) -> ReadCall:
        session = made.session
        outcome = Outcome(session.reading, made.packs, made.facts, session.seconds, began_at)
        for event in await asyncio.to_thread(conclude, outcome):
            sink.event(event)
        result = call_result(call_id, session.reading, sink.events, session.seconds)
        notes = (*source.notes, *sink.notes)
        result["notes"] = list(notes)
        return ReadCall(call_id, tuple(sink.events), result, notes)


@asynccontextmanager
async def open_reader(
    maker: Maker, vad: VadEngine, stt: SttEngine
) -> AsyncIterator[RecordingReader]:
    """Run what a reader of recordings needs: a batcher, and a queue for a slow classifier.

    The engines stay the caller's to close.
    """
    batcher = Batcher(stt)
    classifier = maker.classifier(maker.settings.default_queue.packs)
    queue = ClassifyQueue(classifier) if classifier and not classifier.instant else None
    running = [asyncio.create_task(one.run()) for one in (batcher, queue) if one is not None]
    try:
        yield RecordingReader(maker, vad, batcher, queue)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def open_call(call: RecordedCall) -> AudioSource:
    """Open a recorded call's audio.

    Raises:
        AudioUnreadable: a file holds no audio that can be read.
    """
    if len(call.files) == 2:
        return open_pair(*call.files)
    return open_audio(call.files[0])


def call_start(call: RecordedCall, source: AudioSource, call_id: str) -> CallStart:
    """Return the start of a recorded call."""
    channels = call.channels if source.channels == 2 else (Channel.MIXED,)
    return CallStart(
        call_id,
        channels,
        source.rate_hz,
        call.agent,
        call.queue,
        call.direction,
        call.language,
        source="recording",
    )


async def _frames(
    source: AudioSource, progress: Callable[[float], None] | None
) -> AsyncIterator[AudioFrame]:
    at = 0
    blocks = iter(source.blocks())
    size = int(BLOCK_S * source.rate_hz)
    while True:
        held = await asyncio.to_thread(_gather, blocks, size)
        if held is None:
            return
        yield AudioFrame(at, held)
        at += held.shape[1]
        if progress is not None:
            progress(at / source.rate_hz)


def _gather(blocks: Iterator[Samples], size: int) -> Samples | None:
    held: list[Samples] = []
    while sum(b.shape[1] for b in held) < size:
        block = next(blocks, None)
        if block is None:
            break
        held.append(block)
    return np.concatenate(held, axis=1) if held else None


def _file_time(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
