import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from pipeline.errors import StoreUnavailable
from pipeline.store.repo import Store
from pipeline.store.schema import HEAD
from streaming.commands import db

STORY = Path(__file__).parents[2] / "pipeline" / "store" / "story.py"


@pytest.fixture
def run(tmp_path):
    """Run a command on a database in a folder of its own; return its output."""

    def run(*arguments, code=0):
        done = CliRunner().invoke(db.app, [*arguments, "--url", str(tmp_path / "calls.db")])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.output

    return run


@pytest.fixture
def one_call(tmp_path):
    story = SimpleNamespace(**runpy.run_path(str(STORY)))
    with Store.open(tmp_path / "calls.db") as store:
        store.append("c1", story.whole())


def test_upgrading_twice_changes_nothing(run):
    assert f"brought to step {HEAD}" in run("upgrade")
    assert f"is at step {HEAD}" in run("upgrade")


def test_status_for_people_and_for_machines(run, one_call):
    assert "calls       1 (0 live)" in run("status")
    stands = json.loads(run("status", "--json"))
    assert (stands["calls"], stands["revision"]) == (1, stands["head"])


def test_backup_check_vacuum_and_rebuild(run, one_call, tmp_path):
    assert "copy.db" in run("backup", str(tmp_path / "copy.db"))
    assert run("check") == "sound\n"
    assert "freed" in run("vacuum")
    assert run("rebuild") == "rebuilt 1 calls\n"
    with pytest.raises(StoreUnavailable, match="already"):
        run("backup", str(tmp_path / "copy.db"))


def test_deleting_asks_first(run, one_call, tmp_path):
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "c1.flac").write_bytes(b"audio")
    run("delete", "c1", code=1)
    assert (tmp_path / "recordings" / "c1.flac").exists()
    assert "removed 1 of 1" in run("delete", "c1", "--yes")
    assert not (tmp_path / "recordings" / "c1.flac").exists()
    assert "removed 0 of 1" in run("delete", "c1", "--yes", code=1)
