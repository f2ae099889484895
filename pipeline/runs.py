"""Benchmark runs that were kept: reading them, what they measured, and how two of them differ.

A run is a file whose last line is the JSON that `cueline bench` prints. Its numbers are read
wherever they stand; a number with an interval is `[value, low, high]`, or has `low` and `high`
beside it. Nothing of a run is taken for more than it says: where no interval is given, a difference
is held against how much repeated runs differ, and where there are none, it is said to be unknown.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import stdev
from typing import Any, Final, TypeGuard

from pipeline.errors import RecordNotFound, RequestRefused

MOST_RUNS, MOST_BYTES = 500, 8 << 20
SUFFIXES: Final = (".json", ".jsonl", ".txt")
NAMES: Final = frozenset(
    {
        "engine", "corpus", "condition", "name", "set", "pack", "script", "recording", "voice",
        "rule", "model", "what", "text",
    }
)  # fmt: skip
"""Keys whose text says which of several a row is."""
BOUNDED: Final = ("value", "mean", "wer", "accuracy", "precision", "recall", "auroc", "rate")
"""The number that `low` and `high` beside it are of."""
LOWER: Final = frozenset(
    {
        "wer", "ece", "p50", "p95", "p99", "ms", "late", "lost", "failed", "faults", "missed",
        "substitutions", "deletions", "insertions", "cpu", "memory", "mb", "lag", "cores",
        "drift", "alarms", "us", "rejected",
    }
)  # fmt: skip
HIGHER: Final = frozenset(
    {
        "accuracy", "alone", "auroc", "precision", "recall", "f1", "held", "ratio", "right",
        "passes", "real",
    }
)  # fmt: skip
REPEATS: Final = 3
"""Fewer runs alike do not show how much they differ by themselves."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of a run: where it stands, its 95 % interval if it has one."""

    where: str
    what: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What it is held against in another run."""
        return self.where, self.what

    @property
    def better(self) -> str:
        """Return "lower" or "higher" where that is known to be better, else empty."""
        parts = set(self.what.lower().replace(".", " ").replace("_", " ").split())
        if parts & HIGHER:
            return "higher"
        return "lower" if parts & LOWER else ""


@dataclass(frozen=True, slots=True)
class Run:
    """A kept run. `at` is ISO 8601 in UTC, empty where the file does not say."""

    name: str
    benchmark: str
    at: str
    version: str
    command: str
    machine: Mapping[str, Any]
    measures: tuple[Measure, ...]
    data: Mapping[str, Any] = field(repr=False)

    @property
    def place(self) -> str:
        """The machine in a few words."""
        m = self.machine
        return f"{m.get('processor', 'unknown')}, {m.get('cores', '?')} cores"


@dataclass(frozen=True, slots=True)
class Difference:
    """One number in two runs. `by` is why the verdict holds: interval, repeats, or nothing.

    `real` is None where it cannot be told whether the difference is more than chance.
    """

    a: Measure
    b: Measure
    change: float
    real: bool | None
    by: str

    @property
    def verdict(self) -> str:
        """Say what the change means."""
        if self.change == 0:
            return "the same"
        if self.real is None:
            return "not known to be more than chance"
        if not self.real:
            return f"within the {self.by}"
        if not self.a.better:
            return f"more than the {self.by}"
        good = (self.change > 0) == (self.a.better == "higher")
        return f"{'better' if good else 'worse'}, more than the {self.by}"


def list_runs(folder: Path) -> tuple[list[Run], list[str]]:
    """Return the runs of a folder, the latest first, and the files that are none."""
    found, bad = [], []
    files = sorted(
        (p for p in folder.glob("*") if p.suffix in SUFFIXES and p.is_file()), reverse=True
    )
    for path in files[:MOST_RUNS]:
        try:
            found.append(read_run(path))
        except RequestRefused:
            bad.append(path.name)
    return sorted(found, key=lambda r: (r.at, r.name), reverse=True), bad


def run_named(folder: Path, name: str) -> Run:
    """Return a run of a folder.

    Raises:
        RecordNotFound: the folder has none of that name.
        RequestRefused: the file holds no run.
    """
    path = folder / name
    if Path(name).name != name or path.suffix not in SUFFIXES or not path.is_file():
        raise RecordNotFound(f"no run {name[:100]!r} is kept")
    return read_run(path)


def read_run(path: Path) -> Run:
    """Read a run's file.

    Raises:
        RequestRefused: it is no run: not text, too large, or its last line is not such JSON.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RequestRefused(f"{path.name} is larger than {MOST_BYTES >> 20} MiB")
        lines = path.read_text("utf-8").strip().splitlines()
        data = json.loads(lines[-1] if lines else "", parse_constant=lambda _: None)
    except (OSError, ValueError, RecursionError) as error:
        raise RequestRefused(f"{path.name} is no run: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("benchmark"), str):
        raise RequestRefused(f"{path.name} is no run: its last line names no benchmark")
    machine = data.get("machine")
    numbers = {k: v for k, v in data.items() if k not in ("benchmark", "machine", *_ABOUT)}
    at, version, command = (str(data.get(k, "")) for k in _ABOUT)
    if not at:
        stamp = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        at = stamp.isoformat(timespec="seconds").replace("+00:00", "Z")
    return Run(
        path.name,
        data["benchmark"],
        at,
        version,
        command,
        machine if isinstance(machine, dict) else {},
        tuple(_measures(numbers)),
        data,
    )


_ABOUT: Final = ("at", "version", "command")


def compare(a: Run, b: Run, repeats: Sequence[Run] = ()) -> list[Difference]:
    """Return what both runs measured, and whether each difference is more than chance.

    Intervals are taken as of samples apart, so that a real difference of two runs over the very
    same clips may be missed, but none is made up. `repeats` are further runs; those of the same
    benchmark, command and version as `a` or `b` on the same machine tell how much a number differs
    by itself.
    """
    others = {m.key: m for m in b.measures}
    noise = _noise([r for r in (a, b, *repeats)])
    return [_difference(m, others[m.key], noise.get(m.key)) for m in a.measures if m.key in others]


def plain(value: float, *, signed: bool = False) -> str:
    """Return a number as people read it, to four figures."""
    sign = "+" if signed else ""
    return f"{value:{sign},.0f}" if abs(value) >= 1000 else f"{value:{sign}.4g}"


def only_in(a: Run, b: Run) -> list[Measure]:
    """Return what the first measured and the second did not."""
    there = {m.key for m in b.measures}
    return [m for m in a.measures if m.key not in there]


def _difference(a: Measure, b: Measure, noise: float | None) -> Difference:
    change = b.value - a.value
    halves = [(m.high - m.low) / 2 for m in (a, b) if m.low is not None and m.high is not None]
    if len(halves) == 2:
        return Difference(a, b, change, abs(change) > math.hypot(*halves), "interval")
    if noise is not None:
        return Difference(a, b, change, abs(change) > noise, "spread of repeated runs")
    return Difference(a, b, change, None, "")


def _noise(runs: Sequence[Run]) -> dict[tuple[str, str], float]:
    """Return how far two runs alike may lie apart, 95 times in 100, where enough were kept."""
    alike: dict[tuple[str, ...], dict[str, Run]] = {}
    for run in runs:
        key = (run.benchmark, run.command, run.version, run.place)
        alike.setdefault(key, {})[run.name] = run
    found: dict[tuple[str, str], float] = {}
    for group in alike.values():
        if len(group) < REPEATS:
            continue
        values: dict[tuple[str, str], list[float]] = {}
        for run in group.values():
            for m in run.measures:
                values.setdefault(m.key, []).append(m.value)
        for key2, seen in values.items():
            if len(seen) >= REPEATS:
                apart = 1.96 * math.sqrt(2) * stdev(seen)
                found[key2] = max(found.get(key2, 0.0), apart)
    return found


def _measures(value: object, where: tuple[str, ...] = ()) -> Iterator[Measure]:
    if isinstance(value, dict):
        yield from _of_mapping(value, where)
    elif isinstance(value, list):
        for n, item in enumerate(value):
            if isinstance(item, dict):
                yield from _measures(item, (*where, _called(item) or str(n + 1)))


def _of_mapping(value: Mapping[str, Any], where: tuple[str, ...]) -> Iterator[Measure]:
    low, high = value.get("low"), value.get("high")
    ends = (float(low), float(high)) if _number(low) and _number(high) else None
    n = next(
        (value[k] for k in ("n", "utterances", "lines") if isinstance(value.get(k), int)), None
    )
    for key, item in value.items():
        if ends is not None and key in ("low", "high"):
            continue
        if _number(item):
            low_high = ends if ends is not None and key in BOUNDED else (None, None)
            yield Measure(", ".join(where), key, float(item), low_high[0], low_high[1], n)
        elif _interval(item):
            yield Measure(", ".join(where), key, float(item[0]), float(item[1]), float(item[2]), n)
        elif isinstance(item, dict | list) and key not in _SKIPPED:
            yield from _measures(item, (*where, key))


_SKIPPED: Final = frozenset({"each", "reliability", "triggers", "weights", "models", "plan"})
"""Lists for reading one by one, settings, and what has a chart of its own."""


def _called(item: Mapping[str, Any]) -> str:
    """Return what a row of a list is called by its own words; a step of load by its calls."""
    said = [str(v) for k, v in item.items() if k in NAMES and isinstance(v, str) and v]
    plan = item.get("plan")
    if isinstance(plan, dict) and "calls" in plan:
        said.append(
            f"{plan['calls']} calls" + ("" if plan.get("partials", True) else ", finals only")
        )
    return ", ".join(said)


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _interval(value: object) -> TypeGuard[list[float]]:
    return (
        isinstance(value, list)
        and len(value) == 3
        and all(_number(v) for v in value)
        and value[1] <= value[0] <= value[2]
    )
