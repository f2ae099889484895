"""The QA desk in a real browser: a call from the queue to a final review, by keyboard."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_desk import axe

from pipeline import reviewing
from pipeline.reviewing import Reviewer
from pipeline.store.coaching import Coaching
from pipeline.store.review_rows import ReviewAnswer
from qa_rules.packs import load_packs

pytestmark = pytest.mark.browser

PLAY = runpy.run_path(str(Path(__file__).parents[1] / "pipeline" / "scored.py"))["scored_call"]
LINES = (
    "thank you for calling northwind my name is dana this call is recorded",
    "customer: my bill is wrong",
    "so just to check i have understood you your bill is wrong",
    "customer: yes",
    "thank you for calling have a nice day",
)
LOOKS = [
    ("light", {"width": 1280, "height": 800}),
    ("dark", {"width": 1920, "height": 1080}),
    ("light", {"width": 390, "height": 844}),
]


SMALL = """
pack: t
version: "1"
title: T
form:
  exclude: {min_seconds: 1, min_turns: 1}
  sections: {opening: {title: Opening, weight: 60}, compliance: {title: Compliance, weight: 40}}
  questions:
    - {id: Q-01, title: Was kind, section: opening, weight: 2, help: Listen to the tone.}
items:
  - {id: CORE-01, title: Greets, severity: REQ, section: opening, weight: 2, match: thank you}
  - {id: T-02, title: Says the price, severity: AF, section: compliance, match: it costs ten pounds}
"""


@pytest.fixture
def house(guarded, request, tmp_path):
    (tmp_path / "t.yaml").write_text(SMALL)
    pack = getattr(request, "param", "core_call")
    events = PLAY(load_packs([pack], [tmp_path]), *LINES, call_id="c1")
    guarded.store.append("c1", [(1, replace(events[0][1], agent="Dana")), *events[1:]])
    spans = [(int("customer" in t), 5 * n, 5 * n + 3) for n, t in enumerate(LINES)]
    guarded.record("c1", spans, seconds=60)
    people = (("quinn", "qa", ""), ("rae", "qa", ""), ("dana", "agent", "Dana"))
    guarded.cookies = {n: guarded.person(n, role, agent=agent) for n, role, agent in people}
    return guarded


def as_(pages, house, name, path, **more):
    page = pages.open(**more)
    pairs = house.cookies[name].items()
    page.context.add_cookies([{"name": k, "value": v, "url": house.url} for k, v in pairs])
    page.goto(house.url + path)
    return page


def test_a_call_is_reviewed_disputed_and_final(pages, house):
    page = as_(pages, house, "quinn", "/reviews")
    page.keyboard.press("t")
    expect(page.locator("#player.ready")).to_be_visible()
    page.keyboard.press("n")
    first = page.locator("#q-CORE-01")
    expect(first).to_be_focused()
    page.keyboard.press("e")
    page.wait_for_function("!document.getElementById('audio').paused")
    expect(page.locator("#turn-0")).to_have_class("said agent lead playing")
    page.keyboard.press("o")
    expect(page.get_by_role("button", name="Loop")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("k")
    page.keyboard.press("3")  # yes, partly, no
    expect(first.get_by_label("No", exact=True)).to_be_checked()
    saved = page.locator("#saved")
    expect(saved).to_have_text("saved")
    page.get_by_text("to do before sharing").click()
    expect(page.locator("#missing")).to_contain_text("say why you overrule the machine")
    before = page.locator("[data-score]").inner_text()
    first.get_by_label("Kind of error").select_option("asr")
    first.get_by_label("Reason").fill("Another company's name")
    for question in page.locator(".question[data-waits]").all():
        question.focus()
        page.keyboard.press("1")
    page.get_by_label("One strength").fill("Restates the problem")
    page.get_by_label("One thing to change").fill("Name the company")
    expect(page.locator("#missing")).to_have_text("Ready to share.")
    assert page.locator("[data-score]").inner_text() != before or before == "0"
    page.get_by_role("button", name="Share with Dana").click()
    expect(page.locator(".states [aria-current]")).to_contain_text("Shared")

    theirs = as_(pages, house, "dana", "/reviews")
    theirs.locator(".row-link").click()
    asked = theirs.locator("#q-CORE-01")
    expect(asked).to_contain_text("Another company's name")
    asked.get_by_text("Dispute this answer").click()
    asked.get_by_label("What is wrong").fill("It is our trade name")
    asked.get_by_role("button", name="Dispute").click()
    expect(asked).to_contain_text("Waits for another reviewer")

    other = as_(pages, house, "rae", "/reviews")
    other.locator(".row-link").click()
    asked = other.locator("#q-CORE-01")
    asked.get_by_label("Why", exact=True).fill("It is")
    asked.get_by_role("button", name="Revise to Yes").click()
    expect(other.locator(".states [aria-current]")).to_contain_text("Final")
    expect(asked).to_contain_text("rae revised it to Yes")
    theirs.reload()
    expect(theirs.locator("#q-CORE-01")).to_contain_text("rae revised it to Yes")
    line = reviewing.load(house.store, 1).question("CORE-01")
    assert (line.machine, line.answer, line.person.by) == ("yes", "yes", "rae")


@pytest.mark.parametrize("house", ["t"], indirect=True, ids=["small"])
def test_axe_finds_nothing_in_any_look(pages, house):
    draft = reviewing.load(house.store, reviewing.take(house.store, "c1", Reviewer("quinn"), 5).id)
    given = [ReviewAnswer("CORE-01", "no", "Another name", "asr", 2.0)]
    reviewing.save(house.store, draft, given, "Warm", "")
    Coaching(house.store.database).add("c1", 5.0, "Pause here", "quinn", shared=True)
    for n, (scheme, viewport) in enumerate(LOOKS):
        look = {"color_scheme": scheme, "viewport": viewport}
        page = as_(pages, house, ("quinn", "dana", "quinn")[n], "/reviews", **look)
        assert n == 2 or axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page = as_(pages, house, "quinn", "/reviews/1", **look)
        expect(page.locator("#player.ready")).to_be_visible()
        page.locator(".tools summary").click()
        assert n == 0 or axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
