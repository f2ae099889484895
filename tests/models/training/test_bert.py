import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


def test_it_reads_a_hugging_face_checkpoint_as_its_own_library_does(tmp_path):
    transformers = pytest.importorskip("transformers")
    from models.training.bert import load_bert, mean_vector

    config = transformers.BertConfig(
        vocab_size=50, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=32,
    )  # fmt: skip
    torch.manual_seed(0)
    theirs = transformers.BertModel(config, add_pooling_layer=False).eval()
    theirs.save_pretrained(tmp_path, safe_serialization=True)
    ids, mask = torch.randint(0, 50, (3, 9)), torch.ones(3, 9, dtype=torch.long)
    mask[1, 5:] = 0
    with torch.no_grad():
        expected = theirs(input_ids=ids, attention_mask=mask).last_hidden_state
        found = load_bert(tmp_path)(ids, mask)
    assert torch.allclose(found.float()[mask == 1], expected[mask == 1], atol=0.06)
    assert mean_vector(found, mask).shape == (3, 32)


def test_padding_changes_no_vector():
    from models.training.bert import Bert, mean_vector
    from tests.models.training.tiny import shape

    torch.manual_seed(0)
    bert = Bert(shape()).eval()
    ids, mask = torch.randint(0, 40, (1, 6)), torch.ones(1, 6, dtype=torch.long)
    longer = torch.cat([ids, torch.zeros(1, 5, dtype=torch.long)], 1)
    hidden = torch.cat([mask, torch.zeros(1, 5, dtype=torch.long)], 1)
    with torch.no_grad():
        alone = mean_vector(bert(ids, mask), mask)
        padded = mean_vector(bert(longer, hidden), hidden)
    assert torch.allclose(alone, padded, atol=0.02)
