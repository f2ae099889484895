import dataclasses

import pytest

from models.prosody.head import read_head
from models.prosody.measure import Measures
from models.prosody.voice import CALM, CallerVoice

USUAL = Measures(3.0, -25.0, -20.0, 10.0, 85.0, 6.0, -2.0, 4.0, -8.0)
RAISED = dataclasses.replace(USUAL, level=-15.0, peak=-10.0, pitch=92.0, pace=5.0, tilt=-3.0)
TEXT = "i would like to ask about my bill"


@pytest.fixture
def caller():
    voice = CallerVoice(read_head())
    for _ in range(4):
        voice.take(USUAL, TEXT)
    return voice


def test_nothing_is_said_until_the_usual_voice_is_known():
    voice = CallerVoice(read_head())
    assert voice.take(RAISED) is None
    assert voice.take(None) is None


def test_a_raised_voice_is_labelled_with_what_a_supervisor_can_understand(caller):
    reading = caller.take(RAISED, "this has gone on long enough i want it sorted today")
    assert reading.raised
    label = reading.label()
    assert (label.kind, label.name, label.quote, label.engine) == (
        "prosody",
        "raised",
        "",
        "prosody",
    )
    assert 0.8 <= label.probability <= 1
    assert reading.said == (
        "louder by 10 dB, higher by 7 semitones, faster by 38% and sharper by 5 dB"
        " than this caller's usual"
    )


def test_a_usual_voice_has_no_label(caller):
    reading = caller.take(dataclasses.replace(USUAL, level=-24.0, pitch=86.0), TEXT)
    assert reading.probability < CALM
    assert reading.label() is None
    assert reading.said == ""


def test_a_nearer_telephone_is_not_a_raised_voice(caller):
    reading = caller.take(dataclasses.replace(USUAL, level=-13.0, peak=-8.0), TEXT)
    assert reading.label() is None
    assert reading.said == "louder by 12 dB than this caller's usual"


def test_shouting_never_becomes_the_usual_voice(caller):
    first = caller.take(RAISED, TEXT)
    for _ in range(100):
        last = caller.take(RAISED, TEXT)
    assert last.probability == first.probability
    assert last.usual.middle == first.usual.middle


def test_calm_speech_moves_the_usual_voice_slowly(caller):
    nearer = dataclasses.replace(USUAL, level=-22.0, peak=-17.0)
    before = caller.take(nearer, TEXT).usual.middle["level"]
    assert before == -25.0
    for _ in range(60):
        after = caller.take(nearer, TEXT)
    assert after.usual.middle["level"] == -22.0


def test_pace_is_told_in_words_where_the_text_is_known(caller):
    words = " ".join(["word"] * 16)
    reading = caller.take(USUAL, words)
    assert reading.words_s == pytest.approx(16 / 3)
    assert reading.usual_words_s == pytest.approx(8 / 3)
    assert reading.said == "faster by 100% than this caller's usual"
