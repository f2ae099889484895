"""What the benchmarks of recordings run inside themselves: engines, and a reader of recordings."""

import contextlib
import threading
from collections.abc import AsyncIterator, Hashable, Sequence
from pathlib import Path

import numpy as np
import soundfile

from models.engines import SttEngine
from models.registry import load
from models.types import Samples, SttRequest, Transcription
from pipeline.config import Settings, load_settings
from pipeline.fit import classifier_for
from pipeline.making import Maker
from pipeline.offline import RecordingReader, open_reader


class NotedEngine:
    """Passes everything to a recogniser and notes what it was asked and what it said."""

    def __init__(self, engine: SttEngine) -> None:
        self.engine, self.info = engine, engine.info
        self.noted: list[tuple[SttRequest, Transcription]] = []
        self._lock = threading.Lock()

    def batch_key(self, request: SttRequest) -> Hashable:
        """Return the engine's key."""
        return self.engine.batch_key(request)

    def transcribe(self, batch: Sequence[SttRequest]) -> list[Transcription]:
        """Read, and note."""
        answers = self.engine.transcribe(batch)
        with self._lock:
            self.noted += zip(batch, answers, strict=True)
        return answers

    def warm_up(self) -> None:
        """Warm the engine up."""
        self.engine.warm_up()

    def close(self) -> None:
        """Close the engine."""
        self.engine.close()


def bench_settings(folder: Path, stt: str = "", vad: str = "") -> Settings:
    """Return default settings, with other engines where named, and two packs that differ."""
    packs = {"packs": ("complaint_resolution", "card_payment"), "company": "Northwind"}
    given: dict[str, object] = {"data_dir": folder, "default_queue": packs}
    given |= {kind: {"engine": name} for kind, name in (("stt", stt), ("vad", vad)) if name}
    return load_settings(overrides=given)


@contextlib.asynccontextmanager
async def reader(settings: Settings, engine: SttEngine) -> AsyncIterator[RecordingReader]:
    """Run what `cueline score` runs, over this engine."""
    maker = Maker(settings, classifier_for)
    maker.warm()
    vad = load("vad", settings.vad.engine, settings.vad.options)
    async with open_reader(maker, vad, engine) as made:
        yield made


def write_sound(path: Path, samples: Samples, rate_hz: int) -> Path:
    """Write samples [n] or [channels, n] as 16-bit WAV."""
    soundfile.write(path, np.atleast_2d(samples).T, rate_hz, subtype="PCM_16")
    return path
