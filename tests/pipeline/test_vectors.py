import runpy
from pathlib import Path

import pytest
from sqlalchemy import select

from models.registry import describe
from pipeline.events import UtteranceRedacted
from pipeline.mining.parser import parse
from pipeline.store.repo import Store
from pipeline.store.schema_mining import utterance_vector
from pipeline.store.turn_search import TurnSearch
from pipeline.vectors import SentenceReader, VectorMaker

told = runpy.run_path(str(Path(__file__).parent / "store" / "calls.py"))["told"]
LINES = [
    ("a", 1, "Thank you for calling, how can I help?"),
    ("c", 5, "I'd like to close my account and get what I paid returned"),
    ("c", 9, "The weather is lovely today"),
    ("a", 12, "I can cancel that for you"),
]


@pytest.fixture(scope="module")
def reader():
    if not describe("encode", "minilm").loads:
        pytest.skip("onnxruntime or tokenizers is not installed")
    return SentenceReader()


def test_turns_are_read_once_and_found_by_meaning(tmp_path, reader):
    with Store.open(tmp_path / "c.db") as store:
        told(store, "x", LINES)
        maker = VectorMaker(store.database, reader)
        assert maker.step(3) == 3
        assert maker.all() == 1
        assert maker.step() == 0
        search = TurnSearch(store.database, reader)
        found = search.answer(parse('customer: like:"I want to cancel my account"')).hits
        assert [hit.utterance_id for hit in found] == [2]
        store.append("x", [(99, UtteranceRedacted(3, "it is [date] today", ("date",)))])
        assert maker.step() == 1
        with store.database.read() as connection:
            rows = connection.execute(select(utterance_vector)).all()
        assert len(rows) == 4
        assert {len(row.vector) for row in rows} == {384}


def test_an_encoder_that_does_not_load_says_why(tmp_path):
    lost = SentenceReader("minilm", {"folder": str(tmp_path)})
    assert lost.model == ""
    assert "lacks" in lost.trouble
    with Store.open(tmp_path / "c.db") as store:
        told(store, "x", LINES)
        assert VectorMaker(store.database, lost).step() == 0
