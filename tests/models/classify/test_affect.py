import json

import numpy as np
import pytest

from models.classify.affect import (
    ANGER,
    SENTIMENTS,
    feature_names,
    features,
    fit_affect,
    read_head,
)
from models.errors import WeightsCorrupt

AFFECT = ("anger", "joy", "neutral")


def synthetic(count=600, seed=1):
    """Logits of single lines and of the turns before; the mood of a call lasts."""
    rng = np.random.default_rng(seed)
    rows, kinds = [], []
    for _ in range(count):
        kind = int(rng.integers(3))
        middle = np.full(3, -2.0)
        middle[kind] = 1.0
        turns = [(middle + rng.normal(0, 1.5, 3)).astype(np.float32) for _ in range(4)]
        rows.append(features(turns[-1], turns[: int(rng.integers(4))]))
        kinds.append(("negative", "positive", "neutral")[kind])
    return np.array(rows), kinds, np.array([kind == "negative" for kind in kinds])


@pytest.fixture(scope="module")
def head():
    return fit_affect(AFFECT, *synthetic())


def test_the_chances_are_right_as_often_as_they_say(head):
    rows, kinds, angry = synthetic(seed=2)
    said = head.parts[ANGER].probability(rows)
    high = said > 0.7
    assert angry[high].mean() == pytest.approx(said[high].mean(), abs=0.12)
    told = [
        max(SENTIMENTS, key=lambda name: float(head.parts[name].probability(row))) for row in rows
    ]
    assert np.mean([one == other for one, other in zip(told, kinds, strict=True)]) > 0.75


def test_a_call_that_was_angry_makes_an_unclear_turn_angrier(head):
    unclear = np.array([-0.5, -0.5, -0.5], np.float32)
    angry = np.array([3.0, -3.0, -3.0], np.float32)
    alone, after = head.feel(unclear), head.feel(unclear, [angry, angry])
    assert after.anger > alone.anger
    assert sum(after.sentiment.values()) == pytest.approx(1.0)
    assert after.likeliest == "negative"


def test_older_turns_fade():
    old, new = np.array([4.0, 0, 0]), np.array([0, 4.0, 0])
    before = features(np.zeros(3), [old, new])[3:6]
    assert before == pytest.approx([4 / 3, 8 / 3, 0])
    many = features(np.zeros(3), [old, np.zeros(3), np.zeros(3), np.zeros(3)])[3:6]
    assert many == pytest.approx(np.zeros(3))


def test_what_was_not_said_counts_as_naught():
    row = features(np.array([1.0, 2.0, 3.0]))
    assert row.tolist() == [1.0, 2.0, 3.0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert len(feature_names(AFFECT)) == len(row)
    spoken = features(np.zeros(3), [np.zeros(3)], np.zeros(3))
    assert spoken.tolist() == [0] * 9 + [1, 1]


def test_a_head_survives_its_file(head, tmp_path):
    path = tmp_path / "affect.json"
    path.write_text(json.dumps(head.numbers()))
    again = read_head(path, AFFECT)
    now = np.array([1.0, -1.0, 0.0], np.float32)
    assert again.feel(now).anger == pytest.approx(head.feel(now).anger, abs=1e-3)


def test_no_file_is_no_head_and_another_encoders_is_refused(head, tmp_path):
    path = tmp_path / "affect.json"
    assert read_head(path, AFFECT) is None
    path.write_text(json.dumps(head.numbers()))
    with pytest.raises(WeightsCorrupt, match="other names"):
        read_head(path, ("fear",))
    path.write_text(json.dumps({"affect": list(AFFECT), "parts": {"anger": {}}}))
    with pytest.raises(WeightsCorrupt, match="no affect head"):
        read_head(path, AFFECT)
