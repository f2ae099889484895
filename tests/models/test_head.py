import json

import pytest

from models.prosody.baseline import COMPARED
from models.prosody.head import CLIP, WEIGHTS, Loudness, log_odds, read_head

USUAL = dict.fromkeys(COMPARED, 0.0)


@pytest.fixture
def head():
    return read_head()


def test_the_shipped_head_weighs_only_what_is_compared_and_not_the_level(head):
    assert set(head.weights) <= set(COMPARED) - {"level"}
    assert set(head.spread) == set(COMPARED)
    assert all(spread > 0 for spread in head.spread.values())
    assert json.loads(WEIGHTS.read_text("utf-8"))["loudness"]["per_db"] == head.loudness.per_db


def test_a_usual_voice_is_hardly_ever_raised(head):
    assert head.probability(USUAL, 0.0) < 0.02


def test_a_voice_far_over_its_usual_is_raised(head):
    assert head.probability({**USUAL, "pitch": 4.0, "tilt": 3.0, "pace": 2.0}, 10.0) > 0.95


def test_neither_gain_nor_a_wrong_octave_is_enough_alone(head):
    assert head.probability(USUAL, 30.0) < 0.2
    assert head.probability({**USUAL, "pitch": 50.0}, 0.0) < 0.8


def test_scores_beyond_the_clip_count_as_the_clip(head):
    far = {**USUAL, "pitch": CLIP}
    assert head.probability({**USUAL, "pitch": 9 * CLIP}, 0.0) == head.probability(far, 0.0)


def test_louder_higher_and_faster_each_make_it_likelier(head):
    before = head.probability({**USUAL, "pitch": 2.0}, 3.0)
    assert head.probability({**USUAL, "pitch": 3.0}, 3.0) > before
    assert head.probability({**USUAL, "pitch": 2.0, "pace": 1.0}, 3.0) > before
    assert head.probability({**USUAL, "pitch": 2.0}, 6.0) > before


def test_the_prior_shifts_the_odds_and_nothing_more(head):
    scores = {**USUAL, "pitch": 2.0}
    shift = log_odds(head.probability(scores, 5.0, 0.5)) - log_odds(head.probability(scores, 5.0))
    assert shift == pytest.approx(log_odds(0.5) - log_odds(head.prior))


def test_loudness_counts_up_to_its_bound():
    loudness = Loudness(0.1, 3.0, 12.0)
    assert loudness.evidence(3.0) == 0
    assert loudness.evidence(13.0) == loudness.evidence(60.0) == pytest.approx(0.9)
