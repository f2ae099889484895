import runpy
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from pipeline.events import UtteranceRedacted
from pipeline.store import mining
from pipeline.store.schema_mining import utterance_change, utterance_doc, utterance_vector

told = runpy.run_path(str(Path(__file__).with_name("calls.py")))["told"]


@pytest.fixture
def filled(store):
    told(store, "x", [("a", 1, "good morning"), ("c", 4, "my card is four two"), ("c", 8, "nine")])
    told(store, "y", [("a", 1, "good evening"), ("c", 4, "the parcel is late")], day=2)
    with store.database.write() as connection:
        for n in connection.scalars(select(utterance_doc.c.n)).all():
            connection.execute(utterance_vector.insert().values(n=n, model="m", vector=b"\x01"))
    return store


def rows(store, table):
    with store.database.read() as connection:
        return connection.execute(select(table).order_by(*table.primary_key)).all()


def found(store, words):
    with store.database.read() as connection:
        hits = connection.exec_driver_sql(
            "SELECT d.call_id, d.utterance_id FROM search_index_turn i JOIN utterance_doc d "
            "ON d.n = i.rowid WHERE search_index_turn MATCH ? ORDER BY 1, 2",
            (words,),
        )
        return [tuple(hit) for hit in hits]


def test_a_call_is_indexed_turn_by_turn_when_it_ends(filled):
    assert found(filled, "good") == [("x", 1), ("y", 1)]
    assert found(filled, "parcel") == [("y", 2)]


def test_a_late_redaction_takes_words_and_vector_and_says_so(filled):
    before = {row.n for row in rows(filled, utterance_vector)}
    filled.append("x", [(99, UtteranceRedacted(2, "my card is [card number]", ("card",)))])
    assert found(filled, "four") == []
    assert found(filled, '"card number"') == [("x", 2)]
    with filled.database.read() as connection:
        (changed,) = connection.scalars(
            select(utterance_doc.c.n).where(
                utterance_doc.c.utterance_id == 2, utterance_doc.c.call_id == "x"
            )
        ).all()
        assert connection.scalar(select(func.max(utterance_change.c.changes))) == 1
    assert {row.n for row in rows(filled, utterance_vector)} == before - {changed}
    assert b"four two" not in filled.database.path.read_bytes()


def test_a_removed_call_leaves_no_turn_no_vector_no_word(filled):
    filled.remove(["x"])
    assert {row.call_id for row in rows(filled, utterance_doc)} == {"y"}
    assert len(rows(filled, utterance_vector)) == 2
    assert found(filled, "morning OR card") == []
    assert b"four two" not in filled.database.path.read_bytes()


def test_rows_that_go_without_being_told_leave_the_index_as_well(filled):
    with filled.database.write() as connection:
        connection.execute(text("DELETE FROM call WHERE id = 'x'"))
        mining.scour(connection)
    assert found(filled, "morning") == []
    assert filled.database.bare is not None
    with filled.database.bare() as driver:
        driver.execute("INSERT INTO search_index_turn(search_index_turn) VALUES('integrity-check')")


def test_everything_can_be_made_again(filled):
    want = [tuple(row)[1:] for row in rows(filled, utterance_doc)]
    with filled.database.write() as connection:
        connection.execute(text("DELETE FROM utterance_doc"))
        assert mining.reindex_all(connection) == 2
    assert [tuple(row)[1:] for row in rows(filled, utterance_doc)] == want
    assert found(filled, "good") == [("x", 1), ("y", 1)]
