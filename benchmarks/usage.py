"""What processor and memory a process uses, from outside; psutil, which tests install, reads it."""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.batcher import WORKER_NICENESS
from streaming.errors import UsageFault

SAMPLE_S = 1.0
PARTS = ("loop", "stt", "other")
"""Threads of a server: the event loop, the recogniser's workers, all others (store, recordings)."""
_UTIME, _STIME, _NICE = 11, 12, 16
"""Places in /proc/PID/task/TID/stat behind the thread's name."""


@dataclass(frozen=True, slots=True)
class Usage:
    """A process at one moment: CPU seconds so far, user and system, and resident MiB.

    `client_s` is what this process itself has used. `parts` is empty where the system does not
    tell threads apart by niceness (all but Linux).
    """

    at: float
    cpu_s: float
    memory_mb: float
    client_s: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Meter:
    """Samples a process about once a second while `run` runs."""

    pid: int
    samples: list[Usage] = field(default_factory=list)

    async def run(self) -> None:
        """Sample until cancelled."""
        process = open_process(self.pid)
        while True:
            self.samples.append(take(process))
            await asyncio.sleep(SAMPLE_S)

    def between(self, begin: float, end: float) -> list[Usage]:
        """Return the samples of a stretch of `time.monotonic`; all where it is too short."""
        within = [s for s in self.samples if begin <= s.at <= end]
        return within if len(within) > 1 else self.samples


def open_process(pid: int) -> Any:  # Any: psutil has no types
    """Return psutil's view of a process.

    Raises:
        UsageFault: psutil is not installed.
    """
    try:
        import psutil
    except ImportError as err:
        raise UsageFault("this benchmark needs psutil: install cueline[test]") from err
    return psutil.Process(pid)


def take(process: Any) -> Usage:
    """Sample a process of `open_process`."""
    times = process.cpu_times()
    own = os.times()
    return Usage(
        time.monotonic(),
        float(times.user + times.system),
        float(process.memory_info().rss) / 2**20,
        own.user + own.system,
        _parts(process.pid),
    )


def cores(samples: Sequence[Usage], part: str = "") -> float:
    """Return the cores in use from the first sample to the last: of the process, or one part."""
    if len(samples) < 2:
        return 0.0
    first, last = samples[0], samples[-1]
    if part:
        spent = last.parts.get(part, 0.0) - first.parts.get(part, 0.0)
    else:
        spent = last.cpu_s - first.cpu_s
    return spent / (last.at - first.at)


def client_cores(samples: Sequence[Usage]) -> float:
    """Return the cores that this process used meanwhile."""
    if len(samples) < 2:
        return 0.0
    return (samples[-1].client_s - samples[0].client_s) / (samples[-1].at - samples[0].at)


def _parts(pid: int) -> dict[str, float]:
    """Return CPU seconds by part: the batcher's workers are nicer than the rest."""
    if sys.platform != "linux":
        return {}
    tick = os.sysconf("SC_CLK_TCK")
    spent = dict.fromkeys(PARTS, 0.0)
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            stat = (task / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # the thread is gone
        nice = int(stat[_NICE])
        part = "loop" if task.name == str(pid) else "stt" if nice >= WORKER_NICENESS else "other"
        spent[part] += (int(stat[_UTIME]) + int(stat[_STIME])) / tick
    return spent
