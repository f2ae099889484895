"""Plays recordings as live calls over the real audio socket: for demos, load and latency tests.

A call is paced like a microphone by an absolute clock: a message leaves when its last sample has
been spoken, and a late one does not make the next ones late. A line that breaks, by intent or not,
is taken up again where the server says it stopped, while the speaker talks on.
"""

import asyncio
import contextlib
import json
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from math import isfinite
from pathlib import Path
from typing import assert_never

from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from models.types import Channel, Samples
from pipeline.audio.codecs import Encoding, encode
from pipeline.audio.decode import open_audio, read_all
from pipeline.live import CallStart
from streaming import protocol
from streaming.errors import ServerUnreachable, StreamingError, UsageFault
from streaming.protocol import Fault

STEREO = (Channel.AGENT, Channel.CUSTOMER)
ANSWER_S = 10.0
STOP_S = 180.0
"""A call is scored before `stopped` comes; a busy server may take its time."""
RETRIES = 8
RETRY_S = 0.25
_PASSING = {Fault.CALL_BUSY, Fault.OVER_CAPACITY, Fault.IDLE, Fault.SERVER_FAULT}
"""Refusals that a call which was on the line already outwaits: the server may not have noticed yet
that the old line is broken."""


class CallRefused(StreamingError):
    """The server would not carry the call; `code` is the protocol's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording in memory: samples of shape [channels, n], and who is on which channel."""

    samples: Samples = field(repr=False)
    rate_hz: int
    channels: tuple[Channel, ...]

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples[0]) / self.rate_hz


@dataclass(frozen=True, slots=True)
class Pace:
    """How a call is sent. `speed` 1 is real time, infinity as fast as the server reads."""

    speed: float = 1.0
    message_ms: float = 100.0
    encoding: Encoding = Encoding.PCM16
    drop_at: tuple[float, ...] = ()
    """Seconds of the call at which the line is cut."""
    away_s: float = 1.0
    """Real seconds until the line is back; the call goes on meanwhile."""
    tell: tuple[tuple[float, str], ...] = ()
    """What the telephony says, and at which second of the call: (12.5, "hold_start")."""


@dataclass(slots=True)
class Played:
    """What became of a call.

    `t0` and `epoch` are `time.monotonic` and `time.time` at which sample 0 was spoken.
    """

    call_id: str
    t0: float
    epoch: float
    rate_hz: int
    samples: int = 0
    kept: int = 0
    acks: int = 0
    messages: int = 0
    resumed: int = 0
    worst_late_s: float = 0.0
    """How far behind its clock a message left, lines that were cut aside."""
    faults: list[str] = field(default_factory=list)
    stopped_after_s: float = 0.0
    """From `stop` to `stopped`."""
    _ends: list[int] = field(default_factory=list, repr=False)
    _left: list[float] = field(default_factory=list, repr=False)

    def left(self, end: int, at: float) -> None:
        """Note that the samples before `end` have left by `at`, on the monotonic clock."""
        if not self._ends or end > self._ends[-1]:
            self._ends.append(end)
            self._left.append(at)

    def sent_at(self, second: float) -> float:
        """Return when, on the monotonic clock, this second of the call had been sent (first)."""
        index = bisect_left(self._ends, second * self.rate_hz)
        return self._left[min(index, len(self._left) - 1)]


Watch = Callable[[str, float], None]
"""Told a call's id and how many seconds of it have been sent."""


def load_sound(path: Path | str, roles: tuple[Channel, ...] = STEREO) -> Sound:
    """Read a recording; one channel is `mixed` unless `roles` names just one.

    Raises:
        AudioUnreadable: there is no sound in it.
    """
    source = open_audio(path)
    if source.channels == 1:
        roles = roles if len(roles) == 1 else (Channel.MIXED,)
    return Sound(read_all(source), source.rate_hz, roles)


def call_start(call_id: str, sound: Sound, like: CallStart | None = None) -> CallStart:
    """Return the start of a call with this sound; agent, queue and facts are those of `like`."""
    if like is None:
        return CallStart(call_id, sound.channels, sound.rate_hz)
    return replace(like, call_id=call_id, channels=sound.channels, rate_hz=sound.rate_hz)


async def play(
    sound: Sound | Path,
    start: CallStart,
    *,
    url: str,
    token: str = "",
    speed: float | None = None,
    pace: Pace = Pace(),
    watch: Watch | None = None,
) -> Played:
    """Play one call to its end and wait until the server has it all.

    A path is read with `start.channels` as its roles; the rate is always the sound's own. `url` is
    the server's address, with or without the socket's path. `speed` overrides the pace's.

    Raises:
        AudioUnreadable: there is no sound at the path.
        ServerUnreachable: nothing answers there, or it refuses the token.
        CallRefused: the server will not carry this call.
        UsageFault: the sound's rate or the call's names do not fit the protocol.
    """
    if isinstance(sound, Path):
        sound = await asyncio.to_thread(load_sound, sound, start.channels)
    if speed is not None:
        pace = replace(pace, speed=speed)
    first = _first_message(sound, start, pace)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return await _Caller(sound, socket_url(url), first, pace, watch).play(headers)


async def play_many(
    plans: Sequence[tuple[Sound, CallStart]],
    *,
    url: str,
    token: str = "",
    pace: Pace = Pace(),
    stagger_s: float = 0.1,
    watch: Watch | None = None,
) -> list[Played | StreamingError]:
    """Play calls at once, each begun `stagger_s` after the last; one that fails stops no other."""

    async def one(number: int, sound: Sound, start: CallStart) -> Played | StreamingError:
        await asyncio.sleep(number * stagger_s)
        try:
            return await play(sound, start, url=url, token=token, pace=pace, watch=watch)
        except StreamingError as err:
            return err

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(n, *plan)) for n, plan in enumerate(plans)]
    return [task.result() for task in tasks]


def socket_url(url: str) -> str:
    """Return the audio socket's address on a server given as http(s):// or ws(s)://."""
    url = url.replace("http://", "ws://", 1).replace("https://", "wss://", 1).rstrip("/")
    return url if url.endswith(protocol.AUDIO_PATH) else url + protocol.AUDIO_PATH


class _BrokenLine(Exception):
    """The line is gone or not to be had just now; `error` is what to say if it stays so."""

    def __init__(self, error: StreamingError) -> None:
        super().__init__(str(error))
        self.error = error


class _Caller:
    """One call, over as many connections as it takes."""

    def __init__(
        self, sound: Sound, url: str, start: protocol.Start, pace: Pace, watch: Watch | None
    ) -> None:
        self._url, self._start, self._pace, self._watch = url, start, pace, watch
        self._data = memoryview(encode(sound.samples, pace.encoding))
        self._group = pace.encoding.width * len(sound.channels)
        self._size = sound.samples.shape[1]
        self._step = max(1, round(pace.message_ms / 1000 * sound.rate_hz))
        self._cuts = sorted(round(at * sound.rate_hz) for at in pace.drop_at)
        self._tells = sorted((round(at * sound.rate_hz), event) for at, event in pace.tell)
        self._per_sample_s = 1 / (sound.rate_hz * pace.speed)
        self._played = Played(start.call_id, 0.0, 0.0, sound.rate_hz, self._size)
        self._catching_up = False
        self._stopped = False
        self._stop_sent = 0.0
        self._fatal: protocol.Error | None = None

    async def play(self, headers: dict[str, str]) -> Played:
        tries = 0
        while not self._stopped:
            try:
                await self._one_line(headers)
                tries = 0
                if not self._stopped:
                    await asyncio.sleep(self._pace.away_s)
            except _BrokenLine as broken:
                tries += 1
                if tries > RETRIES:
                    raise broken.error from broken
                await asyncio.sleep(RETRY_S * tries)
        return self._played

    async def _one_line(self, headers: dict[str, str]) -> None:
        """Connect and go on with the call, until it is stopped or the line is cut on purpose."""
        line = await self._connect(headers)
        try:
            at = await self._open(line)
            async with asyncio.TaskGroup() as group:
                reader = group.create_task(self._listen(line))
                cut = await self._talk(line, at)
                if cut:
                    line.transport.abort()
                async with asyncio.timeout(STOP_S):
                    await reader
        except TimeoutError as err:
            raise CallRefused("timeout", "the server does not answer") from err
        finally:
            await line.close()
        if cut or self._stopped:
            return
        if self._fatal is not None and self._fatal.code not in _PASSING:
            raise CallRefused(self._fatal.code, self._fatal.message)
        raise _BrokenLine(ServerUnreachable("the line breaks again and again"))

    async def _connect(self, headers: dict[str, str]) -> ClientConnection:
        try:
            return await connect(
                self._url, additional_headers=headers, compression=None, open_timeout=ANSWER_S
            )
        except InvalidStatus as err:
            status = err.response.status_code
            error = ServerUnreachable(f"{self._url} answers {status}: {_detail(err)}")
            if status == HTTPStatus.SERVICE_UNAVAILABLE and self._played.t0:
                raise _BrokenLine(error) from err
            raise error from err
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as err:
            error = ServerUnreachable(f"nothing answers at {self._url}: {err}")
            if self._played.t0:
                raise _BrokenLine(error) from err
            raise error from err

    async def _open(self, line: ClientConnection) -> int:
        """Start or resume the call; return the sample to go on from."""
        try:
            async with asyncio.timeout(ANSWER_S):
                await line.send(protocol.write(self._start))
                answer = protocol.read_server(await line.recv())
        except ConnectionClosed as err:
            raise _BrokenLine(ServerUnreachable("the line broke at once")) from err
        if isinstance(answer, protocol.Error):
            error = CallRefused(answer.code, answer.message)
            if answer.code in _PASSING and self._played.t0:
                raise _BrokenLine(error)
            raise error
        if not isinstance(answer, protocol.Started):
            raise CallRefused("protocol", "the server's first word is not started")
        if not self._played.t0:
            behind_s = answer.kept * self._per_sample_s
            self._played.t0 = time.monotonic() - behind_s
            self._played.epoch = time.time() - behind_s
        else:
            self._played.resumed += 1
            self._catching_up = True
        return answer.kept

    async def _talk(self, line: ClientConnection, at: int) -> bool:
        """Send the rest of the call and stop it; True where the line is to be cut first."""
        try:
            while at < self._size:
                end = min(at + self._step, self._size)
                if self._cuts and end >= self._cuts[0]:
                    self._cuts.pop(0)
                    return True
                while self._tells and self._tells[0][0] <= at:
                    _, event = self._tells.pop(0)
                    await line.send(protocol.write(protocol.Tell(event=event)))
                await self._until_spoken(end)
                await line.send(self._data[at * self._group : end * self._group])
                self._played.messages += 1
                self._played.left(end, time.monotonic())
                if self._watch is not None:
                    self._watch(self._start.call_id, end / self._start.rate_hz)
                at = end
            self._stop_sent = time.monotonic()
            await line.send(protocol.write(protocol.Stop()))
        except ConnectionClosed:
            pass  # what the server said last is with the listener
        return False

    async def _until_spoken(self, end: int) -> None:
        wait_s = self._played.t0 + end * self._per_sample_s - time.monotonic()
        if wait_s > 0:
            self._catching_up = False
            await asyncio.sleep(wait_s)
            return
        if not self._catching_up and isfinite(self._pace.speed):
            self._played.worst_late_s = max(self._played.worst_late_s, -wait_s)
        # The listener must get its turn even if every message is late.
        await asyncio.sleep(0)

    async def _listen(self, line: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in line:
                message = protocol.read_server(text)
                match message:
                    case protocol.Ack():
                        self._played.kept = message.kept
                        self._played.acks += 1
                    case protocol.Stopped():
                        self._played.kept = message.kept
                        self._played.stopped_after_s = time.monotonic() - self._stop_sent
                        self._stopped = True
                    case protocol.Error():
                        self._played.faults.append(message.code)
                        self._fatal = message if message.fatal else self._fatal
                    case protocol.Started():
                        pass
                    case _:
                        assert_never(message)


def _first_message(sound: Sound, start: CallStart, pace: Pace) -> protocol.Start:
    try:
        return protocol.Start(
            call_id=start.call_id,
            agent=start.agent,
            queue=start.queue,
            direction="outbound" if start.direction == "outbound" else "inbound",
            language=start.language,
            channels=sound.channels,
            encoding=pace.encoding,
            rate_hz=sound.rate_hz,
            facts=dict(start.facts),
        )
    except ValidationError as err:
        raise UsageFault("; ".join(part["msg"] for part in err.errors())) from err


def _detail(err: InvalidStatus) -> str:
    """Return what a problem document says."""
    try:
        return str(json.loads(err.response.body or b"")["detail"])
    except (ValueError, KeyError, TypeError):
        return "no reason given"
