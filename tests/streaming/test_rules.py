"""The API of the rule desk."""

import json

import httpx
import pytest
from harness import Harness

LINES = ("thank you for calling northwind my name is dana", "customer: my bill is wrong")
OWN = """pack: own
title: Own
items:
  - id: OWN-01
    title: Says hello
    severity: REQ
    section: opening
    match: hello
    example: hello
    tests: {yes: [hello, hello you, oh hello, hello there], no: [hi, hey, help, yellow]}
"""


@pytest.fixture(scope="module")
def server(scored_calls):
    with scored_calls(LINES) as harness:
        yield harness


def test_why_an_item_stands_so(api):
    told = api.get("/calls/c1/items/CORE-02/why").json()
    assert (told["item"], told["state"]) == ("CORE-02", "done")
    assert "dana" in told["counts"][0]["words"]["quote"]
    assert told["words"]
    assert api.get("/calls/c1/items/X-01/why").json()["code"] == "unknown_item"
    assert api.get("/calls/none/items/CORE-02/why").json()["code"] == "call_not_found"


def test_lint_tells_faults_with_their_place(api):
    good = api.post("/rules/lint", json={"text": OWN}).json()
    assert (good["pack"], good["faults"], good["warnings"]) == ("own", [], [])
    bad = api.post("/rules/lint", json={"text": OWN.replace("severity", "severty")}).json()
    assert {k: bad["faults"][-1][k] for k in ("file", "line", "column")} == {
        "file": "pack.yaml",
        "line": 6,
        "column": 5,
    }
    assert api.post("/rules/lint", json={}).status_code == 422


def test_lines_are_run_and_items_explained(api):
    assert api.post("/rules/test", json={"text": OWN}).json()["passes"]
    wrong = api.post("/rules/test", json={"text": OWN.replace("[hi,", "[hello,")}).json()
    assert (wrong["passes"], len(wrong["failures"])) == (False, 1)
    body = {"text": OWN, "item": "OWN-01", "lines": ["hello"]}
    told = api.post("/rules/explain", json=body).json()
    assert told["asks"][0].startswith("OWN-01")
    assert "hit by phrase" in "\n".join(told["lines"])


def test_packs_are_compared(api):
    new = OWN.replace("severity: REQ", "severity: AF")
    body = {"old": {"text": OWN}, "new": {"text": new}}
    told = api.post("/rules/diff", json=body).json()
    assert told["packs"][0]["entries"][0]["lines"] == ["severity: REQ -> AF"]
    same = {"old": {"pack": "core_call"}, "new": {"pack": "core_call"}}
    assert api.post("/rules/diff", json=same).json()["words"] == ["nothing differs"]


def test_a_changed_pack_is_tried_on_stored_calls(api):
    told = api.post("/rules/backtest", json={"text": OWN, "add": True}).json()
    assert (told["judged"], told["changed"]) == (2, 2)
    assert told["items"][0]["moves"][0]["after"] == "missed"
    body = {"text": OWN, "add": True, "progress": True, "calls": ["c1"]}
    streamed = api.post("/rules/backtest", json=body)
    assert streamed.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in streamed.text.splitlines()]
    assert [line.get("done") for line in lines] == [0, 1, None]
    assert lines[-1]["judged"] == 1


@pytest.mark.parametrize("progress", [False, True])
def test_a_pack_that_does_not_read_is_a_problem_with_its_faults(api, progress):
    body = {"text": OWN.replace("REQ", "MUST"), "progress": progress}
    for _ in range(2):  # a failed one leaves the way free
        told = api.post("/rules/backtest", json=body)
        assert (told.status_code, told.json()["code"]) == (422, "pack_invalid")
        assert told.json()["faults"][0]["line"] == 6
    other = api.post("/rules/backtest", json={"pack": "core_call", "text": OWN}).json()
    assert "write `pack: core_call`" in other["detail"]
    assert api.post("/rules/backtest", json={"pack": "no_such"}).json()["code"] == "pack_not_found"
    assert api.post("/rules/backtest", json={"pack": "../x"}).status_code == 422


def test_coverage(api):
    told = api.get("/rules/coverage", params={"pack": "core_call"}).json()
    (core,) = told["packs"]
    assert (core["pack"], core["calls"]) == ("core_call", 2)
    assert "CORE-09" in core["never_violated"]
    assert api.get("/rules/coverage").status_code == 422
    assert api.get("/rules/coverage", params={"pack": "no_such"}).status_code == 404


def test_the_desk_asks_for_the_token(tmp_path):
    with Harness(tmp_path, token="secret") as guarded:
        base = f"{guarded.url}/api/v1"
        for method, path in (
            ("GET", "/calls/c1/items/CORE-02/why"),
            ("GET", "/rules/coverage?pack=core_call"),
            ("POST", "/rules/backtest"),
            ("POST", "/rules/lint"),
        ):
            assert httpx.request(method, base + path, json={}).status_code == 401
