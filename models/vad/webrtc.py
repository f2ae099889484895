"""WebRTC voice activity: very light, and deaf to the difference between speech and music.

Its decisions are yes or no, given as 1 and 0. Smoothing them is the endpointer's work.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import webrtcvad
from pydantic import Field

from models.engines import EngineInfo, VadStream
from models.errors import UnsupportedRate
from models.options import EngineOptions, read_options
from models.types import Samples

RATES_HZ = (8_000, 16_000)
WINDOW_MS = 30
"""The longest of the three windows the library takes."""


class Options(EngineOptions):
    """What may be chosen."""

    mode: int = Field(2, ge=0, le=3)
    """From 0, which lets the most through, to 3, which lets the least."""


def create(options: Mapping[str, object]) -> "WebRtcVad":
    """Make the engine from its options (entry point)."""
    return WebRtcVad(read_options(Options, options, engine="webrtc").mode)


class WebRtcStream:
    """One channel's detector."""

    __slots__ = ("detector", "rate_hz")

    def __init__(self, rate_hz: int, mode: int) -> None:
        self.rate_hz = rate_hz
        self.detector = webrtcvad.Vad(mode)


class WebRtcVad:
    """Yes or no for windows of 30 ms at 8 or 16 kHz; `mode` 0 to 3, 3 being the strictest."""

    def __init__(self, mode: int = 2) -> None:
        self._mode = mode
        self.info = EngineInfo(
            name="webrtc",
            model=f"webrtc mode {mode}",
            licence="BSD-3-Clause",
            rates_hz=RATES_HZ,
            max_batch=1 << 16,
        )

    def window(self, rate_hz: int) -> int:
        """Return the samples per decision: 240 at 8 kHz, 480 at 16 kHz."""
        if rate_hz not in RATES_HZ:
            raise UnsupportedRate(f"webrtc hears 8000 and 16000 Hz, not {rate_hz}")
        return rate_hz * WINDOW_MS // 1000

    def open(self, rate_hz: int) -> WebRtcStream:
        """Begin a stream."""
        self.window(rate_hz)
        return WebRtcStream(rate_hz, self._mode)

    def measure(self, streams: Sequence[VadStream], windows: Sequence[Samples]) -> list[Samples]:
        """Return 1 for each of a stream's next windows that holds speech, 0 for the others."""
        ours = cast("Sequence[WebRtcStream]", streams)
        return [self._measure(stream, audio) for stream, audio in zip(ours, windows, strict=True)]

    def _measure(self, stream: WebRtcStream, audio: Samples) -> Samples:
        if audio.shape[1:] != (self.window(stream.rate_hz),):
            raise ValueError(f"windows of {self.window(stream.rate_hz)} samples wanted")
        pcm = np.clip(np.rint(audio * 32_768.0), -32_768, 32_767).astype("<i2")
        said = [stream.detector.is_speech(row.tobytes(), stream.rate_hz) for row in pcm]
        return np.array(said, np.float32)
