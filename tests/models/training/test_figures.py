import numpy as np
import pytest

from models.training.figures import auroc, bins, ece


def test_auroc_counts_ties_as_halves_and_knows_when_there_is_nothing_to_rank():
    truth = np.array([True, True, False, False])
    assert auroc(np.array([0.9, 0.8, 0.2, 0.1]), truth) == 1.0
    assert auroc(np.array([0.5, 0.5, 0.5, 0.5]), truth) == 0.5
    assert auroc(np.array([0.9, 0.4, 0.4, 0.1]), truth) == pytest.approx(0.875)
    assert np.isnan(auroc(np.array([0.1, 0.2]), np.array([True, True])))


def test_ece_is_the_gap_between_what_is_said_and_what_is_so():
    assert ece(np.array([0.75] * 4), np.array([True, True, True, False])) == pytest.approx(0.0)
    assert ece(np.array([0.95, 0.95, 0.05, 0.05]), np.zeros(4, bool)) == pytest.approx(0.5)


def test_certainty_is_in_the_last_bin():
    assert bins(np.array([0.0, 0.09, 0.1, 0.999, 1.0])).tolist() == [0, 0, 1, 9, 9]
