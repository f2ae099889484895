"""What a page costs its reader: time to the first paint, and script that is sent.

A real `cueline demo` whose bundled calls are over, and beside them a call of 5,000 utterances; each
desk's pages in a real Chromium, each time in a fresh context with nothing cached.
"""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.report import publish, table
from benchmarks.screen import FLAGS, chromium
from benchmarks.screenshots import OVER_S, demo, enter
from models.types import Channel, Utterance
from pipeline.config import load_settings
from pipeline.events import CallEnded, CallStarted, DurableEvent, UtteranceFinal
from pipeline.store.repo import Store
from streaming.errors import UsageFault

HEAD = ("page", "answer ms", "first paint ms", "slowest ms", "script kB", "files", "page kB")
PAINT_MS, SCRIPT_KB = 1000.0, 200.0
"""What a page may cost (issue 5): first paint on this machine, script as it is sent."""
SPEED = 20.0
LONG, LONG_TURNS = "long", 5000
BOTH = (Channel.AGENT, Channel.CUSTOMER)
WORDS = "so what I was going to say is that the second parcel came on Tuesday"
CALL = "/calls/demo-complaint"
PAGES = (
    ("agent", "/desk", "the agent's desk, waiting"),
    ("agent", f"{CALL}/desk", "the agent's desk, after a call"),
    ("supervisor", "/", "list of calls"),
    ("supervisor", CALL, "a call"),
    ("supervisor", f"/calls/{LONG}", "a call of 5,000 utterances"),
    ("supervisor", f"/calls/{LONG}/desk", "its desk"),
    ("supervisor", "/wall", "wall"),
    ("qa", "/reviews", "reviews"),
    ("qa", "review", "a review"),
    ("trainer", "/search?q=sorry", "search"),
    ("trainer", "/figures", "figures"),
    ("engineer", "/models", "models"),
    ("admin", "/people", "people"),
)
COST = """() => new Promise(done => {
  new PerformanceObserver(list => {
    const scripts = performance.getEntriesByType("resource")
      .filter(r => new URL(r.name).pathname.endsWith(".js"));
    const [page] = performance.getEntriesByType("navigation");
    done({
      paint: list.getEntriesByName("first-contentful-paint")[0].startTime,
      answer: page.responseStart,
      page: page.transferSize,
      script: scripts.reduce((sum, r) => sum + r.transferSize, 0),
      files: scripts.length,
    });
  }).observe({type: "paint", buffered: true});
})"""


def long_call() -> Iterator[DurableEvent]:
    """Yield the events of a call of many utterances."""
    at = "2026-03-04T09:12:07.000000Z"
    yield CallStarted(LONG, at, "Dana", "complaints", "inbound", "en", BOTH, 8000, (), ())
    for n in range(1, LONG_TURNS + 1):
        said = Utterance(n, BOTH[n % 2], n * 2.0, n * 2 + 1.8, WORDS, 0.9)
        yield UtteranceFinal(said)
    yield CallEnded(LONG_TURNS * 2 + 2.0, "completed")


def keep_long_call(folder: Path) -> None:
    """Put the long call into the store of a data folder."""
    with Store.open(load_settings(overrides={"data_dir": folder}).database) as store:
        store.append(LONG, list(enumerate(long_call(), start=1)))


def cost(browser: Any, state: Any, url: str) -> dict[str, float]:
    """Open a page with nothing cached; return its bytes and milliseconds."""
    context = browser.new_context(storage_state=state, viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.goto(url)
    page.wait_for_timeout(300)  # modules that a module asks for
    found: dict[str, float] = page.evaluate(COST)
    context.close()
    return found


def measure(browser: Any, url: str, password: str, times: int) -> list[dict[str, Any]]:
    """Return what each page costs, the median of some times and the slowest."""
    shown: list[dict[str, Any]] = []
    states: dict[str, tuple[Any, str]] = {}
    for role, path, name in PAGES:
        if role not in states:
            page = enter(browser, url, password, role)
            states[role] = (page.context.storage_state(), take_review(page, url, role))
            page.context.close()
        state, review = states[role]
        at = review if path == "review" else url + path
        runs = [cost(browser, state, at) for _ in range(times + 1)][1:]  # the first one warms up
        middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        slowest = max(run["paint"] for run in runs)
        shown.append({"name": name, "slowest": slowest} | middle)
        typer.echo(f"{name}: {middle['paint']:.0f} ms", err=True)
    return shown


def take_review(page: Any, url: str, role: str) -> str:
    """Take the first call to review, as QA; return the review's address."""
    if role != "qa":
        return ""
    page.goto(f"{url}{CALL}")
    page.get_by_role("button", name="Review").click()
    page.wait_for_url("**/reviews/*")
    return str(page.url)


def over(shown: list[dict[str, Any]]) -> list[str]:
    """Name the pages that cost more than they may."""
    return [
        page["name"]
        for page in shown
        if page["paint"] > PAINT_MS or page["script"] > SCRIPT_KB * 1000
    ]


def rows(shown: list[dict[str, Any]]) -> list[list[object]]:
    """Return the table's rows."""
    return [
        [
            page["name"],
            *(round(page[key]) for key in ("answer", "paint", "slowest")),
            round(page["script"] / 1000, 1),
            int(page["files"]),
            round(page["page"] / 1000, 1),
        ]
        for page in shown
    ]


def command(
    times: Annotated[int, typer.Option(min=1, help="How often each page is opened.")] = 5,
) -> None:
    """Measure first paint and script of each desk's pages."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as err:
        raise UsageFault("this needs playwright: install cueline[test]") from err
    with tempfile.TemporaryDirectory() as made:
        keep_long_call(Path(made))
        with demo(Path(made), SPEED) as server, sync_playwright() as play:
            url = server.said(r"running: (http\S+)/\?", 60)
            password = server.said(r"password (\S+)", 10)
            server.said(r"(calls are over)", OVER_S)
            browser = play.chromium.launch(executable_path=chromium(), args=list(FLAGS))
            shown = measure(browser, url, password, times)
            browser.close()
    too_dear = over(shown)
    bar = f"over {PAINT_MS:.0f} ms or {SCRIPT_KB:.0f} kB: {', '.join(too_dear) or 'none'}"
    publish("pages", f"{table(HEAD, rows(shown))}\n\n{bar}", {"pages": shown, "over": too_dear})
