import numpy as np
import pytest

from models.misheard import load, save, shipped


@pytest.fixture(scope="module")
def ear():
    return shipped()


def evidence(ear, said, *heard):
    sounds = ear.codes((said,))
    score = np.array(ear.score(sounds, ear.codes(heard)))
    rarity = np.array(max(map(ear.rarity, heard)))
    return float(ear.evidence(score, rarity, np.array(len(sounds))))


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("recorded", ("record", "id")),
        ("lawyer", ("lower",)),
        ("postcode", ("post", "coat")),
        ("number", ("humber",)),
        ("declined", ("the", "client")),
    ],
)
def test_words_that_sound_alike_are_evidence_of_each_other(ear, said, heard):
    assert evidence(ear, said, *heard) > 3


@pytest.mark.parametrize(
    ("said", "heard"), [("recorded", "yesterday"), ("lawyer", "kitchen"), ("postcode", "manager")]
)
def test_words_that_sound_otherwise_are_not(ear, said, heard):
    assert evidence(ear, said, heard) < 0


def test_a_frequent_word_is_likelier_to_have_been_said_than_a_rare_one(ear):
    assert ear.rarity("the") < ear.rarity("card") < ear.rarity("regulator")
    assert evidence(ear, "card", "car") < evidence(ear, "card", "carred")


def test_many_words_are_scored_as_each_alone(ear):
    said = ["recorded", "lawyer", "card", "verify"]
    heard = [("record", "id"), ("lower",), ("hard",), ("very", "five", "times")]
    codes = [ear.codes((word,)) for word in said]
    rows = np.zeros((len(codes), max(map(len, codes))), np.int32)
    for at, row in enumerate(codes):
        rows[at, : len(row)] = row
    sizes = np.array([len(row) for row in codes])
    many = ear.scores(rows, sizes, [ear.codes(words) for words in heard]).tolist()
    pairs = zip(codes, heard, strict=True)
    assert many == [ear.score(one, ear.codes(words)) for one, words in pairs]


def test_nothing_reaches_the_evidence_below_the_least_score(ear):
    score = ear.least_scores(np.array(2.0), np.array(8.5), np.array(6))
    at = [ear.evidence(score + off, np.array(8.5), np.array(6)) for off in (-1, 1)]
    assert at[0] < 2.0 < at[1]


def test_a_table_is_written_as_it_was_read(tmp_path):
    save(load(), tmp_path / "table.json")
    assert load(tmp_path / "table.json") == load()
