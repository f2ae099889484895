"""Twilio Media Streams, `/v1/twilio`: one socket a call leg, mu-law in base64 in JSON.

Written to Twilio's published description of the stream and tolerant of senders that speak its
dialect: numbers may be strings, what is unknown is ignored and counted, and no message of a stream
that has begun closes it. We only listen, so nothing is ever sent but the close.
"""

import asyncio
import binascii
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from pipeline.audio.codecs import decode
from pipeline.config import Settings, TwilioSettings
from pipeline.errors import AudioUnreadable, CallBusy, Overloaded, PipelineError, SettingsInvalid
from pipeline.live import CallHost, CallStart, LiveCall
from streaming.auth import Guard
from streaming.ingest import IngestCounts, admitted, deny, until_there_is_room
from streaming.protocol import Close
from streaming.telephony.twilio_wire import (
    TRACKS,
    StreamRefused,
    StreamStart,
    number_of,
    read_object,
    read_start,
    sides_of,
    signed,
)

log = structlog.get_logger(__name__)

TWILIO_PATH = "/v1/twilio"
JITTER_MS = 40
"""Time stamps are rounded and packets are 20 ms: a jump of more than two is a hole."""
RESTART_MS = 5_000
"""A clock that goes back this far was started again; nobody repeats so much."""
FAR_S = 35.0
"""A place so far ahead of all that was heard is a clock that jumped, not a silence: a line that is
silent for longer has been closed."""
REMEMBERED = 64
"""Messages among which a repeated number is looked for."""
REMEMBERED_CALLS = 1_000
LONGEST_STOP_S = 120.0
LOOK_EVERY = 50
"""Messages between two looks at how far behind the call is."""


@dataclass(slots=True)
class TwilioCounts(IngestCounts):
    """What happened at the Twilio sockets since the start."""

    unknown: int = 0
    before_start: int = 0
    bad_payloads: int = 0
    duplicates: int = 0
    holes: int = 0
    clock_jumps: int = 0


@dataclass(slots=True)
class _Leaving:
    """When calls were left by their streams, so that the next stream of the call finds its place.

    Holds the last thousand; an older call has ended long since.
    """

    at: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def note(self, call_id: str) -> None:
        self.at[call_id] = time.monotonic()
        if len(self.at) > REMEMBERED_CALLS:
            self.at.popitem(last=False)

    def away_s(self, call_id: str) -> float:
        left = self.at.pop(call_id, None)
        return 0.0 if left is None else min(time.monotonic() - left, FAR_S)


def twilio_routes(
    host: CallHost,
    settings: Settings,
    counts: TwilioCounts | None = None,
    guard: Guard | None = None,
) -> list[BaseRoute]:
    """Return the route of the stream's socket.

    With signing tokens configured only Twilio's signature lets in; without any, our own
    tokens do, by the guard (without one given, the settings' token).

    Raises:
        SettingsInvalid: signing tokens without the public address they sign, or a track map that
            does not name two sides.
    """
    twilio = settings.twilio
    tokens = [token.get_secret_value() for token in twilio.auth_tokens]
    if tokens and not twilio.public_url:
        raise SettingsInvalid("twilio.auth_tokens need twilio.public_url, the address in the TwiML")
    sides_of(twilio.track_map)
    counted = TwilioCounts() if counts is None else counts
    token = settings.token.get_secret_value() if settings.token is not None else None
    doorkeeper = Guard(token) if guard is None else guard
    leaving = _Leaving()

    async def stream(socket: WebSocket) -> None:
        if not tokens:
            if not await admitted(socket, doorkeeper, counted):
                return
        elif signed(socket.headers.get("x-twilio-signature", ""), twilio.public_url, tokens):
            counted.connections += 1
        else:
            counted.refused += 1
            why = "the signature is not Twilio's for the configured address"
            await deny(socket, HTTPStatus.FORBIDDEN, "signature_wrong", why)
            return
        await _Stream(socket, host, settings, counted, leaving).serve()

    return [WebSocketRoute(TWILIO_PATH, stream, name="twilio")]


class _Clock:
    """Where one call's media go: the tracks' time stamps on the call clock."""

    def __init__(self, call: LiveCall, start: StreamStart, first: int) -> None:
        """Let the stream's time 0 be sample `first` of the call."""
        self.call, self._encoding = call, start.encoding
        self._rate_hz = rate_hz = start.call.rate_hz
        self._channel = {track: number for number, track in enumerate(start.tracks)}
        self._offset = first
        self._next = dict.fromkeys(start.tracks, first)
        self._jitter = JITTER_MS * rate_hz // 1000
        self._restart = RESTART_MS * rate_hz // 1000

    def hear(self, track: str, payload: bytes, stamp_ms: int | None, counts: TwilioCounts) -> None:
        """Push a track's payload to its place.

        Raises:
            AudioUnreadable: the payload is no whole number of samples.
        """
        samples = decode(payload, self._encoding)
        expected = self._next[track]
        at = expected
        if stamp_ms is not None:
            stamped = stamp_ms * self._rate_hz // 1000 + self._offset
            if abs(stamped - expected) > self._jitter:
                at = self._jump(stamped, expected, counts)
        self.call.push(self._channel[track], samples, at)
        self._next[track] = max(expected, at + len(samples))

    def _jump(self, stamped: int, expected: int, counts: TwilioCounts) -> int:
        """Return where a packet goes that does not follow the last one."""
        heard = max(self.call.kept, *self._next.values())
        if expected - self._restart <= stamped <= heard + FAR_S * self._rate_hz:
            counts.holes += stamped > expected
            return stamped
        counts.clock_jumps += 1
        log.warning("twilio_clock_jumped", call_id=self.call.call_id, samples=stamped - expected)
        self._offset += heard - stamped
        return heard


class _Stream:
    """One socket, from its upgrade to its close."""

    def __init__(
        self,
        socket: WebSocket,
        host: CallHost,
        settings: Settings,
        counts: TwilioCounts,
        leaving: _Leaving,
    ) -> None:
        self._socket, self._host = socket, host
        self._options: TwilioSettings = settings.twilio
        self._idle_s, self._counts, self._leaving = settings.idle_s, counts, leaving
        self._clock: _Clock | None = None
        self._taken = 0
        self._last_number = 0
        self._recent: deque[tuple[Any, ...]] = deque(maxlen=REMEMBERED)
        self._over = False

    async def serve(self) -> None:
        """Listen until the call stops, or the line breaks or falls silent."""
        offered = self._socket.scope.get("subprotocols")
        try:
            await self._socket.accept(offered[0] if offered else None)
            await self._read()
            await self._stop()
            await self._socket.close(Close.DONE)
        except WebSocketDisconnect:
            self._counts.lost += not self._over
        except StreamRefused as refused:
            self._counts.refused += 1
            log.warning("twilio_refused", code=refused.code, reason=str(refused))
            await self._close(refused.close, refused.code)
        except Exception:
            log.exception("twilio_failed", call_id=self._call_id)
            await self._close(Close.FAULT, "server_fault")
        finally:
            if self._clock is not None and not self._over:
                self._leaving.note(self._call_id)
                self._clock.call.disconnected()

    @property
    def _call_id(self) -> str:
        return self._clock.call.call_id if self._clock is not None else ""

    async def _close(self, code: Close, reason: str) -> None:
        try:
            await self._socket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError):
            return

    async def _read(self) -> None:
        """Take messages in turn until `stop`; any of them shows that the line is alive."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._idle_s) as patience:
                armed = loop.time()
                while True:
                    message = await self._socket.receive()
                    if (now := loop.time()) - armed > self._idle_s / 30:
                        patience.reschedule(now + self._idle_s)
                        armed = now
                    if message["type"] == "websocket.disconnect":
                        raise WebSocketDisconnect(message.get("code", 1006))
                    self._counts.messages += 1
                    if self._take(message.get("text")):
                        return
                    self._taken += 1
                    if self._taken % LOOK_EVERY == 0 and self._clock is not None:
                        await until_there_is_room(self._clock.call, self._counts)
        except TimeoutError:
            self._counts.idle += 1
            raise StreamRefused(
                Close.IDLE, "idle", f"nothing came for {self._idle_s:g} s"
            ) from None

    def _take(self, text: str | None) -> bool:
        """Do what a message says; True where the call has stopped."""
        message = read_object(text)
        kind = message.get("event")
        if kind == "media":
            self._hear(message)
        elif kind == "start":
            self._start(message)
        elif kind == "stop":
            return self._clock is not None
        elif kind == "dtmf":
            # Digits may be a card's: that keys were pressed is told, which ones never.
            if self._clock is not None:
                self._clock.call.tell("dtmf")
        elif kind not in ("connected", "mark"):
            self._counts.unknown += 1
        return False

    def _hear(self, message: Mapping[str, Any]) -> None:
        media = message.get("media")
        if self._clock is None:
            self._counts.before_start += 1
            return
        if not isinstance(media, dict) or self._is_repeated(message, media):
            self._counts.bad_payloads += not isinstance(media, dict)
            return
        try:
            payload = binascii.a2b_base64(media["payload"], strict_mode=True)
            track = media.get("track", TRACKS[0])
            self._clock.hear(track, payload, number_of(media.get("timestamp")), self._counts)
        except (KeyError, TypeError, ValueError, AudioUnreadable):
            self._counts.bad_payloads += 1

    def _is_repeated(self, message: Mapping[str, Any], media: Mapping[str, Any]) -> bool:
        """Note the message's number; True where this very message came before.

        A number alone is no proof: there are senders that number each track, or nothing.
        """
        number = number_of(message.get("sequenceNumber"))
        if number is None:
            return False
        key = (number, media.get("track"), media.get("timestamp"), media.get("chunk"))
        if number <= self._last_number and key in self._recent:
            self._counts.duplicates += 1
            return True
        self._recent.append(key)
        self._last_number = max(self._last_number, number)
        return False

    def _start(self, message: Mapping[str, Any]) -> None:
        if self._clock is not None:
            self._counts.unknown += 1
            return
        start = read_start(message, self._options)
        call = self._open(start.call)
        first = call.kept
        if first:
            first += round(self._leaving.away_s(call.call_id) * start.call.rate_hz)
            self._counts.resumed += 1
        self._clock = _Clock(call, start, first)

    def _open(self, start: CallStart) -> LiveCall:
        try:
            return self._host.open(start)
        except CallBusy as err:
            raise StreamRefused(Close.BUSY, err.code, str(err)) from err
        except Overloaded as err:
            raise StreamRefused(Close.COME_BACK_LATER, "over_capacity", str(err)) from err
        except PipelineError as err:
            raise StreamRefused(Close.FAULT, err.code, str(err)) from err

    async def _stop(self) -> None:
        self._over = True
        if self._clock is not None:
            async with asyncio.timeout(LONGEST_STOP_S):
                await self._clock.call.hang_up("completed")
