import sqlite3
import stat

import pytest

from pipeline.errors import StoreUnavailable
from pipeline.store import upkeep
from pipeline.store.database import Database
from pipeline.store.repo import Store
from pipeline.store.schema import HEAD


def test_how_a_database_stands(store, story, tmp_path):
    store.append("c1", story.whole())
    store.append("c2", story.whole("c2")[:3])
    stands = upkeep.standing(store.database)
    assert (stands.revision, stands.calls, stands.live) == (HEAD, 2, 1)
    assert stands.events == len(story.whole()) + 3
    assert stands.oldest.startswith("2025-03-04")
    assert stands.size_bytes == sum(p.stat().st_size for p in tmp_path.iterdir())


def test_an_empty_database_stands_at_nothing(tmp_path):
    database = Database(tmp_path / "a.db")
    assert upkeep.standing(database).revision is None
    database.close()


def test_a_backup_is_a_whole_store_for_its_owner_alone(store, story, tmp_path):
    store.append("c1", story.whole())
    size = upkeep.backup(store, tmp_path / "copy.db")
    assert size == (tmp_path / "copy.db").stat().st_size > 0
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    with Store.open(tmp_path / "copy.db") as copy:
        assert copy.call("c1") == store.call("c1")
    with pytest.raises(StoreUnavailable, match="already"):
        upkeep.backup(store, tmp_path / "copy.db")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        upkeep.backup(store, tmp_path / "nowhere" / "copy.db")


def test_vacuum_gives_space_back(store, story):
    for n in range(5):
        store.append(f"c{n}", story.plain(f"c{n}", 200))
    store.database.scrub()
    store.remove([f"c{n}" for n in range(5)])
    assert upkeep.vacuum(store) > 100_000
    assert upkeep.faults(store) == []


def test_damage_is_found(store, story):
    store.append("c1", story.whole())
    other = sqlite3.connect(store.database.path)
    other.execute("DELETE FROM call")
    other.commit()
    other.close()
    assert "stray row in event" in upkeep.faults(store)
