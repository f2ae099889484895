import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.classify.clauses import LONG, MOST, clauses


def parts(text):
    return [part.of(text) for part in clauses(text)]


def test_what_is_short_stays_whole():
    assert parts("i want to cancel and leave") == ["i want to cancel and leave"]


def test_two_wants_are_two_clauses_beside_the_whole():
    text = "I've moved house, and can you tell me why my bill is so high?"
    assert parts(text) == [text, "I've moved house", "and can you tell me why my bill is so high?"]


def test_joining_words_cut_where_nobody_wrote_a_comma():
    text = "i want to cancel my contract also i never got my refund back"
    assert parts(text)[1:] == ["i want to cancel my contract", "also i never got my refund back"]


@pytest.mark.parametrize("text", ["", "  ", "?!", "..."])
def test_no_words_no_clauses(text):
    assert clauses(text) == ()


@given(
    st.lists(
        st.sampled_from(["and", "so", "but", "i", "we.", "bill,", "cancel?", "my", "the", "oh"]),
        max_size=60,
    )
)
def test_there_are_few_and_they_cover_every_word(words):
    text = " ".join(words)
    found = clauses(text)
    assert len(found) <= MOST + 1
    if not words:
        return
    assert found[0].of(text).split()[0].strip(",") == words[0].strip(",")
    assert sum(part.words for part in found[1:]) in (0, found[0].words)
    assert len(found) == 1 or found[0].words >= LONG
    for part in found:
        assert text[part.start : part.end] == part.of(text)
