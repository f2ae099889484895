"""Notes what people do in the audit log, off the loop.

A player asks for a recording in pieces and a page may be opened twice in a minute: looking at the
same thing again within AGAIN_S is one note. What changes something is noted each time.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor

import structlog

from pipeline.errors import StoreUnavailable
from pipeline.store.audit import Audit, Deed
from streaming.access import Person

log = structlog.get_logger(__name__)

AGAIN_S = 300.0
KEPT = 4096


class Trail:
    """The audit log as handlers write it."""

    def __init__(
        self, audit: Audit, readers: Executor, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.audit = audit
        self._readers, self._clock = readers, clock
        self._last: OrderedDict[tuple[str, str, str, str], float] = OrderedDict()

    async def note(
        self, who: Person, action: str, target: str, detail: str = "", *, look: bool = False
    ) -> None:
        """Note a deed; `look` says that nothing was changed.

        An audit log that cannot be written is an error in the server's own log.
        """
        key = (who.name, action, target, detail)
        at = self._clock()
        if look and at - self._last.get(key, -AGAIN_S) < AGAIN_S:
            return
        deed = Deed(who.name, str(who.role), action, target, detail)
        await self._write(deed)
        self._last[key] = at
        self._last.move_to_end(key)
        while len(self._last) > KEPT:
            self._last.popitem(last=False)

    async def note_unknown(self, action: str, target: str) -> None:
        """Note what somebody did whom the server does not know."""
        await self._write(Deed("", "", action, target))

    async def _write(self, deed: Deed) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._readers, self.audit.note, [deed])
        except StoreUnavailable as error:
            log.error("audit_not_written", action=deed.action, reason=str(error))  # noqa: TRY400
