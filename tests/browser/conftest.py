import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness import Harness
from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("CUELINE_CHROMIUM", "/usr/bin/chromium")
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser():
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}; CUELINE_CHROMIUM names another")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path):
    with Harness(tmp_path) as harness:
        yield harness


@pytest.fixture
def guarded(tmp_path):
    folder = tmp_path / "guarded"
    folder.mkdir()
    with Harness(folder, token="s3cret") as harness:
        yield harness


class Watched:
    """Opens pages and remembers what their consoles complained of."""

    def __init__(self, browser, folder):
        self.browser, self.folder, self.errors, self.contexts = browser, folder, [], []

    def open(self, url=None, *, expected=(), **more):
        context = self.browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"} | more
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        page = context.new_page()

        def note(text):
            if not any(known in text for known in expected):
                self.errors.append(text)

        page.on("console", lambda m: note(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: note(str(error)))
        if url is not None:
            page.goto(url)
        return page

    def close(self):
        for number, context in enumerate(self.contexts):
            for page in context.pages:
                if self.folder is not None:
                    page.screenshot(path=self.folder / f"{number}.png")
            context.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    setattr(item, f"report_{report.get_result().when}", report.get_result())


@pytest.fixture
def guarded_if_asked(request):
    asked = "guarded" in request.fixturenames
    return request.getfixturevalue("guarded") if asked else None


@pytest.fixture
def pages(browser, server, guarded_if_asked, request):
    del server, guarded_if_asked  # they outlive the pages
    watched = Watched(browser, None)
    yield watched
    failed = getattr(request.node, "report_call", None)
    if failed is not None and failed.failed:
        watched.folder = Path("reports/browser") / request.node.name
        watched.folder.mkdir(parents=True, exist_ok=True)
    watched.close()
    assert watched.errors == []
