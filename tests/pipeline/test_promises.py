"""What counts as a promise. The draft as a whole is in test_wrapup."""

from datetime import datetime

import pytest

from models.types import Channel, Utterance
from pipeline.passages import sentences
from pipeline.promises import find_promises

NOW = datetime(2026, 5, 5, 14, 30)
A, C = Channel.AGENT, Channel.CUSTOMER


def promises(*turns):
    said = [Utterance(i, who, i * 5.0, i * 5 + 4.0, text) for i, (who, text) in enumerate(turns, 1)]
    return find_promises(sentences(said), NOW)


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("I'll ring you back tomorrow", "call_back"),
        ("we're going to send you a new router", "send"),
        ("our technical team will investigate that", "look_into"),
        ("I'm going to refund the fee", "other"),
        ("your parcel will arrive on Monday", ""),
    ],
)
def test_what_is_left_to_do_follows_from_the_words(text, task):
    (promise,) = promises((A, text))
    assert promise.task == task


def test_a_quote_begins_with_its_clause_and_ends_with_it():
    (promise,) = promises(
        (A, "okay so that's booked and I'll email you the form tomorrow, is there anything else")
    )
    assert promise.quote == "I'll email you the form tomorrow"


def test_a_date_before_the_words_belongs_to_them():
    (promise,) = promises((A, "so by Friday you'll have the money back"))
    assert (promise.due, promise.quote) == ("2026-05-08", "by Friday you'll have the money back")


def test_a_length_of_time_is_no_date():
    (promise,) = promises((A, "I'll send you a spare one for two weeks"))
    assert promise.due is None


def test_two_different_promises_stay_two():
    found = promises((A, "I'll email you the form."), (A, "I'll send the engineer tomorrow."))
    assert [p.due for p in found] == [None, "2026-05-06"]


def test_a_recording_that_names_no_side_has_none():
    assert promises((Channel.MIXED, "I'll call you back tomorrow")) == []


def test_the_customers_word_counts_only_for_what_customers_do():
    found = promises((C, "I'll pay it on Friday"), (C, "I'll have a think about it"))
    assert [(p.who, p.due) for p in found] == [("customer", "2026-05-08")]
