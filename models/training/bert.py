"""The layers of a small BERT for training: plain torch, bfloat16 arithmetic over float32 weights.

It holds what a sentence encoder needs and no more, takes sentences without padding to the longest
of the whole set (batches are made of like lengths), and drops nothing out: broken text is the
noise that it trains on. Weights have the names of the Hugging Face checkpoint that they come from.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

LOW = -1e4
"""Added to what a token may not attend to."""

DROPOUT = 0.1
"""Share of what each half of a layer adds that is left out while training."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a BERT, as its `config.json` names them."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    layer_norm_eps: float

    @staticmethod
    def read(folder: Path) -> "Shape":
        """Read the sizes from a checkpoint's folder."""
        given = json.loads((folder / "config.json").read_text())
        return Shape(**{name: given[name] for name in Shape.__slots__})


class Layer(nn.Module):
    """One transformer layer, normalised after each half."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        wide, inner = shape.hidden_size, shape.intermediate_size
        self.heads, self.eps = shape.num_attention_heads, shape.layer_norm_eps
        self.qkv = nn.Linear(wide, 3 * wide)
        self.out = nn.Linear(wide, wide)
        self.norm_out = nn.LayerNorm(wide, eps=self.eps)
        self.up = nn.Linear(wide, inner)
        self.down = nn.Linear(inner, wide)
        self.norm_down = nn.LayerNorm(wide, eps=self.eps)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Take [batch, tokens, width] and an additive mask [batch, 1, 1, tokens]."""
        batch, tokens, wide = x.shape
        q, k, v = linear(self.qkv, x).view(batch, tokens, 3, self.heads, -1).unbind(2)
        q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
        scores = (q @ k.transpose(-1, -2)) * (q.shape[-1] ** -0.5) + mask
        seen = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, tokens, wide)
        x = norm(self.norm_out, x + self._dropped(linear(self.out, seen)))
        inner = functional.gelu(linear(self.up, x))
        return norm(self.norm_down, x + self._dropped(linear(self.down, inner)))

    def _dropped(self, x: Tensor) -> Tensor:
        return functional.dropout(x, DROPOUT, self.training)


def mean_vector(last: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of the word pieces, not yet of unit length, in float32."""
    weight = mask[:, :, None].float()
    return (last.float() * weight).sum(1) / weight.sum(1).clamp(min=1.0)


def read_checkpoint(folder: Path) -> tuple[Shape, dict[str, Tensor]]:
    """Return the sizes and weights of a checkpoint, under the names of `Layer` and of its owner.

    They are `words`, `places`, `kinds`, `norm` and `layers.0` on; the folder is one of Hugging
    Face's `BertModel`.
    """
    shape = Shape.read(folder)
    given = load_file(folder / "model.safetensors")
    return shape, {name: given_of(given) for name, given_of in _names(shape)}


def _names(shape: Shape):  # type: ignore[no-untyped-def]
    def one(name: str):  # type: ignore[no-untyped-def]
        return lambda given: given[name]

    def three(name: str):  # type: ignore[no-untyped-def]
        return lambda given: torch.cat([given[name.format(p)] for p in ("query", "key", "value")])

    yield "words.weight", one("embeddings.word_embeddings.weight")
    yield "places.weight", one("embeddings.position_embeddings.weight")
    yield "kinds.weight", one("embeddings.token_type_embeddings.weight")
    for part in ("weight", "bias"):
        yield f"norm.{part}", one(f"embeddings.LayerNorm.{part}")
        for n in range(shape.num_hidden_layers):
            theirs, ours = f"encoder.layer.{n}", f"layers.{n}"
            yield f"{ours}.qkv.{part}", three(theirs + ".attention.self.{}." + part)
            yield f"{ours}.out.{part}", one(f"{theirs}.attention.output.dense.{part}")
            yield f"{ours}.norm_out.{part}", one(f"{theirs}.attention.output.LayerNorm.{part}")
            yield f"{ours}.up.{part}", one(f"{theirs}.intermediate.dense.{part}")
            yield f"{ours}.down.{part}", one(f"{theirs}.output.dense.{part}")
            yield f"{ours}.norm_down.{part}", one(f"{theirs}.output.LayerNorm.{part}")


def linear(layer: nn.Linear, x: Tensor) -> Tensor:
    """Apply a layer in bfloat16."""
    return functional.linear(x, layer.weight.bfloat16(), layer.bias.bfloat16())


def norm(layer: nn.LayerNorm, x: Tensor) -> Tensor:
    """Normalise in bfloat16."""
    return functional.layer_norm(
        x, layer.normalized_shape, layer.weight.bfloat16(), layer.bias.bfloat16(), layer.eps
    )
