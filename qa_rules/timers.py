"""What is due when: a heap of call seconds, in a fixed order, each entry once."""

import heapq
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timer:
    """Something to look at from second `at` on; `kind` says what, `name` which one."""

    at: float
    kind: str
    name: str = ""
    value: float = 0.0


class Timers:
    """Timers in order of time; those of one second in the order they were set."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._set: set[Timer] = set()
        self._next = 0

    @property
    def next_due(self) -> float:
        """The earliest second that has something due; infinity where nothing is."""
        return self._heap[0][0] if self._heap else float("inf")

    def put(self, timer: Timer) -> None:
        """Set a timer; one that is set already is not set again."""
        if timer not in self._set:
            self._set.add(timer)
            heapq.heappush(self._heap, (timer.at, self._next, timer))
            self._next += 1

    def pop(self, until: float) -> Timer | None:
        """Take the earliest timer due by a second, None where there is none."""
        if self.next_due > until:
            return None
        timer = heapq.heappop(self._heap)[2]
        self._set.discard(timer)
        return timer
