"""What the trainers' search costs over many turns: by words, and by meaning.

The turns are lines of the text sets where the data folder has them, else sentences of the shipped
packs in a seeded mix. A share of them is read by the encoder; the others take such a vector with
some noise, which costs a search the same. Times are from the query in words to a page of 25 hits
with their calls; `cpu` is what this thread's processor spent of it.
"""

import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from benchmarks import textsets
from benchmarks.corpus import CorpusNotFound
from benchmarks.lags import percentile
from benchmarks.report import publish, table
from benchmarks.rules import texts as sentences_of
from pipeline.mining import quantised
from pipeline.mining.parser import parse
from pipeline.store.repo import Store
from pipeline.store.schema import call
from pipeline.store.schema_mining import utterance_doc, utterance_vector
from pipeline.store.turn_search import TurnSearch
from pipeline.vectors import SentenceReader
from qa_rules.packs import load_packs, shipped

SEED: Final = 17
TURNS: Final = 40
"""Turns of a call."""
SETS: Final = (("multidogo", "train"), ("banking77", "train"), ("bitext_cs", "train"))
AGENTS: Final = tuple(f"agent {n}" for n in range(40))
HEAD: Final = ("queries", "n", "p50 ms", "p95 ms", "max ms", "p50 cpu", "p95 cpu", "mean turns")
LOT: Final = 10_000


@dataclass(slots=True)
class Cost:
    """Milliseconds of each query, and how many turns answered."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)


def lines(wanted: int, random: np.random.Generator) -> tuple[list[str], str]:
    """Return as many turns as wanted, and where they are from."""
    found: list[str] = []
    used: list[str] = []
    for name, split in SETS:
        try:
            found += [line.text for line in textsets.read(name, split) if line.text]
            used.append(name)
        except CorpusNotFound:
            continue
    if not found:
        found, used = sentences_of(load_packs(tuple(shipped("en")))), ["packs"]
    places = random.integers(0, len(found), (wanted, 2))
    joined = random.random(wanted) < (1.0 if used == ["packs"] else 0.3)
    made = [
        f"{found[a]} {found[b]}" if both else found[a]
        for (a, b), both in zip(places.tolist(), joined.tolist(), strict=True)
    ]
    return made, "+".join(used)


def fill(store: Store, said: list[str], random: np.random.Generator) -> None:
    """Put the turns into ended calls."""
    count = -(-len(said) // TURNS)
    calls = [
        {
            "id": f"c{n:06}",
            "state": "ended",
            "started_at": f"2026-{1 + n % 12:02}-{1 + n % 28:02}T09:{n % 60:02}:00.000000Z",
            "agent": AGENTS[n % len(AGENTS)],
            "queue": ("billing", "orders", "support")[n % 3],
            "seconds": TURNS * 6.0,
            "score": float(random.integers(20, 100)),
            "passed": bool(n % 4),
        }
        for n in range(count)
    ]
    with store.database.write() as connection:
        connection.execute(call.insert(), calls)
        for first in range(0, len(said), LOT):
            rows = [
                {
                    "call_id": f"c{n // TURNS:06}",
                    "utterance_id": n % TURNS + 1,
                    "channel": ("agent", "customer")[n % 2],
                    "start_s": n % TURNS * 6.0,
                    "end_s": n % TURNS * 6.0 + 5.0,
                    "text": said[n],
                }
                for n in range(first, min(first + LOT, len(said)))
            ]
            connection.execute(utterance_doc.insert(), rows)


def give_vectors(
    store: Store, said: list[str], reader: SentenceReader, read: int, random: np.random.Generator
) -> None:
    """Give every turn a vector: the encoder's for the first `read`, a noisy one for the others."""
    made = np.stack([reader.vector(text) for text in said[:read]])
    with store.database.write() as connection:
        for first in range(0, len(said), LOT):
            many = min(LOT, len(said) - first)
            rows = made[random.integers(0, len(made), many)]
            rows = rows + random.normal(0, 0.03, rows.shape).astype(np.float32)
            if first < read:
                rows[: read - first] = made[first : first + many]
            connection.execute(
                utterance_vector.insert(),
                [
                    {"n": first + n + 1, "model": reader.model, "vector": quantised.to_bytes(row)}
                    for n, row in enumerate(rows)
                ],
            )


def word_queries(said: list[str], many: int, random: np.random.Generator) -> Iterator[str]:
    """Yield boxes of every kind: common and rare words, phrases, gaps, speakers, windows, NOT."""
    for number in range(many):
        words = _words(said, random)
        a, b, c = words[0], words[1], words[-1]
        yield (
            a,
            f"{a} {c}",
            f'"{a} {b}"',
            f"{a} ~3 {c}",
            f"customer: {a} agent: {c}",
            f"{a[:4]}* within first 60s",
            f'{a} -{c} by:"{AGENTS[number % len(AGENTS)]}"',
            f"{a} OR {c} NOT agent: {b}",
            f'"{a} {b}" score:<60 queue:billing',
            f"agent: {a} result:failed from:2026-06-01",
        )[number % 10]


def meaning_queries(said: list[str], many: int, random: np.random.Generator) -> Iterator[str]:
    """Yield boxes that ask for a meaning, alone and with the rest."""
    for number in range(many):
        sentence = " ".join(_words(said, random))
        word = sentence.split()[0]
        yield (
            f'like:"{sentence}"',
            f'customer: like:"{sentence}"',
            f'like:"{sentence}" score:<60',
            f'like:"{sentence}" within first 60s',
            f'{word} like:"{sentence}" NOT agent: sorry',
        )[number % 5]


def measure(search: TurnSearch, boxes: list[str]) -> Cost:
    """Ask each box once."""
    cost = Cost()
    for box in boxes:
        began, cpu = time.perf_counter(), time.thread_time()
        answer = search.answer(parse(box))
        cost.cpu.append(1000 * (time.thread_time() - cpu))
        cost.wall.append(1000 * (time.perf_counter() - began))
        cost.turns.append(answer.turns)
    return cost


def _words(said: list[str], random: np.random.Generator) -> list[str]:
    while True:
        line = said[int(random.integers(0, len(said)))]
        words = [w for w in "".join(c if c.isalnum() else " " for c in line.lower()).split()]
        if len(words) >= 3:
            first = int(random.integers(0, len(words) - 2))
            return words[first : first + 8]


def _memory_mib() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def command(
    utterances: Annotated[int, typer.Option(min=100, help="Turns to search in.")] = 100_000,
    queries: Annotated[int, typer.Option(min=1, help="Queries of each kind.")] = 200,
    encoded: Annotated[int, typer.Option(min=1, help="Turns read by the encoder.")] = 500,
) -> None:
    """Measure the trainers' search."""
    random = np.random.default_rng(SEED)
    said, source = lines(utterances, random)
    reader = SentenceReader()
    if not reader.model:
        raise CorpusNotFound(f"the encoder does not load: {reader.trouble}")
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "bench.db") as store:
        fill(store, said, random)
        give_vectors(store, said, reader, min(encoded, len(said)), random)
        search = TurnSearch(store.database, reader)
        rss = [_memory_mib()]
        began = time.perf_counter()
        search.answer(parse("hello"))
        first_words = 1000 * (time.perf_counter() - began)
        began = time.perf_counter()
        search.answer(parse("like:hello"))
        first_meaning = 1000 * (time.perf_counter() - began)
        rss.append(_memory_mib())
        costs = {
            "words": measure(search, list(word_queries(said, queries, random))),
            "meaning": measure(search, list(meaning_queries(said, queries, random))),
        }
        size = (Path(folder) / "bench.db").stat().st_size / 2**20
    shown = [
        [
            name,
            len(c.wall),
            *(percentile(c.wall, share) for share in (0.5, 0.95, 1.0)),
            *(percentile(c.cpu, share) for share in (0.5, 0.95)),
            sum(c.turns) / len(c.turns),
        ]
        for name, c in costs.items()
    ]
    numbers: dict[str, object] = {
        "utterances": utterances,
        "source": source,
        "first_words_ms": round(first_words),
        "first_meaning_ms": round(first_meaning),
        "memory_mib": round(rss[1] - rss[0]),
        "database_mib": round(size),
    }
    for name, c in costs.items():
        for share, kind in ((0.5, "p50"), (0.95, "p95")):
            numbers[f"{name}_{kind}_ms"] = round(percentile(c.wall, share), 1)
            numbers[f"{name}_{kind}_cpu_ms"] = round(percentile(c.cpu, share), 1)
    publish("search", table(HEAD, shown), numbers)
