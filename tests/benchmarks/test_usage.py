"""Cores and memory of a process, from samples."""

import asyncio
import os
import subprocess
import sys

import pytest

from benchmarks.usage import Meter, Usage, client_cores, cores, open_process, take


def sample(at: float, cpu_s: float, **parts: float) -> Usage:
    return Usage(at, cpu_s, 100.0, cpu_s / 10, parts)


def test_cores_are_seconds_of_processor_for_each_second() -> None:
    samples = [sample(10.0, 5.0, stt=3.0), sample(12.0, 5.5, stt=3.4), sample(14.0, 11.0, stt=8.0)]
    assert cores(samples) == 1.5
    assert cores(samples, "stt") == 1.25
    assert cores(samples, "loop") == 0.0
    assert client_cores(samples) == pytest.approx(0.15)


def test_one_sample_says_nothing_of_cores() -> None:
    assert cores([sample(1.0, 5.0)]) == client_cores([sample(1.0, 5.0)]) == 0.0


def test_a_meter_takes_what_lies_between_or_all() -> None:
    meter = Meter(0, [sample(t, t) for t in (1.0, 2.0, 3.0, 4.0)])
    assert [s.at for s in meter.between(1.5, 3.5)] == [2.0, 3.0]
    assert len(meter.between(3.5, 3.6)) == 4


async def test_a_meter_sees_this_process() -> None:
    meter = Meter(os.getpid())
    running = asyncio.create_task(meter.run())
    async with asyncio.timeout(10):
        while not meter.samples:  # noqa: ASYNC110 - the first sample comes at once
            await asyncio.sleep(0)
    running.cancel()
    assert meter.samples[0].memory_mb > 10


@pytest.mark.skipif(sys.platform != "linux", reason="threads are told apart on Linux only")
def test_the_parts_add_up_to_the_process() -> None:
    # A process of its own: threads that have ended, as pytest's have, belong to no part.
    work = "sum(i * i for i in range(3_000_000)); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", work], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        seen = take(open_process(child.pid))
        child.communicate(b"\n")
    assert seen.cpu_s > 0.05
    assert sum(seen.parts.values()) == pytest.approx(seen.cpu_s, abs=0.1)
