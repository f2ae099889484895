"""A host that keeps what was pushed, through the real aligner, and a real server around it."""

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field

import numpy as np
import uvicorn
from starlette.applications import Starlette

from pipeline.audio.align import Aligner, Gap
from pipeline.errors import CallBusy, Overloaded
from pipeline.live import CallStart


@dataclass
class RecordedCall:
    """A call that only listens."""

    start: CallStart
    changed: asyncio.Event
    capacity_s: float = 40.0
    connected: bool = True
    ended: str = ""
    told: list = field(default_factory=list)
    drops: int = 0
    gaps: list[Gap] = field(default_factory=list)
    lag_s: float = 0.0
    failing: bool = False

    def __post_init__(self):
        self.call_id = self.start.call_id
        self.aligner = Aligner(
            len(self.start.channels), self.start.rate_hz, capacity_s=self.capacity_s
        )
        self.frames = []

    @property
    def kept(self) -> int:
        return self.aligner.kept

    @property
    def waiting_s(self) -> float:
        return self.lag_s

    @property
    def samples(self) -> np.ndarray:
        """All that was heard so far."""
        channels = len(self.start.channels)
        return np.concatenate([np.zeros((channels, 0), np.float32), *self.frames], axis=1)

    def push(self, channel, samples, at=None):
        if self.failing:
            raise RuntimeError("the call is broken")
        self.aligner.push(channel, samples, at)
        self._take(self.aligner.take())

    def push_all(self, samples, at=None):
        if self.failing:
            raise RuntimeError("the call is broken")
        self.aligner.push_all(samples, at)
        self._take(self.aligner.take())

    def _take(self, frame):
        if frame is not None:
            self.frames.append(frame.samples)
        self.gaps += self.aligner.gaps()
        self.changed.set()

    def tell(self, event, value=None):
        self.told.append((event, value, self.aligner.taken))
        self.changed.set()

    def disconnected(self):
        assert self.connected
        self.connected = False
        self.drops += 1
        self.changed.set()

    async def hang_up(self, reason="completed"):
        assert not self.ended
        self._take(self.aligner.finish())
        self.ended = reason
        self.changed.set()


class RecordingHost:
    """Opens calls as the real host does."""

    def __init__(self, limit: int = 100) -> None:
        self.limit = limit
        self.calls: dict[str, RecordedCall] = {}
        self.changed = asyncio.Event()
        self.prepare = lambda call: None

    def open(self, start: CallStart) -> RecordedCall:
        call = self.calls.get(start.call_id)
        if call is not None and not call.ended:
            if call.connected:
                raise CallBusy(f"call {start.call_id} is connected already")
            call.connected = True
            return call
        if len([c for c in self.calls.values() if not c.ended]) >= self.limit:
            raise Overloaded(f"the server carries its {self.limit} calls")
        call = self.calls[start.call_id] = RecordedCall(start, self.changed)
        self.prepare(call)
        return call

    async def until(self, test, seconds: float = 10.0):
        """Wait until something is so, looking whenever a call changes."""
        async with asyncio.timeout(seconds):
            while not test():
                await self.changed.wait()
                self.changed.clear()


@contextlib.asynccontextmanager
async def serving(routes):
    """Run the routes under uvicorn as the product does; yield the ws:// address."""
    config = uvicorn.Config(
        Starlette(routes=routes),
        host="127.0.0.1",
        port=0,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=1 << 21,
        log_config=None,
        log_level="error",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_serve(server))
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.005)  # uvicorn tells its start by a flag only
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"ws://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await task


async def _serve(server):
    assert threading.current_thread() is threading.main_thread()
    # Signals belong to the test run.
    server.capture_signals = contextlib.nullcontext
    await server.serve()
