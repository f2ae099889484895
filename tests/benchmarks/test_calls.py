"""The benchmark of whole calls: its tables, its figures and its command."""

import json
import shutil

import pytest
import typer
import yaml
from typer.testing import CliRunner

from benchmarks import calls
from benchmarks.call_judged import Judged
from benchmarks.call_scripts import CallScript
from benchmarks.two_voices import Spoken
from benchmarks.wer import Errors
from models.types import Channel, Utterance
from qa_rules.types import Evidence, Finding, Scorecard, Severity, State

TURNS = [{"agent": "Hello, this call is recorded."}, {"customer": "That is fine."}]


def script(name, expect, pack="core_call"):
    return CallScript.model_validate(
        {
            "id": name,
            "about": f"about {name}",
            "packs": [pack],
            "voices": {"agent": "rms", "customer": "rms_high"},
            "turns": TURNS,
            "expect": expect,
        }
    )


def judged(name, expect, states, severity=Severity.AUTO_FAIL, wrong_words=1):
    card = Scorecard("f", "v", "scored", 50.0, 40.0, True, ("A-1",), False, 0, ())
    quote = Evidence("that is fine", 3.0, 4.0)
    findings = {
        item: Finding(item, item, severity, State(state), f"why {item}", evidence=(quote,))
        for item, state in states.items()
    }
    turns = (
        Spoken(1, "agent", TURNS[0]["agent"], 1.0, 2.5),
        Spoken(2, "customer", TURNS[1]["customer"], 3.0, 4.0),
    )
    heard = (Utterance(0, Channel.CUSTOMER, 3.0, 4.0, "that is vine", 0.7),)
    return Judged(script(name, expect), findings, card, heard, turns, Errors(wrong_words, 0, 0, 10))


@pytest.fixture
def both():
    """A call as expected, and one in which a fault is lost and another auto-fail raised."""
    return [
        judged("one_good", {"A-1": "done"}, {"A-1": "done", "A-2": "done"}),
        judged(
            "one_faulty",
            {"A-1": "missed", "A-2": "missed", "A-3": "done", "A-4": "late"},
            {"A-1": "done", "A-2": "needs_review", "A-3": "violated", "A-4": "missed"},
        ),
    ]


def test_a_row_counts_what_is_expected_planted_and_raised(both):
    assert calls.row("all", both) == ["all", 2, 5, 1, 1, 3, 3, 1, 1, 1, 1, 10.0]


def test_what_is_not_as_expected_is_told_with_its_words(both):
    told = calls.show(both, words=False)
    assert "about one_good" not in told
    assert "A-1: missed expected, done found (why A-1): 'that is fine' at 3.0 s" in told
    assert "A-3: done expected, violated found" in told
    assert "(auto-fail)" in told
    assert "needs_review found" in told
    assert "Hello, this call" not in told
    words = calls.show(both, words=True)
    assert "about one_good" in words
    assert "2    3.0 s customer: That is fine.\n     heard: that is vine" in words


def test_figures_say_whether_the_promise_holds(both):
    out = json.loads(json.dumps(calls.numbers(both, sound=True)))
    assert (out["holds"], out["heard"], out["wer"]) == (False, True, 10.0)
    assert (out["planted"], out["faults_found"], out["lost"], out["other_fails"]) == (3, 1, 1, 1)
    assert out["packs"]["core_call"]["calls"] == 2
    good, faulty = out["each"]
    assert good["not_as_expected"] == []
    assert faulty["faults_found_items"] == ["A-4"]
    assert faulty["faults_lost"] == ["A-1"]
    assert faulty["other_auto_fails"] == ["A-3"]
    assert [one["item"] for one in faulty["not_as_expected"]] == ["A-1", "A-3", "A-4", "A-2"]
    assert calls.numbers(both[:1], sound=False)["holds"] is True


@pytest.fixture
def app():
    made = typer.Typer()
    made.command()(calls.command)
    return made


def test_the_command_says_what_is_wrong_with_a_script(app, tmp_path):
    done = CliRunner().invoke(app, ["--only", "no such call"])
    assert done.exit_code == 2
    assert "no call fits" in done.output
    (tmp_path / "bad.yaml").write_text("id: bad\n")
    wide = {"COLUMNS": "400"}  # in a narrow box the path would be broken
    done = CliRunner().invoke(app, ["--scripts", str(tmp_path)], env=wide)
    assert done.exit_code == 2
    assert "bad.yaml" in done.output


def write(folder):
    short = {
        "id": "short",
        "about": "an agent who offers no further help",
        "packs": ["core_call"],
        "facts": {"company": "Northwind", "agent": "Sam"},
        "voices": {"agent": "rms", "customer": "rms_high"},
        "turns": [
            {"agent": "Good morning, thank you for calling Northwind. My name is Sam."},
            {"customer": "Hello. My kettle does not work."},
            {"agent": "I am sorry about that. Have a nice day. Goodbye."},
        ],
        "expect": {"CORE-01": "done", "CORE-12": "missed"},
    }
    (folder / "short.yaml").write_text(yaml.safe_dump(short))


def test_a_typed_call_needs_no_sound(app, tmp_path):
    write(tmp_path)
    done = CliRunner().invoke(app, ["--scripts", str(tmp_path), "--typed"])
    assert done.exit_code == 0, done.output
    result = json.loads(done.output.strip().splitlines()[-1])
    assert (result["benchmark"], result["heard"]) == ("calls typed", False)
    assert (result["expected"], result["found"], result["planted"]) == (2, 2, 1)
    assert result["faults_found"] == 1


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite speaks the call")
def test_a_spoken_call_is_heard_by_the_embedded_recogniser_once(app, tmp_path):
    write(tmp_path)
    kept = tmp_path / "kept"
    done = CliRunner().invoke(app, ["--scripts", str(tmp_path), "--cache", str(kept)])
    assert done.exit_code == 0, done.output
    result = json.loads(done.output.strip().splitlines()[-1])
    assert (result["heard"], result["found"]) == (True, 2), done.output
    assert result["wer"] < 40
    assert list(kept.glob("short-*.flac"))
    assert list((kept / "read").glob("*.json"))
