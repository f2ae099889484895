"""A call's audio on disk: a raw journal while the call lives, one FLAC file afterwards.

The journal `<call>.pcm` is a header of HEADER_BYTES (a line of JSON, padded) and 16-bit samples,
channels interleaved, written at their place, so what was never written reads as silence. Every
function here blocks on the disk. Files are readable by their owner alone.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.audio.peaks import PeakMeter, Peaks
from pipeline.errors import AudioUnreadable

HEADER_BYTES: Final = 1024
_MAGIC = "cueline-tape-1"
_NAME_LIMIT = 150
_BLOCK_S = 60
_SUFFIXES = (".pcm", ".flac", ".flac.part")


@dataclass(frozen=True, slots=True)
class Recording:
    """A call's audio as it is kept; `path` is relative to the folder of recordings.

    `state` is "complete", "incomplete" (some audio is missing; `detail` says why), "recovered"
    (the process ended in mid-call), or "failed" (there is no file; a journal may be left).
    """

    call_id: str
    path: str
    format: str
    rate_hz: int
    channels: int
    seconds: float
    state: str
    peaks: Peaks = field(repr=False)
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TapeInfo:
    """What a journal's header says."""

    call_id: str
    rate_hz: int
    channels: int


class Tape:
    """An open journal. For one thread."""

    def __init__(self, directory: Path, info: TapeInfo) -> None:
        self.info = info
        self.directory = directory
        self._width = 2 * info.channels
        self._path: Path | None = None
        self._fd = -1

    @property
    def path(self) -> Path | None:
        """Where the journal lies, None before anything was written."""
        return self._path

    def write(self, at: int, block: NDArray[np.int16]) -> None:
        """Write samples [samples, channels] from sample `at` of the call on.

        Raises:
            OSError: the disk refuses.
        """
        self._open()
        _write_all(self._fd, np.ascontiguousarray(block).tobytes(), self._offset(at))

    def silence(self, channel: int, start: int, end: int) -> None:
        """Overwrite samples of a channel with zeros, on the disk when this returns.

        Raises:
            OSError: the disk refuses.
        """
        if self._fd < 0:
            return
        step = self.info.rate_hz * _BLOCK_S
        for at in range(start, end, step):
            wanted = min(end - at, step) * self._width
            data = os.pread(self._fd, wanted, self._offset(at))
            data = data[: len(data) // self._width * self._width]
            block = np.frombuffer(data, "<i2").reshape(-1, self.info.channels).copy()
            block[:, channel] = 0
            _write_all(self._fd, block.tobytes(), self._offset(at))
        os.fdatasync(self._fd) if hasattr(os, "fdatasync") else os.fsync(self._fd)

    def close(self) -> None:
        """Put everything on the disk and let go of the file.

        Raises:
            OSError: the disk refuses; the file is let go of all the same.
        """
        if self._fd < 0:
            return
        fd, self._fd = self._fd, -1
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def destroy(self) -> None:
        """Remove the journal."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _offset(self, at: int) -> int:
        return HEADER_BYTES + at * self._width

    def _open(self) -> None:
        if self._fd >= 0:
            return
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path or free_path(self.directory, self.info.call_id)
        self._fd = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        self._path = path
        said = {"tape": _MAGIC, **asdict(self.info)}
        _write_all(self._fd, json.dumps(said).encode().ljust(HEADER_BYTES - 1) + b"\n", 0)


def base_name(call_id: str) -> str:
    """Return the call's id as a file name without suffix, whatever characters are in the id."""
    name = quote(call_id, safe="").replace("~", "%7E")
    if not name.strip(".") or len(name) > _NAME_LIMIT:
        return name[: _NAME_LIMIT - 41] + "-" + hashlib.sha256(call_id.encode()).hexdigest()[:40]
    return name


def free_path(directory: Path, call_id: str) -> Path:
    """Return where a new journal may lie without touching an earlier recording of the call."""
    base = base_name(call_id)
    n = 1
    while True:
        stem = base if n == 1 else f"{base}~{n}"
        if not any((directory / f"{stem}{suffix}").exists() for suffix in _SUFFIXES):
            return directory / f"{stem}.pcm"
        n += 1


def read_info(path: Path) -> TapeInfo:
    """Read a journal's header.

    Raises:
        AudioUnreadable: it is none.
    """
    try:
        with path.open("rb") as file:
            said = json.loads(file.read(HEADER_BYTES))
        if said["tape"] != _MAGIC:
            raise AudioUnreadable(f"{path}: no journal of a recording")
        return TapeInfo(str(said["call_id"]), int(said["rate_hz"]), int(said["channels"]))
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise AudioUnreadable(f"{path}: no journal of a recording") from err


def encode(journal: Path, state: str, detail: str = "", samples: int | None = None) -> Recording:
    """Make the FLAC file and the peaks of a closed journal, then remove the journal.

    `samples` is the call's length on the call clock where it is known; what the journal lacks of it
    is silence. The file appears under its name only when it is whole.

    Raises:
        AudioUnreadable: the journal does not read, or the file lacks samples.
        OSError: the disk refuses; the journal stays.
    """
    info = read_info(journal)
    target = journal.with_suffix(".flac")
    part = journal.with_suffix(".flac.part")
    held = (journal.stat().st_size - HEADER_BYTES) // (2 * info.channels)
    total = max(held, samples or 0)
    meter = PeakMeter(info.channels, info.rate_hz)
    os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    try:
        with soundfile.SoundFile(
            part, "w", info.rate_hz, info.channels, subtype="PCM_16", format="FLAC"
        ) as file:
            for block in _blocks(journal, info, total):
                meter.add(block)
                file.write(block)
        _check(part, total)
        os.replace(part, target)
        _sync(target.parent)
    except (soundfile.LibsndfileError, AssertionError) as err:  # a short write of libsndfile
        part.unlink(missing_ok=True)
        raise AudioUnreadable(f"{part}: cannot be written ({err})") from err
    except (OSError, AudioUnreadable):
        part.unlink(missing_ok=True)
        raise
    journal.unlink()
    seconds = total / info.rate_hz
    return Recording(
        info.call_id,
        target.name,
        "flac",
        info.rate_hz,
        info.channels,
        seconds,
        state,
        meter.finish(),
        detail,
    )


def erase(directory: Path, call_id: str) -> int:
    """Remove every file of a call; return how many there were."""
    base = base_name(call_id)
    removed = 0
    for path in directory.iterdir() if directory.is_dir() else ():
        suffix = next((s for s in reversed(_SUFFIXES) if path.name.endswith(s)), None)
        if suffix is None:
            continue
        stem, _, n = path.name.removesuffix(suffix).partition("~")
        if stem == base and (n == "" or n.isdigit()):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _blocks(journal: Path, info: TapeInfo, total: int) -> Iterator[NDArray[np.int16]]:
    size = info.rate_hz * _BLOCK_S
    with journal.open("rb") as file:
        file.seek(HEADER_BYTES)
        for at in range(0, total, size):
            wanted = min(size, total - at)
            data = file.read(wanted * 2 * info.channels)
            data = data[: len(data) // (2 * info.channels) * 2 * info.channels]
            block = np.frombuffer(data, "<i2").reshape(-1, info.channels)
            if len(block) < wanted:
                block = np.concatenate(
                    [block, np.zeros((wanted - len(block), info.channels), np.int16)]
                )
            yield block


def _check(path: Path, samples: int) -> None:
    found = soundfile.info(path).frames if samples else 0
    if found != samples:
        raise AudioUnreadable(f"{path}: holds {found} of {samples} samples")


def _write_all(fd: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        done = os.pwrite(fd, view, offset)
        view, offset = view[done:], offset + done


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
