"""An int8 graph gives its weights back."""

import hashlib
import json
import shutil

import numpy as np
import pytest

from models.encode.graph import build
from models.encode.minilm import SHIPPED, MiniLmEncoder
from models.errors import WeightsCorrupt
from models.training.export import TEXTS, compare, read_weights
from models.training.unpack import unpack


def cosine(one, other):
    return float((one * other).sum() / np.linalg.norm(one) / np.linalg.norm(other))


def test_every_array_comes_back_under_its_name_and_close_to_what_it_was(tiny_model):
    was = read_weights(tiny_model.base / "model.safetensors")
    found = unpack(tiny_model.folder / "model.onnx")
    assert found.heads == 4
    assert found.weights.keys() == was.keys()
    sums = was["places.weight"][:98] + was["kinds.weight"][0]
    assert np.allclose(found.weights["places.weight"] + found.weights["kinds.weight"][0], sums)
    rest = [name for name in was if name not in ("places.weight", "kinds.weight")]
    assert {found.weights[name].shape == was[name].shape for name in rest} == {True}
    assert min(cosine(found.weights[name], was[name]) for name in rest) > 0.999


def again(folder, out):
    """Return how close a model's vectors are to those of its weights unpacked and packed again."""
    found = unpack(folder / "model.onnx")
    shutil.copytree(folder, out)
    packed = build(found.weights, heads=found.heads, spans=found.spans)
    (out / "model.onnx").write_bytes(packed)
    card = json.loads((out / "card.json").read_text())
    card["sha256"]["model.onnx"] = hashlib.sha256(packed).hexdigest()
    (out / "card.json").write_text(json.dumps(card))
    encoded = (MiniLmEncoder(one).encode(TEXTS[:6]) for one in (folder, out))
    return compare(*encoded)


def test_packed_again_a_tiny_model_reads_alike(tiny_model, tmp_path):
    close = again(tiny_model.folder, tmp_path / "out")
    assert close["cosine_min"] > 0.999
    assert close["logit_apart_max"] < 0.01


def test_packed_again_the_shipped_model_reads_alike(tmp_path):
    close = again(SHIPPED, tmp_path / "out")
    assert close["cosine_min"] > 0.999
    assert close["logit_apart_mean"] < 0.05
    assert close["logit_apart_max"] < 0.2


def test_another_graph_is_told(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"no graph at all")
    with pytest.raises(WeightsCorrupt, match="no int8 encoder of ours"):
        unpack(tmp_path / "model.onnx")
    with pytest.raises(WeightsCorrupt, match="no int8 encoder of ours"):
        unpack(SHIPPED.parent.parent / "vad" / "silero_vad.onnx")
