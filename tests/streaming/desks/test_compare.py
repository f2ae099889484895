import runpy
import sys
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

from pipeline.events import ChecklistChanged
from qa_rules.types import Finding, Severity, State
from streaming.compare_view import compare
from streaming.desks.compare import call_of

TESTS = Path(__file__).parents[2]
told = runpy.run_path(str(TESTS / "pipeline" / "store" / "calls.py"))["told"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("compare"), token="s3cret") as harness:
        short = [("a", 1, "Dana here"), ("c", 12, "Bye <now>")]
        for call_id, turns, state in (
            ("good one", short, State.DONE),
            ("bad", [*short, ("a", 100, "No")], State.MISSED),
        ):
            told(harness.store, call_id, turns, agent="Dana")
            items = [
                Finding("CORE-01", "Greets", Severity.REQUIRED, state, "", 1.0),
                Finding("CORE-05", "Asks the name", Severity.REQUIRED, State.DONE, "", 1.0),
            ]
            last = harness.store.call(call_id).row.last_seq
            events = [ChecklistChanged(item) for item in items]
            harness.store.append(call_id, list(enumerate(events, last + 1)))
        harness.cookies = {role: harness.person(role, role) for role in ("trainer", "agent")}
        yield harness


def ask(server, path, role="trainer"):
    cookies, headers = server.cookies[role], {"Accept": "text/html"}
    with httpx.Client(base_url=server.url, cookies=cookies, headers=headers) as client:
        return client.get(path)


def test_turns_stand_in_the_quarter_of_their_own_call(server):
    view = compare(server.store.call("good one"), server.store.call("bad"))
    assert [[t.id for t in q] for q in view.first.quarters] == [[1], [], [2], []]
    assert [[t.id for t in q] for q in view.second.quarters] == [[1, 2], [], [], [3]]
    assert [(d.title, d.first.state, d.second.state) for d in view.differences] == [
        ("Greets", State.DONE, State.MISSED)
    ]


def test_the_page_shows_both_without_names_and_says_what_is_not_there(server):
    page = ask(
        server, f"/playlists/compare?first={server.url}/calls/good%2520one%23turn-1&second=bad"
    )
    assert page.status_code == 200
    assert page.text.count("[agent] here") == 2
    assert "Bye &lt;now&gt;" in page.text
    assert "Dana" not in page.text
    assert 'href="/calls/good%20one#turn-2"' in page.text
    lost = ask(server, "/playlists/compare?first=bad&second=none")
    assert (lost.status_code, "address of its page" in lost.text) == (404, True)
    assert ask(server, "/playlists/compare").status_code == 200
    assert ask(server, "/playlists/compare?first=bad&second=bad", "agent").status_code in (303, 403)
    viewed = {one.deed.target for one in server.audit.listed(action="call_viewed")}
    assert viewed == {"good one", "bad"}


def test_a_call_is_named_by_id_or_by_address():
    assert call_of(" abc ") == "abc"
    assert call_of("https://house.example/calls/a%20b/desk#turn-2") == "a b"
    assert call_of("/calls/x?at=3") == "x"
