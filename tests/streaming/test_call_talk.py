from dataclasses import replace
from types import SimpleNamespace

from models.types import Channel, Utterance
from streaming.call_talk import talk_rows

A, C = Channel.AGENT, Channel.CUSTOMER


def detail(*said, legs=(A, C)):
    return SimpleNamespace(
        legs=legs, utterances=said, row=SimpleNamespace(seconds=100.0, last_s=100.0)
    )


SAID = (
    Utterance(1, A, 0.0, 30.0, "let me explain this to you at length"),
    Utterance(2, C, 28.0, 38.0, "but I have to say something now"),
    Utterance(3, A, 48.0, 58.0, "go on then please"),
)


def test_time_of_each_side_of_silence_and_of_both_at_once():
    drawn = talk_rows(detail(*SAID))
    told = {row.name: (row.said[0], row.note) for row in drawn.rows}
    assert told == {
        "Agent speaks": ("0:40", "80 % of the talk"),
        "Customer speaks": ("0:10", "20 % of the talk"),
        "Silence over 3 s": ("0:10", "1 silence"),
        "Both at once": ("0:02", "1 interruption"),
    }


def test_a_recording_of_one_channel_has_no_balance():
    mixed = [replace(u, channel=Channel.MIXED) for u in SAID]
    assert talk_rows(detail(*mixed, legs=(Channel.MIXED,))) is None
    assert talk_rows(detail()) is None
