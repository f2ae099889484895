"""A folder of recordings as a batch: what is in it, what is done already, and what could not be.

Results lie in one folder, one JSON file a call, each naming the files it was made from by size
and time of change; a call whose result still fits its files is not read again.
"""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.offline import RecordedCall, RecordingReader

SUFFIXES = frozenset({".wav", ".flac", ".mp3", ".ogg", ".opus", ".oga", ".m4a", ".mp4", ".aac"})
AGENT_ENDINGS = ("_agent", "-agent")
CUSTOMER_ENDINGS = ("_customer", "-customer", "_caller", "-caller")


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that could not be read, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What became of a batch: names of calls."""

    read: tuple[str, ...]
    skipped: tuple[str, ...]
    failed: tuple[Failure, ...]


def find_calls(folder: Path, template: RecordedCall | None = None) -> list[RecordedCall]:
    """List the recordings below a folder, by name.

    Two files that differ only in `_agent` and `_customer` (or `_caller`) are one call.
    """
    base = template or RecordedCall((folder,))
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    by_stem = {p.with_suffix("").as_posix().lower(): p for p in files}
    calls: list[RecordedCall] = []
    paired: set[Path] = set()
    for path in files:
        stem = path.with_suffix("").as_posix().lower()
        ending = next((e for e in AGENT_ENDINGS if stem.endswith(e)), None)
        if ending is None:
            continue
        root = stem.removesuffix(ending)
        other = next((by_stem[root + e] for e in CUSTOMER_ENDINGS if root + e in by_stem), None)
        if other is not None:
            calls.append(replace(base, files=(path, other)))
            paired |= {path, other}
    calls += [replace(base, files=(p,)) for p in files if p not in paired]
    return sorted(calls, key=lambda c: c.files)


def call_name(call: RecordedCall, folder: Path) -> str:
    """Return a call's name in its batch: the path below the folder, with dots for slashes."""
    path = call.files[0].relative_to(folder)
    return ".".join([*path.parts[:-1], path.name])


async def read_folder(
    reader: RecordingReader,
    calls: Sequence[RecordedCall],
    folder: Path,
    results: Path,
    progress: Callable[[str, float, bool], None] | None = None,
) -> BatchReport:
    """Read the calls that have no result yet, several at once; a bad one does not stop the rest.

    `progress` is told a call's name, the seconds read of it, and whether it is over.
    """
    await asyncio.to_thread(partial(results.mkdir, parents=True, exist_ok=True))
    room = asyncio.Semaphore(reader.batcher.workers + 1)
    read: list[str] = []
    skipped: list[str] = []
    failed: list[Failure] = []

    async def one(call: RecordedCall) -> None:
        name = call_name(call, folder)
        path = results / f"{name}.json"
        made_from = _made_from(call)
        if _is_done(path, made_from):
            skipped.append(name)
        else:
            async with room:
                try:
                    done = await reader.read(
                        call,
                        call_id=name,
                        progress=lambda s: progress(name, s, False) if progress else None,
                    )
                    _save(path, {"made_from": made_from, **done.result})
                    read.append(name)
                except (PipelineError, OSError) as error:
                    failed.append(Failure(name, str(error)))
        if progress is not None:
            progress(name, 0.0, True)

    async with asyncio.TaskGroup() as group:
        for call in calls:
            group.create_task(one(call))
    return BatchReport(tuple(read), tuple(skipped), tuple(failed))


def _made_from(call: RecordedCall) -> dict[str, Any]:
    files = [[p.name, p.stat().st_size, p.stat().st_mtime_ns] for p in call.files]
    return {"files": files, "queue": call.queue, "channels": [c.value for c in call.channels]}


def _is_done(path: Path, made_from: dict[str, Any]) -> bool:
    try:
        return bool(json.loads(path.read_text("utf-8"))["made_from"] == made_from)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _save(path: Path, data: dict[str, Any]) -> None:
    """Write beside, then rename: a result is whole or absent."""
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    os.replace(beside, path)
