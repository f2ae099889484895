import json

import numpy as np
import pytest

from benchmarks import affect
from benchmarks.textsets import Line
from models.types import Encoded

NAMES = ("anger", "joy", "neutral")


class Words:
    """An encoder whose affect is how often a text has the word."""

    affect = NAMES
    dimensions = 4

    def encode(self, texts):
        logits = np.array(
            [[4.0 * text.split().count(name) - 2 for name in NAMES] for text in texts]
        )
        vectors = np.tile(np.eye(4, dtype=np.float32)[0], (len(texts), 1))
        return Encoded(vectors, logits.astype(np.float32))


def test_average_precision_is_one_for_a_perfect_ranking_and_the_share_for_a_flat_one():
    truth = np.array([True, False, True, False])
    assert affect.precision(np.array([4.0, 1.0, 3.0, 2.0]), truth) == 1.0
    assert affect.precision(np.array([1.0, 4.0, 2.0, 3.0]), truth) == pytest.approx(
        (1 / 3 + 2 / 4) / 2
    )


def test_weighted_f1_counts_each_class_by_its_lines():
    truth = np.array(["a", "a", "a", "b"])
    assert affect.weighted(truth, truth) == 1.0
    assert affect.weighted(np.array(["a", "a", "a", "a"]), truth) == pytest.approx(0.75 * 6 / 7)


def test_every_emotion_of_the_set_has_one_ekman_class():
    names = [name for members in affect.EKMAN.values() for name in members]
    assert len(names) == len(set(names)) == 28


def test_features_of_a_dialogue_hold_the_turns_before_and_who_said_them():
    line = Line("neutral", ("anger", "negative"), ("anger", "joy"), "ann", ("ann", "bob"))
    alone = affect._dialogues(Words(), [(line.text, line)], context=False)
    both = affect._dialogues(Words(), [(line.text, line)], context=True)
    assert alone.features.shape == (1, 3 + 4)
    assert both.features.shape == (1, 3 + 4 + (affect.TURNS + 1) * (3 + 2) + 4)
    turns = both.features[0, 7:-4].reshape(affect.TURNS + 1, 5)
    assert turns[0, 1] == pytest.approx(2 / 3)
    assert turns[0, 3:].tolist() == [1.0, 0.0]
    assert turns[1, 3:].tolist() == [1.0, 1.0]
    assert turns[affect.TURNS, 0] == pytest.approx(2 / 3)
    assert both.angry.tolist() == [True]


def test_heard_lines_stand_beside_the_typed_ones_they_came_from(tmp_path, monkeypatch):
    lines = [Line("one", ("joy",)), Line("two", ("anger",))]
    monkeypatch.setattr(affect, "read", lambda name, split: lines)
    (tmp_path / "set_dev.jsonl").write_text(json.dumps({"n": 1, "heard": "too"}) + "\n")
    forms = dict(affect._forms("set", "dev", tmp_path))
    assert [text for text, _ in forms[""]] == ["one", "two"]
    assert forms[" heard"] == [("too", lines[1])]
    assert forms[" as typed, the spoken part"] == [("two", lines[1])]


def test_emotions_that_the_words_tell_are_found(monkeypatch):
    rows = [Line(f"{name} {n}", (name,)) for n in range(20) for name in NAMES]
    monkeypatch.setattr(affect, "read", lambda name, split: rows)
    found = {row.what: row.figure.value for row in affect.goemotions(Words(), None)}
    assert found["anger group, AUROC"] == 100.0
    assert found["28 emotions, macro-F1"] == pytest.approx(100 * 3 / 28)
