"""The pages of reviews without script: who sees what, and a review from the queue to its end."""

import runpy
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

from pipeline.store.reviews import Reviews
from qa_rules.packs import load_packs
from streaming.desks.reviews import second_of

PLAY = runpy.run_path(str(Path(__file__).parents[2] / "pipeline" / "scored.py"))["scored_call"]
LINES = (
    "thank you for calling northwind my name is dana this call is recorded",
    "customer: my bill is wrong",
    "so just to check i have understood you your bill is wrong",
    "customer: yes",
    "thank you for calling have a nice day",
)


def told(name, agent):
    events = PLAY(load_packs(["core_call"]), *LINES, call_id=name)
    return [(1, replace(events[0][1], agent=agent)), *events[1:]]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("reviews"), token="s3cret") as harness:
        for name, agent in (("c1", "Dana"), ("c2", "Dana"), ("c3", "Quinn")):
            harness.store.append(name, told(name, agent))
        people = (("quinn", "qa", "Quinn"), ("rae", "qa", ""), ("dana", "agent", "Dana"),
                  ("ed", "agent", "Ed"), ("sal", "supervisor", ""))  # fmt: skip
        harness.cookies = {n: harness.person(n, role, agent=agent) for n, role, agent in people}
        yield harness


@pytest.fixture
def as_(server):
    opened = []

    def client(name):
        headers = {"Accept": "text/html", "Origin": server.url}
        opened.append(httpx.Client(base_url=server.url, cookies=server.cookies[name]))
        opened[-1].headers.update(headers)
        return opened[-1]

    yield client
    for one in opened:
        one.close()


def taken(web, call):
    answer = web.post("/reviews", data={"call": call})
    assert answer.status_code == 303, answer.text[-2000:]
    return answer.headers["location"]


def open_questions(server, number):
    from pipeline import reviewing

    one = reviewing.load(server.store, number)
    known = reviewing.lines(one.card)
    return {f"a.{n}": a.choices[0] for n, a in known.items() if reviewing.waits(a, known)}


def test_a_call_goes_from_the_queue_to_final_without_script(server, as_):
    quinn, rae, dana = as_("quinn"), as_("rae"), as_("dana")
    queue = quinn.get("/reviews").text
    assert 'value="c1"' in queue
    assert 'value="c3"' not in queue  # a call of Quinn's own
    assert "another has to review it" in quinn.post("/reviews", data={"call": "c3"}).text
    where = taken(quinn, "c1")
    assert taken(quinn, "c1") == where
    number = int(where.rpartition("/")[2])
    assert dana.get(where).status_code == 404
    assert "not yours to change" in rae.post(f"{where}/save", data={"whole": "1"}).text

    page = quinn.get(where).text
    assert 'id="q-CORE-01"' in page
    assert "this call is recorded" in page
    form = {"whole": "1", "then": "share", "a.CORE-01": "no", "s.CORE-01": "0:02"}
    form |= {"strength": "Clear", "change": "Slower"} | open_questions(server, number)
    refused = quinn.post(f"{where}/save", data=form)
    assert refused.status_code == 422
    assert "say why you overrule the machine" in refused.text
    form |= {"n.CORE-01": "wrong <name>", "e.CORE-01": "asr"}
    assert quinn.post(f"{where}/save", data=form).status_code == 303
    kept = Reviews(server.store.database).answers(number)["CORE-01"]
    assert (kept.answer, kept.error, kept.second) == ("no", "asr", 2.0)

    theirs = dana.get(where).text
    assert "wrong &lt;name&gt;" in theirs
    assert "Dispute this answer" in theirs
    assert "a.CORE-01" not in theirs
    assert as_("ed").get(where).status_code == 404
    assert as_("sal").get(where).status_code == 200
    assert "only the agent" in rae.post(f"{where}/accept").text
    given = {"question": "CORE-01", "reason": "That is my name", "second": "2"}
    assert dana.post(f"{where}/dispute", data=given).status_code == 303
    assert "answered by another" in quinn.post(f"{where}/resolve", data=given).text
    assert "Disputes to answer" in rae.get("/reviews").text
    verdict = {"question": "CORE-01", "answer": "yes", "note": "It is"}
    assert rae.post(f"{where}/resolve", data=verdict).status_code == 303
    final = dana.get(where).text
    assert "revised it to <b>Yes</b>" in final
    assert "Dispute this answer" not in final
    deeds = [e.deed.action for e in server.audit.listed(target="c1")]
    assert {"review_taken", "review_shared", "answer_disputed", "answer_revised"} <= set(deeds)


def test_notes_reach_the_agent_and_are_seen(server, as_):
    rae, dana = as_("rae"), as_("dana")
    where = taken(rae, "c2")
    assert "needs a second" in rae.post(f"{where}/note", data={"text": "x"}).text
    for text, shared in (("Pause here", {"shared": "yes"}), ("For the trainer", {})):
        data = {"text": text, "second": "0:05"} | shared
        assert rae.post(f"{where}/note", data=data).headers["location"] == f"{where}#notes"
    mine = dana.get("/reviews").text
    assert "Pause here" in mine
    assert "For the trainer" not in mine
    seen = mine.split("/reviews/notes/")[1].split("/")[0]
    assert as_("ed").post(f"/reviews/notes/{seen}/seen").status_code == 404
    assert dana.post(f"/reviews/notes/{seen}/seen").status_code == 303
    assert "I have read it" not in dana.get("/reviews").text
    assert rae.post(f"{where}/drop").headers["location"] == "/reviews"
    assert rae.get(where).status_code == 404


def test_agents_take_nothing_and_see_only_their_own(as_):
    ed = as_("ed")
    page = ed.get("/reviews").text
    assert "Nobody has shared a review" in page
    assert "To review" not in page
    assert ed.post("/reviews", data={"call": "c2"}).headers["location"].startswith("/me?refused")
    assert as_("rae").post("/reviews/999/save").status_code == 404


@pytest.mark.parametrize(
    ("text", "second"),
    [("75", 75.0), ("1:15", 75.0), ("1:00:01.5", 3601.5), ("", None), ("soon", None), ("-3", None)],
)
def test_a_second_is_read_as_people_write_it(text, second):
    assert second_of(text) == second
