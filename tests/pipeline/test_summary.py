"""The three lines of a call."""

from models.types import Channel, Utterance
from pipeline.passages import sentences
from pipeline.promises import Promise
from pipeline.summary import summarise

A, C = Channel.AGENT, Channel.CUSTOMER


def lines(*turns, promises=(), reason=None, seconds=100.0):
    said = [Utterance(i, who, i * 5.0, i * 5 + 4.0, text) for i, (who, text) in enumerate(turns, 1)]
    return {x.kind: x for x in summarise(sentences(said), promises, reason, seconds)}


def test_the_issue_is_what_the_customer_wants_not_how_they_greet():
    found = lines(
        (C, "Hello, my name is Ann Lee."),
        (A, "Hello Ann."),
        (C, "My parcel has not arrived and I want a refund."),
        (C, "I live in Leeds."),
    )
    assert found["issue"].utterance_id == 3


def test_what_comes_late_is_not_why_the_call_began():
    found = lines((A, "Hello."), *[(A, "One moment.")] * 16, (C, "I want a refund for my order."))
    assert "issue" not in found


def test_an_agents_wish_is_no_issue():
    assert "issue" not in lines((A, "I want to cancel my order because it is broken."))


def test_what_was_done_is_the_recap_if_there_is_one():
    found = lines(
        (A, "I've sent the form."),
        (C, "Okay."),
        (A, "So to recap, I've cancelled it and refunded you."),
    )
    assert found["done"].utterance_id == 3


def test_what_might_have_been_done_was_not():
    assert "done" not in lines((A, "We're thinking it may have been lost."))
    assert "done" not in lines((A, "Have you been helped before?"))


def test_the_next_step_is_a_task_with_a_date_before_others():
    promises = [
        Promise("agent", "it will arrive on Friday", 1, 5.0, "2026-05-08"),
        Promise("agent", "I'll call you tomorrow", 2, 6.0, "2026-05-06", task="call_back"),
        Promise("agent", "I'll email you", 3, 7.0, task="send"),
    ]
    assert lines((A, "hm"), promises=promises)["next"].utterance_id == 2
