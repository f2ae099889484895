import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.store.repo import Store


@pytest.fixture(scope="session")
def story():
    """The functions of story.py, which lies beside this file."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("story.py"))))


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "calls.db") as opened:
        yield opened


@pytest.fixture
def everything(store):
    """Return all rows of all tables, for comparing."""
    from sqlalchemy import select

    from pipeline.store import schema

    def read():
        with store.database.read() as connection:
            return {
                name: [tuple(r) for r in connection.execute(select(t).order_by(*t.primary_key))]
                for name, t in schema.metadata.tables.items()
                if name not in ("search_doc", "utterance_doc", "utterance_change")  # indexes
            }

    return read
