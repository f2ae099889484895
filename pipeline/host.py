"""The live calls of this process: opened by an ingest, driven here, kept and closed.

What a call holds is bounded: the aligner's audio (the ingest's socket is not read while it is
full), the session's open utterances, and what the recorder has not yet settled.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import structlog

from models.types import AudioFrame, Samples
from pipeline.audio.align import Aligner
from pipeline.audio.recorder import Recorder
from pipeline.driver import Drive, LoadLadder
from pipeline.errors import (
    CallBusy,
    CallFailed,
    Overloaded,
    RequestRefused,
    StoreUnavailable,
)
from pipeline.events import (
    AngerChanged,
    CallEnded,
    CallStarted,
    Degraded,
    EphemeralEvent,
    Event,
    NoteSent,
)
from pipeline.jobs import Mute
from pipeline.live import CallStart
from pipeline.machinery import Machinery
from pipeline.making import MadeCall
from pipeline.scoring import Outcome, conclude
from qa_rules.types import HappenedEvent

log = structlog.get_logger(__name__)

FAILED = "failed"
REMEMBERED = 10_000
"""Ids of calls that are over, for the moments until the database knows them."""


class HostedCall:
    """One live call: the ingest's `LiveCall`, and its own sink."""

    def __init__(self, start: CallStart, made: MadeCall, machinery: Machinery) -> None:
        self.call_id, self._start, self._made, self._m = start.call_id, start, made, machinery
        self._session = made.session
        self._aligner = Aligner(len(start.channels), start.rate_hz)
        self._listener = machinery.ear.open(len(start.channels), start.rate_hz)
        self._ready = asyncio.Event()
        self._over = asyncio.Event()
        self._reason = ""
        self._seq = 0
        self._lost_timer: asyncio.TimerHandle | None = None
        self._recorder: Recorder | None = None
        if machinery.recorders is not None:
            self._recorder = machinery.recorders.open(
                start.call_id, start.rate_hz, len(start.channels)
            )
        partials = machinery.settings.partials
        self._drive = Drive(
            made.session,
            partial(machinery.ear.hear, self._listener),
            machinery.batcher,
            self,
            name=start.call_id,
            ladder=LoadLadder(
                partials.quick_below,
                partials.quick_s,
                partials.brisk_below,
                partials.brisk_s,
                partials.below,
            ),
            classifier=machinery.classifier,
        )
        self.connected = True
        self.anger, self.flagged = 0, False
        self._ended = False

    # -- what an ingest does --------------------------------------------------------------------

    @property
    def kept(self) -> int:
        """Samples per channel accepted so far."""
        return self._aligner.kept

    @property
    def waiting_s(self) -> float:
        """Seconds pushed and not yet heard."""
        return (self._aligner.kept - self._aligner.taken) / self._start.rate_hz

    def push(self, channel: int, samples: Samples, at: int | None = None) -> None:
        """Hear one channel."""
        if self._takes_audio():
            self._aligner.push(channel, samples, at)
            self._ready.set()

    def push_all(self, samples: Samples, at: int | None = None) -> None:
        """Hear all channels, shape [channels, samples]."""
        if self._takes_audio():
            self._aligner.push_all(samples, at)
            self._ready.set()

    def _takes_audio(self) -> bool:
        if self._reason == FAILED:
            raise CallFailed(f"call {self.call_id} was ended by a fault of the server")
        return not self._reason

    def tell(self, event: str, value: object = None) -> None:
        """Pass on what the telephony knows."""
        if not self._reason:
            self._drive.act(self._session.tell(event, value))

    def dismiss(self, hint_id: str) -> None:
        """Take a hint away; the rules count it."""
        if not self._reason:
            self._drive.act(self._session.dismiss(hint_id))

    def note(self, note: NoteSent) -> None:
        """Write to the agent, or say that the agent has seen it; kept with the call.

        Raises:
            RequestRefused: the call is over.
        """
        if self._ended or self._reason:
            raise RequestRefused("the call is over; the agent's desk takes no more notes")
        self.event(note)

    def disconnected(self) -> None:
        """Keep the call for a while, then end it as lost."""
        self.connected = False
        wait_s = self._m.settings.resume_s
        self._lost_timer = asyncio.get_running_loop().call_later(wait_s, self.stop, "lost")
        log.info("call_disconnected", call_id=self.call_id, kept=self.kept)

    def resume(self, start: CallStart) -> None:
        """Take the client back.

        Raises:
            CallBusy: another client is connected, the call is ending, or its format is another.
        """
        if self.connected:
            raise CallBusy(f"call {self.call_id} is connected already")
        if self._reason:
            raise CallBusy(f"call {self.call_id} is ending; begin a new one under another id")
        if (start.rate_hz, start.channels) != (self._start.rate_hz, self._start.channels):
            raise CallBusy(f"call {self.call_id} began with another rate or other channels")
        self.connected = True
        if self._lost_timer is not None:
            self._lost_timer.cancel()
            self._lost_timer = None
        log.info("call_resumed", call_id=self.call_id, kept=self.kept)

    async def hang_up(self, reason: str = "completed") -> None:
        """End the call and wait until it is scored and kept."""
        self.stop(reason)
        await self._over.wait()

    # -- what the pages see ---------------------------------------------------------------------

    @property
    def agent(self) -> str:
        """The agent's id."""
        return self._start.agent

    @property
    def queue(self) -> str:
        """The queue's name."""
        return self._start.queue

    @property
    def direction(self) -> str:
        """The call's direction: "inbound" or "outbound"."""
        return self._start.direction

    @property
    def started_at(self) -> str:
        """When the call began, ISO 8601 in UTC."""
        return self._made.started.started_at

    @property
    def seconds(self) -> float:
        """How much of the call was heard."""
        return self._session.seconds

    @property
    def happened(self) -> Sequence[HappenedEvent]:
        """What the telephony told and the rules heard so far, in order."""
        return self._session.reading.rules.events()

    # -- the call's sink ------------------------------------------------------------------------

    def event(self, event: Event) -> None:
        """Publish an event, and keep it where it is durable."""
        if isinstance(event, AngerChanged):
            self.anger, self.flagged = event.anger.level, event.anger.flagged
        self._ended = self._ended or isinstance(event, CallEnded)
        if isinstance(event, EphemeralEvent):
            self._m.publisher.publish(self.call_id, None, event)
            return
        self._seq += 1
        if isinstance(event, CallStarted):
            self._m.keeper.begin(event, self._start.facts, self._start.source)
        else:
            self._m.keeper.put(self.call_id, self._seq, event)
        self._m.publisher.publish(self.call_id, self._seq, event)

    def audio(self, samples: Samples) -> None:
        """Record the next samples."""
        if self._recorder is not None:
            self._recorder.write(samples)

    def mute(self, mute: Mute) -> None:
        """Keep samples out of the recording."""
        if self._recorder is not None:
            channel = self._start.channels.index(mute.channel)
            self._recorder.mute(channel, mute.start, mute.stop)

    def settled(self, sample: int) -> None:
        """Let the recorder write what is decided."""
        if self._recorder is not None:
            self._recorder.settle(sample)

    # -- its life -------------------------------------------------------------------------------

    async def live(self) -> None:
        """Run the call to its end, then score it; `close` must follow."""
        log.info("call_started", call_id=self.call_id, queue=self.queue, source=self._start.source)
        self.event(self._made.started)
        await self._drive.run(self._frames(), lambda: self._reason)
        outcome = Outcome(
            self._session.reading,
            self._made.packs,
            self._made.facts,
            self._session.seconds,
            self.started_at,
        )
        for event in await asyncio.to_thread(conclude, outcome):
            self.event(event)

    def fail(self) -> None:
        """End the call where it stands, after a fault."""
        self.stop(FAILED)
        self._reason = FAILED
        if not self._ended:
            self.event(CallEnded(self.seconds, FAILED))

    async def close(self) -> None:
        """Keep the recording, and let who hung up go."""
        self.stop(FAILED)
        try:
            if self._recorder is not None:
                await asyncio.shield(asyncio.to_thread(self._save_recording, self._recorder))
        finally:
            self._over.set()
        log.info("call_ended", call_id=self.call_id, seconds=self.seconds, reason=self._reason)

    async def _frames(self) -> AsyncIterator[AudioFrame]:
        while not self._reason:
            await self._ready.wait()
            self._ready.clear()
            frame = self._aligner.take()
            self._tell_gaps()
            if frame is not None:
                yield frame
        last = self._aligner.finish()
        self._tell_gaps()
        if last is not None:
            yield last

    def _tell_gaps(self) -> None:
        for gap in self._aligner.gaps():
            self._m.telemetry.audio_gaps.labels(gap.reason).inc()
            if gap.filled:
                channel = self._start.channels[gap.channel]
                self._drive.act(self._session.gap(channel, gap.start, gap.end, gap.reason))

    def stop(self, reason: str) -> None:
        """Let the call end for this reason; the first one given counts."""
        if self._lost_timer is not None:
            self._lost_timer.cancel()
        if not self._reason:
            self._reason = reason
        self._ready.set()

    def degraded(self, what: str, detail: str, *, active: bool = True) -> None:
        """Tell the call's listeners that quality fell, or is back."""
        self.event(Degraded(what, active=active, detail=detail))

    def _save_recording(self, recorder: Recorder) -> None:
        self._m.save_recording(recorder.finish())


class Host:
    """Opens calls and runs them; `run` must be running."""

    def __init__(self, machinery: Machinery, now: Callable[[], datetime] | None = None) -> None:
        self._m = machinery
        self._now = now or (lambda: datetime.now(UTC))
        self._calls: dict[str, HostedCall] = {}
        self._over: OrderedDict[str, None] = OrderedDict()
        self._group: asyncio.TaskGroup | None = None
        self._closing = asyncio.Event()

    def open(self, start: CallStart) -> HostedCall:
        """Begin a call, or go on with a disconnected one of the same id.

        Raises:
            CallBusy: a call of that id is connected, or over.
            Overloaded: the server carries all the calls it may, or is shutting down.
        """
        known = self._calls.get(start.call_id)
        if known is not None:
            known.resume(start)
            return known
        if self._group is None or self._closing.is_set():
            raise Overloaded("the server is shutting down")
        if len(self._calls) >= self._m.settings.max_calls:
            self._m.telemetry.calls_refused.inc()
            raise Overloaded(f"the server carries its {self._m.settings.max_calls} calls")
        if self._was_on_the_line(start.call_id):
            raise CallBusy(f"call {start.call_id} is over; begin a new one under another id")
        started_at = self._now().isoformat(timespec="milliseconds")
        made = self._m.maker.make(start, self._m.ear.engine, started_at)
        call = HostedCall(start, made, self._m)
        self._calls[start.call_id] = call
        self._group.create_task(self._run_call(call))
        self._m.telemetry.live_calls.set(len(self._calls))
        return call

    def _was_on_the_line(self, call_id: str) -> bool:
        """Return whether the call is over; where the database cannot be read, as far as we know."""
        if call_id in self._over:
            return True
        try:
            return self._m.known(call_id)
        except StoreUnavailable as error:
            log.warning("store_not_read", reason=str(error))
            return False

    def get(self, call_id: str) -> HostedCall | None:
        """Return the live call of that id."""
        return self._calls.get(call_id)

    def live(self) -> list[HostedCall]:
        """List the live calls."""
        return list(self._calls.values())

    def recording_trouble(self, call_id: str, reason: str) -> None:
        """Tell a call that its recording is no longer whole."""
        log.warning("recording_incomplete", call_id=call_id, reason=reason)
        if (call := self._calls.get(call_id)) is not None:
            call.degraded("recording", reason)

    def store_trouble(self, reason: str, over: bool) -> None:
        """Tell every call that the database refuses, or takes events again."""
        log.warning("store_trouble", reason=reason, over=over)
        for call in self._calls.values():
            call.degraded("storage", reason, active=not over)

    async def run(self) -> None:
        """Serve until `close`, then end every call as interrupted and wait for them."""
        async with asyncio.TaskGroup() as self._group:
            await self._closing.wait()
            for call in self._calls.values():
                call.stop("interrupted")

    def close(self) -> None:
        """Take no more calls, and end those there are."""
        self._closing.set()

    async def _run_call(self, call: HostedCall) -> None:
        try:
            await call.live()
        except Exception:
            log.exception("call_failed", call_id=call.call_id)
            self._m.telemetry.calls_failed.inc()
            call.fail()
        finally:
            await call.close()
            del self._calls[call.call_id]
            self._over[call.call_id] = None
            while len(self._over) > REMEMBERED:
                self._over.popitem(last=False)
            self._m.telemetry.live_calls.set(len(self._calls))
