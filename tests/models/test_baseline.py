import dataclasses

import pytest

from models.prosody.baseline import COMPARED, LEAST_CLIPS, MOST_CLIPS, Baseline, usual
from models.prosody.measure import Measures

PRIOR = dict.fromkeys(COMPARED, 2.0)
CALM = Measures(3.0, -25.0, -20.0, 10.0, 85.0, 6.0, -2.0, 4.0, -8.0)


def clip(**changes):
    return dataclasses.replace(CALM, **changes)


def test_nothing_is_usual_before_enough_was_heard():
    baseline = Baseline(PRIOR)
    baseline.add(clip(seconds=20.0))
    assert baseline.usual is None, "one long speech is one mood"
    baseline.add(clip(seconds=1.0))
    baseline.add(clip(seconds=1.0))
    assert baseline.usual is not None


def test_many_short_answers_are_not_enough_either():
    baseline = Baseline(PRIOR)
    for _ in range(LEAST_CLIPS):
        baseline.add(clip(seconds=1.0))
    assert not baseline.ready


def test_one_odd_clip_among_the_first_does_not_move_the_middle():
    baseline = Baseline(PRIOR)
    for level in (-25.0, -24.0, -5.0, -26.0, -25.0):
        baseline.add(clip(level=level))
    assert baseline.usual.middle["level"] == -25.0


def test_later_calm_clips_move_it_slowly():
    baseline = Baseline(PRIOR)
    for _ in range(20):
        baseline.add(clip())
    for _ in range(5):
        baseline.add(clip(level=-20.0))
    assert baseline.usual.middle["level"] == -25.0
    for _ in range(MOST_CLIPS):
        baseline.add(clip(level=-20.0))
    assert baseline.usual.middle["level"] == -20.0


def test_a_change_is_told_in_units_and_in_spreads():
    own = usual([clip()] * 4, PRIOR)
    louder = clip(level=-18.0, pitch=88.0)
    assert own.change(louder)["level"] == pytest.approx(7.0)
    assert own.change(louder)["pitch"] == pytest.approx(3.0)
    assert own.change(louder)["tilt"] == 0.0
    assert own.scores(louder)["level"] == pytest.approx(7.0 / own.spread["level"])


def test_a_lively_caller_must_change_more_than_a_flat_one():
    flat = usual([clip(pitch=85.0)] * 20, PRIOR)
    lively = usual([clip(pitch=85.0 + far) for far in (-6, -3, 0, 3, 6) for _ in range(4)], PRIOR)
    high = clip(pitch=91.0)
    assert lively.scores(high)["pitch"] < 0.5 * flat.scores(high)["pitch"]


def test_few_equal_clips_do_not_make_every_change_a_great_one():
    assert usual([clip()] * 3, PRIOR).spread["pitch"] > 1.5
