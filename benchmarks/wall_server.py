"""A server without engines for many told calls: what a wall gets when a floor is busy.

Run as `python -m benchmarks.wall_server CALLS`; prints its address, then tells events until it is
stopped. Each call speaks in turns with partials, as live ones do; moods, items and hints come now
and then, and a few calls end and begin each minute.
"""

import asyncio
import random
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from models.types import Channel, Utterance
from pipeline.events import (
    AngerChanged,
    CallEnded,
    CallStarted,
    ChecklistChanged,
    Event,
    HintRaised,
    NoteSent,
    PartialTranscript,
    SpeechStarted,
    SpeechStopped,
    UtteranceFinal,
    durable,
)
from pipeline.store.alerts import Alerts
from pipeline.store.repo import Store
from qa_rules.types import (
    Anger,
    ChecklistItem,
    Evidence,
    Finding,
    HappenedEvent,
    Hint,
    Severity,
    State,
)
from streaming.auth import Guard, GuardMiddleware
from streaming.bus import Bus
from streaming.deps import Deps, LiveHandle
from streaming.live import live_routes
from streaming.pages import page_routes
from streaming.wall import Wall

WORDS = "I have been waiting for this parcel since the third of March and nobody called me back"
PARTIAL_S = 0.5
ITEMS = tuple(
    ChecklistItem(f"I-{n}", f"Item {n}", f"Item {n}", Severity.REQUIRED, "Opening")
    for n in range(12)
)


@dataclass(slots=True)
class ToldCall:
    """A live call without a session behind it."""

    call_id: str
    agent: str
    queue: str
    direction: str = "inbound"
    started_at: str = ""
    began: float = 0.0
    anger: int = 0
    flagged: bool = False
    seq: int = 0
    turn: int = 0
    happened: tuple[HappenedEvent, ...] = field(default=())

    @property
    def seconds(self) -> float:
        """How long it is on."""
        return asyncio.get_running_loop().time() - self.began

    def tell(self, event: str, value: object = None) -> None:
        """Take nothing."""

    def dismiss(self, hint_id: str) -> None:
        """Take nothing."""

    def note(self, note: NoteSent) -> None:
        """Take nothing."""


class Floor:
    """Told calls, and what they say. A host for the pages."""

    def __init__(self, count: int, bus: Bus, store: Store) -> None:
        self.calls: dict[str, ToldCall] = {}
        self._count, self._bus, self._store = count, bus, store
        self._random = random.Random(7)
        self._made = 0

    def live(self) -> list[ToldCall]:
        """List the calls."""
        return list(self.calls.values())

    def get(self, call_id: str) -> LiveHandle | None:
        """Return a call."""
        return self.calls.get(call_id)

    async def run(self) -> None:
        """Tell events until cancelled: every call once each `PARTIAL_S`, spread over the time."""
        while True:
            while len(self.calls) < self._count:
                self._begin()
            for n, call in enumerate(self.live()):
                self._step(call)
                if n % 20 == 0:
                    await asyncio.sleep(PARTIAL_S * 20 / self._count)
            if self._random.random() < PARTIAL_S / 10:
                self._end(self._random.choice(self.live()))

    def _begin(self) -> None:
        n = self._made
        self._made += 1
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        call = ToldCall(f"call-{n}", f"Agent {n % 250}", f"Queue {n % 7}", started_at=at)
        call.began = asyncio.get_running_loop().time() - self._random.uniform(0, 900)
        self.calls[call.call_id] = call
        both = (Channel.AGENT, Channel.CUSTOMER)
        started = CallStarted(
            call.call_id, at, call.agent, call.queue, "inbound", "en", both, 8000, (), ITEMS
        )
        self._store.append(call.call_id, [(1, started)])
        self._tell(call, started)

    def _end(self, call: ToldCall) -> None:
        self._tell(call, CallEnded(call.seconds, "completed"))
        del self.calls[call.call_id]

    def _step(self, call: ToldCall) -> None:
        """Say the next half second: a turn is ten partials, then its end and its final."""
        at, chance = call.seconds, self._random.random
        step, call.turn = call.turn % 12, call.turn + 1
        turn = call.turn // 12
        channel = (Channel.AGENT, Channel.CUSTOMER)[turn % 2]
        if step == 0:
            self._tell(call, SpeechStarted(channel, turn, at))
        elif step < 10:
            self._tell(call, PartialTranscript(channel, turn, at, at, WORDS[: 8 * step]))
        elif step == 10:
            self._tell(call, SpeechStopped(channel, turn, at))
        else:
            self._tell(call, UtteranceFinal(Utterance(turn, channel, at - 5.0, at, WORDS, 0.9)))
            if chance() < 0.15:
                self._feel(call, at, turn)
            if chance() < 0.5:
                item = self._random.choice(ITEMS)
                found = Finding(item.rule_id, item.title, item.severity, State.DONE, at=at)
                self._tell(call, ChecklistChanged(found))
            if chance() < 0.3:
                hint = Hint(f"h#{turn}", "h", "Say what happens next", at, at + 25)
                self._tell(call, HintRaised(hint))

    def _feel(self, call: ToldCall, at: float, turn: int) -> None:
        level = self._random.choice((0, 0, 0, 1, 1, 2, 3))
        proof = Evidence("nobody called me back", at, at, turn, Channel.CUSTOMER)
        call.anger, call.flagged = level, level > 1
        self._tell(call, AngerChanged(Anger(level, level > 1, at, (proof,))))

    def _tell(self, call: ToldCall, event: Event) -> None:
        if durable(event):
            call.seq += 1
        self._bus.publish(call.call_id, call.seq if durable(event) else None, event)


async def serve(count: int, folder: Path) -> None:
    """Serve the wall of so many calls, and print its address."""
    store = Store.open(f"sqlite:///{folder / 'wall.db'}")
    bus, readers = Bus(), ThreadPoolExecutor(2)
    floor, guard = Floor(count, bus, store), Guard(None)
    wall = Wall(bus, floor, Alerts(store.database), readers)
    deps = Deps(store, floor, bus, guard, readers, lambda: {"store": True}, "0", folder, wall=wall)
    app = Starlette(routes=[*live_routes(deps), *page_routes(deps)])
    app.add_middleware(GuardMiddleware, guard=guard)
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", ws="websockets-sansio", lifespan="off")
    )
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}", flush=True)
    telling = asyncio.create_task(floor.run())
    await server.main_loop()
    telling.cancel()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(serve(int(sys.argv[1]), Path(made)))
