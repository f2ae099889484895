"""The supervisors' wall in a real browser: a supervisor and an agent with accounts."""

from pathlib import Path

import pytest
import story
from playwright.sync_api import expect

from models.types import Channel
from pipeline.events import SpeechStarted

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@pytest.fixture
def floor(guarded):
    """Three calls on the line; the supervisor and one agent have accounts."""
    guarded.sam = guarded.person("sam", "supervisor", display="Sam", team="North")
    guarded.ana = guarded.person("ana", "agent", agent="Ana", team="North")
    guarded.users.add("bo", "agent", agent="Bo", team="South")
    for call_id, agent, seconds in (("long", "Bo", 900), ("mid", "Cy", 300), ("demo", "Ana", 27)):
        events = story.opening(
            call_id, agent=agent, queue="Billing" if agent == "Cy" else "Parcels"
        )
        speaks = SpeechStarted(Channel.AGENT, 99, seconds - 1.0)
        guarded.publish(call_id, *events, speaks, seconds=seconds)
    return guarded


def enter(pages, server, cookies, path, **more):
    page = pages.open(**more)
    page.context.add_cookies(
        [{"name": k, "value": v, "url": server.url} for k, v in cookies.items()]
    )
    page.goto(server.url + path)
    return page


def agents(page):
    return page.locator("#grid .head b").all_text_contents()


def axe(page):
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {preload: false})")
    return [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found["violations"]]


def test_anger_brings_a_call_to_the_supervisor_whose_note_reaches_the_agent(pages, floor):
    desk = enter(pages, floor, floor.ana, "/calls/demo/desk")
    expect(desk.locator("[data-line=live]")).to_be_visible()
    wall = enter(pages, floor, floor.sam, "/wall")
    expect(wall.locator("#grid > li")).to_have_count(3)
    assert agents(wall) == ["Bo", "Cy", "Ana"]
    assert "Most in need first" in wall.locator(".order-words").inner_text()

    wall.locator("#grid a").first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight"):
        wall.keyboard.press(key)
    expect(wall.locator("#grid a[data-call=demo]")).to_be_focused()
    floor.publish("demo", *story.anger(), seconds=48)
    tile = wall.locator("#grid li", has=wall.locator("a[data-call=demo]"))
    expect(tile).to_contain_text("I will go to the ombudsman")
    expect(tile).to_contain_text("threatens to leave")
    assert agents(wall) == ["Bo", "Cy", "Ana"], "nothing jumps while it is in use"
    wall.keyboard.press("o")
    expect(wall.locator("#grid .head b").first).to_have_text("Ana")
    expect(wall.locator("#grid a[data-call=demo]")).to_be_focused()
    assert axe(wall) == []

    wall.keyboard.press("n")
    wall.keyboard.type("Offer the fee back. You are doing fine.")
    wall.keyboard.press("Enter")
    expect(desk.locator(".whisper")).to_contain_text("Offer the fee back")
    expect(desk.locator(".whisper")).to_contain_text("Sam writes")
    assert axe(desk) == []
    desk.reload()
    expect(desk.locator(".whisper")).to_contain_text("Offer the fee back")
    desk.keyboard.press("v")
    expect(desk.locator(".whisper")).to_have_count(0)
    expect(tile).to_contain_text("note seen")
    expect(wall.locator(".alert")).to_contain_text("with Sam")
    expect(wall.locator("#grid a[data-call=demo]")).to_be_focused()

    wall.keyboard.press("f")
    wall.get_by_role("button", name="said of somebody else").click()
    wall.get_by_role("button", name="It is a false alert").click()
    expect(wall.locator(".alert")).to_have_count(0)
    (kept,) = floor.wall.book.report("2000").false
    assert (kept.kind, kept.why, kept.closed_by) == ("anger", "said of somebody else", "Sam")


def test_a_watched_call_shows_all_and_says_nothing_for_the_agent(pages, floor):
    floor.publish("demo", *story.anger(), seconds=48)
    wall = enter(pages, floor, floor.sam, "/wall")
    wall.get_by_label("Team").select_option("South")
    assert agents(wall) == ["Bo"]
    wall.get_by_label("Team").select_option("")
    wall.get_by_label("Search").fill("ombudsman")
    expect(wall.locator("#grid > li")).to_have_count(1)
    wall.locator("#grid a").press("Enter")
    wall.wait_for_url("**/wall/calls/demo")
    expect(wall.locator(".captions")).to_contain_text("I will go to the ombudsman")
    expect(wall.locator(".hints-shown")).to_contain_text("Do not argue")
    expect(wall.locator(".checklist .count").first).to_have_text("5 of 12 done")
    expect(wall.get_by_role("button", name="Dismiss")).to_have_count(0)
    for key in ("Enter", "x", "u", "b"):
        wall.keyboard.press(key)
    expect(wall.locator(".brief")).to_contain_text("flagged")
    wall.keyboard.press("n")
    wall.keyboard.type("Well done")
    wall.keyboard.press("Enter")
    expect(wall.locator(".notes li")).to_contain_text("sent")
    assert floor.host.calls["demo"].dismissed == []
    assert all(not h.fates for h in floor.store.call("demo").hints)
    assert axe(wall) == []
    floor.publish("demo", *story.ending())
    expect(wall.get_by_role("link", name="The call is over: open it")).to_be_visible()


LOOKS = [("light", 1280, 800), ("dark", 1920, 1080), ("dark", 390, 844)]


def test_every_look_of_the_wall_is_clean_and_fits(pages, floor):
    floor.publish("demo", *story.anger(), seconds=48)
    for scheme, width, height in LOOKS:
        view = {"width": width, "height": height}
        page = enter(pages, floor, floor.sam, "/wall", color_scheme=scheme, viewport=view)
        expect(page.locator(".alert")).to_have_count(1)
        for path in ("", "/wall/calls/demo", "/wall/report"):
            if path:
                page.goto(floor.url + path)
            if path == "/wall/calls/demo":
                expect(page.locator(".captions")).to_contain_text("ombudsman")
            assert axe(page) == [], (scheme, width, path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                width,
                path,
            )
