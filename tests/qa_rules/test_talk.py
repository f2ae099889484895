"""Silence and overtalk, from the times of utterances."""

from models.types import Channel, Utterance
from qa_rules.talk import Talk


def said(channel, start, end):
    return Utterance(0, Channel(channel), start, end, "x")


def test_three_seconds_at_once_are_overtalk_and_told_once():
    talk = Talk()
    assert talk.take(said("agent", 0, 10)) is None
    assert talk.take(said("customer", 2, 4.9)) is None
    assert talk.take(said("customer", 5, 9)) == 8
    assert talk.take(said("agent", 20, 30)) is None


def test_one_side_or_one_channel_is_no_overtalk():
    talk = Talk()
    talk.take(said("agent", 0, 10))
    assert talk.take(said("agent", 2, 9)) is None
    assert talk.take(said("mixed", 2, 9)) is None


def test_silence_is_where_nobody_spoke():
    talk = Talk()
    talk.take(said("agent", 0, 10))
    talk.take(said("customer", 5, 12))
    assert not talk.silent(10, 20)
    assert talk.silent(12, 22)
    talk.unheard(15, 16)
    assert not talk.silent(12, 22)


def test_a_hold_is_no_silence():
    talk = Talk()
    talk.take(said("agent", 0, 10))
    talk.hold(12)
    assert not talk.silent(10, 20)
    talk.resume(40)
    assert not talk.silent(35, 45)
    assert talk.silent(41, 51)
