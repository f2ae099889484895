import io
import json

from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.keep import FOLDER
from benchmarks.report import publish
from pipeline.runs import list_runs


def test_a_run_is_kept_only_when_asked_and_never_over_another(tmp_path):
    publish("Some thing", "", {"score": 1.5}, out=io.StringIO())
    assert list(tmp_path.iterdir()) == []
    mark = FOLDER.set((tmp_path / "runs", "cueline bench thing"))
    try:
        out = io.StringIO()
        for _ in range(2):
            publish("Some thing", "", {"score": 1.5}, out=out)
    finally:
        FOLDER.reset(mark)
    assert json.loads(out.getvalue().splitlines()[-1])["score"] == 1.5, "the last line stays JSON"
    (one, other), bad = list_runs(tmp_path / "runs")
    assert bad == []
    assert one.name != other.name
    assert (one.benchmark, one.command) == ("Some thing", "cueline bench thing")
    assert one.machine["processor"]


def test_keep_may_stand_anywhere_on_the_line(tmp_path, monkeypatch):
    monkeypatch.setenv("CUELINE_RUNS_DIR", str(tmp_path))
    line = ["rules", "core_call", "--calls", "1", "--keep", "--turns", "2"]
    mark = FOLDER.set(None)
    try:
        assert CliRunner().invoke(app, line).exit_code == 0
    finally:
        FOLDER.reset(mark)
    (run,), _ = list_runs(tmp_path)
    assert run.command == "cueline bench rules core_call --calls 1 --turns 2"
    assert any(m.what == "p95_us" for m in run.measures)
