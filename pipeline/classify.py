"""Utterances of all calls to a classifier that takes time, in batches, on one thread."""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from models.engines import Classifier
from models.errors import EngineFailed
from models.types import ClassifyRequest, Label

DEADLINE_S = 5.0
"""An utterance unread by then goes on without labels, so that the finals after it are not held."""


class ClassifyQueue:
    """Feeds one classifier. Bound: each call has at most one utterance here."""

    def __init__(self, engine: Classifier, deadline_s: float = DEADLINE_S) -> None:
        self.engine = engine
        self._deadline_s = deadline_s
        self._waiting: deque[tuple[ClassifyRequest, asyncio.Future[tuple[Label, ...]]]] = deque()
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "classify")
        self.late = 0

    async def classify(self, request: ClassifyRequest) -> tuple[Label, ...]:
        """Return the labels.

        Raises:
            ModelError: the engine failed, or took longer than the deadline.
        """
        answer: asyncio.Future[tuple[Label, ...]] = asyncio.get_running_loop().create_future()
        asked = (request, answer)
        self._waiting.append(asked)
        self._wake.set()
        try:
            return await asyncio.wait_for(answer, self._deadline_s)
        except TimeoutError as late:
            if asked in self._waiting:
                self._waiting.remove(asked)
            self.late += 1
            raise EngineFailed(
                f"{self.engine.info.name} took over {self._deadline_s:g} s"
            ) from late

    async def run(self) -> None:
        """Serve until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while batch := self._take():
                    requests = [request for request, _ in batch]
                    try:
                        answers = await loop.run_in_executor(self._thread, self._read, requests)
                    except Exception as error:
                        failed = EngineFailed(f"{self.engine.info.name} failed: {error}")
                        for _, answer in batch:
                            if not answer.done():
                                answer.set_exception(failed)
                        continue
                    for (_, answer), labels in zip(batch, answers, strict=True):
                        if not answer.done():
                            answer.set_result(labels)
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    def _read(self, requests: list[ClassifyRequest]) -> list[tuple[Label, ...]]:
        answers = self.engine.classify(requests)
        if len(answers) != len(requests):
            raise ValueError(f"{len(answers)} answers to {len(requests)} utterances")
        return answers

    def _take(self) -> list[tuple[ClassifyRequest, asyncio.Future[tuple[Label, ...]]]]:
        batch: list[tuple[ClassifyRequest, asyncio.Future[tuple[Label, ...]]]] = []
        while self._waiting and len(batch) < self.engine.info.max_batch:
            request, answer = self._waiting.popleft()
            if not answer.done():
                batch.append((request, answer))
        return batch
