import asyncio
import contextlib

import numpy as np
import pytest

from models.errors import EngineFailed
from models.vad.energy import create
from pipeline.ear import Ear, Listener, hear_now, measure

RATE = 8000


def talk(seconds, seed):
    """Noise that comes and goes, different in each channel."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    swell = np.sin(np.arange(n) * (2 * np.pi / RATE) * rng.uniform(0.3, 2.0, (2, 1))) > 0
    return (rng.standard_normal((2, n)) * 0.1 * swell).astype(np.float32)


@contextlib.asynccontextmanager
async def running(ear):
    task = asyncio.create_task(ear.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def alone(engine, samples, size):
    listener = Listener(engine, 2, RATE)
    return np.concatenate(
        [
            hear_now(engine, listener, samples[:, i : i + size])
            for i in range(0, samples.shape[1], size)
        ],
        axis=1,
    )


@pytest.mark.parametrize("size", [1, 160, 256, 513, 8000])
def test_frame_size_does_not_matter(size):
    engine, samples = create({}), talk(1.0, 1)
    whole = alone(engine, samples, samples.shape[1])
    assert whole.shape == (2, samples.shape[1] // 256)
    assert 0 < whole.mean() < 1
    np.testing.assert_array_equal(alone(engine, samples, size), whole)


async def test_calls_measured_together_hear_what_they_hear_alone():
    engine = create({})
    calls = [talk(1.5, seed) for seed in range(5)]
    ear = Ear(engine, tick_s=0.001)

    async def follow(samples, size):
        listener, heard = ear.open(2, RATE), []
        for i in range(0, samples.shape[1], size):
            heard.append(await ear.hear(listener, samples[:, i : i + size]))
        return np.concatenate(heard, axis=1)

    async with running(ear):
        together = await asyncio.gather(
            *(follow(samples, 100 + 37 * n) for n, samples in enumerate(calls))
        )
    for samples, heard in zip(calls, together, strict=True):
        np.testing.assert_array_equal(heard, alone(engine, samples, 1000))
    assert ear.ticks < sum(-(-s.shape[1] // 100) for s in calls)


async def test_a_tick_gathers_all_who_wait():
    class Counting:
        def __init__(self, engine):
            self.engine, self.batches = engine, []
            self.window, self.open, self.info = engine.window, engine.open, engine.info

        def measure(self, streams, windows):
            self.batches.append(len(streams))
            return self.engine.measure(streams, windows)

    engine = Counting(create({}))
    ear = Ear(engine, tick_s=0.05)
    listeners = [ear.open(2, RATE) for _ in range(6)]
    async with running(ear):
        await asyncio.gather(*(ear.hear(x, talk(0.1, 0)) for x in listeners))
    assert engine.batches == [12]


async def test_an_engine_that_fails_answers_all_and_the_ear_goes_on():
    class Breaking:
        def __init__(self, engine):
            self.engine, self.broken = engine, True
            self.window, self.open, self.info = engine.window, engine.open, engine.info

        def measure(self, streams, windows):
            if self.broken:
                raise ValueError("no")
            return self.engine.measure(streams, windows)

    engine = Breaking(create({}))
    ear = Ear(engine, tick_s=0.001)
    async with running(ear):
        with pytest.raises(EngineFailed, match="no"):
            await ear.hear(ear.open(2, RATE), talk(0.1, 0))
        engine.broken = False
        assert (await ear.hear(ear.open(2, RATE), talk(0.1, 0))).shape == (2, 3)


async def test_a_call_over_which_the_engine_fails_harms_no_other():
    class Choosy:
        def __init__(self, engine):
            self.engine = engine
            self.window, self.open, self.info = engine.window, engine.open, engine.info

        def measure(self, streams, windows):
            if any(np.abs(rows).max() > 2 for rows in windows):
                raise ValueError("too loud")
            return self.engine.measure(streams, windows)

    ear = Ear(Choosy(create({})), tick_s=0.001)
    async with running(ear):
        answers = await asyncio.gather(
            *(ear.hear(ear.open(2, RATE), talk(0.2, n) * (40 if n == 1 else 1)) for n in range(3)),
            return_exceptions=True,
        )
    assert isinstance(answers[1], EngineFailed)
    np.testing.assert_array_equal(answers[0], alone(create({}), talk(0.2, 0), 1600))
    assert answers[2].shape == (2, 6)
    assert ear.failed == 2


def test_a_call_that_brings_no_whole_window_gets_no_answer_yet():
    engine = create({})
    listener = Listener(engine, 2, RATE)
    assert hear_now(engine, listener, talk(0.01, 0)).shape == (2, 0)
    assert measure(engine, []) == []
