"""The web side of the server alone: real bus, sockets, store and pages, fed with told events."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from pipeline.audio.peaks import file_peaks
from pipeline.audio.tape import Recording
from pipeline.events import AngerChanged, CallEnded, CallStarted, durable
from pipeline.outbox import Outbox
from pipeline.store.alerts import Alerts
from pipeline.store.audit import Audit
from pipeline.store.outbox import OutboxStore
from pipeline.store.repo import Store
from pipeline.store.users import Users
from streaming.api.routes import api_app
from streaming.auth import SESSION, Guard, GuardMiddleware
from streaming.bus import Bus
from streaming.deps import Deps
from streaming.directory import Directory, digest_of, hash_password
from streaming.headers import SecurityHeaders
from streaming.live import live_routes
from streaming.owners import Owners
from streaming.pages import page_routes
from streaming.trail import Trail
from streaming.wall import Wall

START_S = 15


@dataclass
class ToldCall:
    """A live call without a session behind it."""

    call_id: str
    agent: str = ""
    queue: str = ""
    direction: str = "inbound"
    started_at: str = ""
    seconds: float = 0.0
    anger: int = 0
    flagged: bool = False
    seq: int = 0
    dismissed: list = field(default_factory=list)
    happened: list = field(default_factory=list)
    write: Callable = None

    def tell(self, event, value=None):
        pass

    def dismiss(self, hint_id):
        self.dismissed.append(hint_id)

    def note(self, note):
        self.write(self, note)


class ToldHost:
    def __init__(self):
        self.calls = {}

    def live(self):
        return list(self.calls.values())

    def get(self, call_id):
        return self.calls.get(call_id)


class Harness:
    """A server in a thread of its own; `publish` may be called from any other."""

    def __init__(
        self,
        folder: Path,
        token: str | None = None,
        mailbox: int = 256,
        knowledge=None,
        connectors=None,
        port=0,
        **more,
    ):
        self.folder = folder
        self.store = Store.open(f"sqlite:///{folder / 'calls.db'}")
        self.host = ToldHost()
        self.bus = Bus(mailbox=mailbox)
        self.readers = ThreadPoolExecutor(2)
        self.users = Users(self.store.database)
        self.directory = Directory(self.users, self.readers)
        self.audit = Audit(self.store.database)
        self.trail = Trail(self.audit, self.readers)
        owners = Owners(self.host, self.store, self.readers)
        self.guard = Guard(
            token, directory=self.directory, agent_of=owners.agent_of, blind=owners.blind
        )
        self.parts = {"store": True}
        self.calls = {}
        kept = OutboxStore(self.store.database)
        self.outbox = Outbox(kept, connectors or {}, folder, self.readers, first_wait_s=0.05)
        self.wall = Wall(self.bus, self.host, Alerts(self.store.database), self.readers)
        self.deps = Deps(
            self.store,
            self.host,
            self.bus,
            self.guard,
            self.readers,
            lambda: self.parts,
            "0",
            folder,
            trail=self.trail,
            knowledge=knowledge,
            outbox=self.outbox,
            **more,
            wall=self.wall,
        )
        self.app = Starlette(
            routes=[*live_routes(self.deps), api_app(self.deps), *page_routes(self.deps)],
            middleware=[
                Middleware(SecurityHeaders),
                Middleware(GuardMiddleware, guard=self.guard, trail=self.trail),
            ],
        )
        self.server = uvicorn.Server(
            uvicorn.Config(
                self.app,
                host="127.0.0.1",
                port=port,
                log_level="warning",
                ws="websockets-sansio",
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=5,
                lifespan="off",
            )
        )
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.loop = None
        self._up = threading.Event()

    def _run(self):
        import asyncio

        async def serve():
            self.loop = asyncio.get_running_loop()
            config = self.server.config
            config.load()
            self.server.lifespan = config.lifespan_class(config)
            await self.server.startup()
            self._up.set()
            sending = asyncio.create_task(self.outbox.run())
            await self.server.main_loop()
            sending.cancel()
            await self.server.shutdown()

        asyncio.run(serve())

    def __enter__(self):
        self.thread.start()
        assert self._up.wait(START_S), "the server did not start"
        return self

    def __exit__(self, *_):
        self.stop()
        self.readers.shutdown()
        self.store.close()

    def stop(self):
        self.server.should_exit = True
        self.thread.join(START_S)
        assert not self.thread.is_alive(), "the server did not stop"

    def person(self, name, role, password="a good long password", **more):
        """Make an account and return the cookies of a session of theirs."""
        self.users.add(name, role, password=hash_password(password), **more)
        secret = f"secret-of-{name}"
        self.users.open_session(name, digest_of(secret), 1)
        self.directory.forget()
        return {SESSION: secret}

    @property
    def port(self):
        return self.server.servers[0].sockets[0].getsockname()[1]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def publish(self, call_id, *events, seconds=None):
        """Store and publish events as a live call would; returns when they are out."""
        call = self.calls.get(call_id)
        if call is None or isinstance(events[0], CallStarted):
            call = self.calls[call_id] = ToldCall(call_id, write=self._write)
        numbered = []
        for event in events:
            if durable(event):
                call.seq += 1
                numbered.append((call.seq, event))
            else:
                numbered.append((None, event))
        self.store.append(call_id, [(n, e) for n, e in numbered if n is not None])
        if seconds is not None:
            call.seconds = seconds
        done = threading.Event()

        def go():
            for n, event in numbered:
                self._note(call, event)
                self.bus.publish(call_id, n, event)
            done.set()

        self.loop.call_soon_threadsafe(go)
        assert done.wait(START_S)
        return call

    def _write(self, call, event):
        """Store and publish from the server's own thread."""
        call.seq += 1
        self.store.append(call.call_id, [(call.seq, event)])
        self.bus.publish(call.call_id, call.seq, event)

    def _note(self, call, event):
        if isinstance(event, CallStarted):
            call.agent, call.queue = event.agent, event.queue
            call.direction, call.started_at = event.direction, event.started_at
            self.host.calls[call.call_id] = call
        elif isinstance(event, AngerChanged):
            call.anger, call.flagged = event.anger.level, event.anger.flagged
        elif isinstance(event, CallEnded):
            self.host.calls.pop(call.call_id, None)

    def record(self, call_id, spans, seconds=101.6, rate=8000):
        """Keep a two-channel recording with sound where turns are: (channel row, start, end)."""
        random = np.random.default_rng(7)
        samples = random.normal(0, 0.002, (int(seconds * rate), 2))
        for row, start, end in spans:
            at = slice(int(start * rate), int(end * rate))
            n = at.stop - at.start
            shape = 0.35 + 0.3 * np.abs(np.sin(np.arange(n) / rate * 2 * np.pi * 1.7))
            samples[at, row] += random.normal(0, 0.16, n) * shape
        name = f"{call_id}.flac"
        soundfile.write(self.folder / name, np.clip(samples, -1, 1), rate, subtype="PCM_16")
        peaks = file_peaks(self.folder / name)
        self.store.save_recording(
            Recording(call_id, name, "flac", rate, 2, seconds, "complete", peaks)
        )
