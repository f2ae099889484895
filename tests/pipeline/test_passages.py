"""Utterances joined over pauses and cut into sentences."""

from models.types import Channel, Utterance
from pipeline.passages import sentences, trim

A, C = Channel.AGENT, Channel.CUSTOMER


def said(*turns):
    return [Utterance(i, c, start, end, text) for i, (c, start, end, text) in enumerate(turns, 1)]


def texts(*turns):
    return [s.text for s in sentences(said(*turns))]


def test_a_sentence_goes_on_after_a_pause_and_a_nod():
    (one, nod) = sentences(
        said((A, 0, 2, "so the engineer comes"), (C, 2, 2.5, "uh huh"), (A, 3, 4, "on Friday"))
    )
    assert one.text == "so the engineer comes on Friday"
    assert [u.id for _, u in one.parts] == [1, 3]
    assert one.source(one.text.index("on")).id == 3
    assert nod.text == "uh huh"


def test_the_other_side_ends_a_sentence():
    assert (
        len(texts((A, 0, 2, "so the"), (C, 2, 3, "I have a question"), (A, 3, 4, "engineer"))) == 3
    )


def test_full_stops_cut_but_not_those_of_titles():
    assert texts((A, 0, 3, "Hello Mr. Lucas. How are you? Fine.")) == [
        "Hello Mr. Lucas.",
        "How are you?",
        "Fine.",
    ]


def test_without_full_stops_a_new_start_cuts():
    assert texts((C, 0, 1, "hi my name is ann"), (C, 1.5, 3, "i lost my card")) == [
        "hi my name is ann",
        "i lost my card",
    ]


def test_questions_are_known():
    assert [s.question for s in sentences(said((A, 0, 1, "Is it? It is.")))] == [True, False]


def test_the_text_around_a_place_is_that_of_its_utterances():
    (one,) = sentences(said((A, 0, 2, "booked for you"), (A, 3, 4, "and paid"), (A, 5, 6, "then")))
    text, source = one.around(one.text.index("paid"), one.text.index("paid") + 4)
    assert (text, source.id) == ("and paid", 2)


def test_long_lines_are_cut_at_a_word():
    assert trim("one two, three", 2) == "one two ..."
    assert trim("one two", 2) == "one two"
