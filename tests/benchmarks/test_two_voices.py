"""Lines of two voices: they lie where the recording has them, and are spoken once."""

import numpy as np
import pytest
import soundfile

from benchmarks.two_voices import VOICES, Lines, missing_programs, record
from models.stt import tone
from streaming.demo.make_calls import Turn


def lines(louder=4.0, second="where is it"):
    turns = (Turn(agent="hello"), Turn(customer=second, louder_db=louder))
    return Lines("short", {"agent": "slt", "customer": "rms"}, turns)


def speak(voice, turn):
    """Speak in tones, a letter for each letter."""
    return tone.say(turn.agent or turn.customer, level=0.1 if voice == "slt" else 0.2)


def test_turns_lie_where_the_recording_has_them(tmp_path):
    made = record(lines(), tmp_path, speak, "short")
    samples, rate = soundfile.read(made.path, dtype="float32")
    assert (samples.shape[1], rate) == (2, 8000)
    assert made.seconds == pytest.approx(len(samples) / rate)
    first, second = made.turns
    assert (first.number, first.side) == (1, "agent")
    assert (second.number, second.side) == (2, "customer")
    assert second.start - first.end >= 0.4
    for turn, own, other in ((first, 0, 1), (second, 1, 0)):
        piece = samples[round(turn.start * rate) : round(turn.end * rate)]
        assert np.sqrt((piece[:, own] ** 2).mean()) > 20 * np.sqrt((piece[:, other] ** 2).mean())
    before = samples[: round(first.start * rate) - 80]
    assert np.abs(before).max() < 0.01


def test_a_louder_turn_is_louder(tmp_path):
    levels = []
    for louder in (4.0, 0.0):
        made = record(lines(louder), tmp_path, speak, str(louder))
        samples, rate = soundfile.read(made.path)
        turn = made.turns[1]
        piece = samples[round(turn.start * rate) : round(turn.end * rate), 1]
        levels.append(np.sqrt((piece**2).mean()))
    assert 20 * np.log10(levels[0] / levels[1]) == pytest.approx(4, abs=0.3)


def test_lines_are_spoken_once_and_again_when_they_change(tmp_path):
    spoken = []

    def noted(voice, turn):
        spoken.append(turn)
        return speak(voice, turn)

    first = record(lines(), tmp_path, noted, "one")
    again = record(lines(), tmp_path, noted, "one")
    assert (first, len(spoken)) == (again, 2)
    other = record(lines(second="who is it"), tmp_path, noted, "two")
    assert other.path != first.path
    assert len(spoken) == 4


def test_only_programs_that_are_not_there_are_missing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert missing_programs(["rms", "espeak"]) == ["espeak-ng", "flite"]
    assert missing_programs([]) == []
    assert {speaker.program for speaker in VOICES.values()} == {"flite", "espeak-ng"}
