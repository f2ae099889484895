"""Charts as geometry: numbers in, places of marks, lines and ticks out.

Pure; `templates/charts.html` draws it, in SVG without a style attribute. Across, places are in
percent of the plot, so that a chart fits any width and its words keep their size; down, they are
pixels. A number whose sample is below `ENOUGH` is drawn hollow and said to be too small.
`chart_rows.py` draws a row for each name: agents, queues, rules.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from streaming.chart_scale import (
    CLOCK,
    COUNT,
    ENOUGH,
    PERCENT,
    SCORE,
    Axis,
    Scale,
    Series,
    Value,
    clock_text,
    said,
    scale,
    series,
    ticks,
)

__all__ = [
    "CLOCK",
    "COUNT",
    "ENOUGH",
    "PERCENT",
    "SCORE",
    "Axis",
    "Bar",
    "Chart",
    "Curve",
    "Line",
    "Mark",
    "Series",
    "Tick",
    "Value",
    "clock_text",
    "columns",
    "curves",
    "lines",
    "said",
    "series",
    "ticks",
]

MOST_LABELS: Final = 7
"""Words under a plot that a phone has room for; twice as many from a middling width on."""
LETTER_PX: Final = 7.2


@dataclass(frozen=True, slots=True)
class Tick:
    """A word on an axis. `at` is percent across or pixels down; minor ones give way on a phone."""

    at: float
    text: str
    anchor: str = "middle"
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """One number as drawn: x in percent, y in pixels, its whisker, and what it says of itself."""

    x: float
    y: float
    text: str
    weak: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar or a part of one: x and width in percent, y and height in pixels."""

    x: float
    y: float
    width: float
    height: float
    series: int
    text: str
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One series as drawn; `path` and `area` are in a box 1000 wide and the plot's height."""

    name: str
    series: int
    path: str
    area: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart, with the same numbers as a table. Hand it to the macro `chart`."""

    id: str
    title: str
    desc: str
    height: float
    axis_width: float
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    head: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    """What the legend names, in order of the series; empty for one alone."""
    kind: str = "line"
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    guides: tuple[Tick, ...] = ()
    """Lines right across with a word: a pass mark, a target."""
    diagonal: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.bars and not any(line.marks for line in self.lines)


def lines(
    id: str,
    title: str,
    labels: Sequence[str],
    of: Sequence[Series],
    axis: Axis = COUNT,
    *,
    height: float = 180.0,
    guides: Sequence[tuple[float, str]] = (),
) -> Chart:
    """Draw each series as a line over labels in their order: days, weeks, hours.

    A number that is missing leaves a gap, never a zero. Intervals are drawn as whiskers; `guides`
    are named lines right across: a pass mark, a target.
    """
    to_y, at = scale(axis, _numbers(of), (height, 0.0))
    xs = _centres(len(labels))
    drawn = []
    for k, one in enumerate(of):
        marks = tuple(
            _mark(x, value, f"{label}, {one.name}", axis, to_y)
            for x, label, value in zip(xs, labels, one.values, strict=True)
            if value.y is not None
        )
        places = [
            None if v.y is None else (10 * x, to_y(v.y))
            for x, v in zip(xs, one.values, strict=True)
        ]
        drawn.append(Line(one.name, k, _path(places), "", marks))
    chart = _framed(id, title, of, axis, height, (to_y, at))
    return replace(
        chart,
        x_ticks=_label_ticks(labels, xs),
        lines=tuple(drawn),
        guides=tuple(Tick(_r(to_y(v)), text) for v, text in guides),
        table=_table(labels, of, axis),
    )


def columns(
    id: str,
    title: str,
    labels: Sequence[str],
    of: Sequence[Series],
    axis: Axis = COUNT,
    *,
    height: float = 180.0,
) -> Chart:
    """Draw a column for each label, the series stacked upon each other in their order."""
    sums = [sum(one.values[k].y or 0.0 for one in of) for k in range(len(labels))]
    to_y, at = scale(axis, [0.0, *sums], (height, 0.0))
    slot = 100.0 / max(1, len(labels))
    bars = []
    for k, label in enumerate(labels):
        below = 0.0
        for s, one in enumerate(of):
            value = one.values[k]
            if value.y:
                top, foot = to_y(below + value.y), to_y(below)
                text = _says(f"{label}, {one.name}", value, axis)
                x, width = _r((k + 0.14) * slot), _r(0.72 * slot)
                bars.append(Bar(x, _r(top), width, _r(foot - top), s, text, value.weak))
                below += value.y
    chart = _framed(id, title, of, axis, height, (to_y, at))
    return replace(
        chart,
        kind="columns",
        x_ticks=_label_ticks(labels, _centres(len(labels))),
        bars=tuple(bars),
        table=_table(labels, of, axis),
    )


@dataclass(frozen=True, slots=True)
class Curve:
    """A name and its points (x, y), in order of x; `words` say more of each, where given."""

    name: str
    points: tuple[tuple[float, float], ...]
    words: tuple[str, ...] = ()


def curves(
    id: str,
    title: str,
    of: Sequence[Curve],
    axes: tuple[Axis, Axis],
    *,
    stepped: bool = False,
    diagonal: bool = False,
    height: float = 180.0,
) -> Chart:
    """Draw y over a measured x: mood over a call, delay by share of calls, a reliability plot.

    `axes` are x and y. `stepped` holds each value until the next point, with the area below it;
    `diagonal` draws the line where y is x.
    """
    x_axis, y_axis = axes
    points = [p for one in of for p in one.points]
    to_x, x_at = scale(x_axis, [p[0] for p in points], (0.0, 100.0))
    to_y, at = scale(y_axis, [p[1] for p in points], (height, 0.0))
    if x_axis.high is not None:  # a call is as long as it is: the plot ends with it
        to_x, x_at = replace(to_x, high=x_axis.high), [x for x in x_at if x <= x_axis.high]
    drawn, table = [], []
    for k, one in enumerate(of):
        words = one.words or tuple("" for _ in one.points)
        places = [(10 * to_x(x), to_y(y)) for x, y in one.points]
        path = _stairs(places) if stepped else _path(places)
        area = f"{path}V{height:g}H{places[0][0]:.1f}Z" if stepped and places else ""
        marks = []
        for (x, y), more in zip(one.points, words, strict=True):
            text = f"{one.name}, {x_axis.say(x)}: {y_axis.say(y)}" + (f", {more}" if more else "")
            marks.append(Mark(_r(to_x(x)), _r(to_y(y)), text))
            table.append((one.name, x_axis.say(x), y_axis.say(y), more))
        drawn.append(Line(one.name, k, path, area, tuple(marks)))
    chart = _framed(id, title, of, y_axis, height, (to_y, at))
    return replace(
        chart,
        kind="steps" if stepped else "line",
        x_ticks=_number_ticks(x_at, to_x, x_axis),
        lines=tuple(drawn),
        head=("Series", "At", "Value", "Note"),
        table=tuple(table),
        diagonal=diagonal,
    )


def _framed(
    id: str,
    title: str,
    of: Sequence[Series] | Sequence[Curve],
    axis: Axis,
    height: float,
    placed: tuple[Scale, list[float]],
) -> Chart:
    to_y, at = placed
    y_ticks = tuple(Tick(_r(to_y(v)), axis.say(v), "end") for v in at)
    names = tuple(one.name for one in of)
    widest = max((len(t.text) for t in y_ticks), default=1)
    return Chart(
        id,
        title,
        _described(names),
        height,
        _r(8 + LETTER_PX * widest),
        y_ticks,
        (),
        ("", *names),
        (),
        names if len(names) > 1 else (),
    )


def _described(names: Sequence[str]) -> str:
    told = ", ".join(names)
    return f"Shows {told}. The numbers stand in the table below it."


def _numbers(of: Sequence[Series]) -> list[float]:
    found = (x for one in of for v in one.values for x in (v.y, v.low, v.high))
    return [x for x in found if x is not None]


def _centres(count: int) -> list[float]:
    return [_r(100.0 * (k + 0.5) / count) for k in range(count)]


def _mark(x: float, value: Value, name: str, axis: Axis, to_y: Scale) -> Mark:
    low = None if value.low is None else _r(to_y(value.low))
    high = None if value.high is None else _r(to_y(value.high))
    return Mark(x, _r(to_y(value.y or 0.0)), _says(name, value, axis), value.weak, low, high)


def _says(name: str, value: Value, axis: Axis) -> str:
    return f"{name}: {said(value, axis)}"


def _table(labels: Sequence[str], of: Sequence[Series], axis: Axis) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (label, *(said(one.values[k], axis) for one in of)) for k, label in enumerate(labels)
    )


def _path(places: Sequence[tuple[float, float] | None]) -> str:
    parts, pen = [], "M"
    for place in places:
        if place is None:
            pen = "M"
            continue
        parts.append(f"{pen}{place[0]:.1f} {place[1]:.1f}")
        pen = "L"
    return "".join(parts)


def _stairs(places: Sequence[tuple[float, float]]) -> str:
    if not places:
        return ""
    path = f"M{places[0][0]:.1f} {places[0][1]:.1f}"
    return path + "".join(f"H{x:.1f}V{y:.1f}" for x, y in places[1:])


def _label_ticks(labels: Sequence[str], xs: Sequence[float]) -> tuple[Tick, ...]:
    every = max(1, math.ceil(len(labels) / MOST_LABELS))
    half = max(1, every // 2)
    return tuple(
        Tick(x, label, minor=bool(k % every))
        for k, (label, x) in enumerate(zip(labels, xs, strict=True))
        if k % every == 0 or (k % half == 0 and every % half == 0)
    )


def _number_ticks(at: Sequence[float], to_x: Scale, axis: Axis) -> tuple[Tick, ...]:
    last = len(at) - 1
    anchors = {0: "start", last: "end"}
    return tuple(
        Tick(
            _r(to_x(v)),
            axis.say(v),
            anchors.get(k, "middle") if to_x(v) in (0.0, 100.0) else "middle",
        )
        for k, v in enumerate(at)
    )


def _r(value: float) -> float:
    return round(value, 2)
