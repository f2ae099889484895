import asyncio
import contextlib
import threading

import numpy as np
import pytest

from models.engines import EngineInfo
from models.errors import EngineFailed
from models.types import SttRequest, Transcription
from pipeline.batcher import Batcher, Urgency
from pipeline.errors import Overloaded


def clip(name):
    """A request that the engine below knows by its first sample."""
    return SttRequest(np.array([name], np.float32), 8000)


class Gate:
    """An engine that reads in the order it is given, and waits to be let go on."""

    def __init__(self, max_batch=1, workers=1, *, poison=()):
        self.info = EngineInfo("gate", "none", "none", max_batch=max_batch, workers=workers)
        self.seen = []
        self.open = threading.Event()
        self.entered = threading.Event()
        self.poison = poison

    def batch_key(self, request):
        return request.language

    def transcribe(self, batch):
        self.entered.set()
        assert self.open.wait(10)
        names = [int(r.samples[0]) for r in batch]
        if any(name in self.poison for name in names):
            raise ValueError(f"bad clip among {names}")
        self.seen.append(names)
        return [Transcription(str(name)) for name in names]


@contextlib.asynccontextmanager
async def running(engine, **options):
    batcher = Batcher(engine, **options)
    task = asyncio.create_task(batcher.run())
    try:
        yield batcher
    finally:
        engine.open.set()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def busy(batcher, engine):
    """Give the engine something to chew on, so that what follows waits."""
    first = asyncio.create_task(batcher.transcribe(clip(0), Urgency.FINAL))
    await asyncio.to_thread(engine.entered.wait, 10)
    return first


async def ask(batcher, name, urgency, **options):
    task = asyncio.create_task(batcher.transcribe(clip(name), urgency, **options))
    await asyncio.sleep(0)
    return task


async def test_finals_go_before_partials_before_recorded_work():
    engine = Gate()
    async with running(engine) as batcher:
        tasks = [await busy(batcher, engine)]
        tasks.append(await ask(batcher, 3, Urgency.OFFLINE))
        tasks.append(await ask(batcher, 2, Urgency.PARTIAL, replace="a"))
        tasks.append(await ask(batcher, 1, Urgency.FINAL))
        engine.open.set()
        assert [t.text for t in await asyncio.gather(*tasks)] == ["0", "3", "2", "1"]
    assert engine.seen == [[0], [1], [2], [3]]


async def test_earlier_deadlines_go_first():
    engine = Gate()
    async with running(engine) as batcher:
        tasks = [await busy(batcher, engine)]
        tasks += [await ask(batcher, n, Urgency.FINAL, deadline=d) for n, d in ((1, 9.0), (2, 3.0))]
        engine.open.set()
        await asyncio.gather(*tasks)
    assert engine.seen == [[0], [2], [1]]


async def test_a_newer_partial_replaces_the_older():
    engine = Gate()
    async with running(engine) as batcher:
        first = await busy(batcher, engine)
        old = await ask(batcher, 1, Urgency.PARTIAL, replace=("call", "agent"))
        other = await ask(batcher, 2, Urgency.PARTIAL, replace=("call", "customer"))
        new = await ask(batcher, 3, Urgency.PARTIAL, replace=("call", "agent"))
        engine.open.set()
        await asyncio.gather(first, other, new)
        with pytest.raises(Overloaded):
            await old
    assert engine.seen == [[0], [2], [3]]
    assert batcher.counts["partials_superseded"] == 1


async def test_partials_are_refused_at_the_bound_and_finals_never():
    engine = Gate()
    async with running(engine, max_partials=1) as batcher:
        tasks = [await busy(batcher, engine), await ask(batcher, 1, Urgency.PARTIAL, replace="a")]
        with pytest.raises(Overloaded):
            await batcher.transcribe(clip(2), Urgency.PARTIAL, replace="b")
        tasks += [await ask(batcher, 100 + n, Urgency.FINAL) for n in range(500)]
        engine.open.set()
        assert len(await asyncio.gather(*tasks)) == 502
    assert batcher.counts["partials_refused"] == 1


async def test_what_waits_becomes_a_batch_of_one_key():
    engine = Gate(max_batch=3)
    async with running(engine) as batcher:
        tasks = [await busy(batcher, engine)]
        tasks += [await ask(batcher, n, Urgency.FINAL) for n in (1, 2)]
        spanish = SttRequest(np.array([9], np.float32), 8000, language="es")
        tasks.append(asyncio.create_task(batcher.transcribe(spanish, Urgency.FINAL)))
        await asyncio.sleep(0)
        tasks += [await ask(batcher, n, Urgency.FINAL) for n in (3, 4)]
        engine.open.set()
        await asyncio.gather(*tasks)
    assert engine.seen == [[0], [1, 2, 3], [9], [4]]


async def test_a_bad_clip_fails_alone():
    engine = Gate(max_batch=4, poison=(2,))
    async with running(engine) as batcher:
        tasks = [await busy(batcher, engine)]
        tasks += [await ask(batcher, n, Urgency.FINAL) for n in (1, 2, 3)]
        engine.open.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [a.text for a in answers if isinstance(a, Transcription)] == ["0", "1", "3"]
    assert isinstance(answers[2], EngineFailed)
    assert batcher.counts["batches_failed"] == 1


async def test_a_withdrawn_clip_is_not_read():
    engine = Gate()
    async with running(engine) as batcher:
        first = await busy(batcher, engine)
        unwanted = await ask(batcher, 1, Urgency.FINAL)
        wanted = await ask(batcher, 2, Urgency.FINAL)
        unwanted.cancel()
        await asyncio.sleep(0)
        engine.open.set()
        await asyncio.gather(first, wanted)
    assert engine.seen == [[0], [2]]


async def test_recorded_work_awaits_a_free_place():
    engine = Gate()
    async with running(engine, max_offline=2) as batcher:
        first = await busy(batcher, engine)
        tasks = [await ask(batcher, n, Urgency.OFFLINE) for n in range(1, 6)]
        assert batcher.waiting_s == pytest.approx(2 / 8000)
        engine.open.set()
        await asyncio.gather(first, *tasks)
    assert engine.seen == [[n] for n in range(6)]


async def test_load_tells_how_busy_the_workers_are():
    engine = Gate()
    async with running(engine) as batcher:
        assert batcher.load == 0.0
        first = await busy(batcher, engine)
        async with asyncio.timeout(5):
            while batcher.load == 0.0:  # noqa: ASYNC110 - there is no event for it
                await asyncio.sleep(0.01)
        engine.open.set()
        await first


async def test_what_was_read_long_ago_is_forgotten_though_nobody_asks_for_the_load(monkeypatch):
    monkeypatch.setattr("pipeline.batcher.LOAD_WINDOW_S", 0.0)
    engine = Gate()
    engine.open.set()
    async with running(engine) as batcher:
        for name in range(20):
            await batcher.transcribe(clip(name), Urgency.OFFLINE)
        assert len(engine.seen) == 20
        assert len(batcher._busy) <= 1


@pytest.mark.parametrize(("load", "width"), [(0.2, None), (0.9, 1)])
async def test_a_busy_engine_reads_finals_greedily_and_recorded_work_as_ever(load, width):
    class Noting(Gate):
        def transcribe(self, batch):
            widths.extend(r.width for r in batch)
            return super().transcribe(batch)

    widths, engine = [], Noting()
    engine.open.set()
    async with running(engine, greedy_above=0.6) as batcher:
        batcher._load, batcher._load_at = load, float("inf")
        await batcher.transcribe(clip(1), Urgency.FINAL)
        await batcher.transcribe(clip(2), Urgency.OFFLINE)
    assert widths == [width, None]
    assert batcher.counts["finals_greedy"] == (width == 1)
