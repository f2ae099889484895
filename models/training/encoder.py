"""The encoder as it is trained: shared layers, then a branch for meaning and one for affect."""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from models.training.bert import LOW, Layer, Shape, linear, mean_vector, norm, read_checkpoint

SHARED = 3
"""Layers that both branches stand on."""


class Encoder(nn.Module):
    """Word pieces in; a unit vector of the meaning and the logits of the affect out.

    It is made as it reads; only `run.train` leaves parts of it out, while it trains.
    """

    def __init__(self, shape: Shape, affect: int) -> None:
        super().__init__()
        self.shape = shape
        wide = shape.hidden_size
        self.words = nn.Embedding(shape.vocab_size, wide)
        self.places = nn.Embedding(shape.max_position_embeddings, wide)
        self.kinds = nn.Embedding(2, wide)
        self.norm = nn.LayerNorm(wide, eps=shape.layer_norm_eps)
        rest = shape.num_hidden_layers - SHARED
        self.shared = nn.ModuleList(Layer(shape) for _ in range(SHARED))
        self.meaning = nn.ModuleList(Layer(shape) for _ in range(rest))
        self.affect = nn.ModuleList(Layer(shape) for _ in range(rest))
        self.affect_dense = nn.Linear(wide, wide)
        self.affect_out = nn.Linear(wide, affect)
        self.eval()

    def forward(
        self, ids: Tensor, mask: Tensor, *, meaning: bool = True, affect: bool = True
    ) -> tuple[Tensor | None, Tensor | None]:
        """Return unit vectors [batch, width] and affect logits [batch, names], float32.

        Args:
            ids: word pieces, [batch, tokens].
            mask: 1 where a word piece stands, 0 where padding does, [batch, tokens].
            meaning: whether the first is wanted; None stands for it otherwise.
            affect: the same for the second.
        """
        x = self.words(ids) + self.places.weight[: ids.shape[1]] + self.kinds.weight[0]
        x = norm(self.norm, x.bfloat16())
        hide = ((1 - mask) * LOW).bfloat16()[:, None, None, :]
        for layer in self.shared:
            x = layer(x, hide)
        vector = logits = None
        if meaning:
            y = x
            for layer in self.meaning:
                y = layer(y, hide)
            vector = functional.normalize(mean_vector(y, mask), dim=-1)
        if affect:
            y = x
            for layer in self.affect:
                y = layer(y, hide)
            feeling = torch.tanh(linear(self.affect_dense, mean_vector(y, mask).bfloat16()))
            logits = linear(self.affect_out, feeling).float()
        return vector, logits


def from_base(folder: Path, affect: int) -> Encoder:
    """Return the encoder before training: both branches are the base model's upper layers."""
    shape, base = read_checkpoint(folder)
    encoder = Encoder(shape, affect)
    own = encoder.state_dict()
    for name, value in base.items():
        if not name.startswith("layers."):
            own[name] = value
            continue
        _, number, rest = name.split(".", 2)
        n = int(number)
        if n < SHARED:
            own[f"shared.{n}.{rest}"] = value
        else:
            own[f"meaning.{n - SHARED}.{rest}"] = value
            own[f"affect.{n - SHARED}.{rest}"] = value.clone()
    encoder.load_state_dict(own)
    return encoder


def save(encoder: Encoder, path: Path) -> None:
    """Save the weights by their names."""
    save_file({k: v.contiguous() for k, v in encoder.state_dict().items()}, path)


def load(shape: Shape, path: Path) -> Encoder:
    """Load what `save` wrote."""
    given = load_file(path)
    encoder = Encoder(shape, given["affect_out.weight"].shape[0])
    encoder.load_state_dict(given)
    return encoder
