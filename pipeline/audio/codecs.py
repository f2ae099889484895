"""Sound as bytes on a line: G.711 mu-law and A-law, and 16-bit little-endian PCM.

Whole messages go through `decode` and `encode`; a stream whose messages may end in the middle of a
sample goes through a `Decoder`. Compressed files are `pipeline.audio.decode`'s.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from models.types import Samples
from pipeline.errors import AudioUnreadable

Bytes = bytes | bytearray | memoryview


class Encoding(StrEnum):
    """How a sample is written: one byte for the laws of G.711, two for PCM."""

    MULAW = "mulaw"
    ALAW = "alaw"
    PCM16 = "pcm16"

    @property
    def width(self) -> int:
        """Bytes a sample."""
        return 2 if self is Encoding.PCM16 else 1

    @property
    def silence(self) -> bytes:
        """One sample of digital silence."""
        return {Encoding.MULAW: b"\xff", Encoding.ALAW: b"\xd5", Encoding.PCM16: b"\0\0"}[self]

    @classmethod
    def named(cls, name: str) -> "Encoding":
        """Return the encoding that carriers and codecs call by this name.

        "L16" is not among them: senders disagree on its byte order.

        Raises:
            AudioUnreadable: no encoding has this name.
        """
        wanted = name.strip().lower().removeprefix("audio/").replace("_", "").replace("-", "")
        for encoding, names in _NAMES.items():
            if wanted in names:
                return encoding
        raise AudioUnreadable(f'no encoding is called "{name}"; take mulaw, alaw or pcm16')


_NAMES = {
    Encoding.MULAW: {"mulaw", "ulaw", "xmulaw", "pcmu", "g711u", "pcmmulaw"},
    Encoding.ALAW: {"alaw", "xalaw", "pcma", "g711a", "pcmalaw"},
    Encoding.PCM16: {"pcm16", "s16le", "pcms16le", "linear16"},
}

_MU_BIAS = 132
_FULL_SCALE = np.float32(32768)


def _mulaw_levels() -> NDArray[np.int16]:
    """Return the 16-bit value of each mu-law byte (ITU-T G.711, table 2)."""
    code = ~np.arange(256) & 0xFF
    magnitude = ((((code & 15) << 3) + _MU_BIAS) << ((code >> 4) & 7)) - _MU_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_levels() -> NDArray[np.int16]:
    """Return the 16-bit value of each A-law byte (ITU-T G.711, table 1)."""
    code = np.arange(256) ^ 0x55
    step, segment = (code & 15) << 4, (code >> 4) & 7
    magnitude = np.where(segment == 0, step + 8, (step + 264) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _nearest_codes(levels: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Return, for each 16-bit value as an unsigned index, the byte whose level lies nearest."""
    order = np.argsort(levels, kind="stable")
    heights = levels[order].astype(np.int32)
    values = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    edges = (heights[:-1] + heights[1:] + 1) // 2
    codes: NDArray[np.uint8] = order[np.searchsorted(edges, values, side="right")].astype(np.uint8)
    return codes


_LEVELS = {Encoding.MULAW: _mulaw_levels(), Encoding.ALAW: _alaw_levels()}
_HEARD: dict[Encoding, Samples] = {
    law: levels.astype(np.float32) / _FULL_SCALE for law, levels in _LEVELS.items()
}
_CODES = {law: _nearest_codes(levels) for law, levels in _LEVELS.items()}
# Mu-law has two zeros; the line's idle byte is the positive one.
_CODES[Encoding.MULAW][0] = 0xFF


def decode(data: Bytes, encoding: Encoding) -> Samples:
    """Return the samples of a message that holds whole samples only; one channel, or interleaved.

    Raises:
        AudioUnreadable: the message ends inside a sample.
    """
    if encoding is Encoding.PCM16:
        if len(data) % 2:
            raise AudioUnreadable(f"{len(data)} bytes are no whole number of 16-bit samples")
        return np.frombuffer(data, "<i2").astype(np.float32) / _FULL_SCALE
    # take() is about twice as fast as indexing on messages of this size.
    return _HEARD[encoding].take(np.frombuffer(data, np.uint8))


def encode(samples: Samples, encoding: Encoding) -> bytes:
    """Return samples as bytes, clipped; those of shape [channels, n] are interleaved."""
    flat = samples.T.reshape(-1) if samples.ndim == 2 else samples
    levels = np.clip(np.rint(flat * _FULL_SCALE), -32768, 32767).astype("<i2")
    if encoding is not Encoding.PCM16:
        levels = _CODES[encoding].take(levels.view(np.uint16))
    data: bytes = levels.tobytes()
    return data


class Decoder:
    """Decodes a stream of interleaved channels; the tail of a message may wait for the next one."""

    def __init__(self, encoding: Encoding, channels: int = 1) -> None:
        """Take `channels` interleaved samples at a time, each in the encoding named."""
        self._encoding = encoding
        self._channels = channels
        self._group = encoding.width * channels
        self._rest = b""

    @property
    def carried(self) -> int:
        """Bytes that wait for the rest of their sample group; fewer than a group."""
        return len(self._rest)

    def feed(self, data: Bytes) -> Samples:
        """Return the whole sample groups that are there, shape [channels, n]; n may be 0."""
        if self._rest:
            data = self._rest + bytes(data)
        odd = len(data) % self._group
        if odd:
            self._rest = bytes(data[-odd:])
            data = data[:-odd]
        elif self._rest:
            self._rest = b""
        return decode(data, self._encoding).reshape(-1, self._channels).T

    def reset(self) -> None:
        """Forget a carried tail, as after a line that broke."""
        self._rest = b""
