import math
import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import RecordNotFound, RequestRefused
from pipeline.store.playlists import CLIPS_MOST, Playlists, Stretch
from pipeline.store.retention import delete_call

told = runpy.run_path(str(Path(__file__).with_name("calls.py")))["told"]


@pytest.fixture
def lists(store):
    for call in ("one", "two"):
        told(store, call, [("a", 1, "Good morning"), ("c", 5, "It is late again")])
    return Playlists(store.database)


def stretch(call="one", title="Says sorry", **more):
    return Stretch(call, 1.0, 7.5, title, **more)


def titles(lists, number, person="tess"):
    return [c.stretch and c.stretch.title for c in lists.get(person, number).clips]


def test_a_playlist_needs_a_goal_and_is_seen_by_others_only_when_shared(lists):
    for title, goal in (("Openings", "  "), (" ", "Greet by name"), ("x" * 121, "y")):
        with pytest.raises(RequestRefused):
            lists.create("tess", title, goal)
    number = lists.create("tess", "Openings", "Greet by name")
    assert lists.listed("quinn") == []
    with pytest.raises(RecordNotFound):
        lists.get("quinn", number)
    lists.change("tess", number, "Openings", "Greet by name", shared=True)
    assert [h.title for h in lists.listed("quinn")] == ["Openings"]
    for change in (
        lambda: lists.change("quinn", number, "Mine", "Mine", shared=False),
        lambda: lists.add("quinn", number, stretch()),
        lambda: lists.remove("quinn", number),
    ):
        with pytest.raises(RecordNotFound):
            change()
    lists.remove("tess", number)
    assert lists.listed("tess") == []


def test_clips_are_added_moved_edited_and_dropped_in_order(lists):
    number = lists.create("tess", "Openings", "Greet by name")
    a, b, c = (lists.add("tess", number, stretch(title=t)) for t in "abc")
    lists.move("tess", number, c, -1)
    assert titles(lists, number) == ["a", "c", "b"]
    lists.move("tess", number, a, 9)
    assert titles(lists, number) == ["c", "b", "a"]
    lists.edit("tess", number, b, replace(stretch(title="B"), end_s=9.0, hushed=(2, 7)), "bad")
    assert lists.get("tess", number).clip(b).stretch.hushed == (2, 7)
    lists.drop("tess", number, c)
    assert titles(lists, number) == ["B", "a"]
    head = lists.get("tess", number).head
    assert (head.clips, head.seconds) == (2, 8.0 + 6.5)
    other = lists.create("tess", "Else", "Else")
    with pytest.raises(RecordNotFound):
        lists.move("tess", other, a, 1)
    with pytest.raises(RecordNotFound):
        lists.edit("tess", number, a, stretch("two"), "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"start_s": -1.0},
        {"end_s": 1.0},
        {"end_s": 602.0},
        {"end_s": math.nan},
        {"note": "x" * 1001},
    ],
)
def test_a_clip_that_makes_no_sense_is_refused(lists, wrong):
    number = lists.create("tess", "Openings", "Greet by name")
    with pytest.raises(RequestRefused):
        lists.add("tess", number, replace(stretch(), **wrong))
    with pytest.raises(RequestRefused):
        lists.add("tess", number, stretch(), "ugly")


def test_a_playlist_has_a_bound(lists):
    number = lists.create("tess", "Openings", "Greet by name")
    for _ in range(CLIPS_MOST):
        lists.add("tess", number, stretch())
    with pytest.raises(RequestRefused, match="begin another"):
        lists.add("tess", number, stretch())


def test_a_removed_call_takes_its_words_along_and_leaves_the_place_of_its_clip(lists, store):
    number = lists.create("tess", "Openings", "Greet by name")
    lists.add("tess", number, stretch("one", "Mrs Hill calls", note="her second call"), "bad")
    lists.add("tess", number, stretch("two", "Kept"))
    delete_call(store, "one")
    gone, kept = lists.get("tess", number).clips
    assert (gone.stretch, gone.example) == (None, "bad")
    assert kept.stretch.title == "Kept"
    assert lists.get("tess", number).head.seconds == 6.5
    with store.database.read() as connection:
        left = connection.exec_driver_sql("SELECT title, note FROM clip_source").fetchall()
    assert left == [("Kept", "")]
    with pytest.raises(RecordNotFound, match="removed"):
        lists.edit("tess", number, gone.id, stretch("one"), "")
    lists.drop("tess", number, gone.id)
    assert titles(lists, number) == ["Kept"]
