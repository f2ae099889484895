import runpy
from pathlib import Path

import pytest

from pipeline import calibrating
from pipeline.calibrating import Wish
from pipeline.errors import AnswerRefused, RecordNotFound, RequestRefused
from pipeline.reviewing import Reviewer, lines
from pipeline.store.calibration import Calibrations
from pipeline.store.calibration_rows import Given
from pipeline.store.repo import Store

CAL = runpy.run_path(str(Path(__file__).with_name("calibrated.py")))
AGENTS, opened, hand_in = CAL["AGENTS"], CAL["opened"], CAL["hand_in"]
GOOD = ("yes yes yes", "yes yes yes", "yes yes no")


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "calls.db") as store:
        CAL["add_calls"](store, tmp_path)
        yield store


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(" ", ("c1", "c2", "c3"), ("rae",), "eva"), "name of at most"),
        (Wish("May", ("c1", "c2", "c2"), ("rae",), "eva"), "2 are chosen"),
        (Wish("May", ("c1", "c2", "c9"), ("rae",), "eva"), "no scored call 'c9'"),
        (Wish("May", ("c1", "c2", "c3"), ("eva",), "eva"), "one reviewer beside"),
        (Wish("May", ("c1", "c2", "c3"), ("rae",), ""), "name the expert"),
        (Wish("May", ("c1", "c2", "c3"), ("dana",), "eva"), "dana may not review"),
        (Wish("May", ("c1", "c2", "q1"), ("quinn",), "eva"), "quinn's own"),
    ],
)
def test_a_round_that_does_not_do_is_refused(store, tmp_path, wish, said):
    CAL["add_calls"](store, tmp_path, ("q1",), agent="Quinn")
    with pytest.raises(RequestRefused, match=said):
        calibrating.open_round(store, wish, AGENTS, "zoe")


def test_a_call_is_answered_from_nothing(store):
    whole = opened(store)
    assert whole.people == ("quinn", "rae", "eva")
    one = calibrating.blind(store, whole.round.id, 1, "rae")
    assert [a.machine or a.evidence or a.note for a in lines(one.card).values()] == [""] * 3
    assert {a.answer for a in lines(one.card).values()} == {"open"}
    assert len(one.missing) == 3
    with pytest.raises(RecordNotFound, match="do not take part"):
        calibrating.blind(store, whole.round.id, 1, "zoe")
    with pytest.raises(RecordNotFound, match="no call 9"):
        calibrating.blind(store, whole.round.id, 9, "rae")


def test_answers_are_saved_then_handed_in_for_good(store):
    whole = opened(store)
    rae, one = Reviewer("rae"), calibrating.blind(store, whole.round.id, 1, "rae")
    with pytest.raises(AnswerRefused, match="not maybe"):
        calibrating.save(store, one, rae, {"T-01": Given("maybe")})
    with pytest.raises(RequestRefused, match="2 questions are"):
        calibrating.save(store, one, rae, {"T-01": Given("no", "late")}, submit=True)
    again = calibrating.blind(store, whole.round.id, 1, "rae")
    assert again.given == {"T-01": Given("no", "late")}
    given = {q: Given("yes") for q in ("Q-01", "T-01", "T-02")}
    calibrating.save(store, again, rae, given, submit=True)
    with pytest.raises(RequestRefused, match="they stand"):
        calibrating.save(store, again, rae, {})
    whole = Calibrations(store.database).need(whole.round.id)
    assert (whole.done("rae"), whole.done("eva"), whole.finished("rae")) == (1, 0, False)


def test_results_are_blind_until_handed_in_or_closed(store):
    whole = opened(store)
    whole = hand_in(store, whole, "rae", *GOOD)
    assert calibrating.may_see(whole, "rae")
    assert not calibrating.may_see(whole, "eva")
    assert not calibrating.may_see(whole, "zoe")  # who opened it takes no part
    with pytest.raises(RequestRefused, match="two people"):
        calibrating.close_round(store, whole, "zoe")
    whole = hand_in(store, whole, "eva", *GOOD)
    with pytest.raises(RequestRefused, match="closed by who opened it"):
        calibrating.close_round(store, whole, "rae")
    calibrating.close_round(store, whole, "eva")
    whole = Calibrations(store.database).need(whole.round.id)
    assert calibrating.may_see(whole, "zoe")
    late = calibrating.blind(store, whole.round.id, 1, "quinn")
    with pytest.raises(RequestRefused, match="round is closed"):
        calibrating.save(store, late, Reviewer("quinn"), {})
    with pytest.raises(RequestRefused):
        calibrating.drop_round(store, whole, "zoe")


def test_a_round_touches_no_score(store):
    before = [store.scores(c) for c in ("c1", "c2", "c3")]
    hand_in(store, opened(store), "rae", "no no no", "no no no", "no no no")
    assert [store.scores(c) for c in ("c1", "c2", "c3")] == before
    assert store.people("c1") == []


def test_an_erased_call_takes_its_part_of_a_round_with_it(store):
    whole = hand_in(store, opened(store), "rae", *GOOD)
    store.remove(["c2"])
    whole = Calibrations(store.database).need(whole.round.id)
    assert [c.position for c in whole.calls] == [1, 3]
    assert whole.finished("rae")
    calibrating.drop_round(store, whole, "zoe")
    with pytest.raises(RecordNotFound):
        Calibrations(store.database).need(whole.round.id)
