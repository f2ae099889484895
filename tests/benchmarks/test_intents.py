import json

import numpy as np
import pytest

from benchmarks import intents
from benchmarks.calibrate import Vectors
from models.classify.calibrator import Calibrator
from models.classify.fewshot import FEATURES
from models.types import Encoded

NUMBERS = Calibrator(FEATURES, np.array([1.0, 0.5, 0.5, *[0.0] * (len(FEATURES) - 3)]), 0.0)


class Letters:
    dimensions, affect = 26, ()

    def encode(self, texts):
        counts = [[1e-3 + text.count(chr(97 + n)) for n in range(26)] for text in texts]
        vectors = np.array(counts, np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return Encoded(vectors, np.zeros((len(texts), 0), np.float32))


TAUGHT = [("zzz zz", "z"), ("zzz z", "z"), ("qqq qq", "q"), ("qqq q", "q")]


def test_lines_are_read_and_marked():
    lines = [("zz zz", "z"), ("qq q", "q"), ("qq qq", "z"), ("hello there", "")]
    found = intents.read_lines(TAUGHT, lines, Vectors(Letters()), NUMBERS)
    assert found.truth.tolist() == [1, 0, 1, -1]
    assert found.right().tolist() == [True, True, False]
    figures = intents.figures_of([found])
    assert figures["accuracy"].value == pytest.approx(200 / 3)
    assert figures["none_auroc"].value == 100.0


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "banking77"
    inside.mkdir()
    for split in ("train", "test"):
        (inside / f"{split}.csv").write_text("text,category\nwhere is it,Lost_card?\n")
    few = tmp_path / "fewshot_intents" / "BANKING77" / "train_5"
    few.mkdir(parents=True)
    (few / "seq.in").write_text("my card \n")
    (few / "label").write_text("Lost_card\n")
    return tmp_path


def test_the_fixed_splits_and_the_sets_have_one_name_for_a_want(folder):
    assert intents.few("banking77", "5", 0, folder) == [("my card", "lost_card")]
    assert intents.few("banking77", "full", 0, folder) == [("where is it", "lost_card")]


def test_heard_lines_keep_the_truth_of_the_typed_ones(folder):
    spoken = folder / "spoken"
    spoken.mkdir()
    assert intents.tested("banking77", spoken, folder)[1] == []
    (spoken / "banking77_test.jsonl").write_text(json.dumps({"n": 0, "heard": "wear is it"}))
    typed, heard = intents.tested("banking77", spoken, folder)
    assert typed == [("where is it", "lost_card")]
    assert heard == [("wear is it", "lost_card")]
