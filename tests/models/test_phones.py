import numpy as np
import pytest

from models.phones import apart, coded, distances, phones


@pytest.mark.parametrize(
    ("one", "other"),
    [("night", "knight"), ("write", "right"), ("check", "chek"), ("weak", "week"), ("sea", "see")],
)
def test_words_that_sound_the_same_are_near(one, other):
    assert apart(phones(one), phones(other)) < 1.1


def test_silent_letters_make_no_sound():
    assert phones("night") == "nYt"
    assert phones("phone") == "fon"
    assert phones("knee") == "ni"
    assert phones("top") != phones("tope")
    assert phones("b") == "bi"


def test_like_sounds_lie_nearer_than_others():
    assert apart("kard", "kart") < apart("kard", "kars")
    assert apart("bIt", "bEt") < apart("bIt", "bIs")
    assert apart("kar", "kard") == apart("kard", "kar") == pytest.approx(0.8)
    assert apart("kar", "kar") == 0


def test_many_distances_at_once_are_those_of_each():
    words = ["card", "transfer", "", "mañana", "a", "withdrawal", "the"]
    strings = [phones(word) for word in words]
    for word in ("car", "transform", "", "mañana"):
        singles = [apart(phones(word), other) for other in strings]
        assert distances(phones(word), coded(strings)) == pytest.approx(singles)
        rows = np.array([4, 0])
        some = distances(phones(word), coded(strings).some(rows))
        assert some == pytest.approx([singles[4], singles[0]])
