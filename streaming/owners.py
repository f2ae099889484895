"""Whose a call is: the live ones from the host, the stored ones from the database."""

import asyncio
from concurrent.futures import Executor

from pipeline.store.repo import Store
from streaming.deps import Host


class Owners:
    """Says whose a call is."""

    def __init__(self, host: Host, store: Store, readers: Executor) -> None:
        self._host, self._store, self._readers = host, store, readers

    async def agent_of(self, call_id: str) -> str | None:
        """Return the agent of a call, None where there is no such call."""
        for call in self._host.live():
            if call.call_id == call_id:
                return call.agent
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._store.agent_of, call_id)
