"""A tiny encoder with random weights and a tokenizer for it, for the tests of training."""

import string

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

TEXT = (
    "i we you my your the a to is not no yes please want would like card order bill refund late "
    "cancel pay where when call calls recorded angry thanks great manager again never ever back"
)
"""Words that the tokenizer knows whole."""


def tokenizer() -> Tokenizer:
    """Return a WordPiece tokenizer that knows a few words and every letter."""
    letters = [*string.ascii_lowercase, *(f"##{c}" for c in string.ascii_lowercase), "'", "##'"]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *TEXT.split()]
    numbered = {word: n for n, word in enumerate(dict.fromkeys(vocabulary))}
    made = Tokenizer(models.WordPiece(numbered, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return made


def shape(layers: int = 4, wide: int = 32):
    """Return the sizes of a tiny BERT."""
    from models.training.bert import Shape

    return Shape(
        vocab_size=tokenizer().get_vocab_size(),
        hidden_size=wide,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=2 * wide,
        max_position_embeddings=64,
        layer_norm_eps=1e-12,
    )
