"""The API of scores: people's answers, scoring again, forms."""

import pytest

LINES = (
    "thank you for calling northwind my name is dana this call is recorded",
    "customer: my bill is wrong",
    "so just to check i have understood you your bill is wrong",
    "customer: yes",
    "thank you for calling have a nice day",
)


@pytest.fixture(scope="module")
def server(scored_calls):
    with scored_calls(LINES) as harness:
        yield harness


def line(card, question):
    return next(a for a in card["answers"] if a["question_id"] == question)


def test_a_person_answers_questions(api):
    body = {"answers": [{"question": "CORE-01", "answer": "no", "note": "wrong name"}], "by": "kim"}
    card = api.post("/calls/c1/answers", json=body).json()
    told = line(card, "CORE-01")
    assert (told["answer"], told["machine"], told["person"]["by"]) == ("no", "yes", "kim")
    kept = api.get("/calls/c1/scores").json()
    assert [s["why"] for s in kept["scores"]] == ["call", "answers"]
    assert kept["answers"][0]["note"] == "wrong name"
    assert api.get("/calls/c1").json()["row"]["score"] == card["score"]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"question": "CORE-01", "answer": "no"}, "say in a note"),
        ({"question": "CORE-99", "answer": "no"}, "does not ask"),
    ],
)
def test_what_the_form_does_not_take_is_a_problem(api, given, word):
    told = api.post("/calls/c2/answers", json={"answers": [given]})
    assert (told.status_code, told.json()["code"]) == (422, "answer_refused")
    assert word in told.json()["detail"]


def test_a_call_is_scored_again_and_kept_only_when_asked(api):
    told = api.post("/calls/c2/rescore", json={}).json()
    assert (told["same"], told["saved"], told["words"][-1]) == (True, False, "nothing changes")
    other = api.post("/calls/c2/rescore", json={"packs": ["customer_service"]}).json()
    assert not other["same"]
    assert {c["kind"] for c in other["diff"]["changes"]} >= {"added"}
    assert len(api.get("/calls/c2/scores").json()["scores"]) == 1
    api.post("/calls/c2/rescore", json={"packs": ["customer_service"], "save": True, "by": "kim"})
    kept = api.get("/calls/c2/scores").json()["scores"]
    assert [(s["form"], s["by"]) for s in kept] == [("core_call", ""), ("customer_service", "kim")]


def test_a_form_tells_what_it_asks_and_whether_it_may_score(api):
    told = api.get("/forms", params={"pack": "core_call"}).json()
    assert told["refused"] == []
    assert [p["state"] for p in told["packs"]] == ["used"]
    assert {q["by"] for q in told["questions"]} >= {"item"}


def test_what_is_not_there_is_a_problem(api):
    assert api.get("/calls/none/scores").json()["code"] == "call_not_found"
    assert api.post("/calls/none/rescore", json={}).json()["code"] == "call_not_found"
    missing = api.get("/forms", params={"pack": "no_such"})
    assert (missing.status_code, missing.json()["code"]) == (404, "pack_not_found")
    path = api.post("/calls/c1/rescore", json={"packs": ["../secret.yaml"]})
    assert path.status_code == 422
