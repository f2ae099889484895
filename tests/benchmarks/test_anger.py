"""The benchmark of the anger flag end to end, on short calls of tones and one of real voices."""

import asyncio
import json
import shutil

import pytest
import typer
import yaml
from typer.testing import CliRunner

from benchmarks import anger
from benchmarks.anger import call_row, hear, numbers, show, tell_complaint, tell_wrong
from benchmarks.anger_scripts import Script, load_scripts, render
from models.stt import tone
from qa_rules.types import Anger, Evidence

FURIOUS = "this is the third time i am calling and i am absolutely furious"


def speak(voice, turn):
    return tone.say(turn.agent or turn.customer, level=0.1)


def script(name, line, *, level, split="tune"):
    return Script.model_validate(
        {
            "id": name,
            "about": f"about {name}",
            "trade": "orders",
            "packs": ("core_call",),
            "split": split,
            "angry": level >= 2,
            "level": level,
            "flag_turn": 4 if level >= 2 else None,
            "voices": {"agent": "slt", "customer": "rms"},
            "turns": [
                {"agent": "how can i help"},
                {"customer": "it is about my order"},
                {"agent": "which order"},
                {"customer": line},
                {"agent": "i see"},
            ],
        }
    )


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """An angry call, one missed, a calm one, and a held one that is raised in error."""
    scripts = [
        script("angry", FURIOUS, level=2),
        script("quiet", "the one with the blue lid", level=2),
        script("calm", "the one with the red lid", level=0),
        script("secret", FURIOUS, level=0, split="held"),
    ]
    folder = tmp_path_factory.mktemp("anger")
    calls = [render(s, folder / "sounds", speak) for s in scripts]
    outcomes, took = asyncio.run(hear(calls, folder, stt="tone", vad="energy"))
    assert took
    return outcomes


def test_calls_are_judged_from_their_sound(found):
    assert [o.kind for o in found] == ["hit", "missed", "calm", "false flag"]
    hit = found[0]
    assert hit.peak >= 2
    assert 0.3 < hit.late_s < 1.0
    assert hit.errors.total == 0
    assert "third time" in hit.heard[-1].text


def test_what_is_wrong_is_told_with_its_words_but_not_of_the_held_half(found):
    told = show(found, held_words=False)
    assert "quiet (tune; about quiet): missed" in told
    assert "said at" in told
    assert "the one with the blue lid" in told
    assert "secret (held): false flag" in told
    assert "about secret" not in told
    assert call_row(found[3], held_words=False)[-1] == "(held)"
    assert "(held)" not in call_row(found[3], held_words=True)
    assert "furious" in tell_wrong(found[3], held_words=True)
    assert "scripted" in told.lower()


def test_figures_are_for_each_half_and_both(found):
    out = json.loads(json.dumps(numbers(found, [0.1, 0.2])))
    assert out["scripted"] is True
    assert out["tune"]["recall"]["hits"] == 1
    assert out["tune"]["recall"]["of"] == 2
    assert out["tune"]["precision"]["value"] == 1.0
    assert out["held"]["precision"]["value"] == 0.0
    assert out["held"]["recall"]["value"] is None
    assert out["both"]["precision"]["of"] == 2
    assert out["customer_wer"] == {"all": 0.0, "rms": 0.0}


def test_a_complaint_is_told_step_by_step():
    assert tell_complaint(None) == "not in the data"
    assert tell_complaint(([], {})) == "stayed at level 0"
    up = Anger(2, True, 3.5, (Evidence("so rude", 3.0, 3.5),))
    assert tell_complaint(([up], {})) == "\n  3.5 s: level 2, flag: 'so rude' (phrase)"


def test_the_command_says_what_is_wrong_with_its_options(tmp_path):
    app = typer.Typer()
    app.command()(anger.command)
    done = CliRunner().invoke(app, ["--only", "no such call"])
    assert done.exit_code == 2
    assert "no script fits" in done.output


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite speaks the call")
def test_a_spoken_call_is_heard_by_the_embedded_recogniser(tmp_path):
    short = script(
        "short", "This is the third time I am calling, and I am absolutely furious!", level=2
    )
    data = short.model_dump(mode="json", exclude_defaults=True)
    (tmp_path / "short.yaml").write_text(yaml.safe_dump(data))
    assert load_scripts(tmp_path) == [short]
    app = typer.Typer()
    app.command()(anger.command)
    done = CliRunner().invoke(app, ["--scripts", str(tmp_path), "--cache", str(tmp_path / "kept")])
    assert done.exit_code == 0, done.output
    result = json.loads(done.output.strip().splitlines()[-1])
    assert result["tune"]["recall_in_time"]["hits"] == 1, done.output
    assert result["customer_wer"]["all"] < 40
    assert list((tmp_path / "kept").glob("short-*.flac"))
