"""The pictures of the desks in `docs/images`, made anew: `cueline bench screenshots`.

Starts `cueline demo`, so that the bundled calls come through the real audio socket and are heard
by the real recogniser, signs in as the demo's person of each role, and photographs their desk in
light and dark while the calls are on, or after they are over. The benchmark runs on the models desk
are two short ones, done here. Nothing on the pictures is touched up.
"""

import base64
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from benchmarks.screen import FLAGS, chromium
from streaming.errors import UsageFault

FOLDER = Path("docs/images")
SIZE = {"width": 1280, "height": 860}
WALL_HEIGHT = 480
"""Three calls fill no more."""
SCHEMES = ("light", "dark")
QUALITY = 72
"""Of WebP: letters stay sharp, and a picture stays below 100 kB."""
LARGEST_BYTES = 150_000
ANGRY_S = 90_000
"""How long the first call may take until its customer is angry, in milliseconds."""
OVER_S = 300.0
SOUGHT = 'sorry OR "nobody turned up"'
RUNS = (
    ("rules", "complaint_resolution", "--calls", "4"),
    ("rules", "telemarketing_consumer", "--calls", "4"),
    ("silence", "--seconds", "5", "--no-recorded"),
)

Page = Any  # playwright's; it has no types that a machine without it could read


@dataclass(slots=True)
class DemoServer:
    """A running `cueline demo`, and what it has printed."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def listen(self) -> None:
        """Read what it prints until it ends; for a thread."""
        for line in self.process.stdout or ():
            with self.news:
                self.lines.append(line)
                self.news.notify_all()

    def said(self, pattern: str, within_s: float) -> str:
        """Wait for a printed line and return the pattern's first group.

        Raises:
            UsageFault: it did not come.
        """
        found: list[str] = []

        def seen() -> bool:
            found.extend(m[1] for line in self.lines if (m := re.search(pattern, line)))
            return bool(found)

        with self.news:
            if not self.news.wait_for(seen, within_s):
                raise UsageFault(f"the demo never said {pattern!r}:\n{''.join(self.lines)}")
        return found[0]


@contextmanager
def demo(folder: Path, speed: float = 1.0) -> Iterator[DemoServer]:
    """Run a demo that keeps its data in `folder`; `speed` 1 plays its calls in real time."""
    command = [sys.executable, "-u", "-m", "streaming.cli", "demo", "--no-open"]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--port", "0", "--keep", str(folder), "--speed", str(speed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = DemoServer(process)
    listening = threading.Thread(target=server.listen, daemon=True)
    listening.start()
    try:
        yield server
    finally:
        process.terminate()
        process.wait(30)


def enter(browser: Any, url: str, password: str, role: str) -> Page:
    """Return a page of the demo's person of this role, signed in."""
    context = browser.new_context(viewport=SIZE, reduced_motion="reduce", color_scheme=SCHEMES[0])
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(f"{url}/login")
    page.get_by_label("Name", exact=True).fill(f"demo-{role}")
    page.get_by_label("Password", exact=True).fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda at: "/login" not in at)
    return page


@dataclass(frozen=True, slots=True)
class Album:
    """Signs people in and keeps pictures of what they see."""

    browser: Any
    url: str
    password: str
    folder: Path
    view: str = "webp"

    def enter(self, role: str) -> Page:
        """Return a page of the demo's person of this role."""
        return enter(self.browser, self.url, self.password, role)

    def keep(self, page: Page, name: str) -> None:
        """Photograph a page in light and dark."""
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.wait_for_timeout(250)  # what is drawn on a canvas follows the scheme
            session = page.context.new_cdp_session(page)
            asked = {"format": self.view} | ({} if self.view == "png" else {"quality": QUALITY})
            taken = base64.b64decode(session.send("Page.captureScreenshot", asked)["data"])
            session.detach()
            if self.view == "webp" and len(taken) > LARGEST_BYTES:
                raise UsageFault(f"{name} is {len(taken)} bytes large; {LARGEST_BYTES} are allowed")
            path = self.folder / f"{name}-{scheme}.{self.view}"
            path.write_bytes(taken)
            typer.echo(f"{path}: {len(taken) / 1000:.0f} kB")
        page.emulate_media(color_scheme=SCHEMES[0], reduced_motion="reduce")


def while_calls_are_on(album: Album) -> None:
    """Photograph the agent's desk and the wall when the first customer is angry."""
    agent, supervisor = album.enter("agent"), album.enter("supervisor")
    agent.goto(f"{album.url}/desk")
    supervisor.goto(f"{album.url}/wall")
    agent.locator(".card.primary").wait_for(timeout=ANGRY_S)
    agent.locator(".mood[data-level='2'], .mood[data-level='3']").wait_for(timeout=ANGRY_S)
    agent.locator(".card.primary").wait_for(timeout=ANGRY_S)
    album.keep(agent, "agent")
    supervisor.locator("#grid q").first.wait_for(timeout=ANGRY_S)
    supervisor.set_viewport_size({"width": SIZE["width"], "height": WALL_HEIGHT})
    album.keep(supervisor, "wall")
    agent.context.close()
    supervisor.context.close()


def when_calls_are_over(album: Album) -> None:
    """Photograph the desks that look at calls that have ended."""
    qa = album.enter("qa")
    qa.goto(f"{album.url}/reviews")
    qa.keyboard.press("t")
    qa.wait_for_url(re.compile(r"/reviews/\d+"))
    qa.locator("#player.ready").wait_for()
    album.keep(qa, "review")
    qa.context.close()
    trainer = album.enter("trainer")
    trainer.goto(f"{album.url}/search?q={quote(SOUGHT)}")
    trainer.locator(".hit").first.wait_for()
    album.keep(trainer, "search")
    trainer.goto(f"{album.url}/figures")
    album.keep(trainer, "figures")
    trainer.context.close()
    engineer = album.enter("engineer")
    engineer.goto(f"{album.url}/models")
    album.keep(engineer, "models")
    engineer.context.close()
    admin = album.enter("admin")
    admin.goto(f"{album.url}/people")
    album.keep(admin, "people")
    admin.context.close()


def keep_runs(folder: Path) -> None:
    """Do short benchmarks whose runs the models desk shows."""
    for run in RUNS:
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "streaming.cli", "bench", "--keep", *run],
            env={**os.environ, "CUELINE_DATA_DIR": str(folder)},
            stdout=subprocess.DEVNULL,
            check=True,
        )


def command(
    folder: Annotated[Path, typer.Argument(help="Where the pictures go.")] = FOLDER,
    png: Annotated[bool, typer.Option("--png", help="As PNG, for looking at.")] = False,
) -> None:
    """Make the pictures of the desks anew (three minutes)."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as err:
        raise UsageFault("this needs playwright: install cueline[test]") from err
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as made,
        demo(Path(made)) as server,
        sync_playwright() as play,
    ):
        url = server.said(r"running: (http\S+)/\?", 60)
        password = server.said(r"password (\S+)", 10)
        browser = play.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        album = Album(browser, url, password, folder, "png" if png else "webp")
        while_calls_are_on(album)
        keep_runs(Path(made))
        server.said(r"(calls are over)", OVER_S)
        when_calls_are_over(album)
        browser.close()
