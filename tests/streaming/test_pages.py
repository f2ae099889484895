import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
import story
from harness import Harness

from models.types import Channel, Utterance
from pipeline.events import UtteranceFinal

PAGES = ["/", "/desk", "/desk?agent=Ana", "/calls/past", "/calls/past/desk", "/login"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("pages")) as harness:
        harness.publish(
            "past",
            *story.opening("past"),
            *story.anger(),
            *story.recovery(),
            *story.ending(),
        )
        harness.record("past", [(0, 0.4, 4.1)], seconds=101.6)
        harness.publish("now", *story.opening("now"), seconds=27.0)
        yield harness


@pytest.fixture
def web(server):
    with httpx.Client(base_url=server.url, headers={"Accept": "text/html"}) as client:
        yield client


class Inline(HTMLParser):
    """Finds what a strict policy would refuse."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.found += [f"{tag} {n}" for n in names if n == "style" or n.startswith("on")]
        inline = tag == "style" or (tag == "script" and "src" not in names)
        if inline and names.get("type") != "application/json":
            self.found.append(tag)
        for name in ("src", "href"):
            if re.match(r"(https?:)?//", names.get(name) or ""):
                self.found.append(f"{tag} {name}={names[name]}")


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_nothing_inline_and_nothing_from_elsewhere(web, path):
    answer = web.get(path)
    assert answer.status_code == 200
    inline = Inline()
    inline.feed(answer.text)
    assert inline.found == []
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_only_the_call_page_has_a_nonce_and_a_new_one_each_time(web):
    policies = [web.get(p).headers["content-security-policy"] for p in ("/", "/calls/past")]
    assert "nonce" not in policies[0]
    assert "nonce" in policies[1]
    assert web.get("/calls/past").headers["content-security-policy"] != policies[1]


def test_the_list_shows_live_calls_above_and_past_ones_with_their_score(web):
    text = web.get("/").text
    assert text.index('href="/calls/now/desk"') < text.index('href="/calls/past"')
    assert "auto-fail" in text
    assert "threatens to leave" in text


def test_the_list_is_filtered_and_says_when_nothing_fits(web):
    assert 'href="/calls/past"' in web.get("/?agent=Ana&angry=true").text
    empty = web.get("/?agent=Nobody").text
    assert "No call fits." in empty
    assert 'value="Nobody"' in empty
    assert web.get("/?max_score=abc").status_code == 400
    assert web.get("/?utm=x&since=2026-01-01").status_code == 200


def test_the_list_goes_on_by_cursor(web, server):
    server.publish(
        "older", *story.opening("older", at="2025-01-01T00:00:00.000000Z"), *story.ending()
    )
    first = web.get("/?limit=1").text
    older = re.search(r'href="(/\?before=[^"]+)"', first).group(1).replace("&amp;", "&")
    second = web.get(older).text
    assert 'href="/calls/older"' in second
    assert 'href="/calls/past"' not in second
    assert "Newest calls" in second


def test_the_call_page_is_a_document_without_script(web):
    text = web.get("/calls/past").text
    for words in (
        "thank you for calling Northwind Parcels",
        "Could not be read: too noisy",
        "No sound from the customer for 1.4 s at 0:26",
        "card number removed",
        "The customer is <b>threatens to leave</b>",
        "Order details were given before a second factor was checked.",
        "Closest thing said (41 % alike)",
        "This call fails by itself",
        "Order or delivery",
        'href="#turn-13"',
        "<audio",
    ):
        assert words in text, words


def test_words_of_callers_are_not_markup(web, server):
    nasty = '<script>alert(1)</script> </li> [card number] & "quotes"'
    said = Utterance(1, Channel.CUSTOMER, 0.0, 1.0, nasty)
    server.publish(
        "nasty", story.started("nasty", agent="<b>Eve</b>"), UtteranceFinal(said, ("card",))
    )
    text = web.get("/calls/nasty").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<b>Eve" not in text


def test_a_call_that_is_not_there_has_a_page_that_says_so(web):
    answer = web.get("/calls/none")
    assert answer.status_code == 404
    assert "There is no such call" in answer.text


def test_the_desk_carries_what_its_script_needs(web):
    text = web.get("/desk?agent=Ana%22%3E").text
    assert 'data-agent="Ana&#34;&gt;"' in text
    assert 'data-call="past"' in web.get("/calls/past/desk").text
    assert 'data-call="x"' in web.get("/desk?call=x").text


def test_signing_in_gives_a_cookie_and_goes_where_one_wanted(tmp_path):
    with Harness(tmp_path, token="s3cret") as harness:
        with httpx.Client(base_url=harness.url, headers={"Accept": "text/html"}) as web:
            sent = web.get("/calls/a?b=1")
            assert sent.headers["location"] == "/login?next=%2Fcalls%2Fa%3Fb%3D1"
            wrong = web.post("/login", data={"token": "no", "next": "/"})
            assert wrong.status_code == 401
            assert "That token is not right." in wrong.text
            right = web.post("/login", data={"token": "s3cret", "next": "//evil.example"})
            assert (right.status_code, right.headers["location"]) == (303, "/")
            assert web.get("/").status_code == 200
        assert httpx.get(f"{harness.url}/health/ready").status_code == 200
        assert httpx.get(f"{harness.url}/api/v1/calls").status_code == 401


def test_the_icon_is_where_browsers_look(web):
    assert web.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_a_store_that_does_not_answer_is_said_on_the_page(tmp_path):
    with Harness(tmp_path) as harness:
        harness.store.database.close()
        harness.store.calls = refuse
        answer = httpx.get(harness.url)
    assert answer.status_code == 503
    assert "Live help goes on without it" in answer.text


def refuse(*_):
    from pipeline.errors import StoreUnavailable

    raise StoreUnavailable("locked")
