"""Charts with a row for each name, and sparklines: agents, teams, queues, rules.

Pure; drawn by the macros `rows` and `spark` of `templates/charts.html`. The rows stand in a table
with their numbers beside them, so that the chart is its own table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from streaming.chart_scale import PERCENT, Axis, Scale, Value, said, scale

ROW_PX = 24.0


@dataclass(frozen=True, slots=True)
class Row:
    """A name, where it leads, and its numbers in order of the series."""

    name: str
    values: tuple[Value, ...]
    href: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a row's bar, in percent across."""

    x: float
    width: float
    series: int
    text: str


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row as drawn: parts of a bar, or a dot with its interval; all in percent across."""

    name: str
    href: str
    note: str
    said: tuple[str, ...]
    weak: bool
    spans: tuple[Span, ...] = ()
    dot: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A drawn table of rows. Hand it to the macro `rows`."""

    id: str
    title: str
    first: str
    """What the names are: Agent, Queue."""
    head: tuple[str, ...]
    rows: tuple[DrawnRow, ...]
    ends: tuple[str, str]
    """What the plot's two ends are worth."""
    names: tuple[str, ...] = ()
    """What the legend names; empty for one series alone."""
    notes: str = ""
    """The head of the notes' column; empty for none."""
    guide: float | None = None


def dots(
    id: str,
    title: str,
    named: tuple[str, str],
    of: Sequence[Row],
    axis: Axis = PERCENT,
    *,
    guide: float | None = None,
    notes: str = "",
) -> Rows:
    """Draw one number a row as a dot with its interval; `named` heads the names and the number."""
    numbers = [x for r in of for v in r.values[:1] for x in (v.y, v.low, v.high) if x is not None]
    to_x, at = scale(axis, numbers, (0.0, 100.0))
    drawn = tuple(_dot(row, axis, to_x) for row in of)
    ends = (axis.say(at[0]), axis.say(at[-1]))
    across = None if guide is None else round(to_x(guide), 2)
    return Rows(id, title, named[0], (named[1],), drawn, ends, notes=notes, guide=across)


def bars(
    id: str,
    title: str,
    first: str,
    names: Sequence[str],
    of: Sequence[Row],
    axis: Axis = PERCENT,
    *,
    notes: str = "",
) -> Rows:
    """Draw each row as a bar, its numbers in line after each other; `names` are the series."""
    sums = [sum(v.y or 0.0 for v in row.values) for row in of]
    to_x, at = scale(axis, [0.0, *sums], (0.0, 100.0))
    drawn = tuple(_bar(row, names, axis, to_x) for row in of)
    legend = tuple(names) if len(names) > 1 else ()
    ends = (axis.say(at[0]), axis.say(at[-1]))
    return Rows(id, title, first, tuple(names), drawn, ends, legend, notes)


def _dot(row: Row, axis: Axis, to_x: Scale) -> DrawnRow:
    value = row.values[0]
    places = [None if v is None else round(to_x(v), 2) for v in (value.y, value.low, value.high)]
    told = (said(value, axis),)
    return DrawnRow(row.name, row.href, row.note, told, value.weak, (), *places)


def _bar(row: Row, names: Sequence[str], axis: Axis, to_x: Scale) -> DrawnRow:
    spans, below = [], 0.0
    for k, (name, value) in enumerate(zip(names, row.values, strict=True)):
        if value.y:
            x, end = to_x(below), to_x(below + value.y)
            text = f"{row.name}, {name}: {said(value, axis)}"
            spans.append(Span(round(x, 2), round(end - x, 2), k, text))
            below += value.y
    weak = any(v.weak for v in row.values)
    told = tuple(said(v, axis) for v in row.values)
    return DrawnRow(row.name, row.href, row.note, told, weak, tuple(spans))


@dataclass(frozen=True, slots=True)
class Spark:
    """A line the height of a word, in a box of 100 by 20, and what it says."""

    path: str
    text: str


def spark(name: str, numbers: Sequence[float | None], axis: Axis) -> Spark:
    """Draw numbers as a sparkline, from the lowest to the highest of them."""
    known = [n for n in numbers if n is not None]
    if not known:
        return Spark("", f"{name}: no numbers")
    low, high = min(known), max(known)
    to_y = Scale(low, high if high > low else low + 1.0, 18.0, 2.0)
    step = 100.0 / max(1, len(numbers) - 1)
    parts, pen = [], "M"
    for k, number in enumerate(numbers):
        if number is None:
            pen = "M"
            continue
        parts.append(f"{pen}{k * step:.1f} {to_y(number):.1f}")
        pen = "L"
    text = f"{name}: from {axis.say(known[0])} to {axis.say(known[-1])}"
    return Spark("".join(parts), f"{text}, between {axis.say(low)} and {axis.say(high)}")
