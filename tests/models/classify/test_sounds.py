import numpy as np
import pytest

from models.classify.sounds import LOG_LEAST, Sounds, runs

FEE = ["why was i charged a fee for transferring money", "what is this transfer fee"]
LOST = ["i lost my card on the train", "my card is gone"]
NOTHING = ["good morning how are you", "yes that is right"]
SOUNDS = Sounds([FEE, LOST], NOTHING)


def test_what_was_misheard_still_sounds_like_what_was_said():
    heard = "why have i been target of sea fee for trans furring muddy"
    share, near = SOUNDS.read([heard])[0].T
    assert share[0] > share[1] + 0.5
    assert near[0] > near[1]


def test_word_bounds_do_not_matter():
    one, other = runs("for transferring"), runs("fort rans ferring")
    shared = sum((one & other).values())
    assert shared > 0.6 * sum(one.values())


def test_an_example_itself_sounds_most_like_itself():
    share, near = SOUNDS.read([LOST[1]])[0].T
    assert near[1] == pytest.approx(1.0, abs=1e-5)
    assert share[1] > -0.1


def test_shares_leave_room_for_lines_that_ask_for_nothing():
    share = SOUNDS.read(["good morning how are you today"])[0, :, 0]
    assert share.max() < -2


def test_a_text_without_sounds_is_like_nothing():
    out = SOUNDS.read(["", "..."])
    assert out.shape == (2, 2, 2)
    assert np.isfinite(out).all()
    assert not out[..., 1].any()


def test_sounds_that_no_example_has_make_a_text_less_like_any():
    near = SOUNDS.read(["my card is gone", "my card is gone zigzag vivacious buzz"])[:, 1, 1]
    assert near[1] < near[0]


def test_shares_stop_at_the_least_that_is_told():
    lost = Sounds([FEE, ["xylophone"]], NOTHING).read([FEE[0]])[0, :, 0]
    assert lost[1] == pytest.approx(LOG_LEAST)


def test_names_may_have_no_lines():
    out = Sounds([[], LOST], NOTHING).read(["my card is gone"])
    assert out[0, 0, 1] == 0
    assert Sounds([], NOTHING).read(["hello"]).shape == (1, 0, 2)
