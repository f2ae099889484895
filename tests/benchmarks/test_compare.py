import json

import pytest
from typer.testing import CliRunner

from benchmarks.cli import app
from pipeline.errors import RecordNotFound


def run(folder, name, value, processor="Test"):
    data = {
        "benchmark": "x",
        "figures": {"auroc": [value, value - 1, value + 1]},
        "machine": {"processor": processor, "cores": 2},
    }
    (folder / name).write_text(json.dumps(data))


def test_two_runs_are_told_apart_by_name_or_file(tmp_path, monkeypatch):
    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setenv("CUELINE_RUNS_DIR", str(kept))
    run(kept, "a.json", 80.0)
    run(tmp_path, "b.json", 85.0, "Another")
    told = CliRunner().invoke(app, ["compare", "a.json", str(tmp_path / "b.json")])
    assert told.exit_code == 0
    assert "better, more than the interval" in told.output
    assert "80 (79 to 81)" in told.output
    assert "The machines differ" in told.output


def test_a_run_that_is_not_there_says_how_to_make_one(tmp_path, monkeypatch):
    monkeypatch.setenv("CUELINE_RUNS_DIR", str(tmp_path))
    with pytest.raises(RecordNotFound, match="cueline bench wer --keep"):
        CliRunner().invoke(app, ["compare", "a.json", "b.json"], catch_exceptions=False)
