import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.stt.hot_words import LIFT, HotWords, spelled


class Pieces:
    """A vocabulary of the pieces it is given."""

    def __init__(self, *pieces):
        self.pieces = pieces

    def piece(self, token):
        return self.pieces[token]


def lifted(words, *pieces):
    """What spelling these pieces one after another adds, and what is left at the end."""
    bias = HotWords(words, Pieces(*pieces))
    state, whole = bias.start(), 0.0
    for token in range(len(pieces)):
        state, more = bias.follow(state, token)
        whole += more
    return whole, whole + bias.end(state)


def test_each_letter_of_an_expected_word_lifts():
    during, after = lifted(["Northwind"], "\u2581North", "wind")
    assert during == after == pytest.approx(9 * LIFT)


def test_it_does_not_matter_how_a_word_is_cut():
    assert lifted(["Quill"], "\u2581Q", "ui", "ll")[1] == lifted(["quill"], "\u2581quill")[1]


@pytest.mark.parametrize(
    "pieces",
    [
        ("\u2581North", "ern"),
        ("\u2581North", "\u2581of"),
        ("\u2581North",),
        ("\u2581up", "northwind"),
        ("\u2581Northwind", "s"),
    ],
)
def test_a_word_that_is_not_finished_or_another_gets_nothing(pieces):
    assert lifted(["Northwind"], *pieces)[1] == pytest.approx(0.0)


def test_words_of_a_name_are_expected_each_and_short_ones_left_alone():
    assert lifted(["Acme Bank"], "\u2581bank")[1] == pytest.approx(4 * LIFT)
    assert lifted(["Bo"], "\u2581bo")[1] == 0.0
    assert not HotWords(["Bo", ""], Pieces())


def test_apostrophes_and_points_do_not_stop_a_word():
    assert lifted(["O'Brien"], "\u2581O", "'", "Brien", ".")[1] == pytest.approx(6 * LIFT)
    assert spelled("O'Brien-Lee") == "obrien lee"


@given(st.lists(st.text("ab\u2581.", max_size=4), max_size=8))
def test_what_is_left_is_what_was_spelled_whole(pieces):
    """Whatever the cut: lifts of words not finished are always taken back."""
    text = "".join(pieces).replace("\u2581", " ").replace(".", " ")
    whole = sum(word == "abab" for word in text.split())
    assert lifted(["abab"], *pieces)[1] == pytest.approx(whole * 4 * LIFT)
