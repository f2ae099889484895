"""A folder of recordings as a batch: what is in it, what is done already, and what could not be.

Results lie in one folder, one JSON file a call, each naming what it was made from: the files by
size and time of change, the rules and the engines. A call whose result still fits is not read
again.
"""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from models.errors import ModelError
from pipeline.errors import PipelineError
from pipeline.offline import RecordedCall, RecordingReader

log = structlog.get_logger(__name__)

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

    Raises:
        PackNotFound: a rule pack of the calls' queue is in none of the folders.
        PackInvalid: one of them does not read.
        OSError: the results cannot be written there.
    """
    for queue in {call.queue for call in calls}:
        reader.maker.packs(reader.maker.settings.queue(queue).packs)
    await asyncio.to_thread(partial(results.mkdir, parents=True, exist_ok=True))
    room = asyncio.Semaphore(reader.batcher.workers + 1)
    read: list[str] = []
    skipped: list[str] = []
    failed: list[Failure] = []

    async def one(call: RecordedCall) -> None:
        name = call_name(call, folder)
        path = results / f"{name}.json"
        async with room:
            try:
                made_from = await asyncio.to_thread(_made_from, call, reader)
                if await asyncio.to_thread(_is_done, path, made_from):
                    skipped.append(name)
                else:
                    done = await reader.read(
                        call,
                        call_id=name,
                        progress=lambda s: progress(name, s, False) if progress else None,
                    )
                    _save(path, {"made_from": made_from, **done.result})
                    read.append(name)
            except (PipelineError, ModelError, OSError) as error:
                failed.append(Failure(name, str(error)))
            except Exception as error:
                log.exception("recording_failed", call=name)
                failed.append(Failure(name, f"a fault of ours: {error!r}"))
        if progress is not None:
            progress(name, 0.0, True)

    async with asyncio.TaskGroup() as group:
        for call in calls:
            group.create_task(one(call))
    failed.sort(key=lambda failure: failure.name)
    return BatchReport(tuple(sorted(read)), tuple(sorted(skipped)), tuple(failed))


def _made_from(call: RecordedCall, reader: RecordingReader) -> dict[str, Any]:
    """Return what a result depends on: its files, and a digest of the rest."""
    settings = reader.maker.settings
    queue = settings.queue(call.queue)
    rest = [
        [c.value for c in call.channels],
        [call.queue, call.agent, call.direction, call.language],
        [queue.model_dump(mode="json"), reader.maker.packs(queue.packs).version],
        [e.model_dump(mode="json") for e in (settings.stt, settings.vad, settings.classify)],
    ]
    return {
        "files": [[p.name, p.stat().st_size, p.stat().st_mtime_ns] for p in call.files],
        "settings": sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()[:16],
    }


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
