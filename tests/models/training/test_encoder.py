import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


@pytest.fixture
def encoder():
    from models.training.encoder import Encoder
    from tests.models.training.tiny import shape

    torch.manual_seed(0)
    return Encoder(shape(), 5)


def ids_and_mask():
    return torch.randint(0, 40, (4, 7)), torch.ones(4, 7, dtype=torch.long)


def test_vectors_are_of_unit_length_and_logits_have_a_column_a_name(encoder):
    vectors, logits = encoder(*ids_and_mask())
    assert torch.allclose(vectors.norm(dim=1), torch.ones(4), atol=1e-5)
    assert logits.shape == (4, 5)


def test_what_is_not_wanted_is_not_computed(encoder):
    assert encoder(*ids_and_mask(), affect=False)[1] is None
    assert encoder(*ids_and_mask(), meaning=False)[0] is None


def test_saved_weights_load_as_they_were(encoder, tmp_path):
    from models.training.encoder import load, save

    save(encoder, tmp_path / "made.safetensors")
    again = load(encoder.shape, tmp_path / "made.safetensors")
    batch = ids_and_mask()
    assert torch.equal(encoder(*batch)[0], again(*batch)[0])


def test_both_branches_of_the_base_are_its_upper_layers(tmp_path):
    transformers = pytest.importorskip("transformers")
    from models.training.encoder import from_base

    config = transformers.BertConfig(
        vocab_size=50, hidden_size=32, num_hidden_layers=5, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=32,
    )  # fmt: skip
    theirs = transformers.BertModel(config, add_pooling_layer=False)
    theirs.save_pretrained(tmp_path)
    made = from_base(tmp_path, 3)
    up = [layer.intermediate.dense.weight for layer in theirs.encoder.layer]
    assert torch.equal(made.shared[2].up.weight, up[2])
    for branch in (made.meaning, made.affect):
        assert [torch.equal(layer.up.weight, up[3 + n]) for n, layer in enumerate(branch)] == [
            True,
            True,
        ]
    assert made.meaning[0].up.weight.data_ptr() != made.affect[0].up.weight.data_ptr()
