"""The wall's socket, `/live?wall=1`: all at once on arrival, then what changed, batched.

{"hello": {version, calls, alerts, teams}} comes first; {"wall": {version, calls, alerts, gone}}
with what changed since; {"beat": {"seconds": {call: second}}} in quiet times. No captions.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket

from pipeline.store.users import Users
from streaming.deps import Deps
from streaming.wall import TICK_S, Wall, as_text

BEAT_S = 10.0
SEND_S = 20.0


@dataclass(slots=True)
class WallWatcher:
    """What one supervisor's page is sent."""

    deps: Deps
    wall: Wall
    socket: WebSocket

    async def serve(self) -> None:
        """Send until the page goes.

        Raises:
            TimeoutError: the page takes nothing.
            WebSocketDisconnect: the page has gone.
        """
        changed = asyncio.Event()
        self.wall.watchers.add(changed)
        try:
            await self.wall.load()
            whole = self.wall.whole()
            version = whole["version"]
            await self._say("hello", whole | {"teams": await teams_of(self.deps)})
            while True:
                try:
                    async with asyncio.timeout(BEAT_S):
                        await changed.wait()
                except TimeoutError:
                    await self._say("beat", {"seconds": self.wall.clocks()})
                    continue
                changed.clear()
                news = self.wall.since(version)
                version = news["version"]
                await self._say("wall", news)
                await asyncio.sleep(TICK_S)
        finally:
            self.wall.watchers.discard(changed)

    async def _say(self, kind: str, body: dict[str, Any]) -> None:
        async with asyncio.timeout(SEND_S):
            await self.socket.send_text(as_text(kind, body))


async def teams_of(deps: Deps) -> dict[str, str]:
    """Return each agent's team, by the name that calls carry."""
    users = await deps.read(Users(deps.store.database).listed)
    return {u.agent: u.team for u in users if u.agent and u.team}
