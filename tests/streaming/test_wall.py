"""The wall's server side: its socket, alerts, notes, rights and pages."""

import asyncio
import json
import sys
from pathlib import Path

import httpx
import pytest
import websockets

from models.types import Channel
from pipeline.events import CallEnded, PartialTranscript, UtteranceRedacted
from qa_rules.types import HappenedEvent, State

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
import story
from harness import Harness

DEADLINE_S = 10


@pytest.fixture
def server(tmp_path):
    with Harness(tmp_path, token="s3cret") as harness:
        harness.sam = harness.person("sam", "supervisor", display="Sam", team="North")
        harness.ana = harness.person("ana", "agent", agent="Ana", team="North")
        yield harness


def client(server, cookies):
    headers = {"Origin": server.url, "Accept": "application/json"}
    return httpx.Client(base_url=server.url, cookies=cookies, headers=headers)


def wall(server, cookies):
    cookie = "; ".join(f"{k}={v}" for k, v in cookies.items())
    return websockets.connect(
        f"ws://127.0.0.1:{server.port}/live?wall=1",
        additional_headers={"Cookie": cookie, "Origin": server.url},
    )


async def publish(server, *events, call_id="demo", **more):
    return await asyncio.to_thread(server.publish, call_id, *events, **more)


async def until(ws, true):
    """Read to the first message that is as wanted, and return all."""
    seen = []
    async with asyncio.timeout(DEADLINE_S):
        while True:
            seen.append(json.loads(await ws.recv()))
            if true(seen[-1]):
                return seen


def alerts(message):
    return next(iter(message.values())).get("alerts", [])


async def test_a_late_comer_sees_all_at_once_then_what_changes_and_no_captions(server):
    await publish(server, *story.opening(), seconds=27)
    async with wall(server, server.sam) as ws:
        (hello,) = await until(ws, lambda m: "hello" in m)
        assert hello["hello"]["teams"] == {"Ana": "North"}
        seen = hello["hello"]["calls"]
        assert (seen[0]["id"], seen[0]["agent"], seen[0]["done"]) == ("demo", "Ana", 5)
        await publish(server, PartialTranscript(Channel.CUSTOMER, 9, 30.0, 31.0, "secret words"))
        await publish(server, *story.anger(), seconds=48)
        news = await until(ws, alerts)
        assert "secret words" not in json.dumps(news)
        (alert,) = alerts(news[-1])
        assert (alert["kind"], alert["level"], alert["live"]) == ("anger", 3, True)
        assert alert["quote"] == "I will go to the ombudsman"
        assert news[-1]["wall"]["calls"][0]["anger"] == 3
        await publish(server, *story.ending())
        gone = await until(ws, lambda m: m.get("wall", {}).get("gone"))
        assert gone[-1]["wall"]["gone"] == ["demo"]
        assert [a["live"] for a in alerts(gone[-1])] == [False], "a grave alert outlives its call"
    async with wall(server, server.sam) as ws:
        (hello,) = await until(ws, lambda m: "hello" in m)
        assert (hello["hello"]["calls"], len(alerts(hello))) == ([], 1)


async def test_only_who_may_watch_gets_the_wall(server):
    async with wall(server, server.ana) as ws:
        with pytest.raises(websockets.ConnectionClosed):
            await ws.recv()
        assert ws.close_code == 4403
    with client(server, server.ana) as ana:
        assert ana.get("/api/v1/wall").status_code == 403
        assert ana.post("/api/v1/wall/calls/demo/notes", json={"text": "x"}).status_code == 403
        assert ana.post("/api/v1/wall/alerts/x/open", json={}).status_code == 403


def first_alert(server, sam):
    """Wait for an alert in the API's answer."""
    for _ in range(100):
        found = sam.get("/api/v1/wall").json()["alerts"]
        if found:
            return found[0]
        server.readers.submit(lambda: None).result()
        asyncio.run(asyncio.sleep(0.05))
    raise AssertionError("no alert came")


def test_a_note_reaches_the_call_s_record_and_its_sender_has_the_alert(server):
    server.publish("demo", *story.opening(), *story.anger(), seconds=48)
    with client(server, server.sam) as sam, client(server, server.ana) as ana:
        assert first_alert(server, sam)["state"] == "raised"
        sent = sam.post(
            "/api/v1/wall/calls/demo/notes", json={"text": " Card 4111 1111 1111 1111 "}
        )
        assert sent.status_code == 201
        note_id = sent.json()["note_id"]
        assert "4111" not in sent.json()["text"]
        taken = first_alert(server, sam)
        assert (taken["state"], taken["acknowledged_by"]) == ("acknowledged", "Sam")
        seen = f"/api/v1/calls/demo/notes/{note_id}/seen"
        assert sam.post(seen).status_code == 403, "who watches has not seen it for the agent"
        assert ana.post(f"/api/v1/calls/demo/notes/{'0' * 16}/seen").status_code == 404
        assert ana.post(seen).status_code == 204
        assert ana.post(seen).status_code == 204
        assert sam.get("/api/v1/wall").json()["calls"][0]["note"]["seen"] is True
        assert sam.post("/api/v1/wall/calls/demo/notes", json={"text": "  "}).status_code == 422
        assert sam.post("/api/v1/wall/calls/none/notes", json={"text": "x"}).status_code == 404
    notes = [(e.by, e.seen) for _, e in server.store.events("demo", 0) if e.type == "NoteSent"]
    assert notes == [("Sam", False), ("Sam", True)]
    assert [n.deed.action for n in server.audit.listed(target="demo")][::-1] == [
        "note_sent", "note_seen", "note_seen",
    ]  # fmt: skip


def test_a_false_alert_is_stored_with_its_reason_and_reported(server):
    server.publish("demo", *story.opening(), *story.anger(), seconds=48)
    with client(server, server.sam) as sam:
        alert = first_alert(server, sam)
        path = f"/api/v1/wall/alerts/{alert['id']}"
        assert sam.post(f"{path}/false", json={"why": " "}).status_code == 422
        assert sam.post(f"{path}/shout", json={}).status_code == 422
        done = sam.post(f"{path}/false", json={"why": "said of somebody else"})
        assert done.json()["state"] == "false"
        assert sam.post(f"{path}/resolve", json={}).status_code == 422
        assert sam.get("/api/v1/wall").json()["alerts"] == []
        report = sam.get("/api/v1/wall/report").json()
        assert report["whole"]["precision"] == 0.0
        assert report["false"][0]["why"] == "said of somebody else"
        page = sam.get("/wall/report", headers={"Accept": "text/html"}).text
        assert "said of somebody else" in page
        assert "below 80 %" in page
    noted = server.audit.listed(target="demo", action="alert_false")
    assert [(n.deed.who, n.deed.detail) for n in noted] == [("sam", "anger: said of somebody else")]


def test_who_watches_opens_another_page_and_leaves_the_agent_s_hints_alone(server):
    server.publish("demo", *story.opening(), *story.anger(), seconds=48)
    with client(server, server.sam) as sam, client(server, server.ana) as ana:
        alert = first_alert(server, sam)
        assert alert["opened_at"] == ""
        opened = sam.get("/calls/demo/desk", headers={"Accept": "text/html"})
        assert (opened.status_code, opened.headers["location"]) == (303, "/wall/calls/demo")
        assert "js/wall/watch.js" in sam.get("/wall/calls/demo").text
        assert first_alert(server, sam)["opened_by"] == "Sam"
        fate = {"fate": "shown", "at": 40.0}
        hint = f"/api/v1/calls/demo/hints/{story.KEEP.id.replace('#', '%23')}"
        assert sam.post(hint, json=fate).status_code == 403
        assert ana.post(hint, json=fate).status_code == 204
        assert sam.post("/api/v1/calls/demo/items/M3-01/tick", json={}).status_code == 403
        assert ana.get("/calls/demo/desk").status_code == 200
        assert (
            sam.get("/wall/calls/over", follow_redirects=False).headers["location"] == "/calls/over"
        )


async def test_time_and_the_rules_raise_alerts_and_the_call_s_end_closes_small_ones(server):
    call = await publish(server, *story.opening(), seconds=27)
    call.seconds = 70.0
    async with wall(server, server.sam) as ws:
        quiet = (await until(ws, alerts))[-1]
        assert [a["kind"] for a in alerts(quiet)] == ["silence"]
        call.happened = [HappenedEvent("supervisor_request", 71.0, (story.proof(3, "Hi, yes"),))]
        risen = await until(ws, lambda m: [a for a in alerts(m) if a["level"] == 2])
        assert [(a["quote"], len(a["also"])) for a in alerts(risen[-1])] == [("Hi, yes", 1)]
        await publish(server, UtteranceRedacted(3, "[card number]", ("card",)))
        clean = await until(ws, alerts)
        assert alerts(clean[-1])[0]["quote"] == "[words removed]"
    second = await publish(server, *story.opening("two"), call_id="two", seconds=27)
    second.seconds = 70.0
    async with wall(server, server.sam) as ws:
        await until(ws, lambda m: [a for a in alerts(m) if a["call_id"] == "two"])
        late = story.finding("CORE-03", State.MISSED, at=80.0)
        await publish(server, late, CallEnded(80.0, "completed"), call_id="two")
        over = await until(ws, lambda m: "two" in m.get("wall", {}).get("gone", []))
        kinds = {a["kind"]: a["state"] for m in over for a in alerts(m) if a["call_id"] == "two"}
        assert kinds.get("silence", "raised") in ("raised", "expired")
