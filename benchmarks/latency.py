"""How late captions, finals and hints come, with one call or with many, over the real sockets.

The server runs in a process of its own with everything on; each call is played in real time by a
client and followed by a listener in the place of an agent's page. Callers and listeners share this
machine with the server, which therefore has less of it than it would in service.
"""

import asyncio
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.lags import Lags, Trigger, lags, percentile
from benchmarks.listener import Heard, listen
from benchmarks.report import publish, table
from benchmarks.server import ServerUnderTest, serving
from benchmarks.sounds import load_sound, trigger_sound
from pipeline.live import CallStart
from streaming.client import Pace, Played, Sound, play

CONFIG = """
log_level = "warning"
max_calls = 500
[queues.bench]
packs = ["complaint_resolution", "card_payment"]
company = "Northwind"
"""
NO_PARTIALS = """
[partials]
below = 0.0
quick_below = 0.0
brisk_below = 0.0
"""
SHARES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
AFTER_S = 60.0


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What to play: `seconds` of each call, begun `stagger_s` apart."""

    calls: int
    seconds: float
    sound: str = "demo"
    partials: bool = True
    hints: bool = False
    stagger_s: float = 0.15
    message_ms: float = 100.0
    config: str = ""


@dataclass(slots=True)
class LoadResult:
    """What came of it. `cpu` is the server's cores in use; memory is resident MiB."""

    plan: LoadPlan
    lags: Lags
    cpu: float = 0.0
    memory_mb: float = 0.0
    loop_lag_p99: float = 0.0
    client_late_s: float = 0.0
    faults: list[str] = field(default_factory=list)
    reconnects: int = 0
    shed: dict[str, float] = field(default_factory=dict)
    speech_per_call: float = 0.0


async def run_load(plan: LoadPlan) -> LoadResult:
    """Play the plan against a fresh server."""
    sounds = await asyncio.to_thread(_sounds, plan)
    config = CONFIG + ("" if plan.partials else NO_PARTIALS) + plan.config
    with tempfile.TemporaryDirectory(prefix="cueline-bench-") as folder:
        async with serving(Path(folder), config) as server:
            return await _play(plan, sounds, server)


async def _play(
    plan: LoadPlan, sounds: Sequence[tuple[Sound, tuple[Trigger, ...]]], server: ServerUnderTest
) -> LoadResult:
    result = LoadResult(plan, Lags())
    began, cpu = time.monotonic(), server.cpu_s
    before = server.metrics()
    watching = asyncio.create_task(_watch(result, server))
    played = await asyncio.gather(
        *(_call(plan, n, *sound, server) for n, sound in enumerate(sounds))
    )
    result.cpu = (server.cpu_s - cpu) / (time.monotonic() - began)
    watching.cancel()
    for call, heard, triggers in played:
        result.lags.add(lags(heard, call.t0, triggers))
        result.client_late_s = max(result.client_late_s, call.worst_late_s)
        result.faults += call.faults
        result.reconnects += heard.reconnected
    after = await asyncio.to_thread(server.metrics)
    _take_metrics(result, before, after)
    return result


async def _call(
    plan: LoadPlan,
    number: int,
    sound: Sound,
    triggers: tuple[Trigger, ...],
    server: ServerUnderTest,
) -> tuple[Played, Heard, tuple[Trigger, ...]]:
    await asyncio.sleep(number * plan.stagger_s)
    call_id = f"bench-{number}"
    start = CallStart(call_id, sound.channels, sound.rate_hz, f"agent-{number}", "bench")
    page = asyncio.create_task(listen(server.url, server.token, call_id))
    pace = Pace(message_ms=plan.message_ms)
    call = await play(sound, start, url=server.url, token=server.token, pace=pace)
    async with asyncio.timeout(AFTER_S):
        return call, await page, triggers


async def _watch(result: LoadResult, server: ServerUnderTest) -> None:
    while True:
        result.memory_mb = max(result.memory_mb, server.memory_mb)
        await asyncio.sleep(1.0)


def _sounds(plan: LoadPlan) -> list[tuple[Sound, tuple[Trigger, ...]]]:
    if plan.hints:
        return [trigger_sound()] * plan.calls
    source = load_sound(plan.sound)
    return [(source.cut(n, plan.seconds), ()) for n in range(plan.calls)]


def _take_metrics(
    result: LoadResult, before: Mapping[str, float], after: Mapping[str, float]
) -> None:
    def rise(name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    total = rise("cueline_loop_lag_seconds_count")
    for name in sorted(
        (n for n in after if n.startswith("cueline_loop_lag_seconds_bucket")),
        key=lambda n: float(n.split('"')[1].replace("+Inf", "inf")),
    ):
        if total and rise(name) >= 0.99 * total:
            result.loop_lag_p99 = float(name.split('"')[1].replace("+Inf", "inf"))
            break
    for fate in ("partial_asked", "partials_superseded", "partials_refused", "final_asked"):
        result.shed[fate] = rise(f'cueline_stt_jobs_total{{fate="{fate}"}}')
    seconds = result.plan.seconds * result.plan.calls
    result.speech_per_call = rise("cueline_stt_audio_seconds_total") / seconds if seconds else 0


def summary(result: LoadResult) -> dict[str, Any]:
    """Return the result as plain numbers; times in seconds."""
    found = result.lags
    numbers: dict[str, Any] = {"plan": asdict(result.plan)}
    for name in ("finals", "captions", "partials", "hints"):
        values = getattr(found, name)
        numbers[name] = {"n": len(values)} | {
            label: round(percentile(values, share), 3) if values else None
            for label, share in SHARES
        }
    for name in ("hints_missed", "previews", "previews_withdrawn", "lost", "failed", "gaps"):
        numbers[name] = getattr(found, name)
    return numbers | {
        "server_cores": round(result.cpu, 3),
        "server_memory_mb": round(result.memory_mb),
        "loop_lag_p99_below_s": result.loop_lag_p99,
        "client_late_s": round(result.client_late_s, 3),
        "reconnects": result.reconnects,
        "faults": result.faults,
        "jobs": result.shed,
        "engine_audio_per_call_s": round(result.speech_per_call, 3),
    }


def rows(numbers: Mapping[str, Any]) -> list[list[object]]:
    """Return the table's rows: each kind of lag in milliseconds."""
    return [
        [name, numbers[name]["n"], *(_ms(numbers[name][label]) for label, _ in SHARES)]
        for name in ("finals", "captions", "partials", "hints")
        if numbers[name]["n"]
    ]


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.0f}"


def tell(result: LoadResult) -> dict[str, Any]:
    """Print a result's table and return its numbers."""
    numbers = summary(result)
    shown = table(["delay, ms", "n", "p50", "p95", "p99"], rows(numbers))
    extra = (
        f"server: {numbers['server_cores']:.2f} cores, {numbers['server_memory_mb']} MiB; "
        f"loop lag p99 < {result.loop_lag_p99 * 1000:.0f} ms; "
        f"partials {numbers['jobs']['partial_asked']:.0f} asked, "
        f"{numbers['jobs']['partials_superseded'] + numbers['jobs']['partials_refused']:.0f} shed; "
        f"finals lost {numbers['lost']}, failed {numbers['failed']}; gaps {numbers['gaps']}; "
        f"callers at most {result.client_late_s * 1000:.0f} ms late"
    )
    publish(f"latency, {result.plan.calls} calls", f"{shown}\n\n{extra}", numbers)
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
