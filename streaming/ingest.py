"""Our audio socket, `/v1/audio`: start, sound, stop; acknowledged, and resumed where it broke off.

One connection carries one call. There is no queue here: a message is decoded and given to the call
before the next one is read, so a call that is behind holds its own sender back and nobody else's.
The messages are `streaming.protocol`'s; what becomes of the sound is the call's affair.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass
from http import HTTPStatus
from math import gcd
from typing import Protocol, assert_never, runtime_checkable

import numpy as np
import structlog
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from models.types import Samples
from pipeline.audio.codecs import Decoder
from pipeline.audio.resample import Resampler
from pipeline.config import Settings
from pipeline.errors import CallBusy, CallFailed, Overloaded, PipelineError
from pipeline.live import CallHost, LiveCall
from streaming import protocol
from streaming.access import Person
from streaming.auth import Guard
from streaming.problems import problem
from streaming.protocol import Close, Fault, MessageInvalid

log = structlog.get_logger(__name__)

ACK_EVERY_S = 1.0
MAX_FAULTS = 20
"""Bad messages in one connection before it is closed: a client that learns nothing."""
MAX_AHEAD_S = 30.0
"""How far beyond the sound that is there a client may resume; further is an error of counting."""
WARM_UP_S = 0.05
"""A resampler started in mid-call gives what the old one would have, to 1e-6, after 7 ms at 24 kHz
(tests/pipeline/audio/test_resample.py); a client that resumes is asked for this much again."""
FULL_S, ROOM_S = 8.0, 4.0
"""Sound that a call has not heard yet: reading stops at the first and goes on at the second."""
LOOK_AGAIN_S = 0.05
LONGEST_STOP_S = 120.0


@runtime_checkable
class Backlogged(Protocol):
    """A call that can say how much of its sound it has not heard yet."""

    @property
    def waiting_s(self) -> float:
        """Seconds pushed and not yet taken."""
        ...


@dataclass(slots=True)
class IngestCounts:
    """What happened at the audio sockets since the start."""

    connections: int = 0
    resumed: int = 0
    refused: int = 0
    messages: int = 0
    faults: int = 0
    idle: int = 0
    lost: int = 0
    paused_s: float = 0.0


class Refused(Exception):
    """The connection ends here, with an `error` message and a close code."""

    def __init__(self, close: Close, code: str, message: str) -> None:
        super().__init__(message)
        self.close, self.code = close, code


def ingest_routes(
    host: CallHost, guard: Guard, settings: Settings, counts: IngestCounts | None = None
) -> list[BaseRoute]:
    """Return the route of our audio socket."""
    counted = IngestCounts() if counts is None else counts

    async def audio(socket: WebSocket) -> None:
        if await admitted(socket, guard, counted):
            await _Connection(socket, host, settings.idle_s, counted).serve()

    return [WebSocketRoute(protocol.AUDIO_PATH, audio, name="audio")]


async def admitted(socket: WebSocket, guard: Guard, counts: IngestCounts) -> bool:
    """Refuse a stranger before the upgrade, with a problem document."""
    found = await guard.enter(socket)
    if isinstance(found, Person):
        counts.connections += 1
        return True
    counts.refused += 1
    await deny(socket, found.status, found.code, found.message)
    return False


async def deny(socket: WebSocket, status: HTTPStatus, code: str, message: str) -> None:
    """Answer an upgrade with an HTTP error, or what the server can do of it."""
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(problem(status, code, message))
    else:
        await socket.close(Close.FORBIDDEN, code)


async def until_there_is_room(call: LiveCall, counts: IngestCounts) -> None:
    """Read no more while the call is behind; the sender's socket fills and it waits."""
    if not isinstance(call, Backlogged) or call.waiting_s <= FULL_S:
        return
    began = time.monotonic()
    while call.waiting_s > ROOM_S:  # noqa: ASYNC110 - rare, and the call need not know of us
        await asyncio.sleep(LOOK_AGAIN_S)
    counts.paused_s += time.monotonic() - began


class _Line:
    """How one sender's bytes become the call's samples, and where on its clock they stand."""

    def __init__(self, start: protocol.Start, call: LiveCall) -> None:
        self.call = call
        self._rate_hz, self._call_rate_hz = start.rate_hz, start.call_rate_hz
        self._channels = len(start.channels)
        self._decoder = Decoder(start.encoding, self._channels)
        self._resampler: Resampler | None = None
        self._at = self._skip = 0
        # A new resampler must begin where both clocks have a sample.
        self._step = self._rate_hz // gcd(self._rate_hz, self._call_rate_hz)
        self.go_to(self.kept)
        if self._resampler is not None:
            self._skip = max(0, call.kept - self._at)

    @property
    def position(self) -> int:
        """Where the next sample will stand, on the call clock."""
        return self._at

    @property
    def kept(self) -> int:
        """Samples of each channel, at the sender's rate, that it need not send again."""
        if self._rate_hz == self._call_rate_hz:
            return self.call.kept
        sent = self.heard - round(WARM_UP_S * self._rate_hz)
        return max(0, sent // self._step * self._step)

    @property
    def heard(self) -> int:
        """Samples of each channel, at the sender's rate, that the call has."""
        return self.call.kept * self._rate_hz // self._call_rate_hz

    def go_to(self, sample: int) -> None:
        """Take what comes next as beginning at this sample of the sender's clock."""
        self._decoder.reset()
        self._at, self._skip = sample * self._call_rate_hz // self._rate_hz, 0
        if self._rate_hz != self._call_rate_hz:
            self._resampler = Resampler(self._rate_hz, self._call_rate_hz, self._channels)

    def resume(self, sample: int) -> None:
        """Go to a sample that the client names; what is there already will be dropped.

        Raises:
            MessageInvalid: it lies too far ahead of what is there.
        """
        ahead_s = sample / self._rate_hz - self.call.kept / self._call_rate_hz
        if ahead_s > MAX_AHEAD_S:
            fault = f"sample {sample} lies {ahead_s:.0f} s ahead of what is kept"
            raise MessageInvalid(Fault.INVALID_MESSAGE, fault)
        self.go_to(sample)

    def hear(self, data: bytes) -> None:
        """Push a message's sound to the call."""
        samples = self._decoder.feed(data)
        if self._resampler is not None:
            samples = self._resampler.feed(samples)
        self._push(samples)

    def finish(self) -> None:
        """Push what the resampler has held back."""
        if self._resampler is not None:
            nothing = np.zeros((self._channels, 0), np.float32)
            self._push(self._resampler.feed(nothing, last=True))

    def _push(self, samples: Samples) -> None:
        size = samples.shape[1]
        if self._skip:
            skipped = min(self._skip, size)
            samples = samples[:, skipped:]
            self._skip -= skipped
            self._at += skipped
            size -= skipped
        if size:
            self.call.push_all(samples, self._at)
            self._at += size


class _Connection:
    """One socket, from its upgrade to its close."""

    def __init__(
        self, socket: WebSocket, host: CallHost, idle_s: float, counts: IngestCounts
    ) -> None:
        self._socket, self._host, self._idle_s, self._counts = socket, host, idle_s, counts
        self._line: _Line | None = None
        self._over = False
        self._ack_at, self._ack_step = 0, 1
        self._faults = 0

    async def serve(self) -> None:
        """Carry the call until it stops, or the line breaks."""
        offered = self._socket.scope.get("subprotocols")
        try:
            await self._socket.accept(offered[0] if offered else None)
            await self._stop(*await self._read())
        except WebSocketDisconnect:
            self._counts.lost += not self._over
        except Refused as refused:
            await self._refuse(refused)
        except CallFailed as failed:
            await self._refuse(Refused(Close.FAULT, failed.code, str(failed)))
        except Exception:
            log.exception("ingest_failed", call_id=self._line.call.call_id if self._line else "")
            fault = "the server made a mistake; the call is kept, connect again"
            await self._refuse(Refused(Close.FAULT, Fault.SERVER_FAULT, fault))
        finally:
            if self._line is not None and not self._over:
                self._line.call.disconnected()

    async def _read(self) -> tuple["_Line", protocol.Stop]:
        """Take messages in turn until one says stop; any of them shows that the line is alive."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._idle_s) as patience:
                armed = loop.time()
                while True:
                    message = await self._socket.receive()
                    # Moving the timer at every message would cost more than the message.
                    if (now := loop.time()) - armed > self._idle_s / 30:
                        patience.reschedule(now + self._idle_s)
                        armed = now
                    if message["type"] == "websocket.disconnect":
                        raise WebSocketDisconnect(message.get("code", 1006))
                    self._counts.messages += 1
                    data = message.get("bytes")
                    if data is not None:
                        await self._take_sound(data)
                    elif (stop := await self._take_text(message.get("text") or "")) is not None:
                        return stop
        except TimeoutError:
            self._counts.idle += 1
            silent = f"nothing came for {self._idle_s:g} s; the call is kept for a while"
            raise Refused(Close.IDLE, Fault.IDLE, silent) from None

    async def _take_sound(self, data: bytes) -> None:
        if len(data) > protocol.MAX_MESSAGE_BYTES:
            raise _too_large(len(data))
        line = self._line
        if line is None:
            await self._complain(Fault.NOT_STARTED, "sound before start; it is dropped")
            return
        line.hear(data)
        if line.position >= self._ack_at:
            self._ack_at = line.position + self._ack_step
            await self._say(protocol.Ack(kept=line.kept))
            await until_there_is_room(line.call, self._counts)

    async def _take_text(self, text: str) -> "tuple[_Line, protocol.Stop] | None":
        """Do what a message says; return what is to be stopped where it says so."""
        if len(text) > protocol.MAX_MESSAGE_BYTES:
            raise _too_large(len(text))
        try:
            message = protocol.read_client(text)
            if isinstance(message, protocol.Start):
                await self._start(message)
                return None
            if isinstance(message, protocol.KeepAlive):
                return None
            line = self._opened()
            match message:
                case protocol.Stop():
                    return line, message
                case protocol.Resume():
                    line.resume(message.from_sample)
                case protocol.Tell():
                    line.call.tell(message.event, message.value)
                case _:
                    assert_never(message)
        except MessageInvalid as err:
            await self._complain(err.fault, str(err))
        return None

    def _opened(self) -> "_Line":
        if self._line is None:
            raise MessageInvalid(Fault.NOT_STARTED, "start comes first")
        return self._line

    async def _start(self, start: protocol.Start) -> None:
        if self._line is not None:
            raise MessageInvalid(Fault.ALREADY_STARTED, "one connection carries one call")
        try:
            call = self._host.open(start.call("audio socket"))
        except CallBusy as err:
            raise Refused(Close.BUSY, Fault.CALL_BUSY, str(err)) from err
        except Overloaded as err:
            raise Refused(Close.COME_BACK_LATER, Fault.OVER_CAPACITY, str(err)) from err
        except PipelineError as err:
            raise Refused(Close.FAULT, err.code, str(err)) from err
        line = self._line = _Line(start, call)
        self._ack_step = round(ACK_EVERY_S * start.call_rate_hz)
        self._ack_at = line.position + self._ack_step
        self._counts.resumed += call.kept > 0
        await self._say(
            protocol.Started(call_id=call.call_id, kept=line.kept, rate_hz=start.call_rate_hz)
        )

    async def _stop(self, line: "_Line", stop: protocol.Stop) -> None:
        line.finish()
        self._over = True
        async with asyncio.timeout(LONGEST_STOP_S):
            await line.call.hang_up(stop.reason)
        await self._say(protocol.Stopped(kept=line.heard))
        await self._socket.close(Close.DONE)

    async def _complain(self, fault: Fault, message: str) -> None:
        """Say what was wrong with a message; the call goes on."""
        self._counts.faults += 1
        self._faults += 1
        if self._line is None and fault in _FATAL_FIRST:
            raise Refused(_FATAL_FIRST[fault], fault, message)
        if self._faults > MAX_FAULTS:
            raise Refused(Close.BAD_START, Fault.TOO_MANY_FAULTS, "too many bad messages")
        await self._say(protocol.Error(code=fault, message=message, fatal=False))

    async def _refuse(self, refused: Refused) -> None:
        self._counts.refused += 1
        call_id = self._line.call.call_id if self._line else ""
        log.warning("ingest_refused", call_id=call_id, code=refused.code, reason=str(refused))
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            message = str(refused)
            await self._say(protocol.Error(code=refused.code, message=message, fatal=True))
            await self._socket.close(refused.close, refused.code)

    async def _say(self, message: protocol.ServerMessage) -> None:
        await self._socket.send_text(protocol.write(message))


_FATAL_FIRST = {
    Fault.UNSUPPORTED_AUDIO: Close.UNSUPPORTED,
    Fault.INVALID_MESSAGE: Close.BAD_START,
}
"""Without a call there is nothing to go on with after these."""


def _too_large(size: int) -> Refused:
    return Refused(
        Close.TOO_LARGE,
        Fault.TOO_LARGE,
        f"a message of {size} bytes; at most {protocol.MAX_MESSAGE_BYTES} are taken",
    )
