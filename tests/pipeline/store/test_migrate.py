import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from pipeline.errors import StoreUnavailable
from pipeline.store import migrate, schema, tables
from pipeline.store.database import Database
from pipeline.store.repo import Store
from pipeline.store.rows import CallFilter

ROOT = Path(__file__).parents[3]


def differences(database):
    def ours(_, name, kind, *__):
        return not (kind == "table" and name.startswith("search_index"))

    with database.read() as connection:
        options = {"include_object": ours, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, tables.metadata)


def definitions(path):
    """Return the columns, defaults, keys and indexes of every table, however they were written."""
    db = sqlite3.connect(path)
    names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    found = {
        name: [
            sorted(db.execute(f"PRAGMA {what}({name})").fetchall(), key=repr)
            for what in ("table_info", "foreign_key_list")
        ]
        + [sorted((r[1:5]) for r in db.execute(f"PRAGMA index_list({name})"))]
        for name in names
        if not name.startswith(("search_index", "alembic", "sqlite"))
    }
    db.close()
    return found


def test_an_empty_database_becomes_what_the_code_expects(tmp_path):
    database = Database(tmp_path / "a.db")
    assert migrate.upgrade(database) is True
    assert migrate.upgrade(database) is False
    assert migrate.revision(database) == schema.HEAD
    assert differences(database) == []
    database.close()
    fresh = Database(tmp_path / "b.db")
    with fresh.write() as connection:
        tables.metadata.create_all(connection)
    fresh.close()
    assert definitions(tmp_path / "a.db") == definitions(tmp_path / "b.db")


def test_the_newest_step_is_the_one_the_schema_names():
    script = ScriptDirectory.from_config(migrate.config())
    assert script.get_current_head() == schema.HEAD


def test_an_older_database_keeps_its_calls_and_gains_search(tmp_path):
    database = Database(tmp_path / "a.db")
    migrate.upgrade(database, "0001")
    with database.write() as connection:
        connection.execute(
            text("INSERT INTO call (id, state) VALUES ('c1', 'ended'), ('c2', 'live')")
        )
        for call_id in ("c1", "c2"):
            connection.execute(
                text(
                    "INSERT INTO utterance (call_id, id, channel, start_s, end_s, text) "
                    "VALUES (:c, 1, 'agent', 0, 1, 'good morning'), (:c, 2, 'customer', 1, 2, 'hi')"
                ),
                {"c": call_id},
            )
    database.close()
    with Store.open(tmp_path / "a.db") as store:
        assert differences(store.database) == []
        assert [r.call_id for r in store.calls(CallFilter(text="morn"))] == ["c1"]
        assert len(store.calls()) == 2


def test_a_step_that_fails_leaves_the_database_as_it_was(tmp_path):
    database = Database(tmp_path / "a.db")
    migrate.upgrade(database, "0001")
    with database.write() as connection:
        connection.execute(text("CREATE TABLE search_doc (n INTEGER)"))
    with pytest.raises(StoreUnavailable):
        migrate.upgrade(database)
    assert migrate.revision(database) == "0001"
    with database.write() as connection:
        connection.execute(text("DROP TABLE search_doc"))
    assert migrate.upgrade(database) is True
    database.close()


def test_a_database_of_a_later_version_is_left_alone(tmp_path):
    Store.open(tmp_path / "a.db").close()
    db = sqlite3.connect(tmp_path / "a.db")
    db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.commit()
    db.close()
    with pytest.raises(StoreUnavailable, match="later version") as caught:
        Store.open(tmp_path / "a.db")
    assert caught.value.cause == "newer"


def test_two_processes_may_open_a_new_database_at_once(tmp_path):
    code = (
        "import sys; from pipeline.store.repo import Store; "
        "s = Store.open(sys.argv[1]); print(len(s.calls())); s.close()"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, str(tmp_path / "a.db")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ},
        )
        for _ in range(3)
    ]
    for process in both:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, json.loads(out or b"null")) == (0, 0), err.decode()
