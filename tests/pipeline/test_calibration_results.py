import runpy
from pathlib import Path

import pytest

from pipeline import calibrating
from pipeline.calibration_results import results
from pipeline.store.calibration import Calibrations
from pipeline.store.repo import Store

CAL = runpy.run_path(str(Path(__file__).with_name("calibrated.py")))
opened, hand_in = CAL["opened"], CAL["hand_in"]
ALL = ("yes yes yes",) * 3


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "calls.db") as store:
        CAL["add_calls"](store, tmp_path)
        yield store


def played(store, quinn, rae=ALL, eva=ALL):
    whole = opened(store)
    for person, answers in (("quinn", quinn), ("rae", rae), ("eva", eva)):
        whole = hand_in(store, whole, person, *answers) if answers else whole
    calibrating.close_round(store, whole, "eva")
    return results(store, Calibrations(store.database).need(whole.round.id))


def test_a_round_shows_who_agrees_on_what(store):
    found = played(store, ("no yes yes", "no yes no", "yes yes yes"))
    by_id = {q.id: q for q in found.questions}
    # three people, three calls: two calls with one in three apart, so (1/3 + 1/3 + 1) / 3
    assert by_id["Q-01"].here.percent == pytest.approx(500 / 9)
    assert by_id["T-01"].here.percent == 100
    assert by_id["T-01"].here.kappa is None  # all the same
    assert [q.id for q in found.splitting] == ["Q-01", "T-02"]
    assert not by_id["Q-01"].change
    split = by_id["Q-01"].calls
    assert [s.call.call_id for s in split] == ["c1", "c2"]
    assert [s.answer for s in split[0].said] == ["no", "yes", "yes"]
    assert split[0].machine == ""  # the machine gives no answer to it
    assert found.group.n == 9
    assert not by_id["Q-01"].here.enough


def test_distance_and_bias_from_the_expert_in_points(store):
    found = played(store, ("no yes yes", "yes yes no", "yes yes yes"))
    quinn, rae, machine = found.persons
    # c1: opening is half, worth 60 of 100; c2: compliance is lost, worth 40
    assert [round(c.scores["quinn"]) for c in found.calls] == [70, 60, 100]
    assert (quinn.distance.mean_absolute, quinn.distance.bias) == pytest.approx((70 / 3, -70 / 3))
    assert quinn.distance.within == pytest.approx(100 / 3)
    assert (rae.distance.mean_absolute, rae.distance.within) == (0, 100)
    assert (machine.name, machine.machine, machine.agrees.n) == ("Machine", True, 6)
    assert machine.agrees.percent == 100


def test_a_question_that_splits_two_rounds_running_asks_for_a_change(store):
    for n, quinn in enumerate((("no yes yes",) * 3, ALL, ("no yes yes",) * 3, ("no yes yes",) * 3)):
        found = played(store, quinn)
        changes = [q.id for q in found.questions if q.change]
        assert changes == (["Q-01"] if n == 3 else [])
    question = next(q for q in found.questions if q.id == "Q-01")
    assert (question.rounds, question.pooled.n, question.pooled.enough) == (4, 12, True)
    assert question.pooled.band == "rewrite"


def test_who_hands_nothing_in_is_named_and_not_counted(store):
    found = played(store, (), eva=("yes yes no",) * 3)
    assert (found.people, found.absent) == (("rae", "eva"), ("quinn",))
    assert found.group.kind == "cohen"
    without = played(store, ALL, rae=ALL, eva=())
    assert without.persons[0].distance is None
    assert [p.name for p in without.persons] == ["quinn", "rae"]
