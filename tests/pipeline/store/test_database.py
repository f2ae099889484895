import os
import shutil
import sqlite3
import stat
import tempfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.errors import StoreUnavailable
from pipeline.store.repo import Store


def pragma(connection, name):
    return connection.execute(text(f"PRAGMA {name}")).scalar()


def test_connections_are_set_up_for_safety(store):
    with store.database.write() as connection:
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "foreign_keys") == 1
        assert pragma(connection, "secure_delete") == 1
        assert pragma(connection, "synchronous") == 2
    with store.database.read() as connection:
        assert pragma(connection, "query_only") == 1
        with pytest.raises(StoreUnavailable) as caught, store.database.read() as reader:
            reader.execute(text("DELETE FROM call"))
        assert caught.value.cause == "read_only"


def test_files_are_for_their_owner_alone(store, tmp_path):
    with store.database.write() as connection:
        connection.execute(text("INSERT INTO call (id) VALUES ('c')"))
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    assert modes == {"calls.db": 0o600, "calls.db-wal": 0o600, "calls.db-shm": 0o600}


def test_a_transaction_that_fails_writes_nothing(store):
    def fail():
        with store.database.write() as connection:
            connection.execute(text("INSERT INTO call (id) VALUES ('c')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.calls() == []


def test_readers_go_on_while_a_call_is_written(store):
    with store.database.write() as connection:
        connection.execute(text("INSERT INTO call (id) VALUES ('c')"))
        assert store.calls() == []
    assert len(store.calls()) == 1


def test_many_threads_read_at_once(store, story):
    store.append("c1", story.whole())
    seen, errors = [], []

    def read():
        try:
            for _ in range(20):
                seen.append(len(store.call("c1").utterances))
        except BaseException as err:
            errors.append(err)

    threads = [threading.Thread(target=read) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert seen == [4] * 240


def test_scrubbing_waits_for_a_reader_and_says_so(store):
    with store.database.write() as connection:
        connection.execute(text("INSERT INTO call (id) VALUES ('c')"))
    with store.database.read() as connection:
        connection.execute(text("SELECT * FROM call")).all()
        with store.database.write() as writer:
            writer.execute(text("INSERT INTO call (id) VALUES ('d')"))
        assert store.database.scrub() is False
    assert store.database.scrub() is True
    assert store.database.path.with_name("calls.db-wal").stat().st_size == 0


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "nonsense://x"])
def test_a_url_without_a_file_says_what_is_wanted(url):
    with pytest.raises(StoreUnavailable):
        Store.open(url)


def test_a_damaged_file_says_what_to_do(tmp_path):
    (tmp_path / "a.db").write_bytes(b"this is no database, it is a shopping list\n" * 500)
    with pytest.raises(StoreUnavailable, match="restore a backup") as caught:
        Store.open(tmp_path / "a.db")
    assert caught.value.cause == "corrupt"


def test_a_damaged_page_says_what_to_do(tmp_path, story):
    with Store.open(tmp_path / "a.db") as store:
        store.append_all([("c1", n, e) for n, e in story.plain("c1", 200)])
        store.database.scrub()
    size = (tmp_path / "a.db").stat().st_size
    with (tmp_path / "a.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    with pytest.raises(StoreUnavailable) as caught, Store.open(tmp_path / "a.db") as store:
        store.events("c1")
    assert caught.value.cause == "corrupt"


def test_a_locked_database_says_who_to_ask(store, story):
    other = sqlite3.connect(store.database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="another program") as caught:
        store.append_all([("c1", 1, story.started())], patience_s=0.05)
    assert caught.value.cause == "locked"
    other.execute("ROLLBACK")
    other.close()
    assert store.append("c1", story.whole()).written == len(story.whole())


def test_a_full_disk_says_so_and_nothing_is_half_written(store, story, everything):
    store.append("c1", story.whole())
    before = everything()
    with store.database.bare() as driver:
        (pages,) = driver.execute("PRAGMA page_count").fetchone()
        driver.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreUnavailable, match="disk is full") as caught:
        store.append("c2", story.plain("c2", 300))
    assert caught.value.cause == "full"
    assert everything() == before
    with store.database.bare() as driver:
        driver.execute("PRAGMA max_page_count=1000000")
    store.append("c2", story.plain("c2", 300))


@pytest.fixture
def shared_folder():
    """A folder that every user can reach."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def test_a_database_that_may_only_be_read_says_what_to_do(shared_folder):
    Store.open(shared_folder / "a.db").close()
    (shared_folder / "a.db").chmod(0o444)
    shared_folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # for root nothing is read-only
    try:
        with pytest.raises(StoreUnavailable, match=r"write access|may be written") as caught:
            Store.open(shared_folder / "a.db").finish_call("c", 1.0, "completed")
    finally:
        if root:
            os.seteuid(0)
        shared_folder.chmod(0o755)
    assert caught.value.cause in ("read_only", "missing")
