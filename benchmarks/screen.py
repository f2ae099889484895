"""The same delays on the screen: one call watched on the agent's desk in a real Chromium.

An observer in the page notes when each caption and hint card is painted, on the clock of the
machine. What was painted is matched with the events that a listener beside the page heard, which
know what second of the voice they cover; then the same sums are done as for a socket.
"""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.lags import Lags, lags
from benchmarks.latency import HEAD, lag_numbers, rows
from benchmarks.listener import Heard
from benchmarks.load import Cast, LoadPlan, bench_server, make_cast, one_call
from benchmarks.report import publish, table
from benchmarks.server import ServerUnderTest
from streaming.errors import UsageFault

CHROMIUM_VARIABLE = "CUELINE_CHROMIUM"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
OBSERVER = Path(__file__).parent / "screen.js"
SETTLE_S = 1.0
"""From the desk's first paint to the call."""

Note = tuple[float, str, str, str]
"""When something was painted (epoch seconds), what, which one, and its text."""


async def run_on_screen(plan: LoadPlan) -> dict[str, Any]:
    """Play one call with its agent's desk open; print and return the delays there."""
    cast = await asyncio.to_thread(make_cast, plan)
    on_socket, shown = (lag_numbers(found) for found in await watch(plan, cast))
    both = rows(on_socket, " on the socket") + rows(shown, " on the screen")
    beside = f"hints missed on the socket {on_socket['hints_missed']}, on the screen"
    publish(
        "latency on the agent's desk",
        f"{table(HEAD, both)}\n\n{beside} {shown['hints_missed']}",
        {"socket": on_socket, "screen": shown},
    )
    return {"socket": on_socket, "screen": shown}


async def watch(plan: LoadPlan, cast: Cast) -> tuple[Lags, Lags]:
    """Play the first call of the cast; return its lags on a socket and on the screen."""
    async with bench_server(plan) as server, desk(server, "agent-0") as page:
        call, heard = await one_call(plan, 0, cast[0], server)
        notes: list[Note] = [tuple(note) for note in await page.evaluate("cuelineNotes")]
    painted = on_screen(heard, notes, call.epoch - call.t0)
    triggers = cast[0][1]
    return lags(heard, call.t0, triggers), lags(painted, call.epoch, triggers)


@contextlib.asynccontextmanager
async def desk(server: ServerUnderTest, agent: str) -> AsyncIterator[Any]:  # Any: playwright's page
    """Open an agent's desk, with an observer in it.

    Raises:
        UsageFault: there is no playwright or no Chromium.
    """
    try:
        from playwright.async_api import async_playwright
    except ImportError as err:
        raise UsageFault("--screen needs playwright: install cueline[test]") from err
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            page = await browser.new_page(viewport={"width": 1280, "height": 900})
            await page.add_init_script(path=OBSERVER)
            await page.goto(f"{server.url}/desk?agent={quote(agent)}&token={server.token}")
            await asyncio.sleep(SETTLE_S)
            yield page
        finally:
            await browser.close()


def chromium() -> str:
    """Return the browser's path: CUELINE_CHROMIUM, or the system's.

    Raises:
        UsageFault: there is none.
    """
    named = os.environ.get(CHROMIUM_VARIABLE, "")
    found = named or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        raise UsageFault(f"no Chromium; name it in {CHROMIUM_VARIABLE}")
    return found


def on_screen(heard: Heard, notes: Sequence[Note], ahead_s: float) -> Heard:
    """Return what was heard with the moments at which it was painted, in epoch seconds.

    `ahead_s` is the epoch's clock less the listener's. What was never painted is left out, but for
    the events that say how many there should be.
    """
    painted = Heard(heard.call_id)
    shown = {(kind, key): at for at, kind, key, _ in reversed(notes) if kind != "partial"}
    partials = [(at, key, squeeze(text)) for at, kind, key, text in notes if kind == "partial"]
    for at, event in heard.events:
        match event["type"]:
            case "UtteranceFinal":
                seen = shown.get(("final", str(event["utterance"]["id"])))
            case "HintRaised" | "HintPreviewed":
                seen = shown.get(("hint", event["hint"]["id"]))
            case "PartialTranscript" if event["text"]:
                wanted = (event["channel"], squeeze(event["text"]))
                since = at + ahead_s - 0.5
                seen = next(
                    (t for t, *rest in partials if t > since and tuple(rest) == wanted), None
                )
            case _:
                seen = at + ahead_s
        if seen is not None:
            painted.events.append((seen, event))
    return painted


def squeeze(text: str) -> str:
    """Return a text as a page shows it: white space is one blank."""
    return " ".join(text.split())
