"""One agent page's socket without the page: every event of a call, with the moment it came."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

RETRY_S = 0.05


@dataclass(slots=True)
class Heard:
    """What a page was told: (`time.monotonic`, event) in the order it came."""

    call_id: str
    events: list[tuple[float, dict[str, Any]]] = field(default_factory=list, repr=False)
    reconnected: int = 0

    def of(self, *types: str) -> list[tuple[float, dict[str, Any]]]:
        """Return the events of these types."""
        return [(at, e) for at, e in self.events if e["type"] in types]


async def listen(url: str, token: str, call_id: str) -> Heard:
    """Follow a call from its first event until its after-call work is there."""
    heard = Heard(call_id)
    seq = 0
    address = f"{url.replace('http', 'ws', 1)}/calls/{call_id}/live"
    headers = {"Authorization": f"Bearer {token}"}
    while True:
        try:
            async with connect(
                f"{address}?after={seq}", additional_headers=headers, compression=None
            ) as socket:
                async for text in socket:
                    message = json.loads(text)
                    if "event" not in message:
                        continue
                    seq = message["seq"] or seq
                    heard.events.append((time.monotonic(), message["event"]))
                    if message["event"]["type"] == "WrapupReady":
                        return heard
        except (ConnectionClosed, InvalidStatus, OSError):
            heard.reconnected += 1
        await asyncio.sleep(RETRY_S)
