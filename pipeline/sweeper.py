"""Removes calls whose days are over, in the background of a server, once an hour."""

import asyncio
import threading
from contextlib import suppress

import structlog

from pipeline.config import Settings
from pipeline.errors import StoreUnavailable
from pipeline.store.journal import SpillJournal
from pipeline.store.repo import Store
from pipeline.store.retention import Swept, sweep

log = structlog.get_logger(__name__)

EVERY_S = 3600.0


class Sweeper:
    """The sweep of one server; what fails is logged and tried again the next time."""

    def __init__(self, store: Store, settings: Settings, journal: SpillJournal) -> None:
        self._store, self._settings, self._journal = store, settings, journal

    async def run(self, every_s: float = EVERY_S) -> None:
        """Sweep at once, then every so often, until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(every_s)

    async def once(self) -> Swept | None:
        """Sweep; None where it had to be left for another time.

        Cancelled, it waits for the batch in hand, so that nobody closes the store under it.
        """
        stop = threading.Event()
        sweeping = asyncio.ensure_future(asyncio.to_thread(self._sweep, stop))
        try:
            swept = await asyncio.shield(sweeping)
        except asyncio.CancelledError:
            stop.set()
            with suppress(StoreUnavailable, OSError):
                await sweeping
            raise
        except (StoreUnavailable, OSError) as error:
            log.warning("calls_not_swept", reason=str(error))
            return None
        if swept.calls:
            log.info("calls_removed", calls=swept.calls)
        return swept

    def _sweep(self, stop: threading.Event) -> Swept:
        return sweep(
            self._store,
            self._settings.keep_days,
            self._settings.recordings,
            self._journal,
            go_on=lambda: not stop.is_set(),
        )
