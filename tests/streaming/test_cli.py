"""The command line: faults in one line, and an exit code."""

import asyncio
import json
import socket
import sys

import pytest
from typer.testing import CliRunner

from streaming import cli


@pytest.fixture
def run(monkeypatch, capfd, tmp_path):
    """Run `cueline ...` as its entry point does; return the exit code, output and errors."""
    monkeypatch.setenv("CUELINE_STT__ENGINE", "tone")
    monkeypatch.setenv("CUELINE_VAD__ENGINE", "energy")
    monkeypatch.setenv("CUELINE_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["cueline", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capfd.readouterr()
        return left.value.code, out, err

    return run


def one_line(err):
    assert err.startswith("cueline: ")
    assert err.count("\n") == 1
    return err


def test_the_version_is_told(run):
    code, out, _ = run("--version")
    assert (code, out) == (0, "cueline 0.1.0\n")


def test_help_names_every_command():
    done = CliRunner().invoke(cli.build(), ["--help"])
    assert done.exit_code == 0
    for name in [*cli.COMMANDS, "bench"]:
        assert name in done.output


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(name):
    done = CliRunner().invoke(cli.build(), [name, "--help"])
    assert done.exit_code == 0, done.output
    assert "Usage" in done.output


def test_a_command_that_is_none_is_a_matter_of_usage(run):
    code, _, err = run("transcibe")
    assert code == 2
    assert "No such command" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["transcribe", "nowhere.wav"], "nowhere.wav does not exist"),
        (["transcribe"], "give a FILE or folder"),
        (["score", "--agent", "a.wav"], "--agent and --customer go together"),
        (["score", "x.wav", "--agent", "a", "--customer", "b"], "not both"),
        (["serve", "--config", "nowhere.toml"], "no settings file at nowhere.toml"),
        (["serve", "--host", "0.0.0.0"], "set CUELINE_TOKEN before listening on 0.0.0.0"),
        (["simulate", "nowhere.wav"], "nowhere.wav"),
    ],
)
def test_a_fault_is_one_line_and_an_exit_code(run, arguments, says):
    code, out, err = run(*arguments)
    assert code == 1
    assert says in one_line(err)
    assert "Traceback" not in out


def test_a_file_that_is_no_recording(run, tmp_path):
    (tmp_path / "note.wav").write_text("hello")
    code, _, err = run("transcribe", tmp_path / "note.wav")
    assert code == 1
    assert "note.wav is no recording in a format known here" in one_line(err)


def test_a_settings_file_with_a_wrong_name_and_a_wrong_value(run, tmp_path):
    file = tmp_path / "cueline.toml"
    file.write_text('prot = 1\n[vad]\ntick_ms = "often"\n')
    code, _, err = run("serve", "--config", file)
    assert code == 1
    assert "prot: Extra inputs are not permitted" in one_line(err)
    assert "vad.tick_ms" in err


def test_a_settings_file_that_is_no_toml(run, tmp_path):
    file = tmp_path / "cueline.toml"
    file.write_text("= 1")
    code, _, err = run("serve", "--config", file)
    assert code == 1
    assert str(file) in one_line(err)


def test_a_stray_variable_is_told(run, monkeypatch):
    monkeypatch.setenv("CUELINE_PROT", "1")
    code, _, err = run("doctor")
    assert code == 1
    assert "CUELINE_PROT" in one_line(err)


def test_missing_weights_name_the_command_that_fetches_them(run, monkeypatch, tmp_path):
    monkeypatch.setenv("CUELINE_STT__ENGINE", "faster-whisper")
    monkeypatch.setenv("CUELINE_STT__OPTIONS", '{"model": "small.en"}')
    monkeypatch.setenv("CUELINE_CACHE", str(tmp_path / "cache"))
    code, _, err = run("serve", "--port", "0")
    assert code == 1
    assert "cueline models fetch small.en" in one_line(err)


def test_an_unknown_engine_is_told_with_those_known(run, monkeypatch):
    monkeypatch.setenv("CUELINE_STT__ENGINE", "wisper")
    code, _, err = run("serve", "--port", "0")
    assert code == 1
    assert "'wisper'" in one_line(err)
    assert "moonshine" in err


def test_a_taken_port_is_told(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = run("serve", "--port", port)
    assert code == 1
    assert f"cannot listen on 127.0.0.1:{port}" in one_line(err)
    assert "--port" in err


def test_a_damaged_database_is_told(run, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cueline.db").write_bytes(b"this is no database" * 100)
    code, _, err = run("serve", "--port", "0")
    assert code == 1
    assert "cueline.db" in one_line(err)


def test_a_folder_that_may_not_be_written_is_told(run, tmp_path):
    (tmp_path / "data").write_text("a file in the way")
    code, _, err = run("serve", "--port", "0")
    assert code == 1
    assert "data" in one_line(err)


def test_the_traceback_is_there_for_who_asks(monkeypatch):
    from pipeline.errors import AudioUnreadable

    monkeypatch.setattr(sys, "argv", ["cueline", "--debug", "transcribe", "nowhere.wav"])
    with pytest.raises(AudioUnreadable):
        cli.main()


async def test_the_entry_point_is_a_process_that_ends_with_the_code(cueline):
    process = cueline("transcribe", "nowhere.wav")
    assert await asyncio.to_thread(process.wait) == 1
    assert process.logged() == "cueline: nowhere.wav does not exist\n"


def test_json_of_one_call_is_one_object(run, script, sound_file, tmp_path):
    file = sound_file(tmp_path / "call.wav", script().customer("cancel my order").samples())
    code, out, _ = run("transcribe", file, "--json")
    assert code == 0
    assert [u["text"] for u in json.loads(out)["utterances"]] == ["cancel my order"]
