"""Remove calls for good: rows, words in the index, waiting journal entries, and audio."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.audio.tape import erase
from pipeline.store.journal import SpillJournal
from pipeline.store.repo import Store


def delete_calls(
    store: Store,
    call_ids: Sequence[str],
    audio: Path | None = None,
    journal: SpillJournal | None = None,
) -> int:
    """Remove calls and everything kept of them; return how many calls were stored.

    `audio` is the folder of recordings, `journal` the running writer's. Many calls at once cost
    less than one by one. Calls must have ended: a live one comes back with its next event.

    Raises:
        StoreUnavailable: the database refuses; audio is removed after the rows, so none is missed.
        OSError: the disk refuses.
    """
    if journal is not None:
        for call_id in call_ids:
            journal.forget(call_id)
    gone = store.remove(call_ids)
    if audio is not None:
        for call_id in call_ids:
            erase(audio, call_id)
    return gone


def delete_call(
    store: Store, call_id: str, audio: Path | None = None, journal: SpillJournal | None = None
) -> bool:
    """Remove one call and everything kept of it; return whether it was stored."""
    return delete_calls(store, [call_id], audio, journal) > 0
