"""The scripted calls: they hold together, and their recordings are where they say."""

from collections import Counter

import numpy as np
import pytest
import soundfile
import yaml
from pydantic import ValidationError

from benchmarks.anger_scripts import FOLDER, SPLITS, Script, load_scripts, render
from models.stt import tone
from qa_rules.packs import load_packs

SHORT = {
    "id": "short",
    "about": "one line each",
    "trade": "orders",
    "split": "tune",
    "angry": True,
    "level": 2,
    "flag_turn": 2,
    "voices": {"agent": "slt", "customer": "rms"},
    "turns": [{"agent": "hello"}, {"customer": "where is it", "louder_db": 4}],
}


def speak(voice, turn):
    """Speak in tones, a letter for each letter."""
    return tone.say(turn.agent or turn.customer, level=0.1 if voice == "slt" else 0.2)


def test_the_shipped_scripts_are_balanced_over_both_splits():
    scripts = load_scripts()
    assert len(scripts) >= 30
    kinds = Counter((s.split, s.angry) for s in scripts)
    assert len(set(kinds.values())) == 1
    assert set(kinds) == {(split, angry) for split in SPLITS for angry in (True, False)}
    for split in SPLITS:
        levels = {s.level for s in scripts if s.split == split}
        assert levels == {0, 1, 2, 3, 4}
    assert len({s.trade for s in scripts}) >= 12


@pytest.mark.parametrize("script", load_scripts(), ids=lambda s: s.id)
def test_a_shipped_script_is_a_call(script):
    assert 12 <= len(script.turns) <= 30
    assert script.voices["agent"] != script.voices["customer"]
    if script.flag_turn is not None:
        assert script.flag_turn > 4, "an angry call grows angry; it does not begin so"
    load_packs(script.packs)


def test_no_line_of_the_held_half_is_in_the_other():
    lines = {
        split: {t.customer.lower() for s in load_scripts() for t in s.turns if s.split == split}
        for split in SPLITS
    }
    long = {text for text in lines["held"] & lines["tune"] if len(text.split()) > 5}
    assert long == set()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"flag_turn": None}, "flag_turn"),
        ({"flag_turn": 1}, "customer's turns"),
        ({"flag_turn": 3}, "customer's turns"),
        ({"level": 1}, "level"),
        ({"angry": False}, "level"),
        ({"voices": {"agent": "slt", "customer": "espeak"}}, "customer speaks"),
        ({"voices": {"agent": "nobody", "customer": "rms"}}, "voices"),
        ({"mood": "bad"}, "mood"),
    ],
)
def test_a_script_that_does_not_hold_together_is_refused(change, why):
    Script.model_validate(SHORT)
    with pytest.raises(ValidationError, match=why):
        Script.model_validate({**SHORT, **change})


def test_a_script_is_named_as_its_file(tmp_path):
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(SHORT))
    with pytest.raises(ValueError, match=r"other\.yaml holds the script 'short'"):
        load_scripts(tmp_path)
    assert load_scripts(FOLDER) == load_scripts()


def test_turns_lie_where_the_recording_has_them(tmp_path):
    call = render(Script.model_validate(SHORT), tmp_path, speak)
    samples, rate = soundfile.read(call.path, dtype="float32")
    assert (samples.shape[1], rate) == (2, 8000)
    assert call.seconds == pytest.approx(len(samples) / rate)
    first, second = call.turns
    assert (first.side, second.side) == ("agent", "customer")
    assert call.flag_turn == second
    assert second.start - first.end >= 0.4
    for turn, own, other in ((first, 0, 1), (second, 1, 0)):
        piece = samples[round(turn.start * rate) : round(turn.end * rate)]
        assert np.sqrt((piece[:, own] ** 2).mean()) > 20 * np.sqrt((piece[:, other] ** 2).mean())
    before = samples[: round(first.start * rate) - 80]
    assert np.abs(before).max() < 0.01


def test_a_louder_turn_is_louder(tmp_path):
    calm = {**SHORT, "turns": [SHORT["turns"][0], {"customer": "where is it"}]}
    levels = []
    for script in (SHORT, calm):
        call = render(Script.model_validate(script), tmp_path, speak)
        samples, rate = soundfile.read(call.path)
        turn = call.turns[1]
        piece = samples[round(turn.start * rate) : round(turn.end * rate), 1]
        levels.append(np.sqrt((piece**2).mean()))
    assert 20 * np.log10(levels[0] / levels[1]) == pytest.approx(4, abs=0.3)


def test_a_script_is_spoken_once_and_again_when_it_changes(tmp_path):
    spoken = []

    def noted(voice, turn):
        spoken.append(turn)
        return speak(voice, turn)

    script = Script.model_validate(SHORT)
    first = render(script, tmp_path, noted)
    again = render(script, tmp_path, noted)
    assert (first.path, first.turns, len(spoken)) == (again.path, again.turns, 2)
    changed = render(script.model_copy(update={"about": "another"}), tmp_path, noted)
    assert changed.path != first.path
    assert len(spoken) == 4
