"""Recordings as audio at a rate that the house keeps, by PyAV: block by block, in bounded memory.

A file at 8 or 16 kHz keeps its rate, any other becomes 16 kHz. What cannot be read at all is
`AudioUnreadable` with the reason; a file that breaks in the middle gives what there is, with
silence in place of the broken stretches, and says so in its `notes`.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import av
import av.error
import numpy as np

from models.types import Samples
from pipeline.audio.resample import Resampler
from pipeline.errors import AudioUnreadable

KEPT_RATES_HZ = (8_000, 16_000)
WIDE_RATE_HZ = 16_000
BLOCK_S = 1.0
MAX_CHANNELS = 2

# Only containers of sound, and only the file itself: FFmpeg would otherwise follow play lists and
# network addresses that an uploaded "recording" names.
_OPEN_OPTIONS = {
    "format_whitelist": "aac,aiff,amr,au,caf,flac,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,ogg,"
    "w64,wav",
    "protocol_whitelist": "file",
}
_FULL_SCALE = {"u8": 128.0, "s16": 32768.0, "s32": 2147483648.0, "s64": 2.0**63}
_BELOW_ONE = np.nextafter(np.float32(1), np.float32(0))
_WAV_UNKNOWN = 0x7FFF0000
"""Writers that cannot go back put about this much, or twice, where the size belongs."""
_HOLE_S = 0.1
_LONGEST_HOLE_S = 600.0
_NO_STATED_LENGTH = {"aac", "amr"}
"""Containers whose length FFmpeg guesses from the bit rate."""


class AudioSource(Protocol):
    """A recording that can be read from its beginning as often as one likes."""

    @property
    def rate_hz(self) -> int:
        """Samples a second and channel that `blocks` gives: 8000 or 16000."""
        ...

    @property
    def channels(self) -> int:
        """1 or 2."""
        ...

    @property
    def seconds(self) -> float | None:
        """The length that the file states, None where it states none."""
        ...

    @property
    def notes(self) -> list[str]:
        """What was wrong with the sound, for people; complete when `blocks` has run to its end."""
        ...

    def blocks(self) -> Iterator[Samples]:
        """Yield the sound from its beginning, shape [channels, n], about a second at a time.

        Raises:
            AudioUnreadable: nothing at all could be decoded.
        """
        ...


def open_audio(path: Path | str) -> AudioSource:
    """Open a recording of one or two channels.

    Raises:
        AudioUnreadable: no such file, no sound in it, or more than two channels.
    """
    return _File(Path(path))


def open_pair(first: Path | str, second: Path | str) -> AudioSource:
    """Open two recordings of one channel each, of the same call, as its two channels.

    They begin together; the shorter one is padded with silence. If their rates differ, both are
    read at the higher one.

    Raises:
        AudioUnreadable: one of them cannot be read, or has two channels.
    """
    return _Pair(_File(Path(first)), _File(Path(second)))


def read_all(source: AudioSource) -> Samples:
    """Return a whole recording, shape [channels, n].

    Raises:
        AudioUnreadable: nothing at all could be decoded.
    """
    return np.concatenate(list(source.blocks()), axis=1)


class _File:
    """One file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.notes: list[str] = []
        with self._open() as container:
            stream = self._sound(container)
            context = stream.codec_context
            self.channels: int = context.layout.nb_channels
            self._states_length = container.format.name not in _NO_STATED_LENGTH
            self.seconds = _stated_seconds(container, stream)
            if container.format.name == "wav":
                # FFmpeg believes the size of a file that was cut, its header knows better.
                self.seconds = _wav_seconds(path) or self.seconds
            rate_hz: int = context.sample_rate
        if self.channels > MAX_CHANNELS:
            raise self._unreadable(
                f"has {self.channels} channels; a call has one (both sides mixed) or two"
            )
        if rate_hz <= 0 or self.channels < 1:
            raise self._unreadable("names no sample rate or no channels; its header is damaged")
        self.rate_hz: int = rate_hz if rate_hz in KEPT_RATES_HZ else WIDE_RATE_HZ

    def blocks(self) -> Iterator[Samples]:
        self.notes.clear()
        size, held, waiting = round(BLOCK_S * self.rate_hz), 0, []
        total = 0
        for piece in self._at_rate(self._pieces()):
            waiting.append(piece)
            held += piece.shape[1]
            if held >= size:
                total += held
                yield _bounded(waiting)
                held, waiting = 0, []
        total += held
        if held:
            yield _bounded(waiting)
        if total == 0:
            raise self._unreadable("; ".join(["holds no sound", *self.notes]))
        self._compare_length(total / self.rate_hz)

    def _at_rate(self, pieces: Iterable[tuple[int, Samples]]) -> Iterator[Samples]:
        resampler: Resampler | None = None
        for rate_hz, piece in pieces:
            if resampler is None:
                resampler = Resampler(rate_hz, self.rate_hz, self.channels)
            if (out := resampler.feed(piece)).shape[1]:
                yield out
        if resampler is not None:
            nothing = np.zeros((self.channels, 0), np.float32)
            yield resampler.feed(nothing, last=True)

    def _pieces(self) -> Iterator[tuple[int, Samples]]:
        """Yield (rate, samples) as decoded, with silence where the time stamps leave a hole."""
        rate_hz, done, first = 0, 0, None
        with self._open() as container:
            for frame in self._frames(container):
                rate_hz = rate_hz or frame.sample_rate
                if (frame.sample_rate, frame.layout.nb_channels) != (rate_hz, self.channels):
                    self.notes.append(
                        f"the format changes after {done / rate_hz:.1f} s; the rest is not read"
                    )
                    return
                if frame.pts is not None and frame.time_base:
                    stamp = round(frame.pts * frame.time_base * rate_hz)
                    first = stamp - done if first is None else first
                    hole = stamp - first - done
                    if _HOLE_S * rate_hz < hole < _LONGEST_HOLE_S * rate_hz:
                        self.notes.append(
                            f"{done / rate_hz:.1f} s to {(done + hole) / rate_hz:.1f} s "
                            "could not be read and are silence"
                        )
                        for silence in _silence(self.channels, hole, rate_hz):
                            yield rate_hz, silence
                        done += hole
                samples = _samples(frame)
                done += samples.shape[1]
                yield rate_hz, samples

    def _frames(self, container: Any) -> Iterator[Any]:
        """Yield the decoded frames; step over what is broken, and note it."""
        broken, reason = 0, ""
        packets = container.demux(self._sound(container))
        while True:
            try:
                packet = next(packets, None)
            except (av.error.FFmpegError, OSError) as err:
                self.notes.append(f"the file breaks off: {_plain(err)}")
                break
            if packet is None:
                break
            try:
                frames = packet.decode()
            except av.error.FFmpegError as err:
                broken, reason = broken + 1, _plain(err)
                continue
            yield from frames
        if broken:
            what = "packet" if broken == 1 else "packets"
            self.notes.append(f"{broken} broken {what} left out: {reason}")

    def _compare_length(self, seconds: float) -> None:
        stated = self.seconds
        if stated is not None and self._states_length and seconds < 0.98 * stated - 0.25:
            self.notes.append(f"ends after {seconds:.1f} s of the {stated:.1f} s it should have")

    def _open(self) -> Any:
        if self._path.is_dir():
            raise self._unreadable("is a folder")
        try:
            if self._path.stat().st_size == 0:
                raise self._unreadable("is empty")
            return av.open(str(self._path), options=_OPEN_OPTIONS)
        except FileNotFoundError as err:
            raise self._unreadable("does not exist") from err
        except PermissionError as err:
            raise self._unreadable("may not be read by this user") from err
        except (av.error.FFmpegError, OSError) as err:
            raise self._unreadable(
                "is no recording in a format known here, or its header is damaged or missing"
            ) from err

    def _sound(self, container: Any) -> Any:
        if not container.streams.audio:
            raise self._unreadable("has no sound track")
        stream = container.streams.audio[0]
        if stream.codec_context is None:
            raise self._unreadable("is written in a codec that is not known here")
        return stream

    def _unreadable(self, reason: str) -> AudioUnreadable:
        return AudioUnreadable(f"{self._path.name} {reason}")


class _Pair:
    """Two files of one channel each, in step."""

    def __init__(self, first: _File, second: _File) -> None:
        for file in (first, second):
            if file.channels != 1:
                raise AudioUnreadable(
                    f"{file._path.name} has two channels; of a pair, each file holds one"
                )
        self._files = (first, second)
        self.rate_hz = max(first.rate_hz, second.rate_hz)
        self.channels = 2
        self.notes: list[str] = []
        lengths = [file.seconds for file in self._files]
        self.seconds = None if None in lengths else max(s for s in lengths if s is not None)

    def blocks(self) -> Iterator[Samples]:
        self.notes.clear()
        readers = [_Row(file, self.rate_hz) for file in self._files]
        size, lengths = round(BLOCK_S * self.rate_hz), [0, 0]
        while True:
            rows = [reader.read(size) for reader in readers]
            longest = max(row.shape[0] for row in rows)
            if longest == 0:
                break
            block = np.zeros((2, longest), np.float32)
            for channel, row in enumerate(rows):
                block[channel, : row.shape[0]] = row
                lengths[channel] += row.shape[0]
            yield block
        for file in self._files:
            self.notes += [f"{file._path.name}: {note}" for note in file.notes]
        behind = abs(lengths[0] - lengths[1]) / self.rate_hz
        if behind > BLOCK_S:
            shorter = self._files[lengths[0] > lengths[1]]._path.name
            self.notes.append(f"{shorter} is {behind:.1f} s shorter; its end is silence")


class _Row:
    """Reads one channel in pieces of a wanted size."""

    def __init__(self, file: _File, rate_hz: int) -> None:
        pieces = ((file.rate_hz, block) for block in file.blocks())
        self._pieces = _resampled(pieces, file.rate_hz, rate_hz)
        self._rest = np.zeros(0, np.float32)

    def read(self, size: int) -> Samples:
        """Return `size` samples, fewer only at the end."""
        held = [self._rest]
        while sum(map(len, held)) < size and (piece := next(self._pieces, None)) is not None:
            held.append(piece[0])
        row = np.concatenate(held)
        self._rest = row[size:]
        return row[:size]


def _resampled(
    pieces: Iterable[tuple[int, Samples]], from_hz: int, to_hz: int
) -> Iterator[Samples]:
    stream = Resampler(from_hz, to_hz)
    for _, piece in pieces:
        yield stream.feed(piece)
    yield stream.feed(np.zeros((1, 0), np.float32), last=True)


def _stated_seconds(container: Any, stream: Any) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration:
        return float(container.duration) / av.time_base
    return None


def _wav_seconds(path: Path) -> float | None:
    """Return the length that a RIFF header states; None for one that was written as a stream."""
    with path.open("rb") as file:
        file.seek(12)
        bytes_per_s = 0
        while len(header := file.read(8)) == 8:
            kind, size = header[:4], int.from_bytes(header[4:], "little")
            if kind == b"data":
                return size / bytes_per_s if bytes_per_s and 0 < size < _WAV_UNKNOWN else None
            body = file.read(min(size, 64))
            if kind == b"fmt " and len(body) >= 12:
                bytes_per_s = int.from_bytes(body[8:12], "little")
            file.seek(size - len(body) + size % 2, 1)
    return None


def _samples(frame: Any) -> Samples:
    """Return a decoded frame as float32, shape [channels, n]."""
    raw = frame.to_ndarray()
    if not frame.format.is_planar:
        raw = raw.reshape(-1, frame.layout.nb_channels).T
    kind = frame.format.name.removesuffix("p")
    if kind in {"flt", "dbl"}:
        floats: Samples = np.nan_to_num(raw.astype(np.float32), copy=False)
        return floats
    offset = 128.0 if kind == "u8" else 0.0
    levels = raw.astype(np.float64 if kind in {"s32", "s64"} else np.float32)
    samples: Samples = ((levels - offset) / _FULL_SCALE[kind]).astype(np.float32)
    return samples


def _silence(channels: int, samples: int, rate_hz: int) -> Iterator[Samples]:
    for start in range(0, samples, rate_hz):
        yield np.zeros((channels, min(rate_hz, samples - start)), np.float32)


def _bounded(pieces: list[Samples]) -> Samples:
    """Join, and keep what a lossy codec or a filter raised above full scale inside [-1, 1)."""
    joined = np.concatenate(pieces, axis=1)
    return np.clip(joined, np.float32(-1), _BELOW_ONE, out=joined)


def _plain(error: Exception) -> str:
    return str(getattr(error, "strerror", "") or error)
