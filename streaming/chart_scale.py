"""What charts are made of: numbers with their samples, axes, round ticks, scales. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

ENOUGH: Final = 10
"""Fewer of them mean nothing yet: a rate of 9 has an interval some 60 points wide."""

Format = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Value:
    """One number, with its interval and how many it was made of; `y` None where there is none."""

    y: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None

    @property
    def weak(self) -> bool:
        """Whether it was made of too few to mean anything."""
        return self.n is not None and self.n < ENOUGH


@dataclass(frozen=True, slots=True)
class Series:
    """A name and its numbers, one for each label; make it of bare numbers by `series`."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis measures: how its numbers read and, where set, its ends.

    `steps` are the distances that ticks may have, for what is not counted in tens.
    """

    say: Format = field(default=lambda v: f"{v:g}")
    low: float | None = None
    high: float | None = None
    steps: tuple[float, ...] = ()


PERCENT: Final = Axis(lambda v: f"{v:.0f} %", 0.0, 100.0)
SCORE: Final = Axis(lambda v: f"{v:.0f}", 0.0, 100.0)
COUNT: Final = Axis(lambda v: f"{v:.0f}", 0.0, steps=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000))


def clock_text(seconds: float) -> str:
    """Return seconds as m:ss."""
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02}"


CLOCK: Final = Axis(clock_text, 0.0, steps=(1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600))


def series(name: str, numbers: Sequence[float | None]) -> Series:
    """Make a series of bare numbers."""
    return Series(name, tuple(Value(y) for y in numbers))


def ticks(low: float, high: float, count: int = 5, steps: Sequence[float] = ()) -> list[float]:
    """Return round numbers from at or below `low` to at or above `high`, about `count` of them."""
    span = high - low
    if not math.isfinite(span) or span <= 0:
        high, span = low + 1.0, 1.0
    rough = span / max(1, count - 1)
    tens = 10.0 ** math.floor(math.log10(rough))
    wanted = [s for s in steps if s >= rough * 0.999] or [
        m * tens for m in (1, 2, 2.5, 5, 10) if m * tens >= rough * 0.999
    ]
    step = wanted[0]
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(k * step, 12) for k in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Scale:
    """Places numbers between two ends; what lies beyond them stays on them."""

    low: float
    high: float
    out_low: float
    out_high: float

    def __call__(self, value: float) -> float:
        """Return the place of a number."""
        part = (value - self.low) / (self.high - self.low)
        return self.out_low + min(1.0, max(0.0, part)) * (self.out_high - self.out_low)


def scale(
    axis: Axis, numbers: Sequence[float], out: tuple[float, float]
) -> tuple[Scale, list[float]]:
    """Return the scale that holds the numbers and its ticks; the axis may set its ends."""
    low = axis.low if axis.low is not None else min(numbers, default=0.0)
    high = axis.high if axis.high is not None else max(numbers, default=low + 1.0)
    at = ticks(low, high, steps=axis.steps)
    return Scale(at[0], at[-1], *out), at


def said(value: Value, axis: Axis) -> str:
    """Return a number as people read it, with its interval and its sample."""
    if value.y is None:
        return "none"
    text = axis.say(value.y)
    if value.low is not None and value.high is not None:
        text += f" ({axis.say(value.low)} to {axis.say(value.high)})"
    if value.n is not None:
        text += f", n {value.n}"
    return text + (", too few to tell" if value.weak else "")
