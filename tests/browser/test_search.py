"""A trainer's job in a real browser: find a phrase, narrow, listen, open the moment, keep it."""

import re
import runpy
from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_desk import LOOKS, axe

from pipeline.vectors import SentenceReader, VectorMaker

pytestmark = pytest.mark.browser
told = runpy.run_path(str(Path(__file__).parents[1] / "pipeline" / "store" / "calls.py"))["told"]


@pytest.fixture
def searched(server):
    for n in range(24):
        lost = n % 2
        told(
            server.store,
            f"c{n}",
            [
                ("a", 1, "Good morning, how can I help you?"),
                ("c", 5, "My parcel is late again and I want a refund this week"),
                ("a", 20, "That is our policy" if lost else "I am so sorry, let me put this right"),
                ("c", 30, "I am leaving" if lost else "Thank you, that is kind"),
            ],
            day=1 + n,
            agent=("Dana", "Tom")[lost],
            anger=[(6, 0), (35, 2)] if lost else [(35, 2), (38, 0)],
        )
        if n in (20, 22):
            server.record(f"c{n}", [(0, 1, 4), (1, 5, 9), (0, 20, 22), (1, 30, 32)], seconds=40)
    return server


def test_a_trainer_finds_plays_opens_and_keeps_a_phrase_by_keyboard(pages, searched):
    page = pages.open(f"{searched.url}/search", expected=("422",))
    expect(page.get_by_role("searchbox", name="What was said")).to_be_focused()
    page.keyboard.type('customer: refund ~2 week "')
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("close the phrase")
    page.get_by_role("searchbox", name="What was said").fill("customer: refund ~1 week")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("24 turns in 24 calls")
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Agent", exact=True).fill("Dana")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("12 turns in 12 calls")
    assert "since" not in page.url
    expect(page.locator(".hit mark").first).to_have_text("refund this week")
    page.locator("h2").first.click()
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.keyboard.press(" ")
    second = page.locator(".hit").nth(1)
    expect(second).to_have_class(re.compile("playing"))
    page.wait_for_function("document.querySelector('#hit-player audio').currentTime >= 4")
    page.keyboard.press(" ")
    expect(second).not_to_have_class(re.compile("playing"))
    page.get_by_label("Save this search as").fill("Late refunds")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Late refunds")).to_have_attribute(
        "href", re.compile("agent=Dana")
    )
    assert axe(page) == []
    page.locator("h2").first.click()
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/calls/c22#turn-2$"))
    expect(page.locator("#turn-2")).to_contain_text("My parcel is late")


def test_terms_of_recovered_and_lost_calls_stand_with_their_counts_and_quotes(pages, searched):
    page = pages.open(f"{searched.url}/search/terms")
    page.get_by_role("link", name="Angry calls that calmed").click()
    first = page.get_by_role("region", name="First group").first
    expect(first).to_contain_text("12 calls")
    row = first.locator("tbody tr").first
    expect(row).to_contain_text("of 12")
    row.get_by_role("link").click()
    expect(page.get_by_role("status")).to_have_text("12 turns in 12 calls")
    expect(page.locator(".hit mark").first).to_be_visible()


def test_every_page_is_clean_in_both_themes_and_on_a_phone(pages, searched):
    VectorMaker(searched.store.database, SentenceReader()).all()
    phone = ("light", {"width": 390, "height": 844})
    for scheme, viewport in (*LOOKS[:2], phone):
        page = pages.open(color_scheme=scheme, viewport=viewport)
        for path in ("?q=refund&agent=Dana", "/terms?pair=recovered", "/reasons"):
            page.goto(f"{searched.url}/search{path}")
            assert viewport is phone[1] or axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        expect(page.locator(".cluster").first).to_contain_text("24 calls")
