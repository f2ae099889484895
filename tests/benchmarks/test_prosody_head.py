import numpy as np
import pytest

from benchmarks.prosody_head import (
    LEARNT,
    Guess,
    auroc,
    calibration_error,
    fit,
    interval,
    make_head,
    unweighted_recall,
    write_head,
)
from models.prosody.baseline import COMPARED
from models.prosody.head import read_head


def clips(count=400, seed=1, weight=1.5):
    draw = np.random.default_rng(seed)
    rows = draw.standard_normal((count, len(LEARNT)))
    odds = weight * rows[:, 1] - 1.0
    angry = draw.uniform(size=count) < 1 / (1 + np.exp(-odds))
    return [dict(zip(LEARNT, row, strict=True)) for row in rows.tolist()], angry.tolist()


def test_the_weight_that_made_the_labels_is_found():
    weights, bias = fit(*clips(4000))
    assert weights[1] == pytest.approx(1.5, abs=0.2)
    assert bias == pytest.approx(-1.0, abs=0.2)
    assert max(abs(w) for at, w in enumerate(weights) if at != 1) < 0.15


def test_clips_that_part_cleanly_still_give_finite_weights():
    scores, _ = clips(40)
    weights, _ = fit(scores, [s["pitch"] > 0 for s in scores])
    assert all(abs(w) < 20 for w in weights)


def test_a_head_is_read_back_as_it_was_written(tmp_path):
    scores, angry = clips()
    head = make_head(scores, angry, dict.fromkeys(COMPARED, 1.5))
    write_head(head, tmp_path / "head.json")
    back = read_head(tmp_path / "head.json")
    usual = {**dict.fromkeys(COMPARED, 0.0), "pitch": 2.0}
    assert back.probability(usual, 3.0) == pytest.approx(head.probability(usual, 3.0), abs=1e-3)
    assert back.spread == head.spread


def told(*pairs, speaker="a"):
    return [Guess(speaker, angry, probability) for angry, probability in pairs]


def test_the_area_counts_pairs_in_order_and_ties_by_half():
    assert auroc(told((True, 0.9), (False, 0.1), (False, 0.2))) == 1.0
    assert auroc(told((True, 0.2), (False, 0.1), (False, 0.9))) == 0.5
    assert auroc(told((True, 0.5), (False, 0.5))) == 0.5
    assert np.isnan(auroc(told((True, 0.5))))


def test_unweighted_recall_gives_both_classes_one_half():
    guesses = told((True, 0.9), *[(False, 0.1)] * 8, (False, 0.9), (False, 0.9))
    assert unweighted_recall(guesses) == pytest.approx(0.5 * (1 + 0.8))
    assert np.isnan(unweighted_recall(told((False, 0.1))))


def test_calibration_error_is_the_distance_of_what_is_told_from_what_is():
    right = told(*[(True, 0.75)] * 3, (False, 0.75))
    assert calibration_error(right) == pytest.approx(0.0)
    assert calibration_error(told((True, 0.25), (True, 0.25))) == pytest.approx(0.75)


def test_an_interval_draws_speakers_and_not_clips():
    good = told((True, 0.9), (False, 0.1), speaker="good")
    bad = told((True, 0.1), (False, 0.9), speaker="bad")
    low, high = interval([*good, *bad], auroc, 1)
    assert (low, high) == (0.0, 1.0)
    assert interval(good, auroc, 1) == (1.0, 1.0)
