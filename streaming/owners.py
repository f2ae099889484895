"""Whose a call is, and who must not see yet how it was judged.

The live calls are known to the host, the stored ones to the database.
"""

import asyncio
from concurrent.futures import Executor

from pipeline.store.calibration import Calibrations
from pipeline.store.repo import Store
from streaming.deps import Host


class Owners:
    """Says whose a call is."""

    def __init__(self, host: Host, store: Store, readers: Executor) -> None:
        self._host, self._store, self._readers = host, store, readers
        self._calibrations = Calibrations(store.database)

    async def agent_of(self, call_id: str) -> str | None:
        """Return the agent of a call, None where there is no such call."""
        for call in self._host.live():
            if call.call_id == call_id:
                return call.agent
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._store.agent_of, call_id)

    async def blind(self, person: str, call_id: str) -> bool:
        """Return whether somebody still has to read a call for a calibration round."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._calibrations.blind, person, call_id)
