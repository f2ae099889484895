import numpy as np
import pytest

from models.types import Channel, Transcription, Word
from pipeline.endpoint import Change, Endpointing
from pipeline.leg import Cut, Leg, seconds

RATE, WINDOW = 8000, 256


@pytest.fixture
def leg():
    return Leg(Channel.AGENT, RATE, WINDOW, Endpointing())


def follow(leg, speech, value=0.0):
    """Feed one window for each probability; return the changes with their windows."""
    changes = []
    for number, probability in enumerate(speech):
        leg.append(np.full(WINDOW, value, np.float32))
        if (change := leg.step(probability)) is not None:
            changes.append((number, change))
            if change is Change.START:
                leg.begin(7)
    return changes


def test_an_utterance_begins_before_its_first_window_of_speech(leg):
    follow(leg, [0.0] * 20 + [1.0] * 8)
    assert leg.speaking
    assert leg.utterance_id == 7
    assert leg.speech_start == 20 * WINDOW
    assert leg.clip_start == 20 * WINDOW - RATE // 5


def test_speech_at_the_very_start_has_no_room_before_it(leg):
    follow(leg, [1.0] * 8)
    assert leg.clip_start == 0


def test_a_closed_utterance_keeps_a_tail_and_the_next_one_begins_after_it(leg):
    changes = follow(leg, [1.0] * 20 + [0.0] * 16)
    assert changes[-1] == (35, Change.STOP)
    cut = leg.close()
    assert (cut.utterance_id, cut.start, cut.speech_start) == (7, 0, 0)
    assert cut.speech_stop == 20 * WINDOW
    assert cut.stop == 20 * WINDOW + int(0.15 * RATE)
    assert cut.voiced_s == pytest.approx(20 * 0.032)
    assert not leg.speaking
    follow(leg, [1.0] * 8)
    assert leg.clip_start >= cut.stop


def test_the_end_of_a_call_cuts_the_tail(leg):
    follow(leg, [1.0] * 20)
    assert leg.close(20 * WINDOW + 10).stop == 20 * WINDOW + 10


def test_what_is_so_far_is_what_is_closed_if_the_silence_lasts(leg):
    follow(leg, [1.0] * 20 + [0.0] * 9)
    sent_early = leg.so_far()
    follow(leg, [0.0] * 7)
    assert leg.close() == sent_early


def test_a_split_loses_no_sample(leg):
    config = Endpointing(longest_s=2.0, cut_within_s=1.0)
    leg = Leg(Channel.CUSTOMER, RATE, WINDOW, config)
    changes = follow(leg, [1.0] * 40 + [0.6] + [1.0] * 40)
    assert (61, Change.SPLIT) in changes
    leg = Leg(Channel.CUSTOMER, RATE, WINDOW, config)
    follow(leg, [1.0] * 40 + [0.6] + [1.0] * 21)
    first = leg.split(8)
    assert first.stop == leg.clip_start == leg.speech_start == 40 * WINDOW
    assert leg.utterance_id == 8
    second = leg.close(62 * WINDOW)
    assert second.start == first.stop
    assert first.voiced_s + second.voiced_s == pytest.approx(62 * 0.032)


def test_silence_is_forgotten_but_for_what_may_belong_to_speech(leg):
    follow(leg, [0.0] * 1000)
    kept = leg.heard - leg._audio.start
    assert RATE * 0.4 <= kept <= RATE * 0.4 + 4 * WINDOW


def test_a_clip_is_a_copy_of_what_was_said(leg):
    follow(leg, [1.0] * 8, value=0.5)
    clip = leg.clip(10, 300)
    assert clip.shape == (290,)
    assert set(clip.tolist()) == {0.5}
    clip[:] = 0
    assert set(leg.clip(10, 300).tolist()) == {0.5}


def test_nothing_is_cut_where_nothing_is_open(leg):
    with pytest.raises(RuntimeError, match="no utterance"):
        leg.close()


CUT = Cut(3, 8000, 24_000, 9600, 22_400, 1.5)


def test_a_cut_tells_what_was_heard_on_the_calls_clock():
    heard = Transcription("hello there", 0.9, (Word("hello", 0.2, 0.5), Word("there", 0.6, 1.0)))
    said = CUT.utterance(Channel.CUSTOMER, heard, RATE)
    assert (said.id, said.channel, said.start, said.end) == (3, Channel.CUSTOMER, 1.2, 2.8)
    assert [(w.text, w.start, w.end) for w in said.words] == [
        ("hello", 1.2, 1.5),
        ("there", 1.6, 2.0),
    ]
    assert (said.text, said.confidence) == ("hello there", 0.9)


def test_seconds_that_cover_the_speech_take_the_whole_clip():
    assert CUT.covering(1.2, 2.8, RATE) == (8000, 24_000)
    assert CUT.covering(1.5, 2.0, RATE) == (12_000, 16_001)
    assert CUT.covering(-1.0, 1.5, RATE) == (0, 12_001)


def test_seconds_are_told_to_a_tenth_of_a_millisecond():
    assert seconds(1, 16_000) == 0.0001
