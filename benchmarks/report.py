"""How a benchmark reports: a table for people, and one line of JSON, last, for machines."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from benchmarks import machine
from benchmarks.keep import keep


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table; the first column is set left and the others right.

    Raises:
        ValueError: a row is longer or shorter than the head.
    """
    cells = [[_cell(item) for item in row] for row in rows]
    if any(len(row) != len(head) for row in cells):
        raise ValueError("every row needs one cell for each column")
    widths = [max(2, *(len(row[at]) for row in (list(head), *cells))) for at in range(len(head))]

    def line(row: Sequence[str]) -> str:
        first, *others = zip(row, widths, strict=True)
        padded = [first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([line(head), f"| {' | '.join(rule)} |", *map(line, cells)])


def publish(
    title: str,
    shown: str,
    numbers: Mapping[str, object],
    *,
    out: TextIO | None = None,
) -> None:
    """Print a title, the table and the machine, then `numbers` as one line of JSON.

    With `cueline bench --keep` the same numbers go into the folder of runs.
    """
    out = out or sys.stdout
    print(f"{title}\n\n{shown}\n\n{machine.one_line()}", file=out)
    told = {"benchmark": title, **numbers, "machine": machine.describe()}
    kept = keep(told)
    if kept is not None:
        print(f"kept as {kept}", file=out)
    print(json.dumps(told), file=out)
    out.flush()


def _cell(item: object) -> str:
    if isinstance(item, float):
        return f"{item:.1f}" if abs(item) < 100 else f"{item:.0f}"
    return str(item)
