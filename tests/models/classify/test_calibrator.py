import json

import numpy as np
import pytest

from models.classify.calibrator import fit, from_numbers, read_card
from models.errors import WeightsCorrupt, WeightsNotFound

NAMES = ("near", "far", "flat")


def made():
    rng = np.random.default_rng(3)
    rows = np.column_stack([rng.normal(5, 2, 900), rng.normal(0, 0.01, 900), np.full(900, 7.0)])
    truth = rng.random(900) < 1 / (1 + np.exp(-(rows[:, 0] - 5)))
    return rows, truth, fit(NAMES, rows, truth)


def test_what_is_said_comes_true_as_often():
    rows, truth, calibrator = made()
    said = calibrator.probability(rows)
    for low in (0.1, 0.4, 0.7):
        some = (said > low) & (said < low + 0.2)
        assert truth[some].mean() == pytest.approx(said[some].mean(), abs=0.1)


def test_a_feature_that_never_changes_counts_nothing():
    assert made()[2].numbers()["flat"] == 0.0


def test_numbers_survive_a_file(tmp_path):
    rows, _, calibrator = made()
    path = tmp_path / "n.json"
    path.write_text(json.dumps({"numbers": calibrator.numbers()}))
    again = from_numbers(NAMES, read_card(path)["numbers"])
    assert again.probability(rows) == pytest.approx(calibrator.probability(rows), abs=1e-3)


def test_numbers_for_other_features_are_refused():
    numbers = made()[2].numbers()
    with pytest.raises(WeightsCorrupt, match="new"):
        from_numbers((*NAMES, "new"), numbers)


def test_a_file_that_is_gone_or_spoilt_is_told(tmp_path):
    with pytest.raises(WeightsNotFound, match=r"n\.json"):
        read_card(tmp_path / "n.json")
    for text in ("{", "[1]"):
        (tmp_path / "n.json").write_text(text)
        with pytest.raises(WeightsCorrupt):
            read_card(tmp_path / "n.json")
