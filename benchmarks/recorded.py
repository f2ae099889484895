"""How fast a recording is transcribed and scored, beside the bare engine on the same segments.

The two take turns, so that a busy neighbour slows both alike; medians of the turns. The bare engine
reads the very clips that the recording was cut into, from as many threads as the batcher uses.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated

import numpy as np
import typer

from benchmarks.inside import NotedEngine, bench_settings, reader, write_sound
from benchmarks.report import publish, table
from benchmarks.sounds import load_sound
from models.engines import SttEngine
from models.registry import load
from models.types import SttRequest
from pipeline.offline import RecordedCall, RecordingReader

HEAD = ("", "wall s", "CPU s", "x real time", "x real time, one core")


@dataclass(frozen=True, slots=True)
class Turn:
    """One pass: seconds of wall clock and of processor."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of it; `ratio` is the product's speed over the bare engine's."""

    audio_s: float
    segments: int
    segment_s: float
    bare: Turn
    whole: Turn

    @property
    def ratio(self) -> float:
        """Wall clock of the bare engine over that of the whole road."""
        return self.bare.wall_s / self.whole.wall_s

    @property
    def cpu_ratio(self) -> float:
        """The same of processor time."""
        return self.bare.cpu_s / self.whole.cpu_s


async def compare(
    file: Path, repeats: int, folder: Path, *, stt: str = "", vad: str = ""
) -> Compared:
    """Read a stereo recording and its segments in turns, by other engines if named."""
    settings = bench_settings(folder, stt, vad)
    engine = load("stt", settings.stt.engine, settings.stt.options)
    engine.warm_up()
    noted = NotedEngine(engine)
    async with reader(settings, noted) as read:
        call = await read.read(RecordedCall((file,)))
        clips = [request for request, _ in noted.noted]
    bare: list[Turn] = []
    whole: list[Turn] = []
    async with reader(settings, engine) as read:
        for _ in range(repeats):
            bare.append(await asyncio.to_thread(read_bare, engine, clips))
            whole.append(await read_whole(read, file))
    engine.close()
    seconds = sum(len(c.samples) / c.rate_hz for c in clips)
    return Compared(call.result["seconds"], len(clips), seconds, middle(bare), middle(whole))


def read_bare(engine: SttEngine, clips: Sequence[SttRequest]) -> Turn:
    """Read clips from as many threads as the engine allows."""
    wall, cpu = time.perf_counter(), _cpu_s()
    with ThreadPoolExecutor(max(1, engine.info.workers)) as threads:
        list(threads.map(lambda clip: engine.transcribe([clip]), clips))
    return Turn(time.perf_counter() - wall, _cpu_s() - cpu)


async def read_whole(read: RecordingReader, file: Path) -> Turn:
    """Read a recording to its score."""
    wall, cpu = time.perf_counter(), _cpu_s()
    await read.read(RecordedCall((file,)))
    return Turn(time.perf_counter() - wall, _cpu_s() - cpu)


def middle(turns: Sequence[Turn]) -> Turn:
    """Return the medians."""
    return Turn(median(t.wall_s for t in turns), median(t.cpu_s for t in turns))


def command(
    seconds: Annotated[float, typer.Option(min=10, help="Length of the recording.")] = 600.0,
    sound: Annotated[str, typer.Option(help="demo, or real (needs CUELINE_DATA).")] = "demo",
    repeats: Annotated[int, typer.Option(min=1, help="Turns of each.")] = 3,
) -> None:
    """Measure how fast a recording is transcribed and scored."""
    with tempfile.TemporaryDirectory(prefix="cueline-bench-") as folder:
        cut = load_sound(sound).cut(0, seconds)
        file = write_sound(Path(folder) / "call.wav", np.asarray(cut.samples), cut.rate_hz)
        found = asyncio.run(compare(file, repeats, Path(folder)))
    rows = [
        [name, t.wall_s, t.cpu_s, found.audio_s / t.wall_s, found.audio_s / t.cpu_s]
        for name, t in (("bare engine", found.bare), ("transcribed and scored", found.whole))
    ]
    shown = (
        f"{table(HEAD, rows)}\n\n{found.audio_s:.0f} s of two channels, {found.segments} segments"
        f" of {found.segment_s:.0f} s together; speed over the bare engine's:"
        f" {found.ratio:.2f} by wall clock, {found.cpu_ratio:.2f} by processor"
    )
    numbers = {
        "audio_s": round(found.audio_s, 1),
        "segments": found.segments,
        "segment_s": round(found.segment_s, 1),
        "bare": {"wall_s": round(found.bare.wall_s, 3), "cpu_s": round(found.bare.cpu_s, 3)},
        "whole": {"wall_s": round(found.whole.wall_s, 3), "cpu_s": round(found.whole.cpu_s, 3)},
        "ratio": round(found.ratio, 3),
        "cpu_ratio": round(found.cpu_ratio, 3),
    }
    publish("recorded", shown, numbers)


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system
