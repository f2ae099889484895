import numpy as np
import pytest

from benchmarks.chances import (
    auroc,
    ece,
    interval,
    kept,
    ranked,
    reliability,
    reliability_bins,
    share,
)


def test_auroc_is_the_chance_of_the_right_order_and_ties_are_halves():
    truth = np.array([True, True, False, False])
    assert auroc(np.array([4.0, 3.0, 2.0, 1.0]), truth) == 1.0
    assert auroc(np.array([4.0, 1.0, 3.0, 2.0]), truth) == 0.5
    assert auroc(np.array([1.0, 1.0, 1.0, 1.0]), truth) == 0.5
    assert np.isnan(auroc(np.array([1.0]), np.array([True])))


def test_an_interval_holds_the_share_and_shrinks_with_lines():
    few, many = share([True, False] * 20), share([True, False] * 500)
    assert few.value == many.value == 50.0
    assert few.low < many.low < 50 < many.high < few.high
    assert str(many).startswith("50.0 (")
    assert np.isnan(interval(lambda rows: 1.0, 0).value)


def test_calibration_is_the_gap_between_said_and_so():
    said = np.array([0.95] * 10 + [0.05] * 10)
    true = np.array([True] * 10 + [False] * 10)
    assert ece(said, true) == pytest.approx(5.0)
    assert ece(said, ~true) == pytest.approx(95.0)
    plot = reliability(said, true)
    assert "0.9-1.0" in plot
    assert len(plot.splitlines()) == 3


def test_ranked_scores_have_an_interval():
    figure = ranked(np.arange(100.0), np.arange(100) >= 50)
    assert (figure.value, figure.low, figure.high) == (100.0, 100.0, 100.0)


def test_what_is_kept_of_those_inside_tells_who_outside_is_caught():
    edge, caught = kept(np.arange(100.0), np.array([-1.0, 2.0, 50.0, 90.0]))
    assert edge == pytest.approx(4.95)
    assert caught == 0.5


def test_bins_for_machines_say_what_the_plot_draws():
    said = np.array([0.05, 0.15, 0.15, 0.95])
    found = reliability_bins(said, np.array([False, True, False, True]))
    assert [(b["n"], b["so"]) for b in found] == [(1, 0.0), (2, 0.5), (1, 1.0)]
    assert found[1]["said"] == 0.15
