"""Plays many live calls in real time against a server in a process of its own, all of it on.

Each call is played by a client and followed by a listener in the place of an agent's page. Callers
and listeners share this machine with the server, which therefore has less of it than it would in
service; what they use is told beside what it uses.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import usage
from benchmarks.lags import Lags, Trigger, lags
from benchmarks.listener import Heard, listen
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
[queues.triggers]
packs = ["core_call", "card_payment"]
company = "Northwind"
"""
NO_PARTIALS = """
[partials]
below = 0.0
quick_below = 0.0
brisk_below = 0.0
"""
AFTER_S = 60.0
"""How long a call's after-call work may take."""
FATES = ("partial_asked", "partials_superseded", "partials_refused", "final_asked")

Cast = Sequence[tuple[Sound, tuple[Trigger, ...]]]
"""Each call's audio, and the trigger phrases in it."""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What to play: `seconds` of each call, begun `stagger_s` apart; `config` is more TOML."""

    calls: int
    seconds: float
    sound: str = "demo"
    partials: bool = True
    hints: bool = False
    stagger_s: float = 0.15
    message_ms: float = 100.0
    config: str = ""

    @property
    def queue(self) -> str:
        """The queue that the calls come in on."""
        return "triggers" if self.hints else "bench"


@dataclass(slots=True)
class LoadResult:
    """What came of it. Cores and `parts` are averages while all calls were on; memory in MiB.

    `parts` are server cores by what they do: stt, vad, loop (without vad), other threads.
    """

    plan: LoadPlan
    lags: Lags
    cores: float = 0.0
    client_cores: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)
    memory_mb: float = 0.0
    loop_lag_p99: float = 0.0
    client_late_s: float = 0.0
    faults: list[str] = field(default_factory=list)
    reconnects: int = 0
    jobs: dict[str, float] = field(default_factory=dict)
    speech_per_call: float = 0.0


async def run_load(plan: LoadPlan) -> LoadResult:
    """Play the plan against a fresh server."""
    cast = await asyncio.to_thread(make_cast, plan)
    async with bench_server(plan) as server:
        return await play_load(plan, cast, server)


@contextlib.asynccontextmanager
async def bench_server(plan: LoadPlan) -> AsyncIterator[ServerUnderTest]:
    """Run a server for a plan, its data in a folder that goes with it."""
    config = (NO_PARTIALS if not plan.partials else "") + plan.config
    with tempfile.TemporaryDirectory(prefix="cueline-bench-") as folder:
        async with serving(Path(folder), CONFIG + config) as server:
            yield server


def make_cast(plan: LoadPlan) -> Cast:
    """Return each call's audio: cuts of one recording, or the call made to call for hints."""
    if plan.hints:
        return [trigger_sound()] * plan.calls
    source = load_sound(plan.sound)
    return [(source.cut(n, plan.seconds), ()) for n in range(plan.calls)]


async def play_load(plan: LoadPlan, cast: Cast, server: ServerUnderTest) -> LoadResult:
    """Play the plan's calls against this server."""
    result = LoadResult(plan, Lags())
    meter = usage.Meter(server.pid)
    before = await asyncio.to_thread(server.metrics)
    watching = asyncio.create_task(meter.run())
    try:
        async with asyncio.TaskGroup() as group:
            calls = [
                group.create_task(one_call(plan, n, cast[n], server)) for n in range(plan.calls)
            ]
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    after = await asyncio.to_thread(server.metrics)
    done = [task.result() for task in calls]
    for (call, heard), (_, triggers) in zip(done, cast, strict=True):
        result.lags.add(lags(heard, call.t0, triggers))
        result.client_late_s = max(result.client_late_s, call.worst_late_s)
        result.faults += call.faults
        result.reconnects += heard.reconnected
    begin = max(call.t0 for call, _ in done)
    end = min(call.t0 + sound.seconds for (call, _), (sound, _) in zip(done, cast, strict=True))
    take_usage(result, meter, begin, end)
    take_metrics(result, before, after)
    return result


async def one_call(
    plan: LoadPlan, number: int, role: tuple[Sound, tuple[Trigger, ...]], server: ServerUnderTest
) -> tuple[Played, Heard]:
    """Play one call of the plan and listen to it until its after-call work is there."""
    await asyncio.sleep(number * plan.stagger_s)
    sound, _ = role
    call_id = f"bench-{number}"
    start = CallStart(call_id, sound.channels, sound.rate_hz, f"agent-{number}", plan.queue)
    pace = Pace(message_ms=plan.message_ms)
    async with asyncio.TaskGroup() as group:
        page = group.create_task(listen(server.url, server.token, call_id))
        call = await play(sound, start, url=server.url, token=server.token, pace=pace)
        async with asyncio.timeout(AFTER_S):
            heard = await page
    return call, heard


def take_usage(result: LoadResult, meter: usage.Meter, begin: float, end: float) -> None:
    """Note what the server used between two moments of `time.monotonic`."""
    samples = meter.between(begin, end)
    result.cores = usage.cores(samples)
    result.client_cores = usage.client_cores(samples)
    result.memory_mb = max((s.memory_mb for s in meter.samples), default=0.0)
    result.parts = {part: usage.cores(samples, part) for part in usage.PARTS if samples[0].parts}


def take_metrics(
    result: LoadResult, before: Mapping[str, float], after: Mapping[str, float]
) -> None:
    """Note what the server counted of itself between two readings of its measures."""

    def rise(name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    rises = {n: rise(n) for n in after if n.startswith("cueline_loop_lag_seconds_bucket")}
    result.loop_lag_p99 = bucket_share(rises, 0.99)
    result.jobs = {fate: rise(f'cueline_stt_jobs_total{{fate="{fate}"}}') for fate in FATES}
    audio_s = result.plan.seconds * result.plan.calls
    result.speech_per_call = rise("cueline_stt_audio_seconds_total") / audio_s
    if result.parts:
        # The ear works on the loop's thread; its share of a call-second holds for all calls.
        vad = rise("cueline_vad_busy_seconds_total") / audio_s * result.plan.calls
        result.parts["vad"] = vad
        result.parts["loop"] = max(0.0, result.parts["loop"] - vad)


def bucket_share(buckets: Mapping[str, float], share: float) -> float:
    """Return the bound of the first bucket of a histogram that holds this share; 0 if empty."""
    bounds = {float(name.split('"')[1].replace("+Inf", "inf")): n for name, n in buckets.items()}
    total = bounds.get(float("inf"), 0.0)
    return min((b for b, n in bounds.items() if total and n >= share * total), default=0.0)
