"""Whether expected words are heard better, and what expecting them does to the rest.

The set `librispeech_subset` names the rare words of each recording, as published with a study of
contextual biasing. All its rare words together are the list that every recording is read with; to
that come words that nobody says, drawn from the rare ones of the labelled texts, as a real list
holds many names and a call two of them.
"""

import gzip
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks import corpus, telephone
from benchmarks.report import publish, table
from benchmarks.wer import Errors, count, interval, rate
from models.engines import SttEngine
from models.registry import load
from models.text import wer_words
from models.types import SttRequest

SET = "librispeech_subset"
CONDITIONS = ("clean", "telephone")
HEAD = ("line", "list", "WER %", "95 %", "rare words heard", "of", "%")
RARE = (2, 6)
"""How often a word of the labelled texts may occur to be drawn."""
SEED = 1


@dataclass(frozen=True, slots=True)
class Result:
    """One list in one condition; `expected` counts its words."""

    condition: str
    list: str
    expected: int
    wer: float
    low: float
    high: float
    heard: int
    rare: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recording and its rare words."""

    clip: corpus.Clip
    rare: tuple[str, ...]


def recordings(folder: Path) -> list[Spoken]:
    """Return the recordings whose rare words are told.

    Raises:
        CorpusNotFound: the set is not there.
    """
    rows = {str(row["id"]): row for row in corpus.manifest(folder)}
    return [
        Spoken(clip, tuple(rows[clip.id]["rare_words"]))
        for clip in corpus.spoken(folder)
        if "rare_words" in rows[clip.id]
    ]


def others(folder: Path, wanted: int, without: Sequence[str]) -> list[str]:
    """Draw rare words of the labelled texts, always the same."""
    seen: Counter[str] = Counter()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".jsonl", ".json", ".csv", ".tsv", ".txt", ".gz"):
            raw = path.read_bytes()
            text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode(errors="replace")
            seen.update(re.findall(r"[a-z]{5,}", text.lower()))
    kept = sorted(w for w, n in seen.items() if RARE[0] <= n <= RARE[1] and w not in without)
    if len(kept) < wanted:
        raise corpus.CorpusNotFound(f"{folder} has {len(kept)} rare words, {wanted} are wanted")
    return [kept[at] for at in np.random.default_rng(SEED).permutation(len(kept))[:wanted]]


def measure(
    engine: SttEngine, spoken: Sequence[Spoken], condition: str, name: str, words: Sequence[str]
) -> Result:
    """Read every recording with the same list of expected words."""
    errors: list[Errors] = []
    heard = rare = 0
    for one in spoken:
        samples, rate_hz = corpus.hear(one.clip)
        if condition == "telephone":
            samples, rate_hz = telephone.line(samples, rate_hz), telephone.LINE_HZ
        answer = engine.transcribe([SttRequest(samples, rate_hz, hot_words=tuple(words))])[0]
        said = wer_words(answer.text)
        errors.append(count(wer_words(one.clip.text), said))
        for word in one.rare:
            rare += 1
            heard += all(part in said for part in wer_words(word))
    low, high = interval(errors, SEED)
    return Result(condition, name, len(words), rate(errors), low, high, heard, rare)


def command(
    engine: Annotated[str, typer.Option(help="The recogniser")] = "moonshine",
    more: Annotated[list[int] | None, typer.Option(help="Words that nobody says")] = None,
    condition: Annotated[list[str] | None, typer.Option(help="clean or telephone")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many recordings")] = None,
) -> None:
    """Measure what a list of expected words does to rare words and to all words."""
    if unknown := [c for c in condition or () if c not in CONDITIONS]:
        raise typer.BadParameter(f"no condition {unknown[0]!r}: take {', '.join(CONDITIONS)}")
    try:
        data = corpus.data_folder()
        spoken = recordings(data / SET)[:limit]
        expected = sorted({word for one in spoken for word in one.rare})
        lists: dict[str, list[str]] = {"none": [], "the rare words": expected}
        for many in more if more is not None else [100, 1000]:
            drawn = others(data / "text", many, expected)
            lists[f"and {many} others"] = [*expected, *drawn]
        lists["100 others alone"] = others(data / "text", 100, expected)
    except corpus.CorpusNotFound as err:
        raise typer.BadParameter(str(err)) from err
    reader = load("stt", engine, {})
    try:
        reader.warm_up()
        results = [
            measure(reader, spoken, line, name, words)
            for line in condition or ("telephone",)
            for name, words in lists.items()
        ]
    finally:
        reader.close()
    rows = [
        (
            *(r.condition, r.list, f"{r.wer:.2f}", f"{r.low:.1f}-{r.high:.1f}"),
            *(r.heard, r.rare, f"{100 * r.heard / r.rare:.0f}" if r.rare else "-"),
        )
        for r in results
    ]
    publish("Expected words", table(HEAD, rows), {"results": [asdict(r) for r in results]})
