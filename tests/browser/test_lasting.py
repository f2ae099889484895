"""Pages that stay open all day: many tabs, a server that is restarted, a call that never ends."""

import re

import pytest
import story
from harness import Harness
from playwright.sync_api import expect

from models.types import Channel, Utterance
from pipeline.events import UtteranceFinal

pytestmark = pytest.mark.browser

BOTH = (Channel.AGENT, Channel.CUSTOMER)
WORDS = "so what I was going to say is that the second parcel came on Tuesday"
BROKEN = ("WebSocket connection", "ERR_CONNECTION_REFUSED")
PATHS = ["/desk?agent=Ana"] * 5 + ["/wall", "/wall", "/"]
COST = """() => new Promise(done => new PerformanceObserver(list => {
    const scripts = performance.getEntriesByType("resource").filter(r => r.name.endsWith(".js"));
    const answer = performance.getEntriesByType("navigation")[0].responseStart;
    const paint = list.getEntriesByName("first-contentful-paint")[0].startTime;
    done({answer, paint, script: scripts.reduce((sum, r) => sum + r.transferSize, 0)});
}).observe({type: "paint", buffered: true}))"""


def test_eight_tabs_come_back_by_themselves_after_a_restart_and_miss_nothing(pages, server):
    server.publish("demo", *story.opening(), seconds=27.5)
    first = pages.open(expected=BROKEN)
    tabs = [first, *(first.context.new_page() for _ in PATHS[1:])]
    for tab, path in zip(tabs, PATHS, strict=True):
        tab.goto(server.url + path)
    desks, walls, calls = tabs[:5], tabs[5:7], tabs[7]
    for desk in desks:
        expect(desk.locator("[data-final=true]")).to_have_count(6)
    for wall in walls:
        expect(wall.locator("#grid > li")).to_have_count(1)
    expect(calls.locator(".tile")).to_have_count(1)
    port, last = server.port, server.calls["demo"].seq
    server.stop()
    expect(desks[0].locator("[data-line=lost]")).to_be_visible()
    again = Harness(server.folder, port=port)
    # What was said and written, but had not gone out when the server went.
    again.store.append("demo", [(last + 1, story.said(7)), (last + 2, story.said(8))])
    assert again.store.recover() == ["demo"]
    with again:
        for desk in desks:
            expect(desk.locator("[data-final=true]")).to_have_count(8, timeout=15_000)
            assert desk.evaluate("cueline.state.value.phase") == "over"
        again.publish("next", story.started("next", agent="Ana"), seconds=3)
        for desk in desks:
            expect(desk.get_by_text("Your next call is on the line.")).to_be_visible()
        for wall in walls:
            expect(wall.locator("#grid a[data-call=next]")).to_be_visible()
            expect(wall.locator("#grid > li")).to_have_count(1)
        expect(calls.locator(".tile")).to_have_count(1)
        expect(calls.locator(".tile")).to_have_attribute("href", re.compile("next"))
        for tab in tabs:
            tab.close()


def test_a_call_of_five_thousand_turns_is_painted_soon_and_goes_to_any_turn_at_once(pages, server):
    said = [
        UtteranceFinal(Utterance(n, BOTH[n % 2], n * 2.0, n * 2 + 1.8, WORDS))
        for n in range(1, 5001)
    ]
    server.publish("demo", story.started(), *said, seconds=10_002)
    page = pages.open(f"{server.url}/calls/demo")
    expect(page.locator("#turn-5000")).to_be_attached()
    cost = page.evaluate(COST)
    print(f"first paint of 5,000 turns after {cost['paint']:.0f} ms")
    assert 0 < cost["script"] <= 200_000
    # `cueline bench pages` holds the whole to 1,000 ms; this machine may be busy.
    assert cost["paint"] - cost["answer"] < 2500
    moved = page.evaluate(
        """() => {
            const began = performance.now();
            location.hash = "#turn-4321";
            document.getElementById("turn-4321").scrollIntoView();
            document.body.getBoundingClientRect();
            return performance.now() - began;
        }"""
    )
    print(f"jump to turn 4,321 in {moved:.0f} ms")
    expect(page.locator("#turn-4321")).to_be_in_viewport()
    assert moved < 2000
    page.goto(f"{server.url}/calls/demo/desk")
    expect(page.locator("#turn-5000")).to_be_in_viewport(timeout=40_000)
    page.get_by_role("log").evaluate("e => { e.scrollTop = 0; }")
    page.get_by_role("button", name="Jump to live").click()
    expect(page.locator("#turn-5000")).to_be_in_viewport()
