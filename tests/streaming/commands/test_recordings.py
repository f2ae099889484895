"""`cueline transcribe` and `score` on files and folders, as processes would call them."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from pipeline.errors import AudioUnreadable
from qa_rules.errors import PackNotFound
from streaming.cli import build
from streaming.errors import UsageFault


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setenv("CUELINE_STT__ENGINE", "tone")
    monkeypatch.setenv("CUELINE_VAD__ENGINE", "energy")
    monkeypatch.setenv("CUELINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments, code=0):
        done = CliRunner().invoke(build(), [str(a) for a in arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.stdout

    return run


@pytest.fixture
def samples(script):
    return (
        script()
        .agent("thank you for calling northwind my name is dana how can i help you")
        .customer("i have called three times about this and it is ridiculous i am furious")
        .agent("i am so sorry about that let me put it right for you", 12.0)
        .customer("i want to speak to your manager right now", 12.0)
        .agent("of course is there anything else i can help you with")
        .customer("no goodbye")
        .samples()
    )


@pytest.fixture
def call(samples, sound_file, tmp_path):
    return sound_file(tmp_path / "call.wav", samples)


def score(run, *arguments):
    return json.loads(run("score", *arguments, "--pack", "complaint_resolution", "--json"))


def test_a_score_has_all_that_a_machine_reads(run, call):
    data = score(run, call)
    assert set(data) >= {"utterances", "findings", "scorecard", "anger", "wrapup", "seconds"}
    for said in data["utterances"]:
        assert set(said) >= {"role", "start", "end", "text"}
        assert said["role"] in ("agent", "customer")
        assert 0 <= said["start"] < said["end"] <= data["seconds"]
    assert data["findings"]
    for found in data["findings"]:
        assert set(found) >= {"rule", "state", "evidence"}
        for evidence in found["evidence"]:
            assert set(evidence) >= {"quote", "start", "end", "role"}
    card = data["scorecard"]
    assert set(card) >= {"score", "auto_fail", "answers"}
    assert 0 <= card["score"] <= 100
    assert card["auto_fail"] in (True, False)
    assert {a["section"] for a in card["answers"]} == {s["id"] for s in card["sections"]}
    assert data["anger"]
    for span in data["anger"]:
        assert span["level"] in (1, 2, 3, 4)
        assert span["start"] < span["end"]
        assert span["reasons"]
        assert "quote" in span["reasons"][0]
    assert isinstance(data["wrapup"], dict)


def test_every_quote_is_in_the_words_it_is_taken_from(run, call):
    data = score(run, call)
    texts = {u["id"]: u["text"] for u in data["utterances"]}
    quotes = [e for f in data["findings"] for e in f["evidence"] if e["utterance"] is not None]
    assert quotes
    for evidence in quotes:
        assert evidence["quote"] in texts[evidence["utterance"]]


def test_two_files_are_the_two_sides(run, samples, sound_file, tmp_path):
    whole = score(run, sound_file(tmp_path / "both.wav", samples))
    agent = sound_file(tmp_path / "agent.wav", samples[:1])
    customer = sound_file(tmp_path / "customer.flac", samples[1:])
    pair = score(run, "--agent", agent, "--customer", customer)
    same = ("utterances", "findings", "scorecard", "anger", "seconds")
    assert {k: pair[k] for k in same} == {k: whole[k] for k in same}


def test_a_mono_file_is_mixed(run, samples, sound_file, tmp_path):
    file = sound_file(tmp_path / "mono.wav", samples.sum(axis=0, keepdims=True))
    said = json.loads(run("transcribe", file, "--json"))["utterances"]
    assert {u["role"] for u in said} == {"mixed"}
    assert len(said) == 6


def test_left_says_who_is_first(run, call):
    data = json.loads(run("transcribe", call, "--left", "customer", "--json"))
    assert data["utterances"][0]["role"] == "customer"
    with pytest.raises(UsageFault, match="agent or customer"):
        run("transcribe", call, "--left", "mixed")


def test_a_terminal_gets_a_transcript_and_a_score(run, call):
    shown = run("score", call, "--pack", "complaint_resolution")
    assert "  0:00  agent     thank you for calling northwind" in shown
    assert "score " in shown
    assert "anger " in shown


def test_a_cut_file_is_read_as_far_as_it_goes_and_says_so(run, samples, sound_file, tmp_path):
    file = sound_file(tmp_path / "cut.wav", samples)
    file.write_bytes(file.read_bytes()[: 44 + 8 * 32_000])
    data = json.loads(run("transcribe", file, "--json"))
    assert data["notes"]
    assert data["utterances"][0]["text"].startswith("thank you for calling")


def test_an_unknown_pack_is_an_error(run, call, tmp_path):
    with pytest.raises(PackNotFound, match="none_such"):
        run("score", call, "--pack", "none_such")
    with pytest.raises(PackNotFound, match="none_such"):
        run("score", tmp_path, "--pack", "none_such")


def test_one_side_unreadable_is_an_error(run, call, tmp_path):
    with pytest.raises(AudioUnreadable, match="two channels"):
        run("score", "--agent", call, "--customer", call)


def test_a_folder_ends_with_a_list_of_what_could_not_be_read(run, samples, sound_file, tmp_path):
    folder = tmp_path / "calls"
    folder.mkdir()
    sound_file(folder / "a.wav", samples)
    sound_file(folder / "b_agent.wav", samples[:1])
    sound_file(folder / "b_customer.wav", samples[1:])
    assert run("score", folder) == "2 read, 0 were done already, 0 could not be read\n"
    (folder / "c.mp3").write_bytes(b"no music")
    shown = run("score", folder, code=1)
    assert shown.startswith(
        "0 read, 2 were done already, 1 could not be read\n  c.mp3: c.mp3 is no"
    )
    report = json.loads(run("score", folder, "--json", code=1))
    assert (report["read"], report["skipped"]) == ([], ["a.wav", "b_agent.wav"])
    assert report["failed"][0]["call"] == "c.mp3"
    results = sorted(p.name for p in (folder / "cueline").iterdir())
    assert results == ["a.wav.json", "b_agent.wav.json"]
    assert json.loads((folder / "cueline" / "a.wav.json").read_text())["utterances"]


def test_results_may_lie_elsewhere(run, call, tmp_path):
    out = tmp_path / "results"
    run("transcribe", call.parent, "--out", out)
    assert [p.name for p in out.iterdir()] == ["call.wav.json"]


def test_silence_has_no_words_and_no_score(run, sound_file, tmp_path):
    file = sound_file(tmp_path / "silence.wav", np.zeros((2, 40 * 8000), np.float32))
    data = score(run, file)
    assert data["utterances"] == []
    assert data["scorecard"]["status"] == "not_scored"
