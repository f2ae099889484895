"""The audit log as administrators read it."""

import csv
import io
import sys
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

from pipeline.store.audit import Deed
from streaming.desks.audit import PAGE

DAY = "2025-03-04"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("audit"), token="s3cret") as harness:
        harness.admin = harness.person("ada", "admin")
        harness.audit.note(Deed("bo", "qa", "call_viewed", f"c{n}") for n in range(PAGE + 20))
        harness.audit.note([Deed("", "", "sign_in_refused", "=HYPERLINK(1)")])
        yield harness


@pytest.fixture
def web(server):
    headers = {"Accept": "text/html"}
    with httpx.Client(base_url=server.url, cookies=server.admin, headers=headers) as client:
        yield client


def test_the_log_is_filtered_and_paged(web):
    first = web.get("/audit", params={"who": "bo"}).text
    assert ">c119<" in first
    assert ">c19<" not in first
    older = first.split('href="/audit?who=bo&amp;before=')[1].split('"')[0]
    assert ">c19<" in web.get("/audit", params={"who": "bo", "before": older}).text
    assert ">c7<" in web.get("/audit?target=c7").text
    assert "somebody unknown" in web.get("/audit?action=sign_in_refused").text
    assert "Nothing fits" in web.get(f"/audit?since={DAY}&until={DAY}").text
    assert web.get("/audit?since=yesterday").status_code == 400


def test_the_export_has_all_and_no_formulas_and_is_a_deed(web, server):
    answer = web.get("/audit/log.csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["when", "who", "role", "action", "target", "detail"]
    assert sum(row[1] == "bo" for row in rows) == PAGE + 20
    assert "'=HYPERLINK(1)" in {row[4] for row in rows}
    assert server.audit.listed(action="audit_exported")[0].deed.who == "ada"
    few = web.get("/audit/log.csv", params={"who": "nobody"}).text
    assert few.splitlines() == ["when,who,role,action,target,detail"]
