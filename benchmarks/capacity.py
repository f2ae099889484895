"""How many calls a machine carries, and what one costs: the same load at growing numbers of calls.

Each step has a server of its own. A step passes where no final is lost or failed and the 95th
percentile of finals stays within the limit. The search for the most calls doubles until a step
fails, then halves the gap.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from benchmarks.latency import summary
from benchmarks.load import LoadPlan, run_load
from benchmarks.report import publish, table

HEAD = (
    *("calls", "partials", "final p50 ms", "final p95 ms", "caption p95 ms", "hint p95 ms"),
    *("lost", "failed", "partials made", "shed", "server cores", "clients", "MiB", "lag p99 ms"),
    "passes",
)
SPLIT = ("calls", "partials", "all", "stt", "vad", "loop", "other threads")
LIMIT_S = 1.2
MEMORY_CALLS = 20


def passes(numbers: Mapping[str, Any], limit_s: float) -> bool:
    """Return whether a step held: every final there, and 95 in 100 within the limit."""
    late = numbers["finals"]["p95"]
    whole = numbers["lost"] == numbers["failed"] == 0 and not numbers["faults"]
    return bool(whole and late is not None and late <= limit_s)


def row(numbers: Mapping[str, Any], limit_s: float) -> list[object]:
    """Return one step's row."""
    jobs = numbers["jobs"]
    shed = jobs["partials_superseded"] + jobs["partials_refused"]
    return [
        str(numbers["plan"]["calls"]),
        "yes" if numbers["plan"]["partials"] else "no",
        *(_ms(numbers["finals"][share]) for share in ("p50", "p95")),
        _ms(numbers["captions"]["p95"]),
        _ms(numbers["hints"]["p95"]),
        numbers["lost"],
        numbers["failed"],
        f"{jobs['partial_asked'] - shed:.0f}",
        f"{shed:.0f}",
        f"{numbers['server_cores']:.2f}",
        f"{numbers['client_cores']:.2f}",
        f"{numbers['server_memory_mb']:.0f}",
        _ms(numbers["loop_lag_p99_below_s"]),
        "yes" if passes(numbers, limit_s) else "no",
    ]


def cost(numbers: Mapping[str, Any]) -> list[object]:
    """Return what one call of a step costs, in thousandths of a core."""
    calls, parts = numbers["plan"]["calls"], numbers["server_parts"]
    spent = [numbers["server_cores"], *(parts.get(p) for p in ("stt", "vad", "loop", "other"))]
    cells = ["" if s is None else f"{1000 * s / calls:.1f}" for s in spent]
    return [str(calls), "yes" if numbers["plan"]["partials"] else "no", *cells]


def steps(first: int, most: int) -> Iterator[tuple[int, list[bool]]]:
    """Yield how many calls to try and a list to put the outcome in; ends at the answer."""
    good, bad = 0, most + 1
    calls = min(first, most)
    while good < calls < bad:
        outcome: list[bool] = []
        yield calls, outcome
        good, bad = (calls, bad) if outcome[-1] else (good, calls)
        doubled = calls * 2 if bad > most else (good + bad) // 2
        calls = min(doubled, most) if bad - good > max(1, good // 10) else good


def measure(plan: LoadPlan) -> dict[str, Any]:
    """Run one step."""
    return summary(asyncio.run(run_load(plan)))


def command(
    calls: Annotated[
        list[int] | None, typer.Argument(help="Numbers of calls; none: search for the most")
    ] = None,
    seconds: Annotated[float, typer.Option(min=20, help="Length of each call.")] = 120.0,
    sound: Annotated[str, typer.Option(help="demo, or real (needs CUELINE_DATA).")] = "demo",
    partials: Annotated[bool, typer.Option(help="Captions while people speak.")] = True,
    limit_s: Annotated[
        float, typer.Option(help="95th percentile of finals that passes.")
    ] = LIMIT_S,
    most: Annotated[int, typer.Option(help="The search goes no further.")] = 200,
) -> None:
    """Measure delays and costs at growing numbers of calls."""
    plan = LoadPlan(1, seconds, sound, partials)
    found: list[dict[str, Any]] = []
    if calls:
        found = [_step(replace(plan, calls=n), limit_s) for n in calls]
    else:
        for n, outcome in steps(10, most):
            found.append(_step(replace(plan, calls=n), limit_s))
            outcome.append(passes(found[-1], limit_s))
    held = [n["plan"]["calls"] for n in found if passes(n, limit_s)]
    curve = table(HEAD, [row(n, limit_s) for n in found])
    split = table(SPLIT, [cost(n) for n in found])
    shown = f"{curve}\n\nOne call, in thousandths of a core:\n\n{split}"
    publish("capacity", shown, {"held": max(held, default=0), "limit_s": limit_s, "steps": found})


def _step(plan: LoadPlan, limit_s: float) -> dict[str, Any]:
    numbers = measure(plan)
    cells = dict(zip(HEAD, row(numbers, limit_s), strict=True))
    print("  ".join(f"{name}: {cell}" for name, cell in cells.items()), flush=True)
    return numbers


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.0f}"
