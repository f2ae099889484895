"""Sets of recordings with the words said in them.

A set is a folder with `manifest.jsonl`: one object a line with `file`, `text` where the words are
known, and what else its source tells. The folder of sets is named by CUELINE_DATA.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from models.types import Samples

DATA_VARIABLE = "CUELINE_DATA"
MANIFEST = "manifest.jsonl"


class CorpusNotFound(Exception):
    """No such set, or no folder of sets."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording; `text` is "" where nobody wrote down what is said."""

    id: str
    path: Path
    text: str
    seconds: float


def data_folder() -> Path:
    """Return the folder of sets: CUELINE_DATA, or shared/data beside the checkout.

    Raises:
        CorpusNotFound: it does not exist.
    """
    named = os.environ.get(DATA_VARIABLE, "").strip()
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(named).expanduser() if named else beside
    if not folder.is_dir():
        raise CorpusNotFound(f"no folder of recordings at {folder}; set {DATA_VARIABLE}")
    return folder


def corpora(folder: Path) -> list[str]:
    """Return the names of the sets in a folder."""
    return sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}"))


def spoken(folder: Path, *, language: str = "en", limit: int | None = None) -> list[Clip]:
    """Return the clips of a set whose words are known for certain.

    Left out are rows of another language, rows that their set marks as unfit for a word error rate
    (`wer_ok` false) or whose script has variants (`text_variants` over 1), and rows without text.

    Args:
        folder: one set.
        language: as the rows' `lang`, which may add a region.
        limit: at most so many clips, spread evenly over the set.
    """
    rows = (row for row in manifest(folder) if _fit(row, language))
    return _spread([_clip(folder, row) for row in rows], limit)


def sounds(folder: Path, *, limit: int | None = None) -> list[Clip]:
    """Return every recording of a set, for example one of noises."""
    return _spread([_clip(folder, row) for row in manifest(folder)], limit)


def manifest(folder: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a set.

    Raises:
        CorpusNotFound: it has no manifest.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise CorpusNotFound(f"no {MANIFEST} in {folder}")
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def hear(clip: Clip) -> tuple[Samples, int]:
    """Read a recording: its channels mixed to one, and its rate in Hz."""
    samples, rate_hz = soundfile.read(clip.path, dtype="float32", always_2d=True)
    mono = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)
    return np.ascontiguousarray(mono), int(rate_hz)


def _fit(row: Mapping[str, Any], language: str) -> bool:
    known = bool(str(row.get("text") or "").strip())
    certain = row.get("wer_ok", True) and row.get("text_variants", 1) == 1
    return bool(known and certain and str(row.get("lang", language)).split("-")[0] == language)


def _clip(folder: Path, row: Mapping[str, Any]) -> Clip:
    file = str(row["file"])
    return Clip(
        id=str(row.get("id", file)),
        path=folder / file,
        text=str(row.get("text") or ""),
        seconds=float(row.get("dur", 0.0)),
    )


def _spread(clips: list[Clip], limit: int | None) -> list[Clip]:
    if limit is None or limit >= len(clips):
        return clips
    places = np.linspace(0, len(clips) - 1, max(limit, 0)).astype(int)
    return [clips[at] for at in places]
