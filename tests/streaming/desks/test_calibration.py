"""The pages of calibration without script: a round from opening to results, blind between."""

import runpy
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

from streaming.desks.calibration import weeks_back

CAL = runpy.run_path(str(Path(__file__).parents[2] / "pipeline" / "calibrated.py"))
PEOPLE = ("quinn", "rae", "eva")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibration")
    with Harness(folder, token="s3cret") as harness:
        CAL["add_calls"](harness.store, folder, ("c1", "c2", "c3", "c4"))
        CAL["add_calls"](harness.store, folder, ("q1",), agent="Quinn")
        people = [(n, "qa", "Quinn" if n == "quinn" else "") for n in (*PEOPLE, "zoe")]
        people.append(("dana", "agent", "Dana"))
        harness.cookies = {n: harness.person(n, role, agent=agent) for n, role, agent in people}
        yield harness


@pytest.fixture
def as_(server):
    opened = []

    def client(name):
        opened.append(httpx.Client(base_url=server.url, cookies=server.cookies[name]))
        opened[-1].headers.update({"Accept": "text/html", "Origin": server.url})
        return opened[-1]

    yield client
    for one in opened:
        one.close()


def form_of(**more):
    people = {f"person.{p}": "1" for p in ("quinn", "rae")}
    calls = {f"call.c{n}": "1" for n in (1, 2, 3)}
    return {"name": "May", "expert": "eva"} | people | calls | more


def answers(one):
    return {f"a.{q}": a for q, a in zip(("Q-01", "T-01", "T-02"), one.split(), strict=True)}


def test_a_round_goes_from_opening_to_results_without_script(server, as_):
    web = {n: as_(n) for n in (*PEOPLE, "zoe")}
    assert 'name="call.c1"' in web["zoe"].get("/calibration/new").text
    refused = web["zoe"].post("/calibration", data=form_of(**{"call.q1": "1"}))
    assert refused.status_code == 422
    assert "quinn&#39;s own" in refused.text
    assert 'name="call.c1" value="1" checked' in refused.text
    where = web["zoe"].post("/calibration", data=form_of()).headers["location"]
    number = int(where.rpartition("/")[2])
    assert "Blind until it is closed" in web["zoe"].get(where).text
    assert web["zoe"].get(f"{where}/calls/1").status_code == 404
    assert as_("dana").get(where).status_code in (303, 403)

    page = web["rae"].get(f"{where}/calls/1").text
    assert "Was kind" in page
    assert "finding-" not in page  # nothing of the machine's beside the words
    assert "thank you for calling" in page
    part = {"whole": "1", "then": "submit"} | answers("yes no yes") | {"a.Q-01": ""}
    early = web["rae"].post(f"{where}/calls/1", data=part)
    assert early.status_code == 422
    assert "1 question is not answered yet" in early.text
    for name, quinn in (("rae", "yes yes yes"), ("quinn", "no yes no"), ("eva", "yes yes yes")):
        assert "Answer your 3 calls" in web[name].get(where).text
        assert web[name].get(f"/api/v1{where}").status_code == 403
        for n in (1, 2, 3):
            data = {"whole": "1", "then": "submit", "n.Q-01": "<b>curt</b>"} | answers(quinn)
            moved = web[name].post(f"{where}/calls/{n}", data=data).headers["location"]
        assert moved == where
    assert "what is handed in so far" in web["rae"].get(where).text
    assert "opened it" in web["rae"].post(f"{where}/close").text
    assert web["zoe"].post(f"{where}/close").status_code == 303
    shown = web["zoe"].get(where).text
    assert "Questions that split the group" in shown
    assert "&lt;b&gt;curt&lt;/b&gt;" in shown
    assert "too few to tell" in shown
    data = web["zoe"].get(f"/api/v1{where}").json()
    assert [q["question"] for q in data["questions"] if q["splits"]] == ["Q-01", "T-02"]
    quinn = next(p for p in data["persons"] if p["name"] == "quinn")
    assert quinn["distance"]["bias"] == -70  # 30 of opening, 40 of compliance, in each call
    assert data["people"][-1] == {"name": "eva", "handed_in": 3}
    assert [r["id"] for r in web["rae"].get("/api/v1/calibration").json()["rounds"]] == [number]
    blind = web["rae"].get("/api/v1/calibration/machine").json()["whole"]["blind"]
    assert (blind["n"], blind["percent"]) == (6, 100)
    assert "Machine and people" in web["rae"].get("/calibration/machine?weeks=4&question=T-01").text
    deeds = {e.deed.action for e in server.audit.listed(target=str(number))}
    assert {"calibration_opened", "calibration_handed_in", "calibration_closed"} <= deeds


def test_an_open_round_is_given_up(as_):
    web = as_("zoe")
    where = web.post("/calibration", data=form_of(name="June")).headers["location"]
    assert "given up by who opened it" in as_("rae").post(f"{where}/drop").text
    assert web.post(f"{where}/drop").headers["location"] == "/calibration"
    assert web.get(where).status_code == 404
    assert web.get("/api/v1/calibration/99").status_code == 404


def test_the_sample_is_drawn_and_shown_in_the_queue(server, as_, tmp_path):
    web = as_("rae")
    today = datetime.now(UTC)
    CAL["add_calls"](server.store, tmp_path, ("n1",), at=today.isoformat())
    monday = today.date() - timedelta(today.weekday() + 7)
    CAL["add_calls"](server.store, tmp_path, ("w1", "w2"), at=f"{monday.isoformat()}T09:00:00Z")
    queue = web.get("/reviews").text
    assert queue.count(">random sample<") == 2  # last week's, by itself
    assert f"week of {monday}: 2 of 2 calls, seed " in queue
    assert web.post("/calibration/samples").headers["location"] == "/calibration/samples?drawn=1"
    assert web.post("/calibration/samples").headers["location"] == "/calibration/samples?drawn=0"
    assert "Nothing to draw" in web.get("/calibration/samples?drawn=0").text
    assert web.get("/reviews").text.count(">random sample<") == 3
    draws = web.get("/api/v1/calibration/samples").json()["draws"]
    assert [(d["drawn_by"], d["pools"][0]["drawn"]) for d in draws] == [
        ("rae", ["n1"]),
        ("", ["w1", "w2"]),
    ]


def test_weeks_begin_on_monday():
    found = weeks_back(4, "UTC", date(2026, 5, 13))
    assert (found.first, found.last) == (date(2026, 4, 20), date(2026, 5, 13))
