import sys
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
import story
from harness import Harness


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("api")) as harness:
        for n in range(5):
            harness.publish(
                f"past-{n}",
                *story.opening(f"past-{n}", agent="Bo", at=f"2026-03-0{n + 1}T09:00:00.000000Z"),
                *(story.anger() if n == 4 else ()),
                *story.ending(),
            )
        harness.publish("now", *story.opening("now"), seconds=27.0)
        harness.record("past-0", [(0, 0.4, 4.1), (1, 8.6, 15.2)], seconds=20.0)
        yield harness


@pytest.fixture
def api(server):
    with httpx.Client(base_url=f"{server.url}/api/v1") as client:
        yield client


def problem(answer, status, code):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["status"] == status
    return answer.json()


def test_calls_come_the_latest_first_and_go_on_by_cursor(api):
    first = api.get("/calls", params={"agent": "Bo", "limit": 2}).json()
    assert [c["call_id"] for c in first["calls"]] == ["past-4", "past-3"]
    rest = api.get("/calls", params={"agent": "Bo", "limit": 9, "before": first["next"]}).json()
    assert [c["call_id"] for c in rest["calls"]] == ["past-2", "past-1", "past-0"]
    assert rest["next"] is None


def test_calls_are_filtered(api):
    angry = api.get("/calls", params={"angry": "true"}).json()["calls"]
    assert [c["call_id"] for c in angry] == ["past-4"]
    assert api.get("/calls", params={"min_score": 1}).json()["calls"] == []


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 999}, {"min_score": 101}, {"colour": "red"}, {"angry": "?"}]
)
def test_a_question_that_cannot_be_is_refused_with_its_place(api, query):
    body = problem(api.get("/calls", params=query), 422, "request_invalid")
    assert next(iter(query)) in body["detail"]


def test_a_call_is_told_whole_but_for_its_audio(api):
    call = api.get("/calls/past-0").json()
    assert call["row"]["agent"] == "Bo"
    assert call["scorecard"]["auto_fail"] is True
    assert [u["id"] for u in call["utterances"]] == [1, 2, 3, 4, 5, 6]
    assert call["wrapup"]["draft"]["reason"]["id"] == "order"
    assert set(call["recording"]) == {
        "format", "rate_hz", "channels", "seconds", "state", "detail",
    }  # fmt: skip
    assert call["checklist"][0]["rule_id"] == "CORE-01"


def test_a_call_that_is_not_there_is_a_problem(api):
    problem(api.get("/calls/none"), 404, "call_not_found")
    problem(api.get("/calls/none/events"), 404, "call_not_found")
    problem(api.get("/calls/none/audio"), 404, "not_found")
    problem(api.get("/nothing"), 404, "not_found")


def test_events_are_read_by_number(api):
    listed = api.get("/calls/past-0/events", params={"after": 3}).json()["events"]
    assert [e["seq"] for e in listed][:2] == [4, 5]
    assert api.get("/calls/past-0/events").json()["events"][0]["event"]["type"] == "CallStarted"


def test_live_calls_stand_apart(api):
    assert [c["call_id"] for c in api.get("/calls/live").json()["calls"]] == ["now"]


def test_audio_is_served_in_ranges(api):
    whole = api.get("/calls/past-0/audio")
    assert whole.headers["content-type"] == "audio/flac"
    assert whole.headers["accept-ranges"] == "bytes"
    part = api.get("/calls/past-0/audio", headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    assert part.content == whole.content[100:200]


def test_a_recording_outside_its_folder_is_not_served(server, api, tmp_path):
    kept = server.store.recording("past-0")
    (server.folder.parent / "other.flac").write_bytes(b"secret")
    for path in ("../other.flac", "/etc/hostname", ""):
        server.store.save_recording(
            type(kept)("past-1", path, "flac", 8000, 2, 1.0, "complete", kept.peaks)
        )
        problem(api.get("/calls/past-1/audio"), 404, "not_found")


def test_the_outline_is_thinned_to_what_is_drawn(api):
    body = api.get("/calls/past-0/peaks", params={"spans": 100}).json()
    assert len(body["values"]) == 2
    assert len(body["values"][0]) <= 200
    assert body["seconds"] == 20.0
    assert max(body["values"][0]) > 0.2
    assert all(-1 <= v <= 1 for row in body["values"] for v in row)


def test_an_edit_is_kept_beside_the_draft(api):
    edit = {"wrapup": {"reason": None, "summary": []}, "edited_by": "Ana"}
    assert api.put("/calls/past-2/wrapup", json=edit).json() == {"version": 1}
    kept = api.get("/calls/past-2/wrapup").json()
    assert kept["edited"] == edit["wrapup"]
    assert kept["draft"]["reason"]["id"] == "order"
    assert kept["edited_by"] == "Ana"


def test_a_call_without_after_call_work_has_an_empty_draft(api):
    kept = api.get("/calls/now/wrapup").json()
    assert (kept["draft"], kept["edited"], kept["version"]) == (None, None, 0)


def test_an_edit_of_no_call_or_of_no_form_is_refused(api):
    problem(api.put("/calls/none/wrapup", json={"wrapup": {}}), 404, "call_not_found")
    problem(api.put("/calls/past-2/wrapup", json={"wrapup": "x"}), 422, "request_invalid")
    huge = {"wrapup": {"text": "x" * 300_000}}
    assert api.put("/calls/past-2/wrapup", json=huge).status_code == 413


def test_a_dismissed_hint_is_taken_from_the_live_call_and_remembered(server, api):
    answer = api.post("/calls/now/hints/CORE-07%231", json={"fate": "dismissed", "at": 35.5})
    assert answer.status_code == 204
    assert server.host.get("now").dismissed == ["CORE-07#1"]


def test_what_was_done_with_a_hint_stands_in_the_call(server, api):
    for fate, at in (("snoozed", 36.0), ("used", 50.0), ("not_helpful", 60.0)):
        body = {"fate": fate, "at": at}
        assert api.post("/calls/past-4/hints/CORE-07%231", json=body).status_code == 204
    hints = {h["hint"]["id"]: h for h in api.get("/calls/past-4").json()["hints"]}
    assert hints["CORE-07#1"]["fates"] == {"snoozed": 36.0, "used": 50.0, "not_helpful": 60.0}
    bad = {"fate": "eaten", "at": 1}
    problem(api.post("/calls/past-4/hints/x", json=bad), 422, "request_invalid")


def test_a_manual_tick_is_kept_apart_from_what_was_heard(api):
    body = {"note": "said off the line", "ticked_by": "Ana"}
    assert api.post("/calls/past-3/items/M2-02/tick", json=body).status_code == 204
    call = api.get("/calls/past-3").json()
    assert call["ticks"][0]["rule_id"] == "M2-02"
    assert {f["rule_id"]: f["state"] for f in call["findings"]}["M2-02"] == "missed"


def test_secrets_that_people_type_never_reach_the_database(server, api):
    card = "4242 4242 4242 4242"
    tick = {"note": f"card {card}, cvv 8426", "ticked_by": card}
    assert api.post("/calls/past-3/items/M2-03/tick", json=tick).status_code == 204
    wrapup = {"notes": f"she typed {card}\nSSN 078-05-1120", "fields": {"a": {"value": card}}}
    edit = {"wrapup": wrapup, "edited_by": card}
    assert api.put("/calls/past-3/wrapup", json=edit).status_code == 200
    kept = api.get("/calls/past-3/wrapup").json()["edited"]
    assert kept["notes"] == "she typed [card number]\nSSN [national id]"
    stored = b"".join(file.read_bytes() for file in server.folder.glob("calls.db*"))
    assert b"she typed [card number]" in stored
    for secret in (b"4242 4242", b"42424242", b"8426", b"078-05-1120"):
        assert secret not in stored


def test_readiness_names_what_does_not_work(server, api):
    assert api.get("/health/ready").json()["parts"] == {"store": True}
    server.parts = {"store": True, "stt": False}
    try:
        answer = api.get("/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    finally:
        server.parts = {"store": True}
    assert httpx.get(f"{server.url}/health/live").json() == {"status": "alive"}


def test_the_description_names_every_route(api):
    paths = api.get("/openapi.json").json()["paths"]
    assert {
        "/calls",
        "/calls/live",
        "/calls/{call_id}",
        "/calls/{call_id}/events",
        "/calls/{call_id}/audio",
        "/calls/{call_id}/peaks",
        "/calls/{call_id}/wrapup",
        "/calls/{call_id}/hints/{hint_id}",
        "/calls/{call_id}/items/{rule_id}/tick",
        "/health/ready",
    } <= set(paths)
