import runpy
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline import calibrating, reviewing
from pipeline.machine_agreement import machine, summed
from pipeline.periods import Period
from pipeline.rescoring import answer
from pipeline.reviewing import Reviewer
from pipeline.store.machine_answers import Met
from pipeline.store.repo import Store
from pipeline.store.review_rows import ReviewAnswer
from qa_rules.types import PersonAnswer

CAL = runpy.run_path(str(Path(__file__).with_name("calibrated.py")))
MAY = Period(date(2026, 5, 4), date(2026, 5, 17), UTC)
FIRST, SECOND = "2026-05-05T09:00:00Z", "2026-05-12T09:00:00Z"


def test_agreement_is_summed_per_question_and_week():
    found = [Met("a", "A", FIRST, "yes", "yes", stood=True)] * 6
    found += [Met("a", "A", SECOND, "yes", "no", "asr"), Met("a", "A", SECOND, "yes", "no")]
    found += [Met("a", "A", SECOND, "no", "no")] * 4
    found += [Met("b", "B", FIRST, "", "yes"), Met("b", "B", FIRST, "no", "no")]
    shown = summed(found, [Met("a", "A", FIRST, "yes", "no")], MAY)
    assert [q.id for q in shown.questions] == ["a", "b"]
    a, b = shown.questions
    # by hand: po 10/12, pe (8*6 + 4*6)/144 = 0.5
    assert (a.agrees.percent, a.agrees.kappa) == pytest.approx((250 / 3, 2 / 3))
    assert (a.agrees.n, a.agrees.band, a.stood, a.errors) == (
        12,
        "coach",
        6,
        {"asr": 1, "unnamed": 1},
    )
    assert [w.agrees.n for w in a.weeks] == [6, 6]
    assert [w.agrees.percent for w in a.weeks] == pytest.approx([100, 200 / 3])
    assert (b.unsure, b.agrees.n) == (1, 1)
    assert a.blind.percent == 0
    assert shown.whole.agrees.n == 13
    assert summed([], [], MAY).questions == ()


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "calls.db") as store:
        CAL["add_calls"](store, tmp_path, ("c1", "c2", "c3", "c4"))
        yield store


def now_period():
    today = datetime.now(UTC).date()
    return Period(today, today, UTC)


def test_reviews_single_answers_and_blind_rounds_are_read_apart(store):
    rae = Reviewer("rae")
    one = reviewing.load(store, reviewing.take(store, "c1", rae, 5).id)
    given = [ReviewAnswer("T-01", "no", "not at all", "asr"), ReviewAnswer("Q-01", "yes")]
    one = reviewing.save(store, one, given, "Clear", "Slower")
    assert machine(store, now_period()).questions == ()  # a draft says nothing yet
    reviewing.share(store, one, rae, 10)
    answer(store, "c2", [PersonAnswer("T-02", "no", note="wrong price")], "sal")
    found = {q.id: q for q in machine(store, now_period()).questions}
    assert (found["T-01"].agrees.percent, found["T-01"].errors) == (0, {"asr": 1})
    assert (found["T-02"].agrees.n, found["T-02"].agrees.percent, found["T-02"].stood) == (2, 50, 1)
    assert (found["Q-01"].unsure, found["Q-01"].agrees.n) == (1, 0)
    assert all(q.blind.n == 0 for q in found.values())

    whole = CAL["opened"](store, calls=("c2", "c3", "c4"))
    for person in ("rae", "eva"):
        whole = CAL["hand_in"](store, whole, person, *["yes yes no"] * 3)
    calibrating.close_round(store, whole, "eva")
    only = machine(store, now_period(), "T-02")
    assert [q.id for q in only.questions] == ["T-02"]
    assert (only.questions[0].blind.n, only.questions[0].blind.percent) == (3, 0)
    assert only.questions[0].agrees.n == 2
