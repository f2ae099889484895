"""How late captions, finals and hints come, with one call or with many, over the real sockets."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated, Any

import typer

from benchmarks.lags import Lags, percentile
from benchmarks.load import LoadPlan, LoadResult, run_load
from benchmarks.report import publish, table
from benchmarks.sounds import trigger_sound

SHARES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
KINDS = ("finals", "captions", "partials", "hints")
COUNTS = (
    "hints_missed",
    "previews",
    "previews_withdrawn",
    "lost",
    "failed",
    "unclear",
    "reasons",
    "gaps",
)
HEAD = ("delay, ms", "n", "p50", "p95", "p99")


def lag_numbers(found: Lags) -> dict[str, Any]:
    """Return lags as plain numbers; times in seconds."""
    numbers: dict[str, Any] = {}
    for name in KINDS:
        values = getattr(found, name)
        numbers[name] = {"n": len(values)} | {
            label: round(percentile(values, share), 3) if values else None
            for label, share in SHARES
        }
    numbers["triggers"] = [
        {"rule": rule, "end": end, "late": None if late is None else round(late, 3)}
        for rule, end, late in found.triggers
    ]
    return numbers | {name: getattr(found, name) for name in COUNTS}


def summary(result: LoadResult) -> dict[str, Any]:
    """Return the result as plain numbers; times in seconds."""
    return {
        "plan": asdict(result.plan),
        **lag_numbers(result.lags),
        "server_cores": round(result.cores, 3),
        "client_cores": round(result.client_cores, 3),
        "server_parts": {part: round(cores, 3) for part, cores in result.parts.items()},
        "server_memory_mb": round(result.memory_mb),
        "loop_lag_p99_below_s": result.loop_lag_p99,
        "client_late_s": round(result.client_late_s, 3),
        "reconnects": result.reconnects,
        "faults": result.faults,
        "jobs": result.jobs,
        "engine_audio_per_call_s": round(result.speech_per_call, 3),
    }


def rows(numbers: Mapping[str, Any], where: str = "") -> list[list[object]]:
    """Return the table's rows: each kind of lag in milliseconds."""
    return [
        [f"{name}{where}", numbers[name]["n"], *(_ms(numbers[name][label]) for label, _ in SHARES)]
        for name in KINDS
        if numbers[name]["n"]
    ]


def beside(result: LoadResult) -> str:
    """Return the line below the table: what the server used, shed and lost."""
    jobs, found = result.jobs, result.lags
    shed = jobs.get("partials_superseded", 0) + jobs.get("partials_refused", 0)
    return (
        f"server {result.cores:.2f} cores, {result.memory_mb:.0f} MiB;"
        f" callers and listeners {result.client_cores:.2f} cores;"
        f" loop lag p99 <= {result.loop_lag_p99 * 1000:.0f} ms\n"
        f"partials asked {jobs.get('partial_asked', 0):.0f}, shed {shed:.0f};"
        f" finals lost {found.lost}, failed {found.failed}, unclear {found.unclear};"
        f" gaps {found.gaps};"
        f" hints missed {found.hints_missed}; previews {found.previews},"
        f" withdrawn {found.previews_withdrawn};"
        f" callers at most {result.client_late_s * 1000:.0f} ms late"
    )


def tell(result: LoadResult) -> dict[str, Any]:
    """Print a result's table and return its numbers."""
    numbers = summary(result)
    publish(
        f"latency, {result.plan.calls} calls",
        f"{table(HEAD, rows(numbers))}\n\n{beside(result)}",
        numbers,
    )
    return numbers


def command(
    calls: Annotated[int, typer.Option(min=1, help="Stereo calls at once.")] = 1,
    seconds: Annotated[float, typer.Option(min=5, help="Length of each call.")] = 120.0,
    sound: Annotated[str, typer.Option(help="demo, or real (needs CUELINE_DATA).")] = "demo",
    partials: Annotated[bool, typer.Option(help="Captions while people speak.")] = True,
    hints: Annotated[bool, typer.Option(help="Play the call made to call for hints.")] = False,
    screen: Annotated[bool, typer.Option(help="Watch one call in a real Chromium too.")] = False,
    message_ms: Annotated[float, typer.Option(help="Audio in each message.")] = 100.0,
) -> None:
    """Measure the delays of captions, finals and hints over the real sockets."""
    plan = LoadPlan(calls, seconds, sound, partials, hints, message_ms=message_ms)
    if hints:
        plan = replace(plan, seconds=trigger_sound()[0].seconds)
    if screen:
        from benchmarks.screen import run_on_screen

        asyncio.run(run_on_screen(plan))
        return
    tell(asyncio.run(run_load(plan)))


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.0f}"
