import runpy
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from pipeline.events import CallScored, ChecklistChanged
from qa_rules.types import Finding, Severity, State

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

TESTS = Path(__file__).parents[2]
STORY = runpy.run_path(str(TESTS / "pipeline" / "store" / "story.py"))
MISSED = Finding("recap", "Recap what happens next", Severity.REQUIRED, State.MISSED, at=30.0)


def fill(server, count=12):
    """Store calls of two agents, half an hour apart, ending yesterday evening."""
    end = (datetime.now(UTC) - timedelta(1)).replace(hour=18, minute=0)
    for n in range(count):
        events = []
        at = (end - timedelta(minutes=30 * n)).isoformat()
        agent = ("Ana <A>", "Bo")[n % 2]
        for event in STORY["body"](f"c{n}", at=at, agent=agent):
            if isinstance(event, CallScored):
                failed = n == 0
                card = replace(
                    event.scorecard,
                    score=0.0 if failed else 80.0 + n % 3,
                    auto_fail=failed,
                    auto_fail_items=("greet",) if failed else (),
                )
                events += [ChecklistChanged(MISSED), replace(event, scorecard=card)]
            else:
                events.append(event)
        server.store.append(f"c{n}", list(enumerate(events, 1)))
        server.store.hint_fate(f"c{n}", "h1", "shown", 6.0)
        if n % 2:
            server.store.hint_fate(f"c{n}", "h1", "used", 8.0)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("figures"), token="s3cret") as harness:
        fill(harness)
        harness.cookies = {
            "qa": harness.person("quinn", "qa"),
            "ana": harness.person("ana", "agent", agent="Ana <A>", team="North"),
            "new": harness.person("new", "agent"),
            "ed": harness.person("ed", "engineer"),
        }
        yield harness


def get(server, who, path, **more):
    return httpx.get(server.url + path, cookies=server.cookies[who], **more)


def test_the_api_counts_what_is_stored(server):
    found = get(server, "qa", "/api/v1/figures?days=3").json()
    totals = found["totals"]
    assert totals["calls"] == sum(h["calls"] for h in found["hours"]) == 12
    assert totals["score"]["n"] == 12
    assert totals["auto_fail"]["value"] == pytest.approx(1 / 12)
    assert totals["missed"]["value"] == 1
    assert [g["name"] for g in found["agents"]] == ["Bo", "Ana <A>"], "by team, then by name"
    assert {g["name"]: g["totals"]["calls"] for g in found["teams"]} == {"": 6, "North": 6}
    assert found["missed"] == [
        {"rule_id": "recap", "title": MISSED.title, "critical": False, "calls": 12}
    ]
    (hint,) = [h for h in found["hints"] if h["rule_id"] == "empathy"]
    assert (hint["shown"], hint["used"], hint["ignored"]) == (12, 6, False)
    assert [f["call_id"] for f in found["failed"]] == ["c0"]
    assert found["talk_unmeasured"] == 0
    assert 0 < found["balance"]["talk_ratio"]["value"] < 1


def test_filters_narrow_and_what_does_not_read_is_refused(server):
    def calls(query):
        return get(server, "qa", f"/api/v1/figures?{query}").json()["totals"]["calls"]

    assert calls("days=3&team=North") == 6
    assert calls("days=3&queue=billing&pack=P01") == 12
    assert calls("days=3&pack=none") == 0
    refused = get(server, "qa", "/api/v1/figures?zone=Mars")
    assert (refused.status_code, refused.json()["code"]) == (422, "request_refused")
    page = get(server, "qa", "/figures?since=tomorrow")
    assert page.status_code == 400
    assert "is no date" in page.text


def test_days_begin_where_the_zone_says(server):
    day = (datetime.now(UTC) - timedelta(1)).date().isoformat()
    there = get(
        server, "qa", f"/api/v1/figures?since={day}&until={day}&zone=Pacific/Auckland"
    ).json()
    assert there["time_zone"] == "Pacific/Auckland"
    assert there["totals"]["calls"] < 12, "the evening in London is the next day in Auckland"


def test_an_engineer_sees_figures_but_no_persons(server):
    found = get(server, "ed", "/api/v1/figures?days=3").json()
    assert found["totals"]["calls"] == 12
    assert (found["agents"], found["failed"]) == ([], [])
    page = get(server, "ed", "/figures?days=3").text
    assert "Score by team" in page
    assert not {"Ana", "c0"} & set(page.replace("/", " ").replace('"', " ").split())


def test_agents_see_their_own_figures_and_nobody_elses(server):
    page = get(server, "ana", "/me/figures?days=3")
    assert page.status_code == 200
    assert "Kept of you: 6 calls" in page.text
    assert "Recap what happens next" in page.text
    assert ">Bo<" not in page.text
    assert get(server, "ana", "/figures", follow_redirects=True).status_code == 403
    assert "No calls carry your name" in get(server, "new", "/me/figures").text


def test_the_page_works_without_script_and_escapes_names(server):
    page = get(server, "qa", "/figures?days=3").text
    assert "Ana &lt;A&gt;" in page
    assert "Ana <A>" not in page
    assert "style=" not in page
    assert "Calls that failed by themselves" in page


def test_a_zone_of_the_browser_is_taken_and_an_unknown_one_is_not(server):
    cookies = server.cookies["qa"] | {"cueline_zone": "Asia%2FTokyo"}
    assert "days in Asia/Tokyo" in httpx.get(f"{server.url}/figures", cookies=cookies).text
    cookies["cueline_zone"] = "Mars"
    assert "days in UTC" in httpx.get(f"{server.url}/figures", cookies=cookies).text
