from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import figures
from pipeline.figures import Fact

CALL = Fact(
    "c", "2026-03-02T09:00:00.000000Z", "Ana", "North", "billing", ("core_call",), 100.0,
    80.0, 90.0, True, False, False, 0, False,
)  # fmt: skip


def test_wilson_agrees_with_published_values():
    # Newcombe 1998, Statistics in Medicine 17, table I (method 3).
    for hits, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)):
        found = figures.rate(hits, n)
        assert (found.low, found.high) == (
            pytest.approx(low, abs=1e-4),
            pytest.approx(high, abs=1e-4),
        )
    none = figures.rate(0, 20)
    assert none.value == none.low == 0
    assert none.high == pytest.approx(0.1611, abs=1e-4)


def test_a_mean_has_students_interval_and_stays_in_range():
    found = figures.mean([70.0, 80.0, 90.0])
    assert found.value == 80
    assert found.high == pytest.approx(80 + 4.303 * 10 / 3**0.5)
    assert figures.mean([99.0, 100.0], (0.0, 100.0)).high == 100
    assert figures.mean([5.0]) == figures.Figure(5.0, None, None, 1)
    assert figures.mean([]).value is None


@given(st.lists(st.floats(0, 100), min_size=2, max_size=60))
def test_the_mean_lies_in_its_interval(values):
    found = figures.mean(values, (0.0, 100.0))
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9


def test_t_joins_its_table_without_a_step():
    many = figures.mean([0.0, 1.0] * 16)
    half = (many.high - many.low) / 2
    assert half == pytest.approx(2.0395 * 0.50800 / 32**0.5, rel=2e-3), "t of 31 degrees is 2.0395"


def test_totals_leave_the_unscored_out_of_scores_and_count_the_rest():
    calls = [
        CALL,
        replace(CALL, score=60.0, passed=False, missed=("a", "b"), waiting=True),
        replace(CALL, score=0.0, passed=False, auto_fail=True, angry=True, missed=("a",)),
        replace(CALL, score=None, compliance=None, passed=None),
    ]
    found = figures.totals(calls)
    assert (found.calls, found.waiting) == (4, 1)
    assert (found.score.value, found.score.n) == (pytest.approx(140 / 3), 3)
    assert (found.passed.value, found.passed.n) == (pytest.approx(1 / 3), 3)
    assert (found.angry.value, found.angry.n) == (0.25, 4)
    assert found.auto_fail.value == pytest.approx(1 / 3)
    assert found.missed.value == 0.75
    assert figures.missed_most(calls) == [("a", 2), ("b", 1)]
    assert figures.totals([]).score.value is None


def test_balance_takes_only_measured_calls():
    calls = [
        replace(CALL, talk=(60.0, 20.0, 10.0, 5.0)),
        replace(CALL, talk=(0.0, 0.0, 0.0, 0.0)),
        CALL,
    ]
    found = figures.balance(calls)
    assert (found.talk_ratio.value, found.talk_ratio.n) == (0.75, 1), (
        "where nobody spoke is no share"
    )
    assert (found.dead_air.value, found.dead_air.n) == (0.05, 2)


def test_calls_of_several_packs_count_for_each_and_moods_by_their_peak():
    calls = [replace(CALL, packs=("core_call", "card_payment"), anger=3), CALL]
    assert {k: len(v) for k, v in figures.by_pack(calls).items()} == {
        "core_call": 2,
        "card_payment": 1,
    }
    assert figures.moods(calls) == (1, 0, 0, 1, 0)
    assert list(figures.by(calls, lambda f: f.team)) == ["North"]


def test_hints_shown_often_and_hardly_used_are_marked():
    counts = {
        ("r.often", "shown"): 200, ("r.often", "used"): 9,
        ("r.new", "shown"): 199, ("r.new", "used"): 0,
        ("r.good", "shown"): 400, ("r.good", "used"): 20, ("r.good", "not_helpful"): 3,
    }  # fmt: skip
    found = {h.rule_id: h for h in figures.hint_uses(counts, {"r.good": "Offer it"})}
    assert [h for h in found if found[h].ignored] == ["r.often"]
    assert (found["r.good"].text, found["r.good"].not_helpful) == ("Offer it", 3)
    assert found["r.good"].rate.n == 400
