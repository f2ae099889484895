import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


def test_it_reads_a_hugging_face_checkpoint_as_its_own_library_does(tmp_path):
    transformers = pytest.importorskip("transformers")
    from models.training.bert import mean_vector
    from models.training.encoder import from_base

    config = transformers.BertConfig(
        vocab_size=50, hidden_size=32, num_hidden_layers=5, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=32,
    )  # fmt: skip
    torch.manual_seed(0)
    theirs = transformers.BertModel(config, add_pooling_layer=False).eval()
    theirs.save_pretrained(tmp_path, safe_serialization=True)
    ids, mask = torch.randint(0, 50, (3, 9)), torch.ones(3, 9, dtype=torch.long)
    mask[1, 5:] = 0
    with torch.no_grad():
        expected = mean_vector(theirs(input_ids=ids, attention_mask=mask).last_hidden_state, mask)
        found = from_base(tmp_path, 3)(ids, mask)[0]
    expected = torch.nn.functional.normalize(expected, dim=-1)
    assert torch.allclose(found, expected, atol=0.02)
    assert torch.cosine_similarity(found, expected).min() > 0.999


def test_padding_changes_no_vector():
    from models.training.encoder import Encoder
    from tests.models.training.tiny import shape

    torch.manual_seed(0)
    encoder = Encoder(shape(), 4).eval()
    ids, mask = torch.randint(0, 40, (1, 6)), torch.ones(1, 6, dtype=torch.long)
    longer = torch.cat([ids, torch.zeros(1, 5, dtype=torch.long)], 1)
    hidden = torch.cat([mask, torch.zeros(1, 5, dtype=torch.long)], 1)
    with torch.no_grad():
        alone, padded = encoder(ids, mask), encoder(longer, hidden)
    assert torch.allclose(alone[0], padded[0], atol=0.02)
    assert torch.allclose(alone[1], padded[1], atol=0.02)
