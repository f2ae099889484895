"""The engine on a tiny random BERT: shapes, pooling, batches, precision, and what it refuses."""

import json
from importlib.util import find_spec

import numpy as np
import pytest

from models.classify import likeness
from models.classify.calibrator import Calibrator
from models.classify.exemplars import Exemplars, Fit
from models.classify.fewshot import FEATURES
from models.classify.meaning import MeaningClassifier
from models.encode.transformers import create
from models.errors import EngineFailed, EngineNotFound, OptionsInvalid, WeightsNotFound
from models.types import Channel, ClassifyRequest

pytestmark = pytest.mark.torch
WORDS = [
    "cancel",
    "refund",
    "please",
    "move",
    "my",
    "account",
    "back",
    "now",
    "stop",
    "money",
    "address",
]
TEXTS = ["cancel my account", "money back please", "now", "please move my address now please"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    torch = pytest.importorskip("torch", reason="needs the torch extra")
    transformers = pytest.importorskip("transformers", reason="needs the torch extra")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=24, initializer_range=0.5,
    )  # fmt: skip
    made = tmp_path_factory.mktemp("bert")
    transformers.BertModel(config).save_pretrained(made)
    (made / "vocab.txt").write_text("\n".join(words))
    (made / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer", "model_max_length": 24})
    )
    return made


def encoder(folder, **options):
    return create({"model": str(folder), "device": "cpu", **options})


def test_each_text_has_a_unit_vector_and_no_affect(folder):
    made = encoder(folder)
    found = made.encode(TEXTS)
    assert found.vectors.shape == (4, 16) == (4, made.dimensions)
    assert np.allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)
    assert (found.affect.shape, made.affect) == ((4, 0), ())
    assert made.encode([]).vectors.shape == (0, 16)


def test_a_text_reads_the_same_alone_and_in_any_batch(folder):
    whole = encoder(folder).encode(TEXTS).vectors
    alone = np.concatenate([encoder(folder, max_batch=1).encode([t]).vectors for t in TEXTS])
    pairs = encoder(folder, max_batch=2).encode(TEXTS).vectors
    assert np.allclose(whole, alone, atol=1e-5)
    assert np.allclose(whole, pairs, atol=1e-5)
    assert not np.allclose(whole[0], whole[1], atol=1e-2)


def test_the_mean_is_of_the_words_and_cls_is_the_first(folder):
    import torch

    mean, first = (encoder(folder, pooling=p) for p in ("mean", "cls"))
    loaded = mean._loaded
    with torch.inference_mode():
        last = loaded.model(**loaded.pieces(["cancel my account"])).last_hidden_state[0].numpy()
    for made, wanted in ((mean, last.mean(axis=0)), (first, last[0])):
        vector = made.encode(["cancel my account"]).vectors[0]
        assert np.allclose(vector, wanted / np.linalg.norm(wanted), atol=1e-5)


def test_case_and_punctuation_are_left_out_unless_kept(folder):
    same = encoder(folder).encode(["Cancel, my ACCOUNT!", "cancel my account"]).vectors
    assert np.allclose(same[0], same[1], atol=1e-6)
    kept = encoder(folder, plain=False).encode(["cancel, my account", "cancel my account"]).vectors
    assert not np.allclose(kept[0], kept[1], atol=1e-3)


def test_a_prefix_is_read_with_every_text(folder):
    given = encoder(folder, prefix="please ").encode(["move now"]).vectors
    assert np.allclose(given, encoder(folder).encode(["please move now"]).vectors, atol=1e-5)


def test_a_long_text_is_cut_at_its_end(folder):
    made = encoder(folder, max_tokens=8)
    long = made.encode(
        ["cancel my account now please now " * 30, "cancel my account now please now"]
    )
    assert np.allclose(long.vectors[0], long.vectors[1], atol=1e-5)


def test_half_precision_on_a_processor_is_close(folder):
    exact = encoder(folder).encode(TEXTS).vectors
    half = encoder(folder, precision="bfloat16").encode(TEXTS).vectors
    assert (exact * half).sum(axis=1).min() > 0.99
    assert half.dtype == np.float32


@pytest.mark.gpu
def test_it_runs_in_half_precision_on_cuda(folder):
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    made = create({"model": str(folder)})
    assert made.info.device == "cuda"
    exact = encoder(folder).encode(TEXTS).vectors
    assert (exact * made.encode(TEXTS).vectors).sum(axis=1).min() > 0.98


def test_the_engine_names_its_model_by_what_it_gives(folder):
    one, other = encoder(folder), encoder(folder, pooling="cls")
    assert one.info.model.startswith(folder.name)
    assert one.info.model == encoder(folder).info.model != other.info.model


def test_a_closed_engine_says_so(folder):
    made = encoder(folder)
    made.close()
    with pytest.raises(EngineFailed, match="closed"):
        made.encode(["cancel"])


def test_wants_are_read_on_it_and_feelings_are_not(folder):
    by_share = Calibrator(FEATURES, np.array([float(n == "share") for n in FEATURES]), 0.0)
    nothing = Calibrator(likeness.FEATURES, np.zeros(len(likeness.FEATURES)), 0.0)
    reader = MeaningClassifier(encoder(folder), least=1e-6, wants=by_share, meanings=nothing)
    key = reader.fit(
        Fit({
            "cancel": Exemplars(("cancel my account", "stop my account now")),
            "refund": Exemplars(("money back please", "refund my money")),
        })
    )  # fmt: skip
    request = ClassifyRequest("please stop my account", Channel.CUSTOMER, fit=key)
    (labels,) = reader.classify([request])
    assert labels[0].kind == "intent"
    assert labels[0].name == "cancel"
    assert {label.kind for label in labels} == {"intent"}
    assert not reader.feels


def test_a_hub_name_that_is_not_here_names_the_command(monkeypatch, tmp_path):
    pytest.importorskip("transformers", reason="needs the torch extra")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(WeightsNotFound, match="cueline models fetch nobody/no-such-model"):
        create({"model": "nobody/no-such-model", "revision": "abc", "device": "cpu"})


def test_without_torch_the_extra_is_named():
    if find_spec("torch"):
        pytest.skip("torch is installed")
    with pytest.raises(EngineNotFound, match=r"encode engine.*pip install 'cueline\[torch\]'"):
        create({"model": "x"})


def test_options_are_checked():
    with pytest.raises(OptionsInvalid, match="pooling"):
        create({"model": "x", "pooling": "max"})
