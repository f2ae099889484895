"""Keep what a benchmark measured, for the models desk and for `cueline bench compare`."""

import json
import re
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine

FOLDER: ContextVar[tuple[Path, str] | None] = ContextVar("keep_in", default=None)
"""Where this run is kept and by which command; None for nowhere. Set by the command line only."""


def keep(numbers: Mapping[str, object]) -> Path | None:
    """Write a run's numbers into the folder of runs; return the file, None where none is asked for.

    Raises:
        OSError: the folder cannot be written.
    """
    wanted = FOLDER.get()
    if wanted is None:
        return None
    folder, command = wanted
    folder.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC)
    about = {
        "at": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "version": machine.installed("cueline"),
        "command": command,
    }
    slug = re.sub(r"[^a-z0-9]+", "-", str(numbers.get("benchmark", "run")).lower()).strip("-")[:60]
    path = _free(folder, f"{at:%Y%m%d-%H%M%S}-{slug}")
    path.write_text(json.dumps({**numbers, **about}) + "\n", "utf-8")
    return path


def _free(folder: Path, stem: str) -> Path:
    path, n = folder / f"{stem}.json", 2
    while path.exists():
        path, n = folder / f"{stem}-{n}.json", n + 1
    return path
