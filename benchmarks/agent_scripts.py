"""Recordings of agents who follow a published script, scored against packs written from the script.

Only the agent's side was published, so the other channel is silence. What can be heard is judged
by reading the recogniser's transcript, item by item, and compared with what the rules found.
Each recording is also held against the other's script, whose own items it must be found to lack.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import platformdirs
import soundfile
import typer
from pydantic import Field, model_validator

from benchmarks import corpus
from benchmarks.inside import reader, write_sound
from benchmarks.labelled import SETS, Id, Shape, read_set
from benchmarks.remembered import RememberedEngine
from benchmarks.report import publish, table
from benchmarks.valley_calls import FILE as VALLEY
from benchmarks.valley_calls import fault_rows
from models.engines import SttEngine
from models.registry import load
from pipeline.config import QueueSettings, Settings, load_settings
from pipeline.offline import ReadCall, RecordedCall
from qa_rules.packs import load_packs

FOLDER = SETS / "scripts"
VALLEY_HEAD = ("call", "verdict", "faults in the human text", "faults in the machine text")
HEAD = ("recording", "script", "items", "as heard", "review", "wrong")

Items = tuple[str, ...]


class Recorded(Shape):
    """A recording and its script; `said` and `not_said` are what can be read in its transcript.

    Of `other_pack`, the script of another recording, only the items that both share can be said.
    """

    id: Id
    file: str
    pack: Id
    facts: dict[str, str] = Field(default_factory=dict)
    said: Items
    not_said: Items
    other_pack: Id

    @model_validator(mode="after")
    def _once(self) -> "Recorded":
        if twice := sorted(set(self.said) & set(self.not_said)):
            raise ValueError(f"said and not said: {', '.join(twice)}")
        return self


class _File(Shape):
    recordings: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A recording under one script: each item with what can be read and what the rules found."""

    recording: str
    pack: str
    rows: tuple[tuple[str, bool, str, str], ...]
    """Item, whether it is said, the rules' state, the words that it rests on."""

    @property
    def right(self) -> int:
        """How many items the rules found as they can be heard."""
        return sum(_right(said, state) for _, said, state, _ in self.rows)

    @property
    def in_review(self) -> int:
        """How many items the rules leave to a person."""
        return sum(state == "needs_review" for _, _, state, _ in self.rows)


def recordings(path: Path = FOLDER / "recordings.yaml") -> tuple[Recorded, ...]:
    """Return the recordings and what can be heard of them.

    Raises:
        SetInvalid: the file does not read.
    """
    return read_set(path, _File).recordings


def script_settings(chosen: Sequence[Recorded], folder: Path) -> Settings:
    """Return settings with a queue for each recording and script."""
    queues = {
        f"{one.id}_{pack}": QueueSettings(
            packs=(pack,), company=one.facts.get("company", ""), facts={**one.facts}
        )
        for one in chosen
        for pack in (one.pack, one.other_pack)
    }
    first = next(iter(queues.values()))
    return load_settings(
        overrides={
            "data_dir": folder,
            "pack_dirs": (FOLDER,),
            "queues": queues,
            "default_queue": first,
        }
    )


async def score_all(
    chosen: Sequence[Recorded], data: Path, settings: Settings, stt: SttEngine, folder: Path
) -> list[Compared]:
    """Hear the recordings and compare, each under its script and under the other."""
    out: list[Compared] = []
    async with reader(settings, stt) as reading:
        for one in chosen:
            files = (data / one.file, silence_like(data / one.file, folder))
            for pack in (one.pack, one.other_pack):
                queue = f"{one.id}_{pack}"
                read = await reading.read(RecordedCall(files, queue=queue), call_id=queue)
                items = [item.id for item in reading.maker.packs((pack,)).items]
                out.append(compare(one, pack, items, read))
    return out


def compare(one: Recorded, pack: str, items: Sequence[str], read: ReadCall) -> Compared:
    """Hold what the rules found against what can be heard."""
    found = {f["rule"]: f for f in read.result["findings"]}
    rows = []
    for item in items:
        words = " / ".join(e["quote"] for e in found[item]["evidence"])
        rows.append((item, item in one.said, found[item]["state"], words))
    return Compared(one.id, pack, tuple(rows))


def silence_like(path: Path, folder: Path) -> Path:
    """Write silence of a recording's rate and length."""
    info = soundfile.info(path)
    samples = np.zeros(info.frames, np.float32)
    return write_sound(folder / f"{path.stem}_silence.wav", samples, info.samplerate)


def show(found: Sequence[Compared]) -> str:
    """Return the table, and every item with the words it rests on."""
    rows = [
        (
            c.recording,
            c.pack,
            len(c.rows),
            c.right,
            c.in_review,
            len(c.rows) - c.right - c.in_review,
        )
        for c in found
    ]
    parts = [table(HEAD, rows)]
    for one in found:
        lines = [f"{one.recording} under {one.pack}:"]
        for item, said, state, words in one.rows:
            mark = "  " if _right(said, state) else "! "
            read = "said" if said else "not said"
            lines.append(f"  {mark}{item}: {read}, {state} found{': ' if words else ''}{words}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def numbers(found: Sequence[Compared]) -> dict[str, object]:
    """Return the figures for machines."""
    each = [
        {
            "recording": c.recording,
            "script": c.pack,
            "items": len(c.rows),
            "right": c.right,
            "in_review": c.in_review,
            "wrong": [
                item
                for item, said, state, _ in c.rows
                if not _right(said, state) and state != "needs_review"
            ],
        }
        for c in found
    ]
    return {
        "items": sum(len(c.rows) for c in found),
        "right": sum(c.right for c in found),
        "each": each,
    }


def command(
    cache: Annotated[Path | None, typer.Option(help="Where what was read is kept.")] = None,
) -> None:
    """Score recordings of agents against packs written from their published scripts."""
    chosen = recordings()
    try:
        data = corpus.data_folder()
    except corpus.CorpusNotFound as err:
        raise typer.BadParameter(str(err)) from err
    missing = [one.file for one in chosen if not (data / one.file).is_file()]
    if missing:
        raise typer.BadParameter(f"not in {corpus.DATA_VARIABLE}: {', '.join(missing)}")
    kept = cache or Path(platformdirs.user_cache_dir("cueline")) / "calls"
    with tempfile.TemporaryDirectory(prefix="cueline-bench-") as name:
        folder = Path(name)
        settings = script_settings(chosen, folder)
        engine = load("stt", settings.stt.engine, settings.stt.options)
        remembered = RememberedEngine(engine, kept / "read")
        try:
            found = asyncio.run(score_all(chosen, data, settings, remembered, folder))
        finally:
            engine.close()
    shown, out = show(found), numbers(found)
    if (data / VALLEY).is_file():
        rows = fault_rows(data / VALLEY, load_packs(("valley_bank",), [FOLDER]))
        shown += "\n\n" + table(VALLEY_HEAD, rows)
        out["valley"] = [dict(zip(VALLEY_HEAD, row, strict=True)) for row in rows]
    publish("scripts", shown, out)


def _right(said: bool, state: str) -> bool:
    """Return whether a state says the same; what is not said is missed, or was not called for."""
    return state == "done" if said else state in ("missed", "n/a")
