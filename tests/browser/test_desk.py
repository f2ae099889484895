"""The agent's desk in a real browser, fed over the real sockets."""

import json
import re
from pathlib import Path

import pytest
import story
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 1024, "height": 768}
LOOKS = [("light", WIDE), ("dark", WIDE), ("light", NARROW)]


def desk(pages, server, call_id="demo", **more):
    page = pages.open(f"{server.url}/calls/{call_id}/desk", **more)
    expect(page.locator("[data-line=live]")).to_be_visible()
    return page


def primary(page):
    return page.locator(".card.primary")


def fates(server, call_id, hint_id):
    hints = {h.hint.id: dict(h.fates) for h in server.store.call(call_id).hints}
    return hints[hint_id]


def test_a_call_is_followed_from_its_first_word_to_the_work_after_it(pages, server):
    page = desk(pages, server)
    server.publish("demo", *story.opening(), seconds=27.5)
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"0:2[78]"))
    log = page.get_by_role("log")
    expect(log.locator("[data-final=true]")).to_have_count(6)
    assert log.get_attribute("aria-live") == "off"
    expect(log.locator(".gap")).to_contain_text("No sound from the customer for 1.4 s")
    item = page.locator("[data-item=CORE-01]")
    expect(item).to_have_attribute("data-state", "done")
    expect(item).to_contain_text("done 0:01")

    server.publish("demo", *story.anger(), seconds=47.6)
    expect(primary(page)).to_contain_text("Do not argue")
    expect(page.get_by_role("alert")).to_contain_text("Do not argue")
    expect(page.get_by_role("status").filter(has_text="Name the feeling")).to_be_attached()
    expect(page.locator(".card.small")).to_have_count(2)
    expect(page.locator(".mood")).to_contain_text("threatens to leave", ignore_case=True)
    expect(page.locator(".mood q").last).to_have_text("I will go to the ombudsman")
    expect(page.locator("[data-item=CORE-07]")).to_have_attribute("data-state", "due")

    server.publish("demo", *story.now_speaking(), seconds=51.0)
    spoken = log.locator("[data-final=false]")
    expect(spoken.locator(".unsure")).to_have_text("ven tell me where")

    server.publish("demo", *story.recovery(), seconds=100.0)
    expect(spoken).to_have_count(0)
    expect(primary(page)).to_have_count(0)
    expect(log.get_by_text("card number removed")).to_be_visible()
    server.publish("demo", *story.ending())
    work = page.get_by_role("region", name="After-call work")
    expect(work.get_by_label("Reason for the call")).to_have_value("Order or delivery")
    expect(work.get_by_label("Outcome")).to_have_value("Pending")
    score = page.get_by_role("region", name="Score")
    expect(score).to_contain_text("0 of 100")
    expect(score).to_contain_text("auto-fail")
    expect(score).to_contain_text("Check two factors")


def test_a_hint_names_the_words_and_the_second_that_called_for_it(pages, server):
    page = desk(pages, server)
    server.publish("demo", *story.opening(), *story.anger(), seconds=48)
    quote = primary(page).locator("button.quote")
    expect(quote).to_contain_text("I will go to the ombudsman")
    expect(quote).to_contain_text("Customer 0:4")
    quote.click()
    expect(page.locator("#turn-9")).to_be_focused()
    expect(page.locator("#turn-9")).to_have_class(re.compile("marked"))


@pytest.mark.parametrize(
    ("key", "fate"),
    [("Enter", "used"), ("u", "used"), ("x", "dismissed"), ("Escape", "dismissed"),
     ("n", "not_helpful"), ("s", "snoozed")],
)  # fmt: skip
def test_one_key_decides_on_a_hint(pages, server, key, fate):
    page = desk(pages, server)
    server.publish("demo", *story.opening(), *story.anger(), seconds=48)
    expect(primary(page)).to_contain_text("Do not argue")
    with page.expect_response(lambda r: f'"{fate}"' in (r.request.post_data or "")) as answer:
        page.keyboard.press(key)
    assert answer.value.status == 204
    expect(primary(page)).not_to_contain_text("Do not argue")
    assert set(fates(server, "demo", "churn#1")) == {"shown", fate}
    dismissed = server.host.get("demo").dismissed
    assert dismissed == (["churn#1"] if fate in ("dismissed", "not_helpful") else [])


def test_only_what_is_shown_while_it_happens_counts_as_shown(pages, server):
    server.publish("demo", *story.opening(), *story.anger(), *story.recovery(), *story.ending())
    page = pages.open(f"{server.url}/calls/demo/desk")
    expect(page.get_by_label("Reason for the call")).to_be_visible()
    assert fates(server, "demo", "churn#1") == {}


def test_keys_can_be_turned_off_and_stay_off(pages, server):
    page = desk(pages, server)
    server.publish("demo", *story.opening(), *story.anger(), seconds=48)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    dialog.get_by_label("Single keys work on this desk").uncheck()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    page.keyboard.press("x")
    expect(primary(page)).to_contain_text("Do not argue")
    page.reload()
    expect(primary(page)).to_contain_text("Do not argue")
    page.keyboard.press("x")
    expect(primary(page)).to_contain_text("Do not argue")
    page.get_by_role("button", name="Dismiss", exact=True).click()
    expect(primary(page)).to_contain_text("Name the feeling")


def test_enter_on_a_button_is_the_buttons(pages, server):
    page = desk(pages, server)
    server.publish("demo", *story.opening(), *story.anger(), seconds=48)
    head = page.locator("[data-item=CORE-01] button").first
    head.focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-expanded", "true")
    expect(primary(page)).to_contain_text("Do not argue")


def test_between_hints_the_script_says_what_comes_next(pages, server):
    page = desk(pages, server)
    server.publish("demo", story.started(), seconds=1)
    quiet = page.locator(".no-hint")
    expect(quiet).to_contain_text("Next on the checklist: Greet and name the company")
    expect(quiet).to_contain_text("Thank you for calling Northwind Parcels.")
    server.publish("demo", *story.opening()[1:])
    expect(quiet).to_contain_text("Nothing to suggest")


def test_a_preview_shows_at_once_and_goes_where_it_is_not_confirmed(pages, server):
    page = desk(pages, server)
    server.publish("demo", *story.opening(), story.PREVIEW, seconds=33)
    expect(primary(page)).to_contain_text("Name the feeling")
    expect(primary(page)).to_have_attribute("data-origin", "preview")
    server.publish("demo", story.said(7), story.said(8))
    expect(primary(page)).to_have_count(0)


def test_a_preview_that_is_confirmed_is_not_announced_again(pages, server):
    page = desk(pages, server)
    server.publish("demo", *story.opening(), story.PREVIEW, seconds=33)
    status = page.locator(".hints [role=status]")
    expect(status).to_contain_text("Name the feeling")
    page.evaluate(
        """() => {
            const told = document.querySelector('.hints [role=status]');
            window.changes = 0;
            const watch = new MutationObserver(() => { window.changes += 1; });
            watch.observe(told, {childList: true, characterData: true, subtree: true});
        }"""
    )
    server.publish("demo", story.said(7), *story.anger()[4:5])
    expect(primary(page)).to_have_attribute("data-origin", "raised")
    assert page.evaluate("window.changes") == 0


def test_a_hint_waits_until_the_agent_has_finished_the_sentence(pages, server):
    page = desk(pages, server)
    server.publish("demo", *story.opening(), story.AGENT_SPEAKS, seconds=33)
    server.publish("demo", *story.anger()[4:5])
    expect(page.locator(".no-hint")).to_contain_text("waits for the end of your sentence")
    server.publish("demo", story.AGENT_STOPS)
    expect(primary(page)).to_contain_text("Name the feeling")


def test_an_item_shows_the_words_that_ticked_it_and_can_be_ticked_by_hand(pages, server):
    page = desk(pages, server)
    server.publish("demo", *story.opening(), seconds=27)
    done = page.locator("[data-item=CORE-03]")
    done.get_by_role("button").first.click()
    done.locator("button.quote").click()
    expect(page.locator("#turn-2")).to_be_focused()
    waiting = page.locator("[data-item=CORE-06]")
    waiting.get_by_role("button").first.click()
    expect(waiting).to_contain_text("So the parcel never came")
    with page.expect_response(re.compile(r"/tick")) as answer:
        waiting.get_by_role("button", name="Tick by hand").click()
    assert answer.value.status == 204
    expect(waiting).to_have_attribute("data-state", "manual")
    expect(waiting).to_contain_text("ticked by you")
    assert [t.rule_id for t in server.store.call("demo").ticks] == ["CORE-06"]


def test_what_must_not_be_said_is_folded_away_until_it_is(pages, server):
    page = desk(pages, server)
    server.publish("demo", *story.opening(), seconds=27)
    expect(page.locator("[data-item=CORE-10]")).to_have_count(0)
    page.get_by_role("button", name="2 if it comes up, 2 not to be said").click()
    expect(page.locator("[data-item=CORE-10]")).to_be_visible()
    page.get_by_role("button", name="2 if it comes up, 2 not to be said").click()
    expect(page.locator("[data-item=CORE-07]")).to_have_count(0)
    broken = story.finding("CORE-10", story.State.VIOLATED, story.proof(8, "the warehouse"))
    server.publish("demo", story.said(8), broken)
    expect(page.locator("[data-item=CORE-10]")).to_have_attribute("data-state", "violated")


def test_a_broken_line_comes_back_and_nothing_is_missing(pages, server):
    page = desk(pages, server)
    server.publish("demo", *story.opening(), seconds=27)
    expect(page.locator("[data-final=true]")).to_have_count(6)
    page.evaluate("cueline.cut()")
    server.publish("demo", *story.anger(), seconds=48)
    expect(page.locator("[data-line=live]")).to_be_visible()
    expect(page.locator("[data-final=true]")).to_have_count(9)
    ids = page.locator("[data-final=true]").evaluate_all("all => all.map(e => e.id)")
    assert ids == [f"turn-{n}" for n in range(1, 10)]
    assert page.evaluate("cueline.state.value.seq") == server.calls["demo"].seq


def test_a_server_that_stops_is_told_and_the_page_goes_on_trying(pages, server):
    page = desk(pages, server, expected=("WebSocket connection", "ERR_CONNECTION_REFUSED"))
    server.publish("demo", *story.opening(), seconds=27)
    expect(page.locator("[data-final=true]")).to_have_count(6)
    server.stop()
    expect(page.locator("[data-line=lost]")).to_be_visible()
    expect(page.get_by_text("The line to Cueline broke")).to_be_visible()
    expect(page.locator("[data-final=true]")).to_have_count(6)


def test_falling_quality_is_said_and_taken_back(pages, server):
    page = desk(pages, server)
    server.publish("demo", *story.opening(), story.DEGRADED)
    expect(page.locator("[data-degraded=partials]")).to_contain_text("Nothing is lost")
    server.publish("demo", type(story.DEGRADED)("partials", False))
    expect(page.locator("[data-degraded]")).to_have_count(0)


def test_captions_stay_where_one_reads_until_one_goes_back_to_live(pages, server):
    page = desk(pages, server, viewport={"width": 1024, "height": 600})
    server.publish("demo", *story.opening(), *story.anger(), seconds=48)
    expect(page.locator("#turn-9")).to_be_in_viewport()
    log = page.get_by_role("log")
    log.evaluate("e => { e.scrollTop = 0; }")
    button = page.get_by_role("button", name="Jump to live")
    expect(button).to_be_visible()
    server.publish("demo", *story.recovery(), seconds=100)
    expect(page.locator("#turn-19")).to_be_attached()
    assert log.evaluate("e => e.scrollTop") == 0
    page.keyboard.press("l")
    expect(page.locator("#turn-19")).to_be_in_viewport()
    expect(button).to_have_count(0)


def test_the_desk_waits_for_its_agents_call_and_takes_the_next_one_after_the_work(pages, server):
    page = pages.open(f"{server.url}/desk?agent=Ana")
    expect(page.get_by_role("heading", name="Waiting for your next call")).to_be_visible()
    server.publish("other", story.started("other", agent="Bo"))
    server.publish("demo", *story.opening(), seconds=27)
    expect(page.locator("[data-final=true]")).to_have_count(6)
    server.publish("demo", *story.ending())
    reason = page.get_by_label("Reason for the call")
    expect(reason).to_have_value("Order or delivery")
    server.publish("second", story.started("second", agent="Ana"))
    expect(page.get_by_text("Your next call is on the line.")).to_be_visible()
    reason.focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Call second")).to_be_attached()
    assert server.store.call("demo").wrapup.edited["confirmed"] is True


def test_after_call_work_is_saved_as_it_is_typed_and_each_line_names_its_turn(pages, server):
    server.publish("demo", *story.opening(), *story.anger(), *story.recovery(), *story.ending())
    page = pages.open(f"{server.url}/calls/demo/desk")
    work = page.get_by_role("region", name="After-call work")
    work.get_by_label("Reason for the call").fill("Earlier problem not solved")
    work.get_by_label("Callback booked").check()
    work.get_by_label("Promise 2, due").fill("2026-03-07")
    work.get_by_role("button", name="Remove: I have sent a new one today").click()
    expect(work.get_by_text("Saved.")).to_be_visible()
    kept = server.store.call("demo").wrapup
    assert kept.edited["reason"]["utterance_id"] == 7
    assert kept.edited["disposition"]["id"] == "callback_booked"
    assert kept.edited["promises"][1]["due"] == "2026-03-07"
    assert [line["kind"] for line in kept.edited["summary"]] == ["issue", "next"]
    assert kept.draft["reason"]["id"] == "order"
    assert kept.edited_by == "Ana"
    work.get_by_role("button", name="Show the words at 1:05").first.click()
    expect(page.locator("#turn-13")).to_be_focused()
    page.reload()
    expect(work.get_by_label("Reason for the call")).to_have_value("Earlier problem not solved")


def test_a_save_that_fails_is_said_and_tried_again(pages, server):
    server.publish("demo", *story.opening(), *story.ending())
    page = pages.open(f"{server.url}/calls/demo/desk", expected=("503",))
    work = page.get_by_role("region", name="After-call work")
    expect(work.get_by_label("Outcome")).to_have_value("Pending")
    page.clock.install()
    refusing = [True]

    def answer(route):
        if refusing and route.request.method == "PUT":
            refusing.clear()
            route.fulfill(status=503, body=json.dumps({"detail": "busy"}))
        else:
            route.continue_()

    page.route("**/wrapup", answer)
    work.get_by_label("Outcome").fill("Resolved")
    page.clock.run_for(1000)
    expect(work.get_by_text("Not saved. Trying again.")).to_be_visible()
    page.clock.run_for(6000)
    expect(work.get_by_text("Saved.")).to_be_visible()
    assert server.store.call("demo").wrapup.edited["outcome"]["title"] == "Resolved"


def test_eight_desks_are_live_at_once(pages, server):
    first = desk(pages, server)
    tabs = [first]
    for _ in range(7):
        tab = first.context.new_page()
        tab.goto(f"{server.url}/calls/demo/desk")
        tabs.append(tab)
    for tab in tabs:
        expect(tab.locator("[data-line=live]")).to_be_visible()
    server.publish("demo", *story.opening(), seconds=27)
    for tab in tabs:
        expect(tab.locator("[data-final=true]")).to_have_count(6)


def test_a_hidden_desk_keeps_its_line_while_the_call_is_live(pages, server):
    page = pages.open()
    page.clock.install()
    page.goto(f"{server.url}/calls/demo/desk")
    expect(page.locator("[data-line=live]")).to_be_visible()
    server.publish("demo", *story.opening(), seconds=27)
    expect(page.locator("[data-final=true]")).to_have_count(6)
    hide(page)
    for _ in range(14):
        page.clock.run_for(10_000)
        server.publish("demo", type(story.DEGRADED)("partials", False))
    assert page.evaluate("cueline.state.value.connection") == "live"
    assert server.bus.listeners == 1


def test_a_hidden_waiting_desk_lets_go_and_comes_back(pages, server):
    page = pages.open()
    page.clock.install()
    page.goto(f"{server.url}/calls/demo/desk")
    expect(page.locator("[data-line=live]")).to_be_visible()
    hide(page)
    page.clock.run_for(61_000)
    assert page.evaluate("cueline.state.value.connection") == "asleep"
    show(page)
    page.clock.run_for(1000)
    expect(page.locator("[data-line=live]")).to_be_visible()


def hide(page, state="hidden"):
    page.evaluate(
        """state => {
            const now = {get: () => state, configurable: true};
            Object.defineProperty(document, 'visibilityState', now);
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        state,
    )


def show(page):
    hide(page, "visible")


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS, ids=["light", "dark", "narrow"])
@pytest.mark.parametrize("moment", ["waiting", "quiet", "hints", "after"])
def test_axe_finds_nothing(pages, server, scheme, viewport, moment):
    if moment != "waiting":
        server.publish("demo", *story.opening(), seconds=27)
    if moment in ("hints", "after"):
        server.publish("demo", *story.anger(), seconds=48)
    if moment == "after":
        server.publish("demo", *story.recovery(), *story.ending())
    path = "/desk?agent=Zoe" if moment == "waiting" else "/calls/demo/desk"
    page = pages.open(server.url + path, color_scheme=scheme, viewport=viewport)
    ready = {
        "waiting": page.get_by_text("The desk opens by itself"),
        "quiet": page.locator("#turn-6"),
        "hints": primary(page),
        "after": page.get_by_label("Reason for the call"),
    }
    expect(ready[moment]).to_be_visible()
    if moment == "quiet":
        page.locator("[data-item=CORE-03] button").first.click()
    assert axe(page) == []


def axe(page):
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {preload: false})")  # preloading adds styles
    return [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found["violations"]]


@pytest.mark.parametrize("viewport", [WIDE, NARROW, {"width": 390, "height": 844}], ids=str)
def test_nothing_is_wider_than_the_window_and_targets_are_large(pages, server, viewport):
    server.publish("demo", *story.opening(), *story.anger(), seconds=48)
    page = desk(pages, server, viewport=viewport)
    expect(primary(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.locator(".card button.button, .item-head").evaluate_all(
        """all => all.map(e => e.getBoundingClientRect())
            .filter(r => r.height < 43.5 || r.width < 43.5).length"""
    )
    assert small == 0
