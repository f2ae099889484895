"""One engine, all calls: the most urgent clips of all calls go to the model first.

A batch starts as soon as a worker of the engine is free, with whatever waits then: load makes
batches, not a timer. Finals go before partials, partials before recorded work. A newer partial of
a channel replaces the one that still waits. Bounds: partials are refused when `max_partials` wait,
recorded work awaits a free place, finals are always taken. A busy engine reads finals greedily:
that costs words (see `models.stt.beam`), being late costs the hint.
"""

import asyncio
import dataclasses
import heapq
import itertools
import math
import os
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import IntEnum

from models.engines import SttEngine
from models.errors import EngineFailed, ModelError
from models.types import SttRequest, Transcription
from pipeline.errors import Overloaded

WORKER_NICENESS = 2
"""Added to the workers', so that on a full machine the event loop is served before the model
(Linux). More would let every other program on the machine go before them too."""
LOAD_FRESH_S = 0.05

LOAD_WINDOW_S = 3.0


class Urgency(IntEnum):
    """Who goes first."""

    FINAL = 0
    PARTIAL = 1
    OFFLINE = 2


@dataclass(order=True, slots=True)
class _Item:
    urgency: Urgency
    deadline: float
    arrival: int
    request: SttRequest = field(compare=False)
    answer: asyncio.Future[Transcription] = field(compare=False)
    replace: Hashable = field(compare=False, default=None)
    since: float = field(compare=False, default=0.0)


class Batcher:
    """Feeds one engine from as many threads as the engine allows."""

    def __init__(
        self,
        engine: SttEngine,
        *,
        max_partials: int = 64,
        max_offline: int = 64,
        greedy_above: float = 1.0,
    ) -> None:
        """Take the engine; at a load above `greedy_above` finals are read greedily."""
        self.engine = engine
        self._max_partials = max_partials
        self._greedy_above = greedy_above
        self._heap: list[_Item] = []
        self._partials: dict[Hashable, _Item] = {}
        self._arrivals = itertools.count()
        self._wake = asyncio.Condition()
        self._offline_room = asyncio.Semaphore(max_offline)
        workers = max(1, engine.info.workers)
        self.workers = workers
        self._threads = ThreadPoolExecutor(workers, "stt", initializer=_lower_priority)
        self._busy: deque[tuple[float, float]] = deque()
        self._running: dict[int, float] = {}
        self._load, self._load_at = 0.0, -math.inf
        self.counts: Counter[str] = Counter()
        self.batch_sizes: Counter[int] = Counter()
        self.engine_s = 0.0
        self.audio_s = 0.0

    async def transcribe(
        self,
        request: SttRequest,
        urgency: Urgency,
        deadline: float = 0.0,
        replace: Hashable = None,
    ) -> Transcription:
        """Return the clip's transcription.

        `deadline` orders requests of one urgency, earliest first, on any one clock; `replace` names
        the channel whose waiting partial this one supersedes.

        Raises:
            Overloaded: a partial that was shed or superseded.
            ModelError: the engine could not read the clip, also not alone.
        """
        if urgency is Urgency.OFFLINE:
            async with self._offline_room:
                return await self._ask(request, urgency, deadline, None)
        if urgency is Urgency.PARTIAL:
            self._supersede(replace)
            if len(self._partials) >= self._max_partials:
                self.counts["partials_refused"] += 1
                raise Overloaded("partials are shed: too many wait")
        return await self._ask(request, urgency, deadline, replace)

    async def run(self) -> None:
        """Serve until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(self.workers):
                    group.create_task(self._work(number))
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)
            for item in self._heap:
                item.answer.cancel()

    @property
    def load(self) -> float:
        """The share of the workers' time spent reading over the last seconds, 0 to 1."""
        now = time.monotonic()
        if now - self._load_at < LOAD_FRESH_S:
            return self._load
        self._load_at = now
        horizon = now - LOAD_WINDOW_S
        self._forget(horizon)
        spent = sum(end - max(begin, horizon) for begin, end in self._busy)
        spent += sum(now - max(begin, horizon) for begin in self._running.values())
        self._load = min(1.0, spent / (LOAD_WINDOW_S * self.workers))
        return self._load

    @property
    def waiting_s(self) -> float:
        """Seconds of audio that wait."""
        return sum(len(i.request.samples) / i.request.rate_hz for i in self._heap)

    @property
    def waiting_finals(self) -> int:
        """How many finals wait."""
        return sum(i.urgency is Urgency.FINAL for i in self._heap)

    async def _ask(
        self, request: SttRequest, urgency: Urgency, deadline: float, replace: Hashable
    ) -> Transcription:
        answer: asyncio.Future[Transcription] = asyncio.get_running_loop().create_future()
        item = _Item(
            urgency, deadline, next(self._arrivals), request, answer, replace, time.monotonic()
        )
        heapq.heappush(self._heap, item)
        if urgency is Urgency.PARTIAL:
            self._partials[replace] = item
        self.counts[f"{urgency.name.lower()}_asked"] += 1
        async with self._wake:
            self._wake.notify()
        return await answer

    def _supersede(self, replace: Hashable) -> None:
        older = self._partials.pop(replace, None)
        if older is not None and not older.answer.done():
            self.counts["partials_superseded"] += 1
            older.answer.set_exception(Overloaded("a newer partial took its place"))

    async def _work(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        while True:
            async with self._wake:
                while not (batch := self._take()):
                    await self._wake.wait()
            began = time.monotonic()
            self._running[number] = began
            requests = [self._fitted(item) for item in batch]
            try:
                answers = await loop.run_in_executor(self._threads, self._read, requests)
            finally:
                del self._running[number]
            ended = time.monotonic()
            self._busy.append((began, ended))
            self._forget(ended - LOAD_WINDOW_S)
            self.engine_s += ended - began
            self.audio_s += sum(len(r.samples) / r.rate_hz for r in requests)
            self.batch_sizes[len(batch)] += 1
            for item, answer in zip(batch, answers, strict=True):
                if item.answer.done():
                    continue
                if isinstance(answer, ModelError):
                    item.answer.set_exception(answer)
                else:
                    item.answer.set_result(answer)

    def _fitted(self, item: _Item) -> SttRequest:
        """Return the request, to be read greedily where calls would have to wait."""
        live = item.urgency is Urgency.FINAL and item.request.width is None
        if not live or self.load <= self._greedy_above:
            return item.request
        self.counts["finals_greedy"] += 1
        return dataclasses.replace(item.request, width=1)

    def _forget(self, before: float) -> None:
        """Drop what was read before the window that `load` looks at."""
        while self._busy and self._busy[0][1] < before:
            self._busy.popleft()

    def _take(self) -> list[_Item]:
        batch: list[_Item] = []
        passed: list[_Item] = []
        key: Hashable = None
        while self._heap and len(batch) < self.engine.info.max_batch:
            item = heapq.heappop(self._heap)
            if item.answer.done():
                self._drop(item)
                continue
            if not batch:
                key = self.engine.batch_key(item.request)
            elif self.engine.batch_key(item.request) != key:
                passed.append(item)
                continue
            self._drop(item)
            batch.append(item)
        for item in passed:
            heapq.heappush(self._heap, item)
        return batch

    def _drop(self, item: _Item) -> None:
        if item.urgency is Urgency.PARTIAL and self._partials.get(item.replace) is item:
            del self._partials[item.replace]

    def _read(self, requests: list[SttRequest]) -> list[Transcription | ModelError]:
        """Read a batch on a worker's thread; where it fails, each request alone, once more."""
        try:
            return [*self._transcribe(requests)]
        except Exception:
            self.counts["batches_failed"] += 1
        answers: list[Transcription | ModelError] = []
        for request in requests:
            try:
                answers += self._transcribe([request])
            except ModelError as error:
                answers.append(error)
            except Exception as error:
                answers.append(EngineFailed(f"{self.engine.info.name} failed: {error}"))
        return answers

    def _transcribe(self, requests: list[SttRequest]) -> list[Transcription]:
        answers = self.engine.transcribe(requests)
        if len(answers) != len(requests):
            raise EngineFailed(f"{len(answers)} answers to {len(requests)} clips")
        return answers


def _lower_priority() -> None:
    if sys.platform == "linux":
        thread = threading.get_native_id()
        nicer = os.getpriority(os.PRIO_PROCESS, thread) + WORKER_NICENESS
        os.setpriority(os.PRIO_PROCESS, thread, min(19, nicer))
