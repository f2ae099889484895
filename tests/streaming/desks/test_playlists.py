import io
import re
import runpy
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

from pipeline.store.retention import delete_call

TESTS = Path(__file__).parents[2]
told = runpy.run_path(str(TESTS / "pipeline" / "store" / "calls.py"))["told"]
TURNS = [
    ("a", 1.2, "Good morning, Dana here"),
    ("c", 5, "It came <late>"),
    ("a", 9, "I am sorry"),
    ("c", 14, "Thanks"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("playlists"), token="s3cret") as harness:
        for day, name in enumerate(("one", "two", "gone", "refused"), 1):
            intents = [(2, "recording_refused")] if name == "refused" else ()
            told(harness.store, name, TURNS, day=day, agent="Dana", intents=intents)
            harness.record(name, [(0, 1, 4), (1, 5, 7)], seconds=24)
        told(harness.store, "unheard", TURNS, day=9)
        harness.cookies = {
            role: harness.person(role, role) for role in ("trainer", "qa", "agent", "engineer")
        }
        yield harness


def ask(server, path, role="trainer", **form):
    headers = {"Accept": "text/html", "Origin": server.url}
    with httpx.Client(base_url=server.url, cookies=server.cookies[role], headers=headers) as client:
        return client.post(path, data=form) if form else client.get(path)


def make(server, title="Openings", **more):
    goal = "Greet by name"
    made = ask(server, "/playlists", title=title, goal=goal, **more)
    assert made.status_code == 303
    return made.headers["location"]


def add(server, path, call="one", title="Says sorry", start="4.5", end="11", **more):
    given = {"call": call, "title": title, "start": start, "end": end, "into": path.split("/")[-1]}
    return ask(server, "/playlists/add", **given | more)


def clip_paths(page):
    return list(dict.fromkeys(re.findall(r'action="(/playlists/\d+/clips/\d+)"', page)))


def test_a_turn_is_offered_with_its_neighbours_and_added_to_a_new_playlist(server):
    back = "/search?q=late&page=1"
    form = ask(server, f"/playlists/add?call=one&turn=2&back={back.replace('&', '%26')}").text
    assert 'name="start" min="0" max="24.0" step="0.5" required value="1.0"' in form
    assert 'value="11.0"' in form
    assert "It came &lt;late&gt;" in form
    given = {"into": "new", "new_title": "Late parcels", "goal": "Own it", "back": back}
    path = add(server, "", example="good", **given).headers["location"]
    page = ask(server, path.split("#")[0]).text
    assert 'role="status"' in page
    assert f'href="{back.replace("&", "&amp;")}"' in page
    assert "Good example" in page
    assert "A good example and no bad one" in page
    assert "No notice of the recording was heard" in page
    assert "https://evil" not in ask(server, path.split("?")[0] + "?back=https://evil").text


def test_what_does_not_do_is_refused_with_what_to_do(server):
    path = make(server)
    for status, words, answer in (
        (422, "to teach", ask(server, "/playlists", title="x", goal=" ")),
        (422, "title", add(server, path, title=" ")),
        (422, "ends after it begins", add(server, path, start="11")),
        (422, "the call ends at second 24.0", add(server, path, end="99")),
        (422, "seconds of the call", add(server, path, end="soon")),
        (422, "the call ends", add(server, path, end="nan")),
        (404, "no such call", add(server, path, call="unheard")),
        (422, "no", ask(server, "/playlists/add?call=unheard&turn=1")),
        (404, "no such turn", ask(server, "/playlists/add?call=one&turn=99")),
        (404, "own no playlist", add(server, "/playlists/999")),
        (404, "no playlist 999", ask(server, "/playlists/999")),
        (422, "moved up or down", ask(server, f"{path}/clips/1", do="burn")),
        (422, "flac or wav", ask(server, f"{path}/export?format=mp3")),
    ):
        assert (answer.status_code, words in answer.text.lower()) == (status, True), words


def test_clips_are_ordered_changed_silenced_and_taken_out(server):
    path = make(server)
    add(server, path, title="First")
    add(server, path, title="Second", call="two")
    first, second = clip_paths(ask(server, path).text)
    assert ask(server, second, do="up").headers["location"].endswith(f"#clip-{second[-1]}")
    assert clip_paths(ask(server, path).text) == [second, first]
    kept = {"do": "save", "title": "Renamed", "note": "The pause", "example": "bad"}
    ask(server, first, **kept, start="1", end="11", **{"hush-2": "yes"})
    page = ask(server, path).text
    assert "Renamed" in page
    assert "The pause" in page
    assert page.count("silenced</span>") == 2  # among the words, and in the form's tick
    ask(server, first, **kept, start="8.5", end="11", **{"hush-2": "yes"})
    ask(server, first, **kept, start="1", end="11")
    assert "silenced</span>" in ask(server, path).text
    ask(server, first, do="drop")
    assert clip_paths(ask(server, path).text) == [second]


def test_agents_names_are_hidden_until_they_are_asked_for(server):
    path = make(server)
    add(server, path, start="1")
    page = ask(server, path).text
    assert "Good morning, [agent] here" in page
    assert "Dana" not in page
    assert "Good morning, Dana here" in ask(server, f"{path}?names=show").text


def test_playlists_are_for_those_who_search_and_others_see_the_shared_ones(server):
    path, shared = make(server, "Hers"), make(server, "Theirs", shared="yes")
    add(server, shared)
    listed = ask(server, "/playlists", "qa").text
    assert "shared by trainer" in listed
    assert "Hers" not in listed
    assert ask(server, path, "qa").status_code == 404
    page = ask(server, shared, "qa").text
    assert not clip_paths(page)
    assert ask(server, f"{shared}/remove", "qa", x="y").status_code == 404
    for role in ("agent", "engineer"):
        assert ask(server, "/playlists", role).status_code in (303, 403)
        assert ask(server, f"{shared}/export", role).status_code in (303, 403)
    assert ask(server, f"{shared}/remove", x="y").status_code == 303
    assert ask(server, shared).status_code == 404


def test_an_export_is_noted_call_by_call_and_refused_where_a_caller_refused(server):
    path = make(server)
    add(server, path)
    add(server, path, call="two")
    made = ask(server, f"{path}/export?format=wav")
    assert made.headers["content-disposition"].endswith('.zip"')
    names = zipfile.ZipFile(io.BytesIO(made.content)).namelist()
    assert sorted(Path(name).suffix for name in names) == [".md", ".wav"]
    noted = [one.deed for one in server.audit.listed(action="clip_exported")]
    assert {(deed.who, deed.target) for deed in noted} >= {("trainer", "one"), ("trainer", "two")}
    add(server, path, call="refused", title="No")
    assert "The caller did not want to be recorded" in ask(server, path).text
    answer = ask(server, f"{path}/export")
    assert answer.status_code == 422
    assert "Take these out first: clip 3" in answer.text


def test_a_clip_of_a_removed_call_says_so_and_keeps_nothing_else(server):
    path = make(server)
    add(server, path, call="gone", title="Mrs Hill")
    delete_call(server.store, "gone", server.folder)
    page = ask(server, path).text
    assert "The call of this clip was removed" in page
    assert "Mrs Hill" not in page
    assert "<audio" not in page


def test_too_many_clips_are_warned_of(server):
    path = make(server)
    for _ in range(6):
        add(server, path)
    assert "6 clips: listeners take in 5 at most" in ask(server, path).text
    assert "too long" in ask(server, "/playlists").text


def test_hits_and_turns_lead_to_the_form_where_there_is_a_recording(server):
    assert (
        "/playlists/add?call=one&amp;turn=3&amp;back=%2Fsearch"
        in ask(server, "/search?q=call:one sorry").text
    )
    assert "/playlists/add" not in ask(server, "/search?q=call:unheard sorry").text
    assert "/playlists/add?call=one&amp;turn=3" in ask(server, "/calls/one").text
    assert "/playlists/add" not in ask(server, "/calls/unheard").text
