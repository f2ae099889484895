"""The agent's task by keyboard: articles, brief, quiet, and the work sent to a real server."""

import datetime
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import story
from harness import Harness
from playwright.sync_api import expect

from models.errors import WeightsNotFound
from models.types import Channel, Utterance
from pipeline.config import ConnectorSettings
from pipeline.events import UtteranceFinal
from pipeline.knowledge import Knowledge
from pipeline.store.gaps import Gaps
from streaming.demo import ARTICLES

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
LOOKS = [("dark", 1280, 800), ("light", 1920, 1080), ("light", 390, 844)]
TODAY = datetime.date(2026, 11, 22)


def no_encoder():
    raise WeightsNotFound("no weights here")


class Crm(BaseHTTPRequestHandler):
    refusing = True
    came: ClassVar[list] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).came.append(json.loads(body))
        self.send_response(403 if type(self).refusing else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def crm():
    class Own(Crm):
        came: ClassVar[list] = []

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    Own.url = f"http://127.0.0.1:{server.server_port}/"
    yield Own
    server.shutdown()
    server.server_close()


@pytest.fixture
def office(tmp_path, crm):
    folder = tmp_path / "office"
    folder.mkdir()
    fields = {"case.call": "call", "case.way": "disposition.title", "note": "note"}
    to = {"crm": ConnectorSettings(kind="webhook", url=crm.url, fields=fields)}
    shelf = Knowledge(ARTICLES, encoder=no_encoder, today=lambda: TODAY)
    with Harness(folder, knowledge=shelf, connectors=to) as harness:
        yield harness


def axe(page):
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {preload: false})")
    return [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found["violations"]]


def asks(number, at, text):
    return UtteranceFinal(Utterance(number, Channel.CUSTOMER, at, at + 2, text, 0.9))


def test_an_agent_is_helped_through_a_call_by_keyboard(office, pages):
    page = pages.open(f"{office.url}/calls/demo/desk")
    expect(page.locator("[data-line=live]")).to_be_visible()
    office.publish("demo", *story.opening(queue="complaints"), *story.anger(), seconds=48)
    offered = page.locator(".card.offered")
    office.publish("demo", asks(60, 48.5, "Can I speak to your manager?"))
    office.publish("demo", asks(61, 49.0, "How long do you have to answer my complaint?"))
    expect(offered).to_contain_text("How long we have to answer a complaint")
    expect(page.locator("#turn-61")).to_be_in_viewport()
    assert axe(page) == []
    page.keyboard.press("k")
    answers = page.get_by_role("region", name="Articles")
    expect(answers).to_contain_text("We acknowledge within two working days")
    expect(answers).to_contain_text("complaints.md")
    expect(offered).to_have_count(0)

    page.keyboard.press("/")
    page.keyboard.type("exit fee")
    expect(answers.get_by_role("button", name="Exit fees")).to_have_attribute(
        "aria-expanded", "true"
    )
    expect(answers).to_contain_text("30 pounds for each fuel")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("zebra crossing")
    expect(answers).to_contain_text("No article answers this")
    page.keyboard.press("Enter")
    expect(answers).to_contain_text("Noted")
    assert [gap.query for gap in Gaps(office.store.database).listed()] == ["zebra crossing"]
    page.keyboard.press("Escape")
    expect(answers).to_have_count(0)

    page.keyboard.press("b")
    brief = page.get_by_role("region", name="Brief")
    expect(brief).to_contain_text("Check two factors before account details")
    expect(brief.get_by_role("button", name="Copy")).to_be_focused()
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(brief).to_have_count(0)

    page.keyboard.press("q")
    expect(page.get_by_role("button", name="Quiet")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".card.primary")).to_contain_text("Do not argue")
    expect(page.locator(".card.small")).to_have_count(0)
    office.publish("demo", asks(62, 52.0, "When can I go to the ombudsman?"))
    expect(page.locator("#turn-62")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".no-hint")).to_contain_text("only what must not wait")
    expect(offered).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="Quiet")).to_have_attribute("aria-pressed", "true")


def test_the_work_is_sent_in_one_go_and_a_refusal_can_be_tried_again(office, crm, pages):
    office.publish("demo", *story.opening(), *story.anger(), *story.recovery(), *story.ending())
    page = pages.open(f"{office.url}/calls/demo/desk")
    work = page.get_by_role("region", name="After-call work")
    expect(work.get_by_role("button", name="Send to crm, next call")).to_be_visible()
    other = work.get_by_label("Another disposition")
    expect(other.locator("option")).not_to_have_count(1)
    other.select_option(index=1)
    way = other.evaluate("e => e.selectedOptions[0].textContent")
    work.get_by_label("Note").fill("Ring before noon.")
    assert axe(page) == []
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/desk\?agent=Ana$"))
    sent = page.get_by_role("list", name="After-call work sent")
    expect(sent).to_contain_text("crm not sent")
    expect(sent).to_contain_text("answered 403 Forbidden")
    assert axe(page) == []
    crm.refusing = False
    sent.get_by_role("button", name=re.compile("Try again")).press("Enter")
    expect(sent).to_contain_text("crm sent")
    assert crm.came[-1] == {"case": {"call": "demo", "way": way}, "note": "Ring before noon."}
    page.goto(f"{office.url}/calls/demo/desk")
    expect(page.locator(".work-done")).to_contain_text("crm sent")


def test_both_themes_and_all_widths(office, pages):
    page = pages.open(f"{office.url}/calls/demo/desk")
    expect(page.locator("[data-line=live]")).to_be_visible()
    office.publish("demo", *story.opening(queue="complaints"), *story.anger(), seconds=48)
    expect(page.locator(".card.primary")).to_be_visible()
    page.keyboard.press("b")
    page.keyboard.press("/")
    page.keyboard.type("complaint")
    expect(page.locator(".article-text")).to_be_visible()
    for scheme, width, height in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert axe(page) == [], (scheme, width)
        if width > 1000:
            over = page.evaluate(
                """() => document.querySelector('.answers').getBoundingClientRect().left
                    - document.querySelector('.card.primary').getBoundingClientRect().right"""
            )
            assert over >= 0, width
