"""The figures and the models desk in a real browser: read, narrow, compare, by key alone."""

import json
import runpy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from harness import Harness
from playwright.sync_api import expect

from pipeline.config import Settings

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
STORY = runpy.run_path(str(Path(__file__).parents[1] / "pipeline" / "store" / "story.py"))


def audit(page):
    page.evaluate(AXE)
    report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in report["violations"]] == []


@pytest.fixture
def house(tmp_path):
    folder = tmp_path / "runs"
    folder.mkdir()
    for n, value in enumerate((80.0, 85.0)):
        data = {
            "benchmark": "feelings from text",
            "figures": {"calls: AUROC": [value, value - 1, value + 1]},
            "machine": {"processor": "Test", "cores": 2},
            "at": f"2026-03-0{n + 1}T10:00:00Z",
        }
        (folder / f"{n}.json").write_text(json.dumps(data))
    home = tmp_path / "home"
    home.mkdir()
    with Harness(home, settings=Settings(runs_dir=folder)) as server:
        noon = datetime.now(UTC) - timedelta(1)
        for n in range(14):
            at = (noon - timedelta(hours=n)).isoformat()
            call = STORY["whole"](f"c{n}", at=at, agent=("Ana", "Bo")[n % 2])
            server.store.append(f"c{n}", call)
        yield server


@pytest.mark.browser
def test_figures_are_read_and_narrowed_by_key_in_both_themes(pages, house):
    page = pages.open(f"{house.url}/figures?days=7")
    expect(page.get_by_role("img", name="Calls by hour of the day")).to_be_visible()
    audit(page)
    page.get_by_role("combobox", name="Queue").focus()
    page.keyboard.type("billing")
    page.keyboard.press("Enter")
    show = page.get_by_role("button", name="Show")
    show.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**queue=billing**")
    expect(page.locator(".number-tiles b").first).to_have_text("14")
    numbers = page.locator("#by-part summary")
    numbers.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="Calls by day")).to_be_visible()
    page.get_by_text("no team 2 agents").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Ana")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 800})
    audit(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.browser
def test_two_runs_are_chosen_and_compared_by_key(pages, house):
    page = pages.open(f"{house.url}/models")
    audit(page)
    page.get_by_role("radio", name="1.json as A").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="0.json as A")).to_be_checked()
    page.get_by_role("button", name="Compare A with B").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/compare**")
    expect(page.get_by_role("cell", name="better, more than the interval").first).to_be_visible()
    audit(page)
    page.get_by_role("link", name="feelings from text").first.click()
    expect(page.get_by_role("heading", name="All figures")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    audit(page)
