"""Carry the events of live calls to the store without making a call wait.

One thread writes what waits in one transaction, about LINGER_S after the first of it came. Where
the database refuses, events go to the spill journal, which is replayed when the database answers
again, and at the next start; where the queue is full, `put` itself appends to the journal. Events
reach the store once each, whatever happens in between.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import StoreUnavailable
from pipeline.events import CallStarted, DurableEvent, durable
from pipeline.store.journal import Entry, SpillJournal
from pipeline.store.repo import Store

CAPACITY: Final = 10_000
LINGER_S: Final = 0.08
_PATIENCE_S = 0.1
"""How long the database may be busy before events go to the journal; a kill loses no more."""
_BATCH = 2_000
_RETRY_S = (0.5, 10.0)

Trouble = Callable[[str, bool], None]
"""Called from the writer's thread with a reason and whether it is over."""


@dataclass(slots=True)
class WriterCounters:
    """What a writer did with its events.

    `written` reached the database, `known` were there already, `spilled` went through the journal,
    `replayed` came back from it; `rejected` could not be stored by any means that repeating helps,
    and `lost` found both the database and the journal refusing while the queue was full.
    """

    written: int = 0
    known: int = 0
    transactions: int = 0
    spilled: int = 0
    replayed: int = 0
    rejected: int = 0
    lost: int = 0


class StoreWriter:
    """The queue and its thread. `put` may be called from any thread and never waits for a disk."""

    def __init__(
        self,
        store: Store,
        journal: Path,
        *,
        capacity: int = CAPACITY,
        linger_s: float = LINGER_S,
        on_trouble: Trouble | None = None,
    ) -> None:
        self.journal = SpillJournal(journal)
        self.counters = WriterCounters()
        self._store = store
        self._capacity = capacity
        self._linger_s = linger_s
        self._on_trouble = on_trouble
        self._queue: deque[Entry] = deque()
        self._changed = Condition()
        self._hurry = Event()
        self._closing = False
        self._overflowing = False
        self._refused = ""
        self._told = False
        self._retry_at = 0.0
        self._retry_s = _RETRY_S[0]
        self._accepted = 0
        self._settled = 0
        self._thread = Thread(target=self._run, name="store-writer", daemon=True)

    @property
    def depth(self) -> int:
        """Events that wait in memory."""
        return len(self._queue)

    @property
    def refused(self) -> str:
        """Why the database does not take events at the moment, empty while it does.

        Being held up once by another thread of ours is not told: the journal carries that.
        """
        return self._refused if self._told else ""

    def start(self) -> int:
        """Replay what an earlier run left in the journal, then begin; return how many events.

        Where the database refuses, the writer begins all the same and replays later.
        """
        before = self.counters.replayed
        self._replay()
        self._thread.start()
        return self.counters.replayed - before

    def begin(
        self, event: CallStarted, facts: Mapping[str, Any] | None = None, source: str = ""
    ) -> None:
        """Accept a call's first event (number 1) with the facts that came with it."""
        self._accept(Entry(event.call_id, 1, event, (dict(facts or {}), source)))

    def put(self, call_id: str, seq: int, event: DurableEvent) -> None:
        """Accept a numbered event.

        Raises:
            TypeError: the event is ephemeral; those are never stored.
        """
        if not durable(event):
            raise TypeError(f"{event.type} is never stored")
        self._accept(Entry(call_id, seq, event))

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Wait until all that was accepted is in the database or in the journal."""
        with self._changed:
            wanted = self._accepted
            self._hurry.set()
            return self._changed.wait_for(lambda: self._settled >= wanted, timeout_s)

    def close(self, timeout_s: float = 30.0) -> bool:
        """Store or spill what waits, and stop; return whether that was done in time."""
        with self._changed:
            self._closing = True
            self._hurry.set()
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        done = not self._thread.is_alive()
        if done:
            self.journal.close()
        return done

    def _accept(self, entry: Entry) -> None:
        with self._changed:
            self._accepted += 1
            if not self._overflowing and len(self._queue) < self._capacity:
                self._queue.append(entry)
                if len(self._queue) == 1:
                    self._changed.notify_all()
                return
            # In order: once one event has gone past the queue, all do until the queue is empty.
            self._overflowing = True
            try:
                self.journal.append([entry], sync=False)
                self.counters.spilled += 1
            except OSError:
                self.counters.lost += 1
            self._settled += 1

    # Below: on the writer's thread.

    def _run(self) -> None:
        while True:
            batch = self._take()
            if batch:
                self._write(batch)
            elif self._closing:
                return
            self._tidy()

    def _take(self) -> list[Entry]:
        """Wait for events, and a little for more of them; return none when it is time to tidy."""
        owes = self._overflowing or self._refused or self._store.scrub_due
        with self._changed:
            patience_s = self._retry_s if owes else None
            self._changed.wait_for(lambda: self._queue or self._closing, patience_s)
            if not self._queue:
                return []
        if not self._closing:
            self._hurry.wait(self._linger_s)
        self._hurry.clear()
        with self._changed:
            return [self._queue.popleft() for _ in range(min(_BATCH, len(self._queue)))]

    def _write(self, batch: list[Entry]) -> None:
        try:
            if self._refused and not self._recovered():
                self._spill(batch)
            else:
                self._store_or_spill(batch)
        except OSError as err:
            self._hold(batch, err)
            return
        with self._changed:
            self._settled += len(batch)
            self._changed.notify_all()

    def _store_or_spill(self, batch: list[Entry]) -> None:
        try:
            self._store_all(batch)
        except StoreUnavailable as err:
            self._refuse(str(err), passing=err.cause == "busy")
            self._spill(batch)

    def _store_all(self, batch: list[Entry]) -> None:
        try:
            self._append(batch)
        except (SQLAlchemyError, ValueError, TypeError):
            for entry in batch:  # one event cannot be stored: the others must not suffer for it
                try:
                    self._append([entry])
                except (SQLAlchemyError, ValueError, TypeError) as err:
                    self.counters.rejected += 1
                    self._tell(f"{entry.event.type} {entry.seq} cannot be stored: {err}", False)

    def _append(self, batch: list[Entry]) -> None:
        done = self._store.append_all(
            [(e.call_id, e.seq, e.event) for e in batch],
            {e.call_id: e.origin for e in batch if e.origin is not None},
            _PATIENCE_S,
        )
        self.counters.written += done.written
        self.counters.known += done.known
        self.counters.transactions += 1

    def _spill(self, batch: list[Entry]) -> None:
        self.journal.append(batch)
        self.counters.spilled += len(batch)

    def _hold(self, batch: list[Entry], err: OSError) -> None:
        """Keep a batch that neither the database nor the journal took, and wait a little."""
        with self._changed:
            self._queue.extendleft(reversed(batch))
            closing = self._closing
        self._tell(f"the journal {self.journal.path} cannot be written: {err}", False)
        if closing:
            with self._changed:
                self.counters.lost += len(self._queue)
                self._queue.clear()
            return
        self._hurry.wait(_RETRY_S[0])

    def _tidy(self) -> None:
        """Do what is owed when there is time: replay, empty the log after a redaction."""
        try:
            if self._store.scrub_due:
                self._store.scrub()
            if self.journal.pending:
                self.journal.sync()
        except (StoreUnavailable, OSError) as err:
            self._tell(str(err), False)
        if self._refused:
            self._recovered()
        elif self._overflowing and not self._queue:
            self._replay()
        with self._changed:
            if self._overflowing and not self._queue and not self.journal.pending:
                self._overflowing = False

    def _recovered(self) -> bool:
        """Try the database again if it is time to; return whether it takes events."""
        if time.monotonic() < self._retry_at and not self._closing:
            return False
        return self._replay()

    def _replay(self) -> bool:
        def store(entries: list[Entry]) -> None:
            self._store_all(entries)
            self.counters.replayed += len(entries)

        try:
            self.journal.replay(store)
        except StoreUnavailable as err:
            self._refuse(str(err), passing=err.cause == "busy")
            return False
        except OSError as err:
            self._refuse(f"the journal {self.journal.path} cannot be read: {err}")
            return False
        if self._refused:
            self._refused = ""
            self._retry_s = _RETRY_S[0]
            if self._told:
                self._told = False
                self._tell("the database takes events again", True)
        return True

    def _refuse(self, reason: str, *, passing: bool = False) -> None:
        """Spill for a while; a `passing` refusal is told only when it is met again."""
        again = bool(self._refused)
        self._refused = reason
        self._retry_at = time.monotonic() + self._retry_s
        self._retry_s = min(2 * self._retry_s, _RETRY_S[1])
        if not self._told and (again or not passing):
            self._told = True
            self._tell(reason, False)

    def _tell(self, reason: str, over: bool) -> None:
        if self._on_trouble is not None:
            self._on_trouble(reason, over)
