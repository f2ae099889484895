import sys
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
import story
from harness import Harness

from pipeline.config import ConnectorSettings


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handover")
    to = {
        "file": ConnectorSettings(kind="csv", path="calls.csv", fields={"Call": "call"}),
        "sales": ConnectorSettings(kind="csv", path="sales.csv", queues=("sales",)),
    }
    with Harness(folder, token="s3cret", connectors=to) as harness:
        harness.publish("live", *story.opening("live"), *story.anger(), seconds=48.0)
        harness.publish("over", *story.opening("over"), *story.ending())
        harness.publish("bare", story.started("bare"), story.CallEnded(1.0, "completed"))
        harness.cookies = {
            "ana": harness.person("ana", "agent", agent="Ana"),
            "bo": harness.person("bo", "agent", agent="Bo"),
            "sue": harness.person("sue", "supervisor"),
            "tess": harness.person("tess", "trainer"),
        }
        yield harness


def ask(server, who, method, path, **more):
    with httpx.Client(base_url=server.url, cookies=server.cookies[who]) as client:
        return client.request(method, path, headers={"Origin": server.url}, **more)


def test_whoever_joins_reads_who_why_mood_and_what_is_left(server):
    for who in ("ana", "sue"):
        answer = ask(server, who, "GET", "/api/v1/calls/live/brief")
        assert answer.status_code == 200
    brief = answer.json()
    assert brief["seconds"] == 48.0
    assert (brief["mood"], brief["flagged"]) == ("threatens to leave", True)
    assert [r["text"] for r in brief["mood_reasons"]][-1] == "I will go to the ombudsman"
    left = {line["text"]: line["note"] for line in brief["left"]}
    assert left["Check two factors before account details"] == "must"
    assert left["Acknowledge the feeling first"] == "due now"
    assert "Greet and name the company" not in left
    assert "No insults or threats" not in left
    assert any("bookcase" in line["text"] and line["at"] == 8.6 for line in brief["why"])
    assert "[0:08]" in brief["text"]
    assert "Mood: threatens to leave (flagged)" in brief["text"]


def test_a_brief_is_for_its_agent_and_those_over_them(server):
    assert ask(server, "bo", "GET", "/api/v1/calls/live/brief").status_code in (403, 404)
    assert ask(server, "sue", "GET", "/api/v1/calls/none/brief").status_code == 404


def test_the_form_may_choose_from_all_that_the_packs_offer(server):
    choices = ask(server, "ana", "GET", "/api/v1/calls/over/choices").json()
    assert {"callback_booked"} <= {d["id"] for d in choices["dispositions"]}
    assert choices["outcomes"]
    assert choices["reasons"]


def test_work_is_sent_to_the_connectors_of_its_queue_once(server):
    path = "/api/v1/calls/over/sends"
    assert ask(server, "ana", "GET", path).json() == {"connectors": ["file"], "items": []}
    first = ask(server, "ana", "POST", path).json()
    assert [(i["connector"], i["sent_by"]) for i in first["items"]] == [("file", "ana")]
    again = ask(server, "ana", "POST", path).json()
    assert [i["id"] for i in again["items"]] == [i["id"] for i in first["items"]]
    assert ask(server, "bo", "POST", path).status_code in (403, 404)
    assert ask(server, "tess", "POST", path).status_code == 403


def test_what_cannot_be_sent_is_refused_with_a_reason(server):
    live = ask(server, "ana", "POST", "/api/v1/calls/live/sends")
    assert (live.status_code, live.json()["detail"][:20]) == (422, "the call is not over")
    bare = ask(server, "ana", "POST", "/api/v1/calls/bare/sends")
    assert "write it first" in bare.json()["detail"]
    gone = ask(server, "ana", "POST", "/api/v1/calls/over/sends/999/retry")
    assert gone.status_code == 404
    assert ask(server, "bo", "GET", "/api/v1/sends").json() == {"items": []}
