"""Whether memory stays where it is: calls back to back for hours of call audio, faster if asked.

Each of `calls` lines plays one call after another; the server's resident memory is sampled once a
second. The drift is the last quarter's median over the first quarter's, after a first `WARM_HOURS`
of call audio in which caches and the allocator's pools fill.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Annotated

import typer

from benchmarks.load import LoadPlan, bench_server, make_cast
from benchmarks.report import publish, table
from benchmarks.server import ServerUnderTest
from benchmarks.usage import Meter, Usage, cores
from pipeline.live import CallStart
from streaming.client import Pace, Played, Sound, play

HEAD = ("quarter", "MiB, median", "highest", "server cores")
QUARTERS = 4
QUEUE = "bench"
WARM_HOURS = 0.5


@dataclass(frozen=True, slots=True)
class SoakPlan:
    """Lines, seconds of each call, hours of call audio in all, times real time, more TOML."""

    calls: int
    seconds: float
    hours: float
    speed: float
    sound: str = "demo"
    config: str = ""

    @property
    def rounds(self) -> int:
        """How many calls each line plays once all is warm."""
        return self._rounds(self.hours)

    @property
    def warm_rounds(self) -> int:
        """How many calls each line plays before."""
        return self._rounds(min(WARM_HOURS, self.hours))

    def _rounds(self, hours: float) -> int:
        return max(1, round(hours * 3600 / (self.calls * self.seconds)))


@dataclass(slots=True)
class SoakResult:
    """What came of it."""

    plan: SoakPlan
    played: int
    audio_s: float
    wall_s: float
    samples: list[Usage]
    warm_mb: float
    faults: list[str]

    @property
    def quarters(self) -> list[list[Usage]]:
        """The samples once warm, in four parts of equal time."""
        return split(self.samples)

    @property
    def drift(self) -> float:
        """The last quarter's median over the first's, less one."""
        first, *_, last = (median(s.memory_mb for s in part) for part in self.quarters)
        return last / first - 1.0


def split(samples: Sequence[Usage]) -> list[list[Usage]]:
    """Return samples in four parts of equal time; each has at least one."""
    begin, end = samples[0].at, samples[-1].at
    width = (end - begin) / QUARTERS or 1.0
    parts: list[list[Usage]] = [[] for _ in range(QUARTERS)]
    for sample in samples:
        parts[min(QUARTERS - 1, int((sample.at - begin) / width))].append(sample)
    return [part or [samples[-1]] for part in parts]


async def soak(plan: SoakPlan) -> SoakResult:
    """Play the plan against a fresh server."""
    load = LoadPlan(plan.calls, plan.seconds, plan.sound, config=plan.config)
    cast = await asyncio.to_thread(make_cast, load)
    sounds = [sound for sound, _ in cast]
    numbers = itertools.count()
    async with bench_server(load) as server:
        meter = Meter(server.pid)
        watching = asyncio.create_task(meter.run())
        try:
            done = await _round(plan, plan.warm_rounds, sounds, server, numbers)
            warm, began = len(meter.samples), time.monotonic()
            done += await _round(plan, plan.rounds, sounds, server, numbers)
            wall_s = time.monotonic() - began
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
    return SoakResult(
        plan,
        len(done),
        sum(call.samples / call.rate_hz for call in done[plan.calls * plan.warm_rounds :]),
        wall_s,
        meter.samples[warm:] or meter.samples,
        max(s.memory_mb for s in meter.samples[: warm + 1]),
        [fault for call in done for fault in call.faults],
    )


async def _round(
    plan: SoakPlan,
    rounds: int,
    sounds: Sequence[Sound],
    server: ServerUnderTest,
    numbers: Iterator[int],
) -> list[Played]:
    """Play so many calls, one after another, on each line."""

    async def line(sound: Sound) -> list[Played]:
        played: list[Played] = []
        for _ in range(rounds):
            name = f"soak-{next(numbers)}"
            start = CallStart(name, sound.channels, sound.rate_hz, "agent", QUEUE)
            pace = Pace(speed=plan.speed)
            played.append(await play(sound, start, url=server.url, token=server.token, pace=pace))
        return played

    async with asyncio.TaskGroup() as group:
        lines = [group.create_task(line(sound)) for sound in sounds]
    return [call for task in lines for call in task.result()]


def command(
    calls: Annotated[int, typer.Option(min=1, help="Lines at once.")] = 8,
    seconds: Annotated[float, typer.Option(min=5, help="Length of each call.")] = 120.0,
    hours: Annotated[float, typer.Option(min=0.01, help="Call audio in all.")] = 4.0,
    speed: Annotated[float, typer.Option(min=1, help="Times real time.")] = 4.0,
    sound: Annotated[str, typer.Option(help="demo, or real (needs CUELINE_DATA).")] = "demo",
) -> None:
    """Measure whether memory stays where it is."""
    result = asyncio.run(soak(SoakPlan(calls, seconds, hours, speed, sound)))
    rows = [
        [
            str(n),
            median(s.memory_mb for s in part),
            max(s.memory_mb for s in part),
            f"{cores(part):.2f}",
        ]
        for n, part in enumerate(result.quarters, start=1)
    ]
    shown = (
        f"{table(HEAD, rows)}\n\n{result.played} calls, {result.audio_s / 3600:.2f} h of call"
        f" audio in {result.wall_s / 60:.1f} min; when warm"
        f" {result.warm_mb:.0f} MiB; drift {100 * result.drift:+.1f} %;"
        f" faults {len(result.faults)}"
    )
    numbers = {
        "calls": result.played,
        "audio_s": round(result.audio_s),
        "wall_s": round(result.wall_s),
        "warm_mb": round(result.warm_mb, 1),
        "quarters_mb": [round(median(s.memory_mb for s in p), 1) for p in result.quarters],
        "drift": round(result.drift, 4),
        "faults": result.faults,
    }
    publish("soak", shown, numbers)
