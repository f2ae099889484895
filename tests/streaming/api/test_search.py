import runpy
import sys
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

TESTS = Path(__file__).parents[2]
told = runpy.run_path(str(TESTS / "pipeline" / "store" / "calls.py"))["told"]


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("search")) as harness:
        for n in range(6):
            said = "peace of mind" if n % 2 else "to be honest"
            lines = [("a", 1, f"hello there {said}"), ("c", 6, "I would like my money back please")]
            told(harness.store, f"c{n}", lines, day=1 + n, queue="ab"[n % 2])
        headers = {"Origin": harness.url}
        with httpx.Client(base_url=f"{harness.url}/api/v1", headers=headers) as client:
            yield client


def test_hits_come_by_pages_with_their_counts(api):
    found = api.get("/search", params={"q": "agent: hello queue:a", "size": 2}).json()
    assert (found["turns"], found["calls"], found["more"]) == (3, 3, True)
    assert [hit["call_id"] for hit in found["hits"]] == ["c4", "c2"]
    assert found["hits"][0]["marks"] == [[0, 5]]
    rest = api.get("/search", params={"q": "agent: hello queue:a", "size": 2, "page": 2}).json()
    assert [hit["call_id"] for hit in rest["hits"]] == ["c0"]


def test_faults_are_problem_documents_with_the_place(api):
    answer = api.get("/search", params={"q": "money ~ back"})
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["at"]) == ("query_invalid", 6)
    assert api.get("/search", params={"sort": "x"}).json()["code"] == "request_invalid"
    assert api.get("/search/terms", params={"first": '"', "second": ""}).status_code == 422


def test_terms_rising_and_saved(api):
    params = {"first": "queue:b", "second": "queue:a", "who": "agent"}
    terms = api.get("/search/terms", params=params).json()
    assert terms["call_counts"] == [3, 3]
    rising = api.get("/search/rising", params={"q": "queue:a"}).json()
    assert sum(rising["call_counts"]) == 3
    made = api.post("/search/saved", json={"name": "Money", "query": "q=money"})
    assert made.status_code == 201
    assert [s["name"] for s in api.get("/search/saved").json()["searches"]] == ["Money"]
    assert api.delete(f"/search/saved/{made.json()['id']}").status_code == 204
    assert api.delete(f"/search/saved/{made.json()['id']}").status_code == 404
