import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from benchmarks import search
from models.registry import describe
from pipeline.mining.parser import parse


def test_queries_are_seeded_and_every_one_reads():
    random = np.random.default_rng(1)
    said = ["I would like a refund please", "where is my parcel", "two words"]
    boxes = list(search.word_queries(said, 20, random))
    boxes += search.meaning_queries(said, 10, random)
    assert all(not parse(box).empty for box in boxes)
    again = np.random.default_rng(1)
    assert boxes[:20] == list(search.word_queries(said, 20, again))


def test_a_small_run_ends_in_its_figures(monkeypatch, tmp_path):
    if not describe("encode", "minilm").loads:
        pytest.skip("onnxruntime or tokenizers is not installed")
    monkeypatch.setenv("CUELINE_DATA", str(tmp_path))
    monkeypatch.setattr(search, "sentences_of", lambda packs: ["I want a refund", "how are you"])

    app = typer.Typer()
    app.command()(search.command)
    options = ["--utterances", "200", "--queries", "10", "--encoded", "5"]
    out = CliRunner().invoke(app, options, catch_exceptions=False).output
    figures = json.loads(out.splitlines()[-1])
    assert (figures["utterances"], figures["source"]) == (200, "packs")
    assert figures["words_p95_ms"] > 0
    assert figures["meaning_p95_ms"] > 0
