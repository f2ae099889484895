import json

import numpy as np
import pytest

from models.encode.minilm import MiniLmEncoder
from models.training.export import EXAMPLES, TEXTS, compare, describe, export, read_weights
from models.types import Encoded
from models.weights import sha256

NAMES = ("anger", "joy", "neutral")
CARD = {
    "model": "tiny",
    "licence": "Apache-2.0",
    "base": "random numbers",
    "attributions": ["nobody, CC0"],
    "limits": ["means nothing"],
    "figures": {"AUROC": 0.5},
    "seed": 7,
}


@pytest.fixture
def made(tiny, tmp_path):
    card = export(tiny.safetensors, tiny.tokenizer, NAMES, tmp_path / "out", CARD, heads=4)
    return tmp_path / "out", card


def test_the_folder_holds_the_model_its_tokenizer_and_two_cards(made):
    folder, card = made
    names = {path.name for path in folder.iterdir()}
    assert names == {"model.onnx", "tokenizer.json", "card.json", "card.md"}
    assert json.loads((folder / "card.json").read_text()) == card
    assert card["sha256"]["model.onnx"] == sha256(folder / "model.onnx")
    assert (card["affect"], card["seed"]) == (list(NAMES), 7)


def test_the_card_says_how_close_int8_is(made):
    _, card = made
    assert card["int8"]["texts"] == len(TEXTS)
    assert 0.99 < card["int8"]["cosine_min"] <= card["int8"]["cosine_mean"] < 1
    assert 0 < card["int8"]["logit_apart_mean"] <= card["int8"]["logit_apart_max"] < 0.1


def test_the_card_for_people_says_what_the_other_says(made):
    folder, card = made
    note = (folder / "card.md").read_text()
    for said in ("# tiny", "Apache-2.0", "random numbers", "- nobody, CC0", "- means nothing"):
        assert said in note
    assert "| AUROC | 0.5 |" in note
    assert f"| cosine_mean | {card['int8']['cosine_mean']} |" in note
    assert note.rstrip().endswith("anger, joy, neutral.")


def test_a_card_without_extras_is_short():
    note = describe({"model": "m", "licence": "l", "affect": ["anger"]})
    assert note == "# m\n\nLicence: l. Made from: not stated.\n\n## Affect\n\nanger.\n"


def test_exported_again_in_place_it_is_the_same_model(made, tiny):
    folder, _ = made
    before = sha256(folder / "model.onnx")
    export(tiny.safetensors, folder / "tokenizer.json", NAMES, folder, CARD, heads=4)
    assert sha256(folder / "model.onnx") == before
    assert MiniLmEncoder(folder).encode(["hello"]).vectors.shape == (1, 32)


def test_what_does_not_fit_is_refused_before_anything_is_written(tiny, tmp_path):
    sources = (tiny.safetensors, tiny.tokenizer)
    with pytest.raises(ValueError, match="2 affect names for 3 outputs"):
        export(*sources, NAMES[:2], tmp_path / "out", CARD)
    with pytest.raises(ValueError, match="lacks licence"):
        export(*sources, NAMES, tmp_path / "out", {"model": "m"})
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("kind", "tolerance"), [("F32", 0), ("F16", 2e-3)])
def test_weights_are_read_in_either_size(tiny, tmp_path, safetensors_writer, kind, tolerance):
    safetensors_writer(tmp_path / "w", tiny.weights, kind)
    found = read_weights(tmp_path / "w")
    assert found.keys() == tiny.weights.keys()
    for name, array in tiny.weights.items():
        assert found[name].dtype == np.float32
        np.testing.assert_allclose(found[name], array, atol=tolerance)


def test_weights_of_another_kind_are_refused(tiny, tmp_path, safetensors_writer):
    safetensors_writer(tmp_path / "w", tiny.weights, "BF16")
    with pytest.raises(ValueError, match="holds BF16"):
        read_weights(tmp_path / "w")
    (tmp_path / "w").write_bytes(b"something else")
    with pytest.raises(ValueError, match="no safetensors file"):
        read_weights(tmp_path / "w")


def test_two_encodings_are_compared():
    one = Encoded(np.eye(2, dtype=np.float32), np.zeros((2, 2), np.float32))
    other = Encoded(np.eye(2, dtype=np.float32)[[0, 0]], np.array([[0, 1], [0, 3]], np.float32))
    assert compare(one, one)["cosine_min"] == 1
    assert compare(one, other) == {
        "texts": 2,
        "cosine_mean": 0.5,
        "cosine_min": 0.0,
        "logit_apart_mean": 1.0,
        "logit_apart_max": 3.0,
    }


def test_the_texts_compared_on_are_not_those_that_sizes_are_taken_from():
    assert not set(TEXTS) & set(EXAMPLES)
