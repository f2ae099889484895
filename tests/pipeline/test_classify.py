import asyncio
import contextlib
import threading

import pytest

from models.engines import EngineInfo
from models.errors import EngineFailed
from models.types import Channel, ClassifyRequest, Label
from pipeline.classify import ClassifyQueue


class Echo:
    """Labels an utterance with its own text; waits at "wait", raises at "raise"."""

    instant = False

    def __init__(self, max_batch=4):
        self.info = EngineInfo(name="echo", model="", licence="", max_batch=max_batch)
        self.gate = threading.Event()
        self.begun = threading.Event()
        self.batches = []

    def classify(self, batch):
        texts = [request.text for request in batch]
        self.batches.append(texts)
        self.begun.set()
        if "raise" in texts:
            raise RuntimeError("no")
        if "wait" in texts:
            assert self.gate.wait(10)
        answers = [(Label("intent", text, 1.0, text, "echo"),) for text in texts]
        return answers[:-1] if "short" in texts else answers


def request(text):
    return ClassifyRequest(text, Channel.CUSTOMER, ())


@contextlib.asynccontextmanager
async def running(queue):
    task = asyncio.create_task(queue.run())
    try:
        yield queue
    finally:
        queue.engine.gate.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def names(queue, text):
    return [label.name for label in await queue.classify(request(text))]


async def test_what_waits_goes_together_and_everyone_gets_his_own():
    async with running(ClassifyQueue(Echo())) as queue:
        first = asyncio.create_task(names(queue, "wait"))
        assert await asyncio.to_thread(queue.engine.begun.wait, 10)
        rest = [asyncio.create_task(names(queue, f"n{n}")) for n in range(6)]
        await asyncio.sleep(0)
        queue.engine.gate.set()
        assert await first == ["wait"]
        assert await asyncio.gather(*rest) == [[f"n{n}"] for n in range(6)]
    assert [len(batch) for batch in queue.engine.batches] == [1, 4, 2]


@pytest.mark.parametrize("text", ["raise", "short"])
async def test_a_failure_is_the_answer_and_the_queue_goes_on(text):
    async with running(ClassifyQueue(Echo())) as queue:
        with pytest.raises(EngineFailed, match="echo failed"):
            await names(queue, text)
        assert await names(queue, "fine") == ["fine"]


async def test_a_late_answer_is_given_up_counted_and_forgotten():
    async with running(ClassifyQueue(Echo(), deadline_s=0.05)) as queue:
        late = [asyncio.create_task(names(queue, t)) for t in ("wait", "behind")]
        for task in late:
            with pytest.raises(EngineFailed, match="took over 0"):
                await task
        assert queue.late == 2
        assert len(queue._waiting) == 0
        queue.engine.gate.set()
        assert await names(queue, "fine") == ["fine"]
    assert ["behind"] not in queue.engine.batches
