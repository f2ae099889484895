import json
import runpy
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.registry import describe
from pipeline.errors import RequestRefused
from pipeline.store.repo import Store
from streaming.commands.search import app

told = runpy.run_path(str(Path(__file__).parents[2] / "pipeline" / "store" / "calls.py"))["told"]


@pytest.fixture
def url(tmp_path):
    path = tmp_path / "c.db"
    with Store.open(path) as store:
        told(store, "x", [("a", 1, "hello there"), ("c", 65, "I want my money back")])
    return str(path)


def run(*args):
    return CliRunner().invoke(app, args, catch_exceptions=False)


def test_turns_are_found_by_word(url):
    out = run("find", "customer: mone*", "--url", url).output
    assert "x 1:05 customer: I want my money back" in out
    assert "1 turns in 1 calls" in out
    with pytest.raises(RequestRefused, match="close the phrase"):
        run("find", '"money', "--url", url)


def test_old_turns_are_read_for_meaning(url):
    if not describe("encode", "minilm").loads:
        pytest.skip("onnxruntime or tokenizers is not installed")
    out = run("index", "--rebuild", "--url", url).output
    assert "indexed 1 calls" in out
    assert "read 2 turns for meaning" in out
    found = json.loads(run("find", 'like:"I want my money back"', "--json", "--url", url).output)
    assert [hit["utterance_id"] for hit in found["hits"]] == [2]
