"""Remove calls for good: rows, words in the index, vectors, waiting journal entries, and audio.

What is held stays. What is removed with a mark leaves one: which call, when, why, no words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from pipeline.audio.tape import erase
from pipeline.store.journal import SpillJournal
from pipeline.store.keeping import DaysOf, Keeping, Mark, Why, is_held, leave_mark
from pipeline.store.repo import Store

BATCH: Final = 200
"""Calls in one transaction; live calls' events wait for it in the writer."""
SWEEPER: Final = "retention"


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: calls removed, and files of audio."""

    calls: int
    files: int


def delete_calls(
    store: Store,
    call_ids: Sequence[str],
    audio: Path | None = None,
    journal: SpillJournal | None = None,
    mark: Mark | None = None,
) -> int:
    """Remove calls and everything kept of them; return how many calls were stored.

    `audio` is the folder of recordings, `journal` the running writer's. Many calls at once cost
    less than one by one. Calls must have ended: a live one comes back with its next event. Held
    calls are left as they are.

    Raises:
        StoreUnavailable: the database refuses; audio is removed after the rows, so none is missed.
        OSError: the disk refuses; a later sweep removes the audio of marked calls.
    """
    keeping = Keeping(store.database)
    stay = keeping.held(call_ids)
    going = [call_id for call_id in call_ids if call_id not in stay]
    if journal is not None:
        for call_id in going:
            journal.forget(call_id)

    marked = []

    def may_go(connection: Connection, call_id: str) -> bool:
        if is_held(connection, call_id):
            stay.add(call_id)
            return False
        if mark is not None and leave_mark(connection, call_id, mark):
            marked.append(call_id)
        return True

    gone = store.remove(going, may_go)
    if audio is not None:
        files = {call_id: erase(audio, call_id) for call_id in going if call_id not in stay}
        if marked:
            keeping.silenced((call_id, files[call_id]) for call_id in marked)
    return gone


def delete_call(
    store: Store, call_id: str, audio: Path | None = None, journal: SpillJournal | None = None
) -> bool:
    """Remove one call and everything kept of it; return whether it was stored."""
    return delete_calls(store, [call_id], audio, journal) > 0


def sweep(
    store: Store,
    days_of: DaysOf,
    audio: Path | None = None,
    journal: SpillJournal | None = None,
    at: datetime | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> Swept:
    """Remove the calls whose days are over; and audio that a crash left of those removed before.

    `at` is the present, for tests; `go_on` is asked before each batch.

    Raises:
        StoreUnavailable: the database refuses; what was removed before is gone.
        OSError: the disk refuses.
    """
    keeping = Keeping(store.database)
    mark = Mark(Why.AGE, SWEEPER)
    calls = 0
    while go_on() and (due := keeping.due(days_of, BATCH, at)):
        gone = delete_calls(store, due, audio, journal, mark)
        calls += gone
        if not gone:
            break
    left = []
    if audio is not None and (loud := keeping.loud()):
        left = [(call_id, erase(audio, call_id)) for call_id in loud]
        keeping.silenced(left)
    return Swept(calls, sum(count for _, count in left))
