"""`cueline rules backtest`, `diff`, `coverage` and `explain CALL ITEM`."""

import json
import runpy
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.store.repo import Store
from qa_rules.packs import load_packs
from streaming.commands.rules import app

PLAY = runpy.run_path(str(Path(__file__).parents[2] / "pipeline" / "scored.py"))["scored_call"]
PACK = """pack: t
code: Z9
title: T
form:
  pass_mark: 80
  exclude: {min_seconds: 1, min_turns: 1}
  sections: {opening: {title: Opening, weight: 60}, compliance: {title: C, weight: 40}}
items:
  - {id: T-01, title: Greets, severity: REQ, section: opening, match: hello}
  - {id: T-02, title: Notice, severity: AF, section: compliance, match: is recorded}
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    used, changed = tmp_path / "used", tmp_path / "changed"
    used.mkdir()
    changed.mkdir()
    (used / "t.yaml").write_text(PACK)
    (changed / "t.yaml").write_text(PACK.replace("match: hello", "match: good morning"))
    monkeypatch.setenv("CUELINE_PACK_DIRS", json.dumps([str(used)]))
    packs = load_packs(["t"], [used])
    with Store.open(tmp_path / "calls.db") as store:
        for name in ("c1", "c2"):
            store.append(name, PLAY(packs, "hello this call is recorded", call_id=name))

    def call(command, *words, url=True):
        where = ["--url", str(tmp_path / "calls.db")] if url else []
        return CliRunner().invoke(app, [command, *words, *where])

    call.used, call.changed = used, changed
    return call


def test_explain_a_call_and_an_item(run):
    told = run("explain", "c1", "T-01")
    assert (told.exit_code, told.output.splitlines()[0]) == (0, "call c1")
    assert '0:00 agent "hello this call is recorded"' in told.output
    data = json.loads(run("explain", "c1", "T-01", "--json").output)
    assert (data["item"], data["state"]) == ("T-01", "done")
    assert data["counts"][0]["words"]["quote"] == "hello this call is recorded"
    other = run("explain", "c1", "T-01", "--in", str(run.changed))
    assert "missed" in other.output


def test_explain_an_item_alone_stays(run):
    told = run("explain", "T-01", "hello", "--pack", "t", "--in", str(run.used))
    assert "hit by phrase" in told.output


def test_backtest_tells_what_would_change(run):
    told = run("backtest", str(run.changed / "t.yaml"))
    assert told.exit_code == 0
    assert "2 calls judged, 2 change" in told.output
    assert "T-01 Greets (REQ): 2 calls\n  done -> missed: 2 calls" in told.output
    assert 'c1 0:00 agent "hello this call is recorded" no longer counts' in told.output
    data = json.loads(
        run("backtest", "t", "--in", str(run.changed), "--calls", "c1,none", "--json").output
    )
    assert (data["judged"], data["left_out"][0]["call"]) == (1, "none")


def test_backtest_stops_at_a_pack_that_does_not_read(run):
    (run.changed / "t.yaml").write_text(PACK.replace("AF", "MUST"))
    told = run("backtest", str(run.changed / "t.yaml"))
    assert told.exit_code == 1
    assert "t.yaml:10:41: write 'AF'" in told.output


def test_diff_of_files_and_folders(run):
    old, new = run.used / "t.yaml", run.changed / "t.yaml"
    told = run("diff", str(old), str(new), url=False)
    assert "~ item T-01 Greets" in told.output
    assert "hears + phrase good morning" in told.output
    data = json.loads(run("diff", str(run.used), str(run.changed), "--json", url=False).output)
    assert data["packs"][0]["entries"][0]["kind"] == "changed"


def test_coverage_tells_what_never_failed_and_what_is_lacking(run):
    told = run("coverage", "t")
    assert "t (T): 2 calls, 2 items" in told.output
    assert "never failed     T-01, T-02" in told.output
    assert "few lines        T-01, T-02" in told.output
    assert "Z9 is the code of no shipped pack" in told.output
    data = json.loads(run("coverage", "t", "--json").output)
    assert data["packs"][0]["items"][0]["fired"] == 2
