"""Events out by WebSocket: one call from any number on, or the wall of all live calls.

A message is {"call", "seq", "event"}. Before the first comes {"hello": ...}, which says where the
call stands; after the past {"caught_up": number}; and in quiet times {"beat": ...}, by which a page
tells a silent line from a dead one.
The socket reads as well as sends: one that only sends never learns that it is closed.
"""

import asyncio
import json
from dataclasses import dataclass

import anyio
import anyio.lowlevel
import structlog
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from pipeline.errors import PipelineError
from pipeline.events import CallEnded, CallStarted
from streaming.access import Permission, own_agent, person_of
from streaming.auth import NOT_ALLOWED
from streaming.bus import Mailbox, Parcel
from streaming.deps import Deps, LiveSummary
from streaming.wall_feed import WallWatcher

log = structlog.get_logger(__name__)

BEAT_S = 10.0
SEND_S = 20.0
"""A reader that takes nothing for so long is given up; it resumes by number."""
LINGER_S = 30.0
"""How long an ended call's socket stays open for the score and the after-call work."""
GAP_TRIES, GAP_WAIT_S = 20, 0.1
"""The store's writer may lag behind the ring; after two seconds the page is told to come back."""
BURST = 64
"""Messages sent before other tasks get a turn."""

OVER, AGAIN = 1000, 1013
"""Close codes: nothing more will come; come back with your last number."""


def live_routes(deps: Deps) -> list[BaseRoute]:
    """Return the event sockets: `/calls/{call_id}/live?after=`, `/live?agent=`, `/live?wall=1`."""

    async def one(socket: WebSocket) -> None:
        if await deps.guard.admit(socket):
            call_id = socket.path_params["call_id"]
            await _serve(_CallFeed(deps, socket, call_id, _after(socket)))

    async def every(socket: WebSocket) -> None:
        if await deps.guard.admit(socket):
            if socket.query_params.get("wall"):
                await _serve_wall(deps, socket)
                return
            asked = socket.query_params.get("agent", "")
            own = own_agent(socket)
            await _serve(_WallFeed(deps, socket, asked if own is None else own))

    return [
        WebSocketRoute("/calls/{call_id}/live", one, name="call_live"),
        WebSocketRoute("/live", every, name="live"),
    ]


def summary_data(call: LiveSummary) -> dict[str, object]:
    """Return a live call as the wire shows it."""
    return {
        "call_id": call.call_id,
        "agent": call.agent,
        "queue": call.queue,
        "direction": call.direction,
        "started_at": call.started_at,
        "seconds": round(call.seconds, 2),
        "anger": call.anger,
        "flagged": call.flagged,
    }


@dataclass(slots=True)
class _Feed:
    """What one socket is sent, and how."""

    deps: Deps
    socket: WebSocket
    sent: int = 0

    async def say(self, text: str) -> None:
        async with asyncio.timeout(SEND_S):
            await self.socket.send_text(text)
        self.sent += 1
        if self.sent % BURST == 0:
            await anyio.lowlevel.checkpoint()


class _CallFeed(_Feed):
    """One call's events, each number once and in order."""

    def __init__(self, deps: Deps, socket: WebSocket, call_id: str, after: int) -> None:
        super().__init__(deps, socket)
        self.call_id = call_id
        self.last = after
        self.ended = False

    def listen(self) -> Mailbox:
        return self.deps.bus.listen(self.call_id, self.last)

    def _seconds(self) -> float | None:
        call = self.deps.summary(self.call_id)
        return None if call is None else round(call.seconds, 2)

    async def greet(self) -> None:
        call = self.deps.summary(self.call_id)
        body: dict[str, object] = {"live": call is not None, "after": self.last}
        if call is not None:
            body |= summary_data(call)
        await self.say(json.dumps({"call": self.call_id, "hello": body}))

    async def beat(self) -> None:
        await self.say(json.dumps({"call": self.call_id, "beat": {"seconds": self._seconds()}}))

    async def pass_on(self, parcel: Parcel) -> None:
        if parcel.seq is not None:
            if parcel.seq <= self.last:
                return
            self.last = parcel.seq
        if isinstance(parcel.event, CallEnded):
            self.ended = True
        await self.say(parcel.text)

    async def catch_up(self, box: Mailbox) -> bool:
        """Send what happened before; False where the store cannot tell it yet."""
        if box.missing is not None and not await self._replay(*box.missing):
            return False
        for parcel in box.backlog:
            await self.pass_on(parcel)
        box.backlog = ()
        await self.say(json.dumps({"call": self.call_id, "caught_up": self.last}))
        return True

    async def _replay(self, first: int, last: int) -> bool:
        """Send events `first` to `last` from the store; `last` past the end means all there are."""
        known = last < 2**62
        for _ in range(GAP_TRIES):
            past = await self.deps.read(self.deps.store.events, self.call_id, first - 1)
            for seq, event in past:
                if seq > last:
                    break
                await self.pass_on(Parcel(self.call_id, seq, event))
            if not known or self.last >= last:
                return True
            first = self.last + 1
            await anyio.sleep(GAP_WAIT_S)
        return False


class _WallFeed(_Feed):
    """The live calls, of one agent where one is named."""

    def __init__(self, deps: Deps, socket: WebSocket, agent: str) -> None:
        super().__init__(deps, socket)
        self.agent = agent
        self.ended = False
        self._shown: set[str] = set()

    def listen(self) -> Mailbox:
        return self.deps.bus.listen(None)

    def _calls(self) -> list[dict[str, object]]:
        calls = [c for c in self.deps.host.live() if self.agent in ("", c.agent)]
        self._shown = {c.call_id for c in calls}
        return [summary_data(c) for c in calls]

    async def greet(self) -> None:
        await self.say(json.dumps({"hello": {"calls": self._calls()}}))

    async def beat(self) -> None:
        await self.say(json.dumps({"beat": {"calls": self._calls()}}))

    async def pass_on(self, parcel: Parcel) -> None:
        event = parcel.event
        if self.agent and isinstance(event, CallStarted) and event.agent == self.agent:
            self._shown.add(parcel.call_id)
        if not self.agent or parcel.call_id in self._shown:
            await self.say(parcel.text)

    async def catch_up(self, box: Mailbox) -> bool:
        return True


async def _serve(feed: _CallFeed | _WallFeed) -> None:
    """Run one socket to its end: the page's, the server's, or the call's."""
    await feed.socket.accept()
    box = feed.listen()
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_read, feed.socket, tasks.cancel_scope)
            tasks.start_soon(_write, feed, box, tasks.cancel_scope)
    finally:
        feed.deps.bus.leave(box)


async def _serve_wall(deps: Deps, socket: WebSocket) -> None:
    """Run a supervisor's socket until its page goes."""
    await socket.accept()
    if deps.wall is None or not person_of(socket).may(Permission.LIVE):
        await socket.close(NOT_ALLOWED.close_code, NOT_ALLOWED.message)
        return
    watcher = WallWatcher(deps, deps.wall, socket)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_read, socket, tasks.cancel_scope)
        try:
            await watcher.serve()
        except (PipelineError, TimeoutError) as error:
            log.warning("wall_feed_stopped", reason=str(error))
            await _close_stuck(socket)
        except (WebSocketDisconnect, RuntimeError):
            pass  # the page went while we were sending
        tasks.cancel_scope.cancel()


async def _read(socket: WebSocket, scope: anyio.CancelScope) -> None:
    """Wait for the page to go; nothing that it says is asked for."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
    scope.cancel()


async def _write(feed: _CallFeed | _WallFeed, box: Mailbox, scope: anyio.CancelScope) -> None:
    """Send until nothing more will come, and close with a code that says how to go on."""
    code, reason = AGAIN, "come back with your last number"
    try:
        await feed.greet()
        if await feed.catch_up(box) and await _follow(feed, box):
            code, reason = OVER, "the call is over"
        await feed.socket.close(code, reason)
    except PipelineError as error:
        log.warning("event_replay_failed", code=error.code)
        await _close_stuck(feed.socket)
    except TimeoutError:
        await _close_stuck(feed.socket)
    except (WebSocketDisconnect, RuntimeError):
        pass  # the page went while we were sending
    scope.cancel()


async def _follow(feed: _CallFeed | _WallFeed, box: Mailbox) -> bool:
    """Send what comes; True when the call is over, False where the mailbox overflowed."""
    while True:
        parcel = box.take()
        if parcel is not None:
            await feed.pass_on(parcel)
            continue
        if box.overflowed:
            return False
        try:
            async with asyncio.timeout(LINGER_S if feed.ended else BEAT_S):
                await box.wait()
        except TimeoutError:
            if feed.ended:
                return True
            await feed.beat()


async def _close_stuck(socket: WebSocket) -> None:
    """Close towards a reader that takes nothing; do not wait for it."""
    with anyio.move_on_after(1.0):
        await socket.close(AGAIN, "come back with your last number")


def _after(socket: WebSocket) -> int:
    """Read the number to go on from; nonsense means from the start."""
    text = socket.query_params.get("after", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
