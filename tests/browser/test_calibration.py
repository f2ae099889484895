"""Calibration in a real browser: two reviewers and an expert answer blind, then see results."""

import runpy
from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_desk import axe

pytestmark = pytest.mark.browser

CAL = runpy.run_path(str(Path(__file__).parents[1] / "pipeline" / "calibrated.py"))
LOOKS = [
    ("light", {"width": 1280, "height": 800}),
    ("dark", {"width": 390, "height": 844}),
]


@pytest.fixture
def house(guarded, tmp_path):
    CAL["add_calls"](guarded.store, tmp_path)
    guarded.record("c1", [(0, 0, 3), (1, 5, 8)], seconds=20)
    guarded.cookies = {n: guarded.person(n, "qa") for n in ("quinn", "rae", "eva")}
    return guarded


def open_as(pages, house, name, path, **more):
    page = pages.open(**more)
    cookies = house.cookies[name].items()
    page.context.add_cookies([{"name": k, "value": v, "url": house.url} for k, v in cookies])
    page.goto(house.url + path)
    return page


def answer(page, keys):
    """Answer the questions of a call by key, and hand it in."""
    expect(page.locator("main time[title]").first).to_be_visible()  # the script listens by then
    for key in keys:
        page.keyboard.press("n")
        page.keyboard.press(key)
    page.get_by_role("button", name="Hand in").press("Enter")


def test_a_round_of_two_reviewers_and_an_expert(house, pages):
    page = open_as(pages, house, "eva", "/calibration")
    page.get_by_role("link", name="New round").press("Enter")
    assert axe(page) == []
    page.get_by_label("Name").fill("May")
    for name in ("quinn", "rae"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_label("Expert").select_option("eva")
    for call in page.locator(".call-choices input").all():
        call.check()
    page.get_by_role("button", name="Open the round").press("Enter")
    expect(page.get_by_text("Blind until it is closed")).to_be_visible()

    # In the form's order: Greets, Was kind, Says the price; 1 is yes, 3 is no
    for name, keys in (("quinn", "131"), ("rae", "111"), ("eva", "111")):
        page = open_as(pages, house, name, "/calibration")
        page.get_by_role("link", name="Answer 3").press("Enter")
        assert "finding" not in page.locator("main").inner_text()
        if name == "quinn":
            assert axe(page) == []
        for n in (1, 2, 3):
            expect(page).to_have_url(f"{house.url}/calibration/1/calls/{n}")
            answer(page, keys)
        expect(page).to_have_url(f"{house.url}/calibration/1")
    page.get_by_role("button", name="Close the round").press("Enter")
    expect(page.get_by_text("closed by eva")).to_be_visible()

    for scheme, size in LOOKS:
        page = open_as(pages, house, "quinn", "/calibration/1", color_scheme=scheme, viewport=size)
        split = page.locator(".split")
        expect(split).to_have_count(1)
        expect(split).to_contain_text("Was kind")
        expect(split).to_contain_text("33 % of pairs equal")
        row = page.locator("tr", has=page.get_by_role("rowheader", name="quinn")).last
        expect(row).to_contain_text("stricter")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"]
        assert axe(page) == []
    page.goto(f"{house.url}/calibration/machine")
    expect(page.get_by_text("Against blind experts")).to_be_visible()
    assert axe(page) == []
