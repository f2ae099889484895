"""The scripted calls: they hold together, and their recordings are where they say."""

from collections import Counter

import pytest
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


def test_the_wanted_turn_is_one_of_the_recording(tmp_path):
    call = render(Script.model_validate(SHORT), tmp_path, speak)
    assert [turn.side for turn in call.turns] == ["agent", "customer"]
    assert call.flag_turn == call.turns[1]


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
