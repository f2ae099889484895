import runpy
import sys
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

TESTS = Path(__file__).parents[2]
told = runpy.run_path(str(TESTS / "pipeline" / "store" / "calls.py"))["told"]
TURNS = [
    ("a", 1, "Good morning, how can I help?"),
    ("c", 5, "I want a refund <now>, it came three weeks late"),
    ("a", 40, "I am sorry, I will refund you"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("search"), token="s3cret") as harness:
        told(harness.store, "one", TURNS, intents=[(2, "refund")])
        told(harness.store, "two", TURNS[:1], day=2, agent="Bo", anger=[(50, 2)])
        harness.cookies = {
            role: harness.person(role, role) for role in ("trainer", "agent", "supervisor")
        }
        yield harness


def ask(server, path, role="trainer", **form):
    headers = {"Accept": "text/html", "Origin": server.url}
    with httpx.Client(base_url=server.url, cookies=server.cookies[role], headers=headers) as client:
        return client.post(path, data=form) if form else client.get(path)


def test_hits_are_marked_escaped_and_lead_to_their_moment(server):
    page = ask(server, "/search?q=refund").text
    assert "2 turns in 1 call" in page
    assert "I want a <mark>refund</mark> &lt;now&gt;" in page
    assert 'href="/calls/one#turn-2"' in page
    assert "data-play" not in page  # nothing is recorded


def test_fields_narrow_what_the_box_asks(server):
    assert "1 turn in 1 call" in ask(server, "/search?q=refund&speaker=customer&since=&mood=").text
    assert "1 turn in 1 call" in ask(server, "/search?q=refund&first_s=10").text
    assert "Nothing fits" in ask(server, "/search?q=refund&agent=Bo").text
    assert "/calls/two#turn-1" in ask(server, "/search?mood=calm-%3Eangry").text


def test_a_search_that_cannot_be_read_says_where(server):
    page = ask(server, "/search?q=refund+%22late")
    assert page.status_code == 422
    assert "at character 8: close the phrase" in page.text
    assert 'value="refund &#34;late"' in page.text
    assert ask(server, "/search?min_score=many").status_code == 422
    assert ask(server, "/search/terms?first=x&second=y:z").status_code == 422
    assert ask(server, "/search/reasons?kind=jokes").status_code == 422


def test_searches_are_saved_opened_and_removed_by_their_owner(server):
    kept = ask(server, "/search/saved", name="Refunds", query="q=refund", shared="yes")
    assert (kept.status_code, kept.headers["location"]) == (303, "/search?q=refund")
    assert 'href="/search?q=refund">Refunds</a>' in ask(server, "/search").text
    other = ask(server, "/search", role="supervisor").text
    assert "shared by trainer" in other
    number = other.count("/remove")
    assert number == 0
    assert ask(server, "/search/saved/1/remove", role="supervisor", x="y").status_code == 404
    assert ask(server, "/search/saved/1/remove", x="y").status_code == 303
    assert "None yet" in ask(server, "/search").text
    assert ask(server, "/search/saved", name=" ", query="q=x").status_code == 422


def test_agents_do_not_search_and_searches_are_in_the_audit_log(server):
    assert ask(server, "/search?q=refund", role="agent").status_code == 303
    ask(server, "/search?q=sorry")
    noted = [one.deed for one in server.audit.listed(action="calls_searched")]
    assert ("trainer", "q=sorry") in {(deed.who, deed.detail) for deed in noted}


def test_terms_and_reasons_are_pages_with_counts(server):
    page = ask(server, "/search/terms?pair=angered&who=agent").text
    assert "1 calls, 1 turns" in page
    assert "Calls by week" in page or "Rising" in page
    assert ask(server, "/search/terms?view=rising").status_code == 200
