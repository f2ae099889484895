import json

import numpy as np
import pytest

from benchmarks import encoder as bench
from benchmarks.encoder import BATCHES, LENGTHS, measure, texts_of, time_calls


class Pieces:
    """Counts a word as one piece, and remembers how many texts each call had."""

    def __init__(self):
        self.calls = []

    def pieces(self, words):
        return np.zeros((1, len(words.split()) + 2), np.int64)

    def encode(self, texts):
        self.calls.append(len(texts))
        sum(range(20_000 * len(texts)))


class Letters(Pieces):
    """Cuts every word into letters."""

    def pieces(self, words):
        return np.zeros((1, len(words.replace(" ", "")) + 2), np.int64)


def test_texts_have_the_length_asked_for_and_differ():
    found = texts_of(Pieces(), 16, 32)
    assert {len(text.split()) for text in found} == {16}
    assert len(set(found)) == 32


def test_a_vocabulary_that_cuts_the_words_is_refused():
    with pytest.raises(ValueError, match="vocabulary"):
        texts_of(Letters(), 16, 2)


def test_times_are_for_one_text():
    engine = Pieces()
    texts = texts_of(engine, 8, 8)
    alone, eight = time_calls(engine, texts, 1, 9), time_calls(engine, texts, 8, 9)
    assert engine.calls == [1] * 10 + [8] * 10
    assert (alone.pieces, alone.batch, eight.batch) == (8, 1, 8)
    assert alone.cpu > 0
    assert 0 < alone.median <= alone.p95
    assert eight.cpu < 4 * alone.cpu


def test_every_length_is_timed_alone_and_in_batches():
    engine = Pieces()
    found = measure(engine, 16)
    assert [(c.pieces, c.batch) for c in found] == [(n, b) for n in LENGTHS for b in BATCHES]


@pytest.mark.skipif(
    not (bench.SHIPPED / "model.onnx").is_file(),
    reason="the shipped encoder's model.onnx is not there",
)
def test_the_last_line_is_json(capsys):
    bench.command(bench.SHIPPED, 5)
    shown = capsys.readouterr().out
    found = json.loads(shown.splitlines()[-1])
    assert found["benchmark"] == "encoder"
    assert len(found["costs"]) == len(LENGTHS) * len(BATCHES)
    assert found["size_mb"] < 30
    assert "| 16, 1" in shown
