"""The supervisors' wall on a busy floor: do 200 tiles that move keep 60 frames a second?

The real page in a real Chromium, over the real socket, from a server that tells the events of so
many calls. What is measured is the time between the page's animation frames, and what one drawing
of the wall costs the page's thread.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import Annotated, Any

import typer

from benchmarks.report import publish, table
from benchmarks.screen import FLAGS, chromium
from streaming.errors import UsageFault

HEAD = ("", "frames", "median ms", "p95 ms", "p99 ms", "longest ms", "over 16.7 ms + 20 %, %")
FRAME_MS = 1000 / 60
LATE_MS = FRAME_MS * 1.2
WARM_S = 3.0
FRAMES = """
seconds => new Promise(done => {
  const gaps = [], long = [];
  new PerformanceObserver(list => list.getEntries().forEach(e => long.push(e.duration)))
    .observe({entryTypes: ["longtask"]});
  let last = 0, end = performance.now() + seconds * 1000;
  const frame = at => {
    if (last) gaps.push(at - last);
    last = at;
    if (performance.now() < end) requestAnimationFrame(frame);
    else done({gaps, long});
  };
  requestAnimationFrame(frame);
})
"""


@contextlib.asynccontextmanager
async def floor(calls: int) -> AsyncIterator[str]:
    """Run the server of so many calls in a process of its own; give its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.wall_server", str(calls), stdout=asyncio.subprocess.PIPE
    )
    try:
        if process.stdout is None:
            raise UsageFault("the server of calls has no output")
        address = await asyncio.wait_for(process.stdout.readline(), 60)
        yield address.decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def frames(calls: int, seconds: float, throttle: float) -> dict[str, Any]:
    """Return the times between frames, and how many tiles and nodes the page had.

    Raises:
        UsageFault: there is no playwright or no Chromium.
    """
    try:
        from playwright.async_api import async_playwright
    except ImportError as err:
        raise UsageFault("this needs playwright: install cueline[test]") from err
    async with floor(calls) as url, async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await page.goto(f"{url}/wall")
        await page.wait_for_function(
            f"document.querySelectorAll('#grid > li').length >= {calls}", timeout=60_000
        )
        if throttle > 1:
            session = await page.context.new_cdp_session(page)
            await session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
        await asyncio.sleep(WARM_S)
        found: dict[str, Any] = await page.evaluate(FRAMES, seconds)
        found["tiles"] = await page.locator("#grid > li").count()
        found["nodes"] = await page.evaluate("document.querySelectorAll('*').length")
        await browser.close()
    return found


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of the sorted `values` lies."""
    return values[min(len(values) - 1, int(len(values) * share))]


def numbers(found: dict[str, Any]) -> dict[str, Any]:
    """Return what is reported of a run."""
    gaps = sorted(found["gaps"])
    return {
        "tiles": found["tiles"],
        "nodes": found["nodes"],
        "frames": len(gaps),
        "median_ms": round(percentile(gaps, 0.5), 2),
        "p95_ms": round(percentile(gaps, 0.95), 2),
        "p99_ms": round(percentile(gaps, 0.99), 2),
        "longest_ms": round(gaps[-1], 1),
        "late_percent": round(100 * sum(1 for g in gaps if g > LATE_MS) / len(gaps), 2),
        "long_tasks": len(found["long"]),
        "longest_task_ms": round(max(found["long"], default=0.0), 1),
    }


def command(
    calls: Annotated[int, typer.Option(min=1, help="Live calls on the wall.")] = 200,
    seconds: Annotated[float, typer.Option(min=1, help="How long to watch.")] = 20.0,
    slower: Annotated[float, typer.Option(min=1, help="Slow the page's processor down.")] = 1.0,
) -> None:
    """Measure the frames of the supervisors' wall on a busy floor."""
    shown = numbers(asyncio.run(frames(calls, seconds, slower)))
    row = [f"{shown['tiles']} tiles", shown["frames"]]
    row += [shown[n] for n in ("median_ms", "p95_ms", "p99_ms", "longest_ms", "late_percent")]
    beside = f"{shown['nodes']} elements; tasks over 50 ms: {shown['long_tasks']}"
    publish("wall", f"{table(HEAD, [row])}\n\n{beside}", {"slower": slower, **shown})
