"""The shape of a call, worked out by hand."""

import time

import pytest

from models.types import Channel, Utterance
from pipeline.turns import Span, analyse, backchannel, merge, metrics

A, C = Channel.AGENT, Channel.CUSTOMER


def call(*turns):
    return [
        Utterance(id=i, channel=who, start=start, end=end, text=text)
        for i, (who, start, end, text) in enumerate(turns, 1)
    ]


def test_talk_time_and_ratio_count_each_side_by_itself():
    found = metrics(
        call(
            (A, 0, 6, "good morning how can i help"),
            (C, 7, 10, "my bill is wrong"),
            (A, 9, 12, "right"),
        )
    )
    assert found["agent_talk_s"] == 9
    assert found["customer_talk_s"] == 3
    assert found["talk_ratio"] == 0.75


def test_a_call_with_no_words_has_zero_measures():
    assert set(metrics([]).values()) == {0.0}


def test_dead_air_is_silence_of_both_sides_between_the_first_and_the_last_word():
    turns = call((A, 5, 6, "hello"), (C, 8, 9, "hi"), (A, 20, 21, "still here"), (C, 24.5, 25, "k"))
    assert analyse(turns).dead_air == (Span(9, 20), Span(21, 24.5))
    found = metrics(turns)
    assert found["dead_air_max_s"] == 11
    assert found["dead_air_count_10s"] == 1


def test_a_hold_is_not_dead_air_but_the_silence_around_it_is():
    turns = call((A, 0, 2, "one moment"), (A, 70, 72, "thank you for holding"))
    found = metrics(turns, holds=[(2.5, 65.0)])
    assert found["dead_air_max_s"] == 5
    assert found["hold_count"] == 1
    assert found["hold_max_s"] == 62.5


def test_a_hold_that_never_ended_ends_with_the_call():
    found = metrics(call((A, 0, 2, "one moment")), [(2.5, 1e9), (-5, 1)], 60.0)
    assert found["hold_count"] == 2
    assert found["hold_max_s"] == 57.5


def test_an_overlap_is_laid_at_the_door_of_whoever_came_in_second():
    turns = call(
        (C, 0, 10, "i have been waiting for three weeks and nobody has called me back"),
        (A, 7, 12, "let me stop you there"),
    )
    (overlap,) = analyse(turns).overtalk
    assert (overlap.start, overlap.end, overlap.by, overlap.interruption) == (7, 10, A, True)
    found = metrics(turns)
    assert found["interruptions_agent"] == 1
    assert found["overtalk_s"] == 3


@pytest.mark.parametrize("nod", ["uh huh", "Okay, right.", "mm hmm yeah", "yes of course"])
def test_agreeing_while_the_other_speaks_is_no_interruption(nod):
    turns = call((C, 0, 10, "so the parcel never arrived"), (A, 4, 5.5, nod))
    assert backchannel(nod)
    assert metrics(turns)["overtalk_count"] == 1
    assert metrics(turns)["interruptions_agent"] == 0


def test_speaking_on_through_the_others_nod_interrupts_nobody():
    turns = call((C, 0, 2, "yeah okay"), (A, 0.8, 9, "so what i will do is send you another one"))
    assert metrics(turns)["interruptions_agent"] == 0


def test_starting_together_is_one_overlap_and_nobodys_interruption():
    turns = call((A, 3, 6, "let me look at that"), (C, 3, 7, "i called last week"))
    assert metrics(turns)["overtalk_count"] == 1
    assert metrics(turns)["interruptions_agent"] == 0


def test_short_overlaps_are_the_ordinary_handing_over():
    turns = call((A, 0, 4, "is that all right"), (C, 3.5, 5, "yes that is fine by me"))
    assert metrics(turns)["overtalk_count"] == 0


def test_pace_is_words_over_the_agents_own_talk_time():
    found = metrics(call((A, 0, 3, "one two three four five six"), (C, 10, 40, "well")))
    assert found["agent_wpm"] == 120


def test_a_monologue_goes_on_through_nods_and_stops_at_an_answer():
    turns = call(
        (A, 0, 10, "the plan has three parts"),
        (C, 10.5, 11, "uh huh"),
        (A, 11.5, 30, "the first of them is the cover"),
        (C, 31, 33, "how much does that cost"),
        (A, 34, 40, "nineteen a month"),
    )
    assert metrics(turns)["longest_monologue_s"] == 30


def test_a_monologue_ends_at_a_long_silence():
    turns = call((A, 0, 10, "let me look"), (A, 20, 25, "here it is"))
    assert metrics(turns)["longest_monologue_s"] == 10


def test_order_of_utterances_does_not_matter():
    turns = call((A, 0, 6, "hello there"), (C, 5, 12, "i want a refund"), (A, 10, 14, "hold on"))
    assert metrics(turns) == metrics(list(reversed(turns)))


def test_a_recording_of_one_mixed_channel_has_silence_but_no_sides():
    turns = call((Channel.MIXED, 0, 5, "hello"), (Channel.MIXED, 12, 15, "hello"))
    found = metrics(turns)
    assert found["dead_air_max_s"] == 7
    assert found["talk_ratio"] == 0


def test_spans_that_touch_become_one():
    assert merge([Span(2, 3), Span(0, 1), Span(1, 2), Span(5, 6)]) == [Span(0, 3), Span(5, 6)]


def test_an_hour_of_turns_takes_no_time():
    turns = call(
        *[((A, C)[i % 2], i * 1.8, i * 1.8 + 2.5, "a few words here") for i in range(2000)]
    )
    before = time.perf_counter()
    metrics(turns)
    assert time.perf_counter() - before < 0.5


def test_the_share_of_turns_that_cut_in():
    turns = call(
        (A, 0, 2, "how can i help"),
        (C, 3, 8, "my bill is wrong and i"),
        (A, 5, 7, "which bill is that"),
        (C, 9, 10, "the last one"),
        (A, 11, 12, "mhm"),
        (C, 12, 13, "from may"),
        (A, 14, 16, "i see it"),
        (A, 17, 18, "one moment"),
    )
    found = metrics(turns)
    assert (found["agent_turns"], found["interruptions_agent"]) == (3, 1)
    assert found["agent_overtalk_share"] == pytest.approx(1 / 3, abs=0.001)


def test_every_measure_has_a_name_for_people():
    from qa_rules.metrics import CALLED

    assert set(metrics([])) == set(CALLED)
