"""Voice activity for all calls: one batched engine call a tick, however many channels speak.

A call's `Listener` keeps the samples of an unfinished window; the engine's streams keep the rest.
The numbers of a channel do not depend on who shares its batch, so a recorded call, measured alone
by `hear_now`, is cut exactly as it was live.
"""

import asyncio
from collections.abc import Sequence

import numpy as np

from models.engines import VadEngine, VadStream
from models.errors import EngineFailed
from models.types import Samples


class Listener:
    """One call's side of the ear. Not to be shared between calls."""

    def __init__(self, engine: VadEngine, channels: int, rate_hz: int) -> None:
        self.window = engine.window(rate_hz)
        self.streams: tuple[VadStream, ...] = tuple(engine.open(rate_hz) for _ in range(channels))
        self._rest = np.zeros((channels, 0), np.float32)

    def whole_windows(self, samples: Samples) -> list[Samples]:
        """Take [channels, n] samples; return each channel's complete windows [windows, window]."""
        held = np.concatenate([self._rest, samples], axis=1) if self._rest.size else samples
        whole = held.shape[1] // self.window * self.window
        self._rest = held[:, whole:].copy()
        return [row[:whole].reshape(-1, self.window) for row in held]


class Ear:
    """Measures all live channels together, each `tick_s`.

    Bound: each call has at most one request here, as it waits for the answer.
    """

    def __init__(self, engine: VadEngine, tick_s: float = 0.032) -> None:
        self.engine, self._tick = engine, tick_s
        self._waiting: list[tuple[Listener, list[Samples], asyncio.Future[Samples]]] = []
        self._wake = asyncio.Event()
        self.ticks = self.windows = self.failed = 0
        self.busy_s = 0.0

    def open(self, channels: int, rate_hz: int) -> Listener:
        """Begin to listen to a call."""
        return Listener(self.engine, channels, rate_hz)

    async def hear(self, listener: Listener, samples: Samples) -> Samples:
        """Return the speech probabilities [channels, windows] of the windows now complete.

        Raises:
            EngineFailed: the engine failed over this call, also alone.
        """
        windows = listener.whole_windows(samples)
        if not len(windows[0]):
            return np.zeros((len(windows), 0), np.float32)
        done: asyncio.Future[Samples] = asyncio.get_running_loop().create_future()
        self._waiting.append((listener, windows, done))
        self._wake.set()
        return await done

    async def run(self) -> None:
        """Serve until cancelled."""
        loop = asyncio.get_running_loop()
        next_tick = loop.time()
        while True:
            await self._wake.wait()
            next_tick = max(next_tick + self._tick, loop.time())
            await asyncio.sleep(next_tick - loop.time())
            self._wake.clear()
            batch, self._waiting = self._waiting, []
            began = loop.time()
            answers = self._measured([(listener, windows) for listener, windows, _ in batch])
            self.ticks += 1
            self.busy_s += loop.time() - began
            for (_, _, done), speech in zip(batch, answers, strict=True):
                if done.done():
                    continue
                if isinstance(speech, EngineFailed):
                    done.set_exception(speech)
                else:
                    self.windows += speech.size
                    done.set_result(speech)

    def _measured(
        self, batch: Sequence[tuple[Listener, Sequence[Samples]]]
    ) -> list[Samples | EngineFailed]:
        """Measure all calls together; where that fails, each alone, so that one harms no other."""
        try:
            return [*measure(self.engine, batch)]
        except Exception as error:
            self.failed += 1
            if len(batch) == 1:
                return [EngineFailed(f"{self.engine.info.name} failed: {error}")]
        return [answer for one in batch for answer in self._measured([one])]


def measure(
    engine: VadEngine, batch: Sequence[tuple[Listener, Sequence[Samples]]]
) -> list[Samples]:
    """Return each call's probabilities [channels, windows], all measured in one engine call."""
    streams = [stream for listener, _ in batch for stream in listener.streams]
    windows = [rows for _, channels in batch for rows in channels]
    answers = engine.measure(streams, windows)
    if len(answers) != len(streams):
        raise EngineFailed(f"{len(answers)} answers to {len(streams)} streams")
    rows = iter(answers)
    return [np.stack([next(rows) for _ in listener.streams]) for listener, _ in batch]


def hear_now(engine: VadEngine, listener: Listener, samples: Samples) -> Samples:
    """Measure one call's samples at once, for recordings; blocking."""
    windows = listener.whole_windows(samples)
    if not len(windows[0]):
        return np.zeros((len(windows), 0), np.float32)
    return measure(engine, [(listener, windows)])[0]
