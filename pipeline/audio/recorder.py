"""Keep the audio of live calls: in memory until it is settled, then in a journal, then as FLAC.

A recorder holds what the session may still want muted, and hands the rest to the one thread of its
pool, which does all work on the disk. Nothing here raises into a call: a disk that refuses makes
the recording incomplete, and the pool's callback is told once a call.
"""

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.types import Samples
from pipeline.audio.peaks import PEAKS_PER_S, Peaks
from pipeline.audio.tape import HEADER_BYTES, Recording, Tape, TapeInfo, encode
from pipeline.errors import AudioUnreadable

CAPACITY_BYTES: Final = 64 * 2**20
"""What may wait for the disk, all calls together: half an hour of 8 kHz stereo at 2 bytes."""
UNSETTLED_S: Final = 40.0
"""What one recorder holds back at most; twice the longest utterance and its answer's wait."""
FINISH_PATIENCE_S: Final = 60.0
_FLUSH_S = 1.0

Trouble = Callable[[str, str], None]
"""Called with call_id and reason, from the pool's thread or the thread that finishes a call."""


@dataclass(slots=True)
class RecorderCounters:
    """What a pool did; `forced` counts settlings that did not wait for the session."""

    written_bytes: int = 0
    dropped_blocks: int = 0
    errors: int = 0
    forced: int = 0
    muted_late: int = 0


class RecorderPool:
    """The thread that writes, and the folder it writes to; shared by all calls."""

    def __init__(
        self,
        directory: Path,
        on_trouble: Trouble | None = None,
        *,
        capacity_bytes: int = CAPACITY_BYTES,
        unsettled_s: float = UNSETTLED_S,
    ) -> None:
        self.directory = directory
        self.counters = RecorderCounters()
        self.unsettled_s = unsettled_s
        self._on_trouble = on_trouble
        self._capacity_bytes = capacity_bytes
        self._waiting_bytes = 0
        self._lock = Lock()
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def open(self, call_id: str, rate_hz: int, channels: int) -> "Recorder":
        """Begin a recording. Nothing touches the disk before audio is settled."""
        return Recorder(self, call_id, rate_hz, channels)

    def close(self) -> None:
        """Do what waits, and stop. Recorders that are not finished leave their journals."""
        self._tasks.put(None)
        self._thread.join()

    @property
    def waiting_bytes(self) -> int:
        """Audio that waits for the disk."""
        return self._waiting_bytes

    def submit(self, task: Callable[[], None], size_bytes: int = 0) -> bool:
        """Have the thread do `task` in its turn; refuse where too much audio waits."""
        with self._lock:
            if size_bytes and self._waiting_bytes + size_bytes > self._capacity_bytes:
                self.counters.dropped_blocks += 1
                return False
            self._waiting_bytes += size_bytes

        def counted() -> None:
            try:
                task()
            finally:
                with self._lock:
                    self._waiting_bytes -= size_bytes
                    self.counters.written_bytes += size_bytes

        self._tasks.put(counted)
        return True

    def tell(self, call_id: str, reason: str) -> None:
        """Count a failure and pass it on."""
        self.counters.errors += 1
        if self._on_trouble is not None:
            self._on_trouble(call_id, reason)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()


class Recorder:
    """One call's audio. `write`, `settle` and `mute` are for the loop's thread and never block."""

    def __init__(self, pool: RecorderPool, call_id: str, rate_hz: int, channels: int) -> None:
        self.call_id = call_id
        self.rate_hz = rate_hz
        self.channels = channels
        self._pool = pool
        self._tape = Tape(pool.directory, TapeInfo(call_id, rate_hz, channels))
        self._held: list[NDArray[np.int16]] = []
        self._heard = 0
        self._settled = 0
        self._written = 0
        self._mutes: list[tuple[int, int, int]] = []
        self._wrong = ""
        self._lost = False

    @property
    def heard(self) -> int:
        """Samples per channel written to this recorder."""
        return self._heard

    @property
    def trouble(self) -> str:
        """Why the recording is incomplete, empty while it is whole."""
        return self._wrong

    def write(self, samples: Samples) -> None:
        """Take the call's next samples, shape [channels, samples]."""
        scaled = np.rint(samples.T * np.float32(32768))
        self._held.append(np.clip(scaled, -32768, 32767).astype("<i2"))
        self._heard += samples.shape[1]
        if self._heard - self._written > self._pool.unsettled_s * self.rate_hz:
            self._pool.counters.forced += 1
            self._flush(self._heard - int(self._pool.unsettled_s * self.rate_hz * 0.9))

    def settle(self, until_sample: int) -> None:
        """Say that audio before `until_sample` is muted where it has to be."""
        self._settled = max(self._settled, min(until_sample, self._heard))
        if self._settled - self._written >= _FLUSH_S * self.rate_hz:
            self._flush(self._settled)

    def mute(self, channel: int, start: int, end: int) -> None:
        """Silence a channel from sample `start` to `end`, wherever that audio is, or will be."""
        start = max(0, start)
        if end <= start:
            return
        if end > self._written:
            self._mutes.append((channel, max(start, self._written), end))
        if start < self._written:
            self._pool.counters.muted_late += 1
            late_end = min(end, self._written)
            self._pool.submit(lambda: self._silence(channel, start, late_end))

    def finish(self) -> Recording:
        """Write the rest and make the FLAC file, after the last write and mute.

        It blocks: call it off the loop. The disk's refusal does not raise: the recording's state
        says "incomplete" or "failed".
        """
        self._flush(self._heard)
        closed: Future[None] = Future()
        self._pool.submit(lambda: self._close(closed))
        try:
            closed.result(FINISH_PATIENCE_S)
        except FutureTimeoutError:
            self._fail("the disk does not answer")
            return self._nothing()
        if self._tape.path is None or self._lost:
            return self._nothing()
        state = "incomplete" if self._wrong else "complete"
        try:
            return encode(self._tape.path, state, self._wrong, self._heard)
        except (OSError, AudioUnreadable) as err:
            self._fail(f"the recording cannot be encoded: {err}")
            return self._nothing()

    def discard(self) -> None:
        """Forget the audio and remove the journal."""
        self._held.clear()
        self._written = self._heard
        self._pool.submit(self._destroy)

    def _flush(self, until: int) -> None:
        count = until - self._written
        if count <= 0:
            return
        joined = np.concatenate(self._held) if len(self._held) > 1 else self._held[0]
        block, rest = joined[:count].copy(), joined[count:]
        self._held = [rest.copy()] if len(rest) else []
        at, self._written = self._written, until
        for channel, start, end in self._mutes:
            block[max(0, start - at) : max(0, end - at), channel] = 0
        self._mutes = [mute for mute in self._mutes if mute[2] > until]
        if not self._pool.submit(lambda: self._write(at, block), block.nbytes):
            self._fail("the disk is too slow")

    # Below: on the pool's thread.

    def _write(self, at: int, block: NDArray[np.int16]) -> None:
        if self._lost:
            return
        try:
            self._tape.write(at, block)
        except OSError as err:
            self._fail(f"the disk refuses: {err.strerror or err}")

    def _silence(self, channel: int, start: int, end: int) -> None:
        try:
            self._tape.silence(channel, start, end)
        except OSError as err:
            # What must not be kept is on the disk and cannot be overwritten: the journal has to go.
            self._lost = True
            self._destroy()
            self._fail(f"a mute cannot be written, so the recording is removed: {err.strerror}")

    def _close(self, done: Future[None]) -> None:
        try:
            self._tape.close()
        except OSError as err:
            self._fail(f"the disk refuses: {err.strerror or err}")
        done.set_result(None)

    def _destroy(self) -> None:
        try:
            self._tape.destroy()
        except OSError as err:
            self._fail(f"the journal cannot be removed: {err.strerror or err}")

    def _fail(self, reason: str) -> None:
        first, self._wrong = not self._wrong, self._wrong or reason
        if first:
            self._pool.tell(self.call_id, reason)

    def _nothing(self) -> Recording:
        empty = Peaks(PEAKS_PER_S, np.zeros((self.channels, 0, 2), np.int8))
        seconds = self._heard / self.rate_hz
        reason = self._wrong or "no audio came"
        return Recording(
            self.call_id, "", "", self.rate_hz, self.channels, seconds, "failed", empty, reason
        )


def recover(directory: Path) -> list[Recording]:
    """Make FLAC files of journals that a crash left; run it before calls are recorded again.

    A journal without audio is removed. One that cannot be encoded stays, and is tried next time.
    """
    found: list[Recording] = []
    for part in sorted(directory.glob("*.flac.part")):
        part.unlink()
    for journal in sorted(directory.glob("*.pcm")):
        try:
            if journal.stat().st_size <= HEADER_BYTES:
                journal.unlink()
                continue
            found.append(encode(journal, "recovered", "the process ended in mid-call"))
        except (AudioUnreadable, OSError):
            continue
    return found
