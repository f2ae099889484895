"""CSV: cells that no spreadsheet takes for formulas, and a file that grows by a row for each call.

The file's first row names its columns.
"""

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for a formula at the beginning of a cell."""


def append_row(path: Path, row: Mapping[str, str]) -> None:
    """Append a row and wait until it is on the disk; a new file gets the heading first.

    Raises:
        OSError: the file cannot be written.
        ValueError: the file has other columns; says what to do.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(row)
    known = heading(path)
    if known and known != names:
        raise ValueError(
            f"{path.name} has other columns than the connector's fields: move the file away"
        )
    text = io.StringIO()
    writer = csv.writer(text)
    if not known:
        writer.writerow(names)
    writer.writerow([guarded(row[name]) for name in names])
    with os.fdopen(os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600), "ab") as file:
        file.write(text.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())


def heading(path: Path) -> list[str]:
    """Return the names of a file's columns, none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return next(csv.reader(file), [])


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; what was said may begin with "="."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
