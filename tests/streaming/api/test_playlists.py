import io
import runpy
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

from pipeline.store.playlists import Playlists, Stretch
from pipeline.store.retention import delete_call
from streaming.api.playlists import ranged

TESTS = Path(__file__).parents[2]
told = runpy.run_path(str(TESTS / "pipeline" / "store" / "calls.py"))["told"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("playlists"), token="s3cret") as harness:
        told(harness.store, "one", [("a", 1, "Good morning"), ("c", 5, "It is late")])
        harness.record("one", [(0, 1, 3), (1, 5, 7)], seconds=20)
        harness.cookies = {role: harness.person(role, role) for role in ("trainer", "qa", "agent")}
        yield harness


def ask(server, path, role="trainer", **headers):
    with httpx.Client(base_url=f"{server.url}/api/v1", cookies=server.cookies[role]) as client:
        return client.get(path, headers=headers)


def test_a_playlist_is_read_and_its_clips_are_heard_to_the_sample(server):
    lists = Playlists(server.store.database)
    number = lists.create("trainer", "Openings", "Greet by name")
    clip = lists.add("trainer", number, Stretch("one", 4.5, 8.0, "Late", hushed=(2,)), "bad")
    quiet = lists.add("trainer", number, Stretch("one", 0.5, 3.5, "Hello"))
    assert ask(server, "/playlists").json()["playlists"][0]["clips"] == 2
    read = ask(server, f"/playlists/{number}").json()
    assert (read["goal"], read["clips"][0]["stretch"]["call_id"]) == ("Greet by name", "one")
    answer = ask(server, f"/playlists/{number}/clips/{quiet}/audio")
    assert answer.headers["content-type"] == "audio/flac"
    whole, _ = soundfile.read(server.folder / "one.flac", dtype="int16")
    heard, rate = soundfile.read(io.BytesIO(answer.content), dtype="int16")
    assert np.array_equal(heard[200:-200], whole[4_200:27_800])
    hushed, _ = soundfile.read(
        io.BytesIO(ask(server, f"/playlists/{number}/clips/{clip}/audio").content), dtype="int16"
    )
    assert not hushed[rate // 2 : 5 * rate // 2, 1].any()
    assert hushed[rate // 2 : 5 * rate // 2, 0].any()
    noted = {(one.deed.who, one.deed.target) for one in server.audit.listed(action="clip_played")}
    assert noted == {("trainer", "one")}
    part = ask(server, f"/playlists/{number}/clips/{quiet}/audio", Range="bytes=4-9")
    assert (part.status_code, part.content) == (206, answer.content[4:10])
    for role, path in (("qa", ""), ("qa", f"/clips/{clip}/audio"), ("trainer", "/clips/99/audio")):
        assert ask(server, f"/playlists/{number}{path}", role).status_code == 404
    assert ask(server, "/playlists", "agent").status_code == 403
    delete_call(server.store, "one", server.folder)
    gone = ask(server, f"/playlists/{number}/clips/{clip}/audio")
    assert (gone.status_code, "removed" in gone.json()["detail"]) == (404, True)


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("", 200, b"0123456789"),
        ("bytes=3-", 206, b"3456789"),
        ("bytes=0-99", 206, b"0123456789"),
        ("bytes=8-2", 416, b""),
        ("bytes=10-", 416, b""),
        ("bytes=1-2,4-5", 200, b"0123456789"),
        ("bytes=-4", 200, b"0123456789"),
    ],
)
def test_one_range_is_answered_and_what_is_no_range_gets_all(asked, status, body):
    answer = ranged(b"0123456789", asked)
    assert (answer.status_code, answer.body) == (status, body)
