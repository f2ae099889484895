"""The list of calls and the page of one, in a real browser; and all of it without script."""

import re

import pytest
import story
from playwright.sync_api import expect
from test_desk import LOOKS, axe, hide

from models.types import Channel, Utterance
from pipeline.events import CallEnded, UtteranceFinal

pytestmark = pytest.mark.browser


@pytest.fixture
def past(server):
    server.publish("demo", *story.opening(), *story.anger(), *story.recovery(), *story.ending())
    rows = {"agent": 0, "customer": 1}
    server.record("demo", [(rows[c], start, end) for _, c, start, end, _ in story.TURNS])
    return server


def at(page):
    return page.evaluate("document.getElementById('audio').currentTime")


def opened(pages, server, **more):
    page = pages.open(f"{server.url}/calls/demo", **more)
    expect(page.locator("#player.ready")).to_be_visible()
    return page


def test_live_calls_come_move_and_go_without_a_reload(pages, server):
    page = pages.open(server.url)
    expect(page.get_by_text("updating")).to_be_visible()
    expect(page.get_by_text("Nobody is on the line")).to_be_visible()
    server.publish("b", story.started("b", agent="Bo"), seconds=5)
    server.publish("demo", *story.opening(), *story.anger(), seconds=48)
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(2)
    expect(tiles.first).to_contain_text("threatens to leave")
    expect(tiles.first).to_have_attribute("href", "/calls/demo/desk")
    server.publish("b", CallEnded(9.0, "completed"))
    expect(tiles).to_have_count(1)


def test_a_hidden_list_lets_go_of_its_line_and_comes_back(pages, server):
    page = pages.open()
    page.clock.install()
    page.goto(server.url)
    expect(page.get_by_text("updating")).to_be_visible()
    hide(page)
    page.clock.run_for(61_000)
    server.publish("demo", *story.opening(), seconds=27)
    hide(page, "visible")
    page.clock.run_for(1000)
    expect(page.locator(".tile")).to_contain_text("Ana")


def test_the_waveform_is_drawn_from_peaks_with_findings_and_anger(pages, past):
    fetched = []
    page = pages.open()
    page.on("request", lambda r: fetched.append(r.url))
    page.goto(f"{past.url}/calls/demo")
    expect(page.locator("#player.ready")).to_be_visible()
    expect(page.locator("#wave canvas").first).to_be_attached()
    expect(page.locator("#wave [part~=region]")).to_have_count(14)
    titles = page.locator("#wave [part~=region]").evaluate_all("all => all.map(e => e.title)")
    assert "Customer: threatens to leave" in titles
    assert "No blame without a next step: broken" in titles
    assert page.locator("#wave .wave-legs span").all_inner_texts() == ["Agent", "Customer"]
    assert sum("/peaks" in url for url in fetched) == 1


def test_a_turn_puts_the_sound_there_and_the_sound_marks_the_turn(pages, past):
    page = opened(pages, past)
    page.locator("#turn-13 .at").click()
    assert abs(at(page) - 65.2) < 0.1
    expect(page.locator("#turn-13")).to_have_class(re.compile("playing"))
    page.evaluate("document.getElementById('audio').currentTime = 42")
    expect(page.locator("#turn-9")).to_have_class(re.compile("playing"))
    expect(page.locator("#turn-13")).not_to_have_class(re.compile("playing"))


def test_playback_by_key(pages, past):
    page = opened(pages, past)
    page.keyboard.press("l")
    page.keyboard.press("l")
    page.keyboard.press("j")
    assert abs(at(page) - 5) < 0.1
    playing = "!document.getElementById('audio').paused"
    page.keyboard.press("k")
    page.wait_for_function(playing)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press(" ")
    page.wait_for_function("document.getElementById('audio').paused")
    page.get_by_label("Speed").select_option("1.5")
    assert page.evaluate("document.getElementById('audio').playbackRate") == 1.5


def test_findings_by_key_with_their_evidence(pages, past):
    page = opened(pages, past)
    page.keyboard.press("n")
    first = page.locator("details.finding").first
    expect(first.locator("summary")).to_be_focused()
    assert abs(at(page) - 39.0) < 1
    page.keyboard.press("e")
    expect(first.get_by_text("the warehouse should have called you")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.press("e")
    second = page.locator("#finding-M2-02")
    expect(second.get_by_text("Closest thing said (41 % alike)")).to_be_visible()
    page.keyboard.press("p")
    expect(first.locator("summary")).to_be_focused()


def test_a_mark_in_the_transcript_opens_its_finding(pages, past):
    page = opened(pages, past)
    page.locator("#turn-2 .mark").first.click()
    expect(page.locator("#finding-CORE-03")).to_have_attribute("open", "")
    expect(page.locator("#finding-CORE-03 .quote")).to_be_visible()


def test_the_scorecard_shows_its_evidence_and_the_auto_fail(pages, past):
    page = opened(pages, past)
    expect(page.get_by_text("This call fails by itself")).to_be_visible()
    card = page.get_by_role("region", name="Scorecard")
    card.get_by_text("Opening", exact=True).click()
    quote = card.locator(".quote", has_text="this call is recorded for training")
    quote.click()
    expect(page.locator("#turn-2")).to_be_focused()


def test_a_recording_that_is_gone_leaves_the_page_whole(pages, past):
    (past.folder / "demo.flac").unlink()
    page = pages.open(f"{past.url}/calls/demo", expected=("404",))
    expect(page.locator("#turn-19")).to_be_attached()


def test_everything_that_does_not_live_works_without_script(pages, past):
    page = pages.open(past.url, java_script_enabled=False)
    page.get_by_label("Agent").fill("Nobody")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("No call fits.")).to_be_visible()
    page.get_by_role("link", name="Show all calls").click()
    page.locator(".row-link").click()
    expect(page.get_by_role("heading", name="Ana · Parcels")).to_be_visible()
    expect(page.locator("#turn-19")).to_be_attached()
    expect(page.locator("audio")).to_be_visible()
    page.get_by_text("No blame without a next step").last.click()
    expect(page.get_by_text("Blames another team")).to_be_visible()
    page.goto(f"{past.url}/calls/demo/desk")
    expect(page.get_by_role("link", name="The call as a document")).to_be_visible()


def test_five_thousand_turns_are_shown_on_page_and_desk(pages, server):
    words = "so what I was going to say is that the second parcel came on Tuesday"
    turns = [
        UtteranceFinal(
            Utterance(n, (Channel.AGENT, Channel.CUSTOMER)[n % 2], n * 2.0, n * 2 + 1.8, words)
        )
        for n in range(1, 5001)
    ]
    server.publish("demo", story.started(), *turns, seconds=10_002)
    page = pages.open(f"{server.url}/calls/demo/desk")
    expect(page.locator("#turn-5000")).to_be_in_viewport(timeout=20_000)
    assert page.locator("[data-final=true]").count() <= 250
    page.get_by_role("button", name="Show earlier").click()
    expect(page.locator("[data-final=true]")).to_have_count(400)
    page.goto(f"{server.url}/calls/demo")
    expect(page.locator("#turn-5000")).to_be_attached(timeout=20_000)


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS, ids=["light", "dark", "narrow"])
@pytest.mark.parametrize("path", ["/", "/?agent=Nobody", "/calls/demo", "/calls/none", "/login"])
def test_axe_finds_nothing(pages, past, scheme, viewport, path):
    past.publish("now", *story.opening("now"), *story.anger(), seconds=48)
    page = pages.open(past.url + path, color_scheme=scheme, viewport=viewport, expected=("404",))
    if path == "/calls/demo":
        expect(page.locator("#player.ready")).to_be_visible()
        page.keyboard.press("n")
        page.keyboard.press("e")
        page.get_by_text("Opening", exact=True).click()
    elif path == "/":
        expect(page.get_by_text("updating")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_signing_in_by_hand_and_by_address(pages, guarded):
    page = pages.open(f"{guarded.url}/calls/x/desk?agent=Ana", expected=("401",))
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("That token is not right.")
    page.get_by_label("Token").fill("s3cret")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{guarded.url}/calls/x/desk?agent=Ana")
    expect(page.locator("[data-line=live]")).to_be_visible()
    assert page.evaluate("document.cookie") == ""
    other = pages.open(f"{guarded.url}/?token=s3cret")
    expect(other).to_have_url(f"{guarded.url}/")
    expect(other.get_by_text("updating")).to_be_visible()


def test_a_desk_whose_cookie_ran_out_says_so(pages, guarded):
    page = pages.open(f"{guarded.url}/calls/x/desk?token=s3cret")
    expect(page.locator("[data-line=live]")).to_be_visible()
    page.context.clear_cookies()
    page.evaluate("cueline.cut()")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
