"""Holds, and a caller's data, by forms."""

import io
import json
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
import story
from harness import Harness

from pipeline.store.keeping import Keeping

NUMBER = "+442079460018"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("keeping"), token="s3cret") as harness:
        harness.admin = harness.person("ada", "admin")
        for call_id in ("one", "two", "other"):
            first, *more = story.opening(call_id)
            fact = {"caller_number": NUMBER} if call_id != "other" else {"paid": True}
            harness.store.start_call(first, fact)
            harness.publish(call_id, first, *more)
            harness.publish(call_id, *story.ending())
            harness.record(call_id, [(0, 1, 2)], seconds=3)
        yield harness


@pytest.fixture
def web(server):
    headers = {"Accept": "text/html", "Origin": server.url}
    with httpx.Client(base_url=server.url, cookies=server.admin, headers=headers) as client:
        yield client


def test_a_callers_data_is_found_exported_held_and_erased(web, server):
    found = web.post("/keeping/caller", data={"number": "+44 20 7946 0018", "do": "find"})
    assert found.text.count('type="checkbox" name="call_') == 2
    assert "1 of 3 calls came without any telephone number" in found.text

    ticked = {"number": NUMBER, "call_one": "1", "call_two": "1", "call_other": "1"}
    archive = web.post("/keeping/caller", data=ticked | {"do": "export"})
    assert archive.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(archive.content)) as file:
        calls = json.loads(file.read("index.json"))["calls"]
        assert {c["call"] for c in calls} == {"one", "two"}
        assert file.read("calls/1/audio.flac")[:4] == b"fLaC"

    assert web.post("/keeping", data={"do": "hold", "call_id": "two"}).status_code == 422
    hold = {"do": "hold", "call_id": "two", "why": "claim 17"}
    assert web.post("/keeping", data=hold).headers["location"] == "/keeping?done=held"
    assert "claim 17" in web.get("/keeping").text
    erase = ticked | {"do": "erase"}
    assert "tick that they shall go" in web.post("/keeping/caller", data=erase).text.lower()
    assert server.store.knows("one")
    answer = web.post("/keeping/caller", data=erase | {"sure": "1"})
    assert "1 call is removed for good. 1 stay" in answer.text
    assert [server.store.knows(c) for c in ("one", "two", "other")] == [False, True, True]
    assert not (server.folder / "one.flac").exists()
    assert (server.folder / "two.flac").exists()
    (mark,) = Keeping(server.store.database).removed()
    assert (mark.call_id, mark.why, mark.removed_by) == ("one", "person", "ada")
    assert "erased by number" in web.get("/keeping").text

    web.post("/keeping", data={"do": "lift", "call_id": "two"})
    assert web.post("/keeping", data={"do": "lift", "call_id": "two"}).status_code == 422
    noted = [n.deed.action for n in server.audit.listed(who="ada")]
    assert {"caller_looked_up", "person_exported", "call_held", "person_erased"} <= set(noted)
    assert "2079460018" not in repr(server.audit.listed(limit=1000))


def test_what_is_no_number_or_nothing_ticked_is_told(web):
    assert "7 to 15 digits" in web.post("/keeping/caller", data={"number": "hello"}).text
    nothing = web.post("/keeping/caller", data={"number": NUMBER, "do": "erase", "sure": "1"})
    assert nothing.status_code == 422
    assert web.get("/keeping/caller").headers["location"] == "/keeping"
