"""Reviews by the API: a draft saved as it is written, and what others may not see."""

import runpy
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

from pipeline import reviewing
from pipeline.reviewing import Reviewer
from qa_rules.packs import load_packs

PLAY = runpy.run_path(str(Path(__file__).parents[2] / "pipeline" / "scored.py"))["scored_call"]
LINES = ("thank you for calling northwind my name is dana", "customer: my bill is wrong")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("api"), token="s3cret") as harness:
        events = PLAY(load_packs(["core_call"]), *LINES, *LINES, call_id="c1")
        harness.store.append("c1", [(1, replace(events[0][1], agent="Dana")), *events[1:]])
        people = (("quinn", "qa", ""), ("rae", "qa", ""), ("dana", "agent", "Dana"))
        harness.cookies = {n: harness.person(n, role, agent=agent) for n, role, agent in people}
        reviewing.take(harness.store, "c1", Reviewer("quinn"), 5)
        yield harness


@pytest.fixture
def ask(server):
    def send(name, method, path, **body):
        with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as client:
            client.cookies.update(server.cookies[name])
            client.headers["Origin"] = server.url
            return client.request(method, path, json=body or None)

    return send


def test_a_draft_is_saved_and_answered_with_its_score(ask):
    before = ask("quinn", "GET", "/reviews/1").json()
    row = {"question": "CORE-01", "answer": "no"}
    after = ask("quinn", "PUT", "/reviews/1", answers=[row], strength="Warm").json()
    assert after["score"] < before["score"] or after["auto_fail"]
    missing = [m["what"] for m in after["missing"] if m["question"] == "CORE-01"]
    assert len(missing) == 2
    asked = {a["question"]: a for a in ask("quinn", "GET", "/reviews/1").json()["answers"]}
    assert (asked["CORE-01"]["machine"], asked["CORE-01"]["answer"]) == ("yes", "no")
    assert ask("quinn", "PUT", "/reviews/1", answers=[]).json()["score"] == before["score"]


def test_what_a_form_does_not_take_and_who_may_not_write(ask):
    wrong = ask("quinn", "PUT", "/reviews/1", answers=[{"question": "CORE-01", "answer": "9"}])
    assert (wrong.status_code, wrong.json()["code"]) == (422, "answer_refused")
    assert ask("rae", "PUT", "/reviews/1", answers=[]).status_code == 403
    assert ask("dana", "PUT", "/reviews/1", answers=[]).status_code == 404
    assert ask("dana", "GET", "/reviews/1").status_code == 404
    assert ask("quinn", "GET", "/reviews/7").status_code == 404


def test_lists_hold_what_one_may_see(ask):
    (line,) = ask("rae", "GET", "/reviews").json()["reviews"]
    assert (line["reviewer"], line["state"], line["agent"]) == ("quinn", "draft", "Dana")
    assert ask("dana", "GET", "/reviews").json()["reviews"] == []
    assert ask("rae", "GET", "/reviews?state=final").json()["reviews"] == []
