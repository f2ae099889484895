"""Reviews taken out, and a draft's call scored again."""

import csv
import io
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
from pipeline.store.review_rows import ReviewAnswer
from qa_rules.packs import load_packs

PLAY = runpy.run_path(str(Path(__file__).parents[2] / "pipeline" / "scored.py"))["scored_call"]
LINES = ("thank you for calling northwind my name is dana", "customer: my bill is wrong")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("tools"), token="s3cret") as harness:
        events = PLAY(load_packs(["core_call"]), *LINES, *LINES, call_id="c1")
        harness.store.append("c1", [(1, replace(events[0][1], agent="=Dana")), *events[1:]])
        people = (("quinn", "qa"), ("rae", "qa"), ("dana", "agent"))
        harness.cookies = {n: harness.person(n, role, agent="") for n, role in people}
        draft = reviewing.take(harness.store, "c1", Reviewer("quinn"), 5)
        one = reviewing.load(harness.store, draft.id)
        given = [ReviewAnswer("CORE-01", "no", "-not said", "rule", 1.0)]
        reviewing.save(harness.store, one, given, "+warm", "")
        yield harness


@pytest.fixture
def web(server):
    headers = {"Accept": "text/html", "Origin": server.url}
    with httpx.Client(base_url=server.url, cookies=server.cookies["quinn"], timeout=30) as client:
        client.headers.update(headers)
        yield client


def rows(answer):
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_what_is_taken_out_is_noted_and_runs_nowhere(web, server):
    answer = web.get("/reviews/export?format=csv")
    assert answer.headers["content-disposition"].endswith('.csv"')
    (row,) = rows(answer)
    assert (row["agent"], row["strength"], row["state"]) == ("'=Dana", "'+warm", "draft")
    answers = {r["question"]: r for r in rows(web.get("/reviews/export?what=answers"))}
    asked = answers["CORE-01"]
    assert (asked["machine"], asked["answer"], asked["error"]) == ("yes", "no", "rule")
    assert (asked["overruled"], asked["note"]) == ("True", "'-not said")
    both = web.get("/reviews/export?format=json&state=draft").json()
    assert len(both["reviews"]) == 1
    assert {a["question"] for a in both["answers"]} == set(answers)
    assert web.get("/reviews/export?format=json&agent=Nobody").json()["reviews"] == []
    assert [r["call"] for r in rows(web.get("/reviews/export?what=scores"))] == ["c1"]
    assert web.get("/reviews/export?format=xlsx").content.startswith(b"PK")
    assert server.audit.listed(action="reviews_exported")[0].deed.who == "quinn"
    for wrong in ("format=exe", "what=all", "state=lost", "since=soon"):
        assert web.get(f"/reviews/export?{wrong}").status_code == 422
    cookies = server.cookies["dana"]
    refused = httpx.get(server.url + "/reviews/export", cookies=cookies)
    assert refused.status_code == 403


def test_a_draft_is_printed_and_its_call_scored_again_by_its_reviewer(web, server):
    paper = web.get("/reviews/1/print").text
    assert "+warm" in paper
    assert "review_print.css" in paper
    assert "nothing changes" in web.post("/reviews/1/rescore").text
    assert "The sides are swapped" in web.post("/reviews/1/swap").text
    page = web.get("/reviews/1").text
    assert "so anger may be missed" in page
    assert "Swap the sides back" in page
    assert "stand as they were heard" in web.post("/reviews/1/swap").text
    assert "anger may be missed" not in web.get("/reviews/1").text
    web.cookies = httpx.Cookies(server.cookies["rae"])
    other = web.post("/reviews/1/rescore")
    assert other.status_code == 422
    assert "only the reviewer" in other.text
    assert [s.event.why for s in server.store.scores("c1")] == ["", "form", "sides", "sides"]
