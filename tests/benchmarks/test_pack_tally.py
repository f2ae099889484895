"""Counts of tried lines."""

import math

import pytest

from benchmarks.pack_lines import RuleLine
from benchmarks.pack_tally import Tried, bars, tally
from qa_rules.selftest import Outcome

YES, REVIEW, NO = Outcome.YES, Outcome.REVIEW, Outcome.NO


def tried(wanted, *answers):
    return Tried(RuleLine("t", "item", "T-01", "agent", False, wanted, ("x",)), answers)


def test_a_review_holds_and_is_counted_apart():
    found = tally([tried(True, YES, REVIEW), tried(True, NO, YES), tried(False, NO, REVIEW)])
    assert found.lines == 3
    assert found.recall.value == pytest.approx(75)
    assert found.precision.value == pytest.approx(75)
    assert found.sure == pytest.approx(50)
    assert found.review == pytest.approx(100 * 2 / 6)


def test_forms_of_one_line_are_one_line():
    """Ten forms of one line tell no more than the line: the interval is as wide."""
    once = tally([tried(True, YES), tried(True, NO)] * 5)
    often = tally([tried(True, *[YES] * 10), tried(True, *[NO] * 10)] * 5)
    assert (once.recall.low, once.recall.high) == (often.recall.low, often.recall.high)
    assert once.recall.low < 50 < once.recall.high


def test_nothing_to_count_is_no_failure():
    found = tally([tried(False, NO)])
    assert math.isnan(found.recall.value)
    assert not found.short(bars(critical=True))
    assert found.json() == {
        "lines": 1, "recall": None, "precision": None, "sure_recall": None, "review": 0.0,
    }  # fmt: skip
    assert tally([]).json()["review"] is None


def test_bars_are_higher_for_what_fails_a_call():
    nine = tally([tried(True, YES)] * 9 + [tried(True, NO)])
    assert nine.short(bars(critical=True))
    assert not nine.short(bars(critical=False))
    assert tally([tried(True, YES)] * 4 + [tried(False, YES)]).short(bars(critical=False))
