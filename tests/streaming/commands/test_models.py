import hashlib
import json
import sys

import pytest
from typer.testing import CliRunner

from models.fetch import MANIFEST
from streaming.cli import main
from streaming.commands.models import app


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CUELINE_CACHE", str(tmp_path))
    return tmp_path / "models"


def run(*words):
    return CliRunner().invoke(app, list(words))


def put(cache, name, data=b"weights"):
    """Lay a model into the cache as a fetch would."""
    folder = cache / name
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(data)
    (folder / MANIFEST).write_text(
        'origin = "org/mine"\nrevision = "abc"\n[[file]]\nname = "weights.safetensors"\n'
        f'sha256 = "{hashlib.sha256(b"weights").hexdigest()}"\n'
    )
    return folder


def test_list_shows_engines_and_weights_and_where_they_lie(cache):
    folder = put(cache, "org/mine")
    said = run("list")
    assert said.exit_code == 0
    lines = said.output.splitlines()
    assert any(line.split() == ["vad", "silero", "loads"] for line in lines)
    assert any(line.startswith("stt") and "faster-whisper" in line for line in lines)
    assert any("silero_vad" in line and "MIT" in line for line in lines)
    assert any("org/mine" in line and str(folder) in line for line in lines)


def test_list_prints_one_object_for_machines(cache):
    put(cache, "mine")
    found = json.loads(run("list", "--json").output)
    assert {"kind": "vad", "name": "energy", "loads": True, "missing": []} in found["engines"]
    assert [w["size_bytes"] for w in found["weights"] if w["name"] == "mine"] == [7]
    assert found["cache"] == str(cache.parent)


def test_check_loads_what_is_shipped():
    said = run("check")
    assert said.exit_code == 0
    assert said.output.splitlines()[:2] == ["ok  silero_vad", "ok  moonshine tiny-en"]


def test_check_finds_a_changed_file_and_goes_on(cache):
    put(cache, "broken", b"otherwise")
    put(cache, "org/broken", b"otherwise")
    said = run("check")
    assert said.exit_code == 1
    assert said.output.count("NO  ") == 2
    assert said.output.count("ok  ") == 3
    assert "differs" in said.output


def test_a_fault_is_one_line_and_exit_code_1(monkeypatch, capsys):
    for words, told in (
        (["fetch", "no-such-name"], "cueline: no model 'no-such-name': give a hub name"),
        (["check", "org/absent"], "cueline: no model 'org/absent' in "),
    ):
        monkeypatch.setattr(sys, "argv", ["cueline", "models", *words])
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == 1
        said = capsys.readouterr().err
        assert said.startswith(told)
        assert said.count("\n") == 1
