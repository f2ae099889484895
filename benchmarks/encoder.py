"""What reading an utterance costs: the encoder's milliseconds, its load and its memory.

Texts have exactly so many word pieces, besides the marks of begin and end, and are unlike each
other. Processor time is the calling thread's: with one thread it is the engine's, and unlike wall
time it does not grow when others use the machine.
"""

import json
import subprocess  # the memory of a process can only be told in one that is fresh
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated

import numpy as np
import typer

from benchmarks.report import publish, table
from models.encode.minilm import SHIPPED, MiniLmEncoder
from models.encode.plain import plain

LENGTHS = (8, 16, 32, 64)
BATCHES = (1, 8, 32)
FRESH = 3
"""Fresh processes, of which the middle one counts."""

FRESH_TIMEOUT_S = 60
MARKS = 2
SEED = 5
WORDS = (
    "the my your i you call bill card money account price plan phone order service number name"
    " help please thank want need pay change send check wait hear know tell not never always"
    " again today week month day time late wrong right good bad new old first last one two"
)
"""Words of one piece each in MiniLM's vocabulary."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds for one text of `pieces`, in calls of `batch` texts; `cpu` is the median."""

    pieces: int
    batch: int
    median: float
    p95: float
    cpu: float


def texts_of(encoder: MiniLmEncoder, pieces: int, count: int) -> list[str]:
    """Return texts of so many word pieces, all different.

    Raises:
        ValueError: the vocabulary cuts the words of this module into more than one piece.
    """
    rng, words = np.random.default_rng(SEED), WORDS.split()
    made = [" ".join(rng.choice(words, pieces)) for _ in range(count)]
    if any(encoder.pieces(plain(text)).shape[1] != pieces + MARKS for text in made):
        raise ValueError("the model's vocabulary lacks words of this benchmark")
    return made


def time_calls(encoder: MiniLmEncoder, texts: Sequence[str], batch: int, repeats: int) -> Cost:
    """Time `repeats` calls of `batch` texts each, after one that is not counted."""
    wall: list[float] = []
    cpu: list[float] = []
    encoder.encode(texts[:batch])
    for number in range(repeats):
        given = [texts[(number * batch + at) % len(texts)] for at in range(batch)]
        began, spent = time.perf_counter(), time.thread_time()
        encoder.encode(given)
        cpu.append((time.thread_time() - spent) * 1000 / batch)
        wall.append((time.perf_counter() - began) * 1000 / batch)
    pieces = encoder.pieces(plain(texts[0])).shape[1] - MARKS
    p95 = float(np.percentile(wall, 95))
    return Cost(pieces, batch, median(wall), p95, median(cpu))


def measure(encoder: MiniLmEncoder, repeats: int) -> list[Cost]:
    """Time every length, alone and in batches; about as many texts of each."""
    found: list[Cost] = []
    for pieces in LENGTHS:
        texts = texts_of(encoder, pieces, max(BATCHES))
        found += [time_calls(encoder, texts, b, max(5, repeats // b)) for b in BATCHES]
    return found


def fresh(folder: Path) -> dict[str, float]:
    """Load the encoder in fresh processes; return the median of each figure."""
    command = [sys.executable, "-m", "benchmarks.fresh", str(folder)]
    runs: list[dict[str, float]] = []
    for _ in range(FRESH):
        done = subprocess.run(  # noqa: S603  # our own module in our own interpreter
            command, capture_output=True, check=True, text=True, timeout=FRESH_TIMEOUT_S
        )
        runs.append(json.loads(done.stdout))
    return {name: median(run[name] for run in runs) for name in runs[0]}


def command(
    folder: Annotated[Path, typer.Option(help="The model's folder.")] = SHIPPED,
    repeats: Annotated[int, typer.Option(min=5, help="Calls of one text at each length.")] = 200,
) -> None:
    """Time the encoder on one thread, alone and in batches; its load and memory."""
    encoder = MiniLmEncoder(folder)
    costs = measure(encoder, repeats)
    cost_of_load = fresh(folder)
    head = ("word pieces, texts a call", "ms a text", "p95", "processor ms")
    rows = [
        [f"{c.pieces}, {c.batch}", f"{c.median:.2f}", f"{c.p95:.2f}", f"{c.cpu:.2f}"] for c in costs
    ]
    size_mb = round(sum(path.stat().st_size for path in folder.iterdir()) / 1e6, 1)
    said = (
        f"{encoder.info.model}: {size_mb} MB; loads in {cost_of_load['load_s']:.2f} s;"
        f" {cost_of_load['engine_mb']:.0f} MB resident over a process with onnxruntime,"
        f" {cost_of_load['engine_mb'] + cost_of_load['libraries_mb']:.0f} MB over a bare one"
    )
    publish(
        "encoder",
        f"{table(head, rows)}\n\n{said}",
        {
            "model": encoder.info.model,
            "size_mb": size_mb,
            **cost_of_load,
            "costs": [
                {
                    "pieces": c.pieces,
                    "batch": c.batch,
                    "ms": round(c.median, 3),
                    "p95_ms": round(c.p95, 3),
                    "cpu_ms": round(c.cpu, 3),
                }
                for c in costs
            ],
        },
    )
    encoder.close()
