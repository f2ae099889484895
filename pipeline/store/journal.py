"""Where events wait on the disk while the database cannot take them: JSON lines in one file.

What the writer's thread appends is synced to the disk before it counts as kept; what `put` appends
itself, where the queue is full, is handed to the system and synced with the writer's next turn, so
it survives the process but perhaps not the machine. Entries are replayed in order and may be
replayed twice: the store leaves out what it has.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, Final

from pipeline.events import DurableEvent, from_json, to_json
from pipeline.store.redacted import rewrite

LIMIT_BYTES: Final = 2**30
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """An event to store; the first of a call carries its facts and source as `origin`."""

    call_id: str
    seq: int
    event: DurableEvent
    origin: tuple[Mapping[str, Any], str] | None = None


class SpillJournal:
    """The file; all methods may be called from any thread."""

    def __init__(self, path: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self.path = path
        self.replaying = path.with_name(path.name + ".replaying")
        self.unreadable = 0
        self._limit_bytes = limit_bytes
        self._lock = RLock()
        self._fd = -1
        self._size_bytes = path.stat().st_size if path.exists() else 0
        self._dirty = False
        self._redact_due = False

    @property
    def pending(self) -> bool:
        """Whether anything waits to be replayed."""
        return self._size_bytes > 0 or self.replaying.exists()

    def append(self, entries: Iterable[Entry], *, sync: bool = True) -> None:
        """Add entries at the end.

        Raises:
            OSError: the disk refuses, or the journal has reached its limit; none counts as kept.
        """
        given = list(entries)
        data = b"".join(_line(entry) for entry in given)
        with self._lock:
            if self._size_bytes + len(data) > self._limit_bytes:
                raise OSError(f"{self.path} has reached its limit of {self._limit_bytes} bytes")
            self._open()
            start = self._size_bytes
            try:
                _write(self._fd, data)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(self._fd, start)
                raise
            self._size_bytes += len(data)
            self._dirty = True
            self._redact_due |= any(e.event.type == "UtteranceRedacted" for e in given)
            if sync:
                self.sync()

    def sync(self) -> None:
        """Put everything on the disk, and take out of it what redactions have removed.

        Raises:
            OSError: the disk refuses.
        """
        with self._lock:
            if self._redact_due:
                self._redact_due = False
                self._change(_redacted)
            if self._dirty and self._fd >= 0:
                os.fsync(self._fd)
                self._dirty = False

    def replay(self, store: Callable[[list[Entry]], None]) -> int:
        """Give all entries to `store`, in order and in pieces, and remove them; return how many.

        What is appended meanwhile goes to a fresh file and is replayed in its turn. Where `store`
        raises, everything stays and is replayed again.
        """
        count = 0
        while self._rotate():
            batch: list[Entry] = []
            for entry in self._read(self.replaying):
                batch.append(entry)
                if len(batch) >= _CHUNK:
                    store(batch)
                    count += len(batch)
                    batch = []
            if batch:
                store(batch)
                count += len(batch)
            self.replaying.unlink()
        return count

    def forget(self, call_id: str) -> None:
        """Remove the entries of a call.

        Raises:
            OSError: the disk refuses.
        """
        with self._lock:
            self._change(lambda entries: [e for e in entries if e.call_id != call_id])

    def close(self) -> None:
        """Put everything on the disk and let go of the file."""
        with self._lock:
            self.sync()
            self._let_go()

    def _open(self) -> None:
        if self._fd >= 0:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        size = os.fstat(self._fd).st_size
        if size and os.pread(self._fd, 1, size - 1) != b"\n":
            _write(self._fd, b"\n")  # a kill cut the last line; the next must not join it
        self._size_bytes = os.fstat(self._fd).st_size

    def _let_go(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _rotate(self) -> bool:
        """Move what waits aside for replaying; return whether there is anything."""
        with self._lock:
            if self.replaying.exists():
                return True
            if self._size_bytes == 0:
                return False
            self._let_go()
            os.replace(self.path, self.replaying)
            self._size_bytes = 0
            self._dirty = False
            return True

    def _read(self, path: Path) -> Iterator[Entry]:
        with path.open("rb") as file:
            for line in file:
                if not line.strip():
                    continue
                try:
                    yield _entry(line)
                except (ValueError, KeyError, TypeError):
                    self.unreadable += 1  # cut by a kill, or not ours

    def _change(self, change: Callable[[list[Entry]], list[Entry]]) -> None:
        """Write both files anew with their entries changed."""
        for path in (self.path, self.replaying):
            if not path.exists():
                continue
            fresh = path.with_name(path.name + ".fresh")
            data = b"".join(_line(entry) for entry in change(list(self._read(path))))
            fd = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            try:
                _write(fd, data)
                os.fsync(fd)
            finally:
                os.close(fd)
            if path == self.path:
                self._let_go()
                self._size_bytes = len(data)
            os.replace(fresh, path)


def _line(entry: Entry) -> bytes:
    head: dict[str, Any] = {"call": entry.call_id, "seq": entry.seq}
    if entry.origin is not None:
        head["facts"], head["source"] = dict(entry.origin[0]), entry.origin[1]
    said = json.dumps(head, ensure_ascii=False).encode()
    return said[:-1] + b',"event":' + to_json(entry.event) + b"}\n"


def _entry(line: bytes) -> Entry:
    said = json.loads(line)
    event: DurableEvent = from_json(json.dumps(said["event"]))  # type: ignore[assignment] # see put
    origin = (said["facts"], said["source"]) if "facts" in said else None
    return Entry(said["call"], int(said["seq"]), event, origin)


def _redacted(entries: list[Entry]) -> list[Entry]:
    """Return the entries with the redactions among them applied to the others of their call."""
    by_call: dict[str, list[Entry]] = {}
    for entry in entries:
        by_call.setdefault(entry.call_id, []).append(entry)
    mended: dict[tuple[str, int], Entry] = {}
    for call_id, of_call in by_call.items():
        data = sorted((e.seq, json.loads(to_json(e.event))) for e in of_call)
        for seq, body in rewrite(data).items():
            event: DurableEvent = from_json(json.dumps(body))  # type: ignore[assignment] # as it was
            mended[call_id, seq] = Entry(call_id, seq, event)
    return [mended.get((e.call_id, e.seq), e) for e in entries]


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
