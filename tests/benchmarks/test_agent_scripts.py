"""Recordings against the scripts that their agents follow: what can be heard is what is found."""

import json

import numpy as np
import pytest
import soundfile
import typer
import yaml
from typer.testing import CliRunner

from benchmarks import agent_scripts, corpus
from benchmarks.agent_scripts import (
    FOLDER,
    Recorded,
    compare,
    numbers,
    recordings,
    script_settings,
    show,
    silence_like,
)
from benchmarks.labelled import SetInvalid
from pipeline.offline import ReadCall
from qa_rules.packs import load_packs

ONE = Recorded(
    id="one",
    file="one.wav",
    pack="acme_rewards",
    facts={"company": "ACME Bank"},
    said=("A-1", "A-2", "A-3"),
    not_said=("A-4",),
    other_pack="acme_payment",
)


@pytest.mark.parametrize("one", recordings(), ids=lambda one: one.id)
def test_every_item_of_a_script_is_judged_by_reading(one):
    items = {item.id for item in load_packs((one.pack,), [FOLDER]).items}
    assert {*one.said, *one.not_said} == items
    shared = {item.id for item in load_packs((one.other_pack,), [FOLDER]).items} & items
    assert shared
    assert shared != items


def test_an_item_is_judged_once(tmp_path):
    row = {**ONE.model_dump(mode="json"), "not_said": ["A-3"]}
    path = tmp_path / "recordings.yaml"
    path.write_text(yaml.safe_dump({"recordings": [row]}))
    with pytest.raises(SetInvalid, match="said and not said: A-3"):
        recordings(path)


@pytest.fixture
def compared():
    found = [
        {"rule": "A-1", "state": "done", "evidence": [{"quote": "hello"}, {"quote": "sam"}]},
        {"rule": "A-2", "state": "needs_review", "evidence": []},
        {"rule": "A-3", "state": "missed", "evidence": []},
        {"rule": "A-4", "state": "n/a", "evidence": []},
    ]
    read = ReadCall("one", (), {"findings": found}, ())
    return compare(ONE, "acme_rewards", ["A-1", "A-2", "A-3", "A-4"], read)


def test_items_are_held_against_what_can_be_heard(compared):
    assert (compared.right, compared.in_review) == (2, 1)
    told = show([compared])
    assert "    A-1: said, done found: hello / sam" in told
    assert "  ! A-3: said, missed found" in told
    assert "    A-4: not said, n/a found" in told
    out = json.loads(json.dumps(numbers([compared])))
    assert (out["items"], out["right"]) == (4, 2)
    assert out["each"][0]["wrong"] == ["A-3"]


def test_the_other_channel_is_silence_as_long(tmp_path):
    soundfile.write(tmp_path / "agent.wav", np.full(800, 0.1, np.float32), 8000)
    samples, rate = soundfile.read(silence_like(tmp_path / "agent.wav", tmp_path))
    assert (len(samples), rate, abs(samples).max()) == (800, 8000, 0.0)


def test_each_recording_has_a_queue_for_each_script(tmp_path):
    settings = script_settings([ONE], tmp_path)
    assert settings.queue("one_acme_payment").packs == ("acme_payment",)
    assert settings.queue("one_acme_rewards").company == "ACME Bank"


def test_the_command_says_what_is_not_there(tmp_path, monkeypatch):
    app = typer.Typer()
    app.command()(agent_scripts.command)
    for folder in (tmp_path, tmp_path / "nowhere"):
        monkeypatch.setenv(corpus.DATA_VARIABLE, str(folder))
        done = CliRunner().invoke(app, [])
        assert done.exit_code == 2
        assert corpus.DATA_VARIABLE in done.output


def test_the_recordings_are_found_to_follow_their_scripts(tmp_path):
    try:
        data = corpus.data_folder()
    except corpus.CorpusNotFound as err:
        pytest.skip(str(err))
    missing = [one.file for one in recordings() if not (data / one.file).is_file()]
    if missing:
        pytest.skip(f"not in {corpus.DATA_VARIABLE}: {', '.join(missing)}")
    app = typer.Typer()
    app.command()(agent_scripts.command)
    done = CliRunner().invoke(app, ["--cache", str(tmp_path)])
    assert done.exit_code == 0, done.output
    result = json.loads(done.output.strip().splitlines()[-1])
    assert result["items"] == 102
    assert result["right"] >= 97, done.output
