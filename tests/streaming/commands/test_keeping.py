import runpy
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from pipeline.errors import RequestRefused
from pipeline.store.audit import Audit
from pipeline.store.keeping import Keeping
from pipeline.store.repo import Store
from streaming.commands import db

STORY = Path(__file__).parents[2] / "pipeline" / "store" / "story.py"
NUMBER = "+442079460018"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("CUELINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CUELINE_RETAIN__KEEP_DAYS", "30")

    def run(*arguments, code=0):
        done = CliRunner().invoke(db.app, list(arguments))
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.output

    return run


@pytest.fixture
def store(tmp_path, run):
    story = SimpleNamespace(**runpy.run_path(str(STORY)))
    with Store.open(tmp_path / "cueline.db") as store:
        for call_id, fact in (("c1", NUMBER), ("c2", NUMBER), ("c3", "020 7946 0018")):
            (_, first), *more = story.whole(call_id)
            store.start_call(first, {"from": fact})
            store.append(call_id, more)
        yield store


def test_what_is_due_goes_and_what_is_held_stays(run, store):
    run("hold", "c1", "--why", "claim 17")
    assert "claim 17" in run("holds")
    assert "3 calls, kept 30 days, 2 due" in run("sweep", "--dry-run")
    assert len(store.ids()) == 3
    assert "removed 2 calls" in run("sweep")
    assert store.ids() == ["c1"]
    assert "c1 is held and stays" in run("delete", "c1", "--yes", code=1)
    run("lift", "c1")
    assert "removed 1 of 1" in run("delete", "c1", "--yes")
    assert [m.why for m in Keeping(store.database).removed()] == ["hand", "age", "age"]
    noted = [n.deed.action for n in Audit(store.database).listed()]
    assert noted == ["call_removed", "hold_lifted", "call_held"]


def test_a_person_is_exported_and_erased_by_number(run, store, tmp_path):
    target = tmp_path / "out.zip"
    shown = run("export-person", NUMBER, str(target))
    assert "perhaps: number in from" in shown
    with zipfile.ZipFile(target) as archive:
        assert "calls/2/call.json" in archive.namelist()
        assert "calls/3/call.json" not in archive.namelist()
    run("hold", "c1", "--why", "claim 17")
    with pytest.raises(RequestRefused, match="not a call of that number"):
        run("erase-person", NUMBER, "--also", "c9", "--yes")
    shown = run("erase-person", NUMBER, "--also", "c3", "--yes", code=1)
    assert "HELD, stays" in shown
    assert "removed 2 calls" in shown
    assert store.ids() == ["c1"]
    assert NUMBER.lstrip("+") not in repr(Audit(store.database).listed())
    assert "no call carries" in run("export-person", "+1 555 010 0199", "x.zip", code=1)
