"""Batches of like length; a model's place, device and precision."""

import pytest

from models.errors import WeightsCorrupt
from models.torch_models import TorchModel, TorchOptions, by_length

pytestmark = pytest.mark.torch


def test_batches_hold_texts_of_like_length_and_every_text_once():
    texts = ["a", "aaaa", "aa", "aaaaa", "aaa"]
    assert list(by_length(texts, 2)) == [[3, 1], [4, 2], [0]]
    assert list(by_length([], 2)) == []


def test_a_folder_without_a_model_is_told(tmp_path):
    pytest.importorskip("transformers", reason="needs the torch extra")
    with pytest.raises(WeightsCorrupt, match="does not load"):
        TorchModel("encode", "AutoModel", TorchOptions(model=str(tmp_path), device="cpu"))
