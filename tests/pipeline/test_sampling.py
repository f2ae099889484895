import runpy
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from pipeline import reviewing
from pipeline.reviewing import Reviewer
from pipeline.sampling import Plan, chosen, digest, draw, settle
from pipeline.store.repo import Store
from pipeline.store.review_queue import waiting
from pipeline.store.samples import Samples

CAL = runpy.run_path(str(Path(__file__).with_name("calibrated.py")))
PLAN = Plan(2, 180)
IN_WEEK, TODAY = "2026-05-06T12:00:00Z", date(2026, 5, 13)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "calls.db") as store:
        yield store


def add(store, tmp_path, names, **more):
    CAL["add_calls"](store, tmp_path, names, **{"at": IN_WEEK} | more)


def test_a_draw_can_be_repeated_from_its_note(store, tmp_path):
    names = [f"c{n}" for n in range(6)]
    add(store, tmp_path, names)
    add(store, tmp_path, ["e1"], agent="Ed")
    found = settle(store, PLAN, TODAY)
    assert (found.week, found.drawn_by, found.per_agent, found.min_s) == ("2026-05-04", "", 2, 180)
    dana, ed = found.pools
    assert (dana.agent, dana.eligible, dana.digest) == ("Dana", 6, digest(names))
    assert sorted(chosen(names[::-1], 2, found.seed, "Dana")) == list(dana.drawn)
    assert (ed.eligible, ed.drawn) == (1, ("e1",))
    assert settle(store, PLAN, TODAY) is None  # once a week
    assert Samples(store.database).listed() == [found]


def test_only_long_unreviewed_calls_of_the_week_are_drawn(store, tmp_path):
    add(store, tmp_path, ["short"], seconds=179.0)
    add(store, tmp_path, ["nobody"], agent="")
    add(store, tmp_path, ["sunday"], at="2026-05-03T23:59:59Z")
    add(store, tmp_path, ["monday"], at="2026-05-11T00:00:00Z")
    add(store, tmp_path, ["reviewed", "good"])
    reviewing.take(store, "reviewed", Reviewer("quinn"), 5)
    assert [p.drawn for p in settle(store, PLAN, TODAY).pools] == [("good",)]


def test_a_week_is_topped_up_and_never_drawn_over(store, tmp_path):
    week = PLAN.week(date(2026, 5, 6))
    assert draw(store, PLAN, week, "quinn") is None
    assert draw(store, Plan(0, 180), week, "quinn") is None
    add(store, tmp_path, ["c1"])
    assert draw(store, PLAN, week, "quinn").count == 1
    add(store, tmp_path, ["c2", "c3"])
    assert [(p.eligible, len(p.drawn)) for p in settle(store, PLAN, TODAY).pools] == [(2, 1)]
    assert draw(store, PLAN, week, "quinn") is None


def test_every_call_has_the_same_chance():
    calls = [f"c{n}" for n in range(10)]
    drawn = Counter(c for seed in range(3000) for c in chosen(calls, 3, seed, "Dana"))
    # 900 each, standard deviation 25
    assert all(abs(n - 900) < 125 for n in drawn.values())


def test_the_queue_names_a_call_that_was_drawn(store, tmp_path):
    add(store, tmp_path, ["c1", "c2", "c3"])
    settle(store, Plan(1, 180), TODAY)
    queue = waiting(store.database, 1)
    drawn = [w for w in queue if w.sample is not None]
    assert len(drawn) == 1  # beside the limit
    assert len(queue) == 2
    assert drawn[0].why[0] == "random sample"
    assert (drawn[0].sample.eligible, drawn[0].sample.week) == (3, "2026-05-04")
    assert waiting(store.database, 5, not_of="Dana") == []


def test_a_call_of_an_open_round_is_not_offered(store, tmp_path):
    add(store, tmp_path, ["c1", "c2", "c3", "c4"])
    CAL["opened"](store)
    assert [w.call_id for w in waiting(store.database, 9)] == ["c4"]
