"""What pages, API and sockets are given: store, host of live calls, bus and guard."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from pipeline.config import Settings
from pipeline.events import NoteSent
from pipeline.knowledge import Knowledge
from pipeline.outbox import Outbox
from pipeline.store.repo import Store
from qa_rules.types import HappenedEvent
from streaming.auth import Guard
from streaming.bus import Bus
from streaming.searching import Searching
from streaming.trail import Trail

if TYPE_CHECKING:
    from streaming.wall import Wall

P = ParamSpec("P")
T = TypeVar("T")

READ_SECONDS = 10.0
"""No page waits longer for the database."""


class LiveSummary(Protocol):
    """A live call as a list shows it; `started_at` is ISO 8601 in UTC, `seconds` on its clock."""

    @property
    def call_id(self) -> str: ...  # noqa: D102
    @property
    def agent(self) -> str: ...  # noqa: D102
    @property
    def queue(self) -> str: ...  # noqa: D102
    @property
    def direction(self) -> str: ...  # noqa: D102
    @property
    def started_at(self) -> str: ...  # noqa: D102
    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def anger(self) -> int: ...  # noqa: D102
    @property
    def flagged(self) -> bool: ...  # noqa: D102
    @property
    def happened(self) -> Sequence[HappenedEvent]: ...  # noqa: D102


class LiveHandle(Protocol):
    """What pages do to a live call."""

    def tell(self, event: str, value: object = None) -> None:
        """Pass on a fact that the agent states."""
        ...

    def dismiss(self, hint_id: str) -> None:
        """Take a hint away; the rules count it."""
        ...

    def note(self, note: NoteSent) -> None:
        """Write to the agent, or say that the agent has seen it.

        Raises:
            RequestRefused: the call is over.
        """
        ...


@dataclass(frozen=True, slots=True)
class Demo:
    """The people of a demo, shown to everybody: each name, what it is for, and their password."""

    password: str
    people: tuple[tuple[str, str], ...]


class Host(Protocol):
    """The live calls of this process."""

    def live(self) -> Sequence[LiveSummary]:
        """List the live calls."""
        ...

    def get(self, call_id: str) -> LiveHandle | None:
        """Return the live call of that id, None where it is over or unknown."""
        ...


@dataclass(frozen=True, slots=True)
class Deps:
    """Everything the web side needs, built in one place and passed in.

    `ready` says by name what works ("store", "stt", ...); `readers` runs what asks the database;
    `recordings` is the folder that the recordings' paths are relative to. `reduced` says by name
    what works with less than it should, and why; `pack_dirs` are the folders of packs of one's own;
    `wall` is what supervisors see. `trail` writes the audit log;
    `knowledge` finds articles, None where no folder is set; `outbox` sends after-call work.
    """

    store: Store
    host: Host
    bus: Bus
    guard: Guard
    readers: Executor
    ready: Callable[[], Mapping[str, bool]]
    version: str
    recordings: Path
    reduced: Callable[[], Mapping[str, str]] = dict
    pack_dirs: tuple[Path, ...] = ()
    trail: Trail | None = None
    settings: Settings = field(default_factory=Settings)
    wall: "Wall | None" = field(default=None, kw_only=True)
    knowledge: Knowledge | None = None
    outbox: Outbox | None = None
    demo: Demo | None = field(default=None, kw_only=True)
    searching: Searching | None = None
    """Search over the store, shared by pages and API; each builds its own where it is absent."""

    async def read(self, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking question to the store on the readers' threads.

        Raises:
            TimeoutError: the store does not answer in `READ_SECONDS`.
        """
        loop = asyncio.get_running_loop()
        asked = loop.run_in_executor(self.readers, lambda: ask(*args, **kwargs))
        async with asyncio.timeout(READ_SECONDS):
            return await asked

    def summary(self, call_id: str) -> LiveSummary | None:
        """Return the live call's summary, None where it is not live."""
        return next((c for c in self.host.live() if c.call_id == call_id), None)
