"""A sentence model of one's own: any encoder of the transformers library (the torch extra).

The model is a folder, a fetched model, or a hub name that is on this machine. Its word pieces'
vectors become one by their mean, or by that of the first. It has no affect: sentiment and anger
then come from the lexical reader alone.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from models.encode.plain import plain
from models.engines import EngineInfo
from models.errors import EngineFailed
from models.options import read_options
from models.torch_models import TorchModel, TorchOptions, by_length, first_line
from models.types import Encoded

ENGINE = "transformers"
PROBE = "can you tell me what this charge on my bill is for"


class Options(TorchOptions):
    """What may be chosen."""

    pooling: Literal["mean", "cls"] = "mean"
    """What stands for a text: the mean of its word pieces, or the first of them."""
    plain: bool = True
    """Whether texts lose case and punctuation first, so that typed and heard lines look alike."""
    prefix: str = ""
    """Put before each text; some models are trained with one ("query: ")."""


def create(options: Mapping[str, object]) -> "TransformersEncoder":
    """Make the engine from its options (entry point).

    Raises:
        EngineNotFound: torch or transformers is not installed.
        WeightsNotFound: the model is not on this machine.
        WeightsCorrupt: it is, and does not load.
    """
    return TransformersEncoder(read_options(Options, options, engine=ENGINE))


class TransformersEncoder:
    """The engine; safe to share between threads.

    In float32 on a processor a text's vector does not depend on its company beyond rounding; in
    half precision it may differ in the third digit.

    Raises:
        EngineNotFound, WeightsNotFound, WeightsCorrupt: as `create`.
    """

    affect: tuple[str, ...] = ()

    def __init__(self, options: Options) -> None:
        self._options = options
        self._loaded: TorchModel | None = TorchModel("encode", "AutoModel", options)
        self.dimensions = int(self._loaded.model.config.hidden_size)
        digest = hashlib.sha256(self.encode([PROBE]).vectors.tobytes()).hexdigest()[:12]
        self.info = EngineInfo(
            name=ENGINE,
            model=f"{Path(self._loaded.where).name} {digest}",
            licence=options.licence,
            device=self._loaded.device,
            max_batch=options.max_batch,
        )

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Return one row for each text; what is longer than the model reads is cut at its end.

        Raises:
            EngineFailed: torch failed, or the engine is closed.
        """
        loaded = self._loaded
        if loaded is None:
            raise EngineFailed("the encoder is closed")
        given = [self._options.prefix + (plain(t) if self._options.plain else t) for t in texts]
        vectors = np.empty((len(given), self.dimensions), np.float32)
        for part in by_length(given, self._options.max_batch):
            try:
                vectors[part] = self._rows(loaded, [given[at] for at in part])
            except RuntimeError as err:
                raise EngineFailed(f"torch: {first_line(err)}") from err
        return Encoded(vectors, np.zeros((len(given), 0), np.float32))

    def close(self) -> None:
        """Let go of the weights; a call in flight keeps them until it returns."""
        self._loaded = None

    def _rows(self, loaded: TorchModel, texts: Sequence[str]) -> Any:  # Any: an array of torch's
        torch = loaded.torch
        inputs = loaded.pieces(texts)
        with torch.inference_mode():
            last = loaded.model(**inputs).last_hidden_state.float()
            if self._options.pooling == "cls":
                pooled = last[:, 0]
            else:
                weight = inputs["attention_mask"][:, :, None].float()
                pooled = (last * weight).sum(1) / weight.sum(1).clamp(min=1.0)
            unit = torch.nn.functional.normalize(pooled, dim=-1)
        return unit.cpu().numpy()
