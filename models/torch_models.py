"""What engines on the transformers library share: where a model lies, on what and how it runs.

Torch is imported when an engine is made: it takes seconds and hundreds of megabytes.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from models.errors import EngineNotFound, WeightsCorrupt, WeightsNotFound
from models.options import EngineOptions
from models.weights import model_path

Precision = Literal["auto", "float32", "bfloat16", "float16"]


class TorchOptions(EngineOptions):
    """What may be chosen of any model of the library."""

    model: str
    """A folder, the name given to `cueline models fetch`, or a hub name."""
    revision: str | None = None
    """Branch, tag or commit of a hub name; a commit never changes."""
    offline: bool = True
    """Whether a hub name must be on this machine already; False lets the library download it."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Precision = "auto"
    """`auto` is float32 on a processor, and half precision on CUDA (bfloat16 where it can)."""
    max_batch: int = Field(32, ge=1, le=1024)
    max_tokens: int = Field(256, ge=8, le=8192)
    licence: str = "see the model's card"


class TorchModel:
    """A tokenizer and a model, ready to run.

    Raises:
        EngineNotFound: torch or transformers is not installed.
        WeightsNotFound: the model is not on this machine.
        WeightsCorrupt: it is, and does not load.
    """

    def __init__(self, engine: str, kind: str, options: TorchOptions) -> None:
        """Load a model by the library's class of the name `kind`, for the engine named."""
        self.torch, library = libraries(engine)
        self.where = where = _where(options.model)
        self.device = options.device
        if options.device == "auto":
            self.device = "cuda" if self.torch.cuda.is_available() else "cpu"
        self.kind = self._kind(options.precision)
        how = {"local_files_only": options.offline, "revision": options.revision}
        try:
            self.tokenizer = library.AutoTokenizer.from_pretrained(where, **how)
            model = getattr(library, kind).from_pretrained(where, dtype=self.kind, **how)
            self.model: Any = model.to(self.device).eval()
        except OSError as err:
            if Path(where).is_dir():
                raise WeightsCorrupt(f"{where} does not load: {first_line(err)}") from err
            raise WeightsNotFound(
                f"no model {where!r} on this machine; fetch it with: cueline models fetch {where}"
            ) from err
        except (ValueError, RuntimeError, AssertionError) as err:
            raise WeightsCorrupt(f"{where} does not load: {first_line(err)}") from err
        longest = getattr(self.model.config, "max_position_embeddings", options.max_tokens)
        self.max_tokens = min(options.max_tokens, longest, self.tokenizer.model_max_length)

    def _kind(self, precision: Precision) -> Any:
        if precision != "auto":
            return getattr(self.torch, precision)
        if self.device != "cuda":
            return self.torch.float32
        return self.torch.bfloat16 if self.torch.cuda.is_bf16_supported() else self.torch.float16

    def pieces(self, texts: Sequence[str]) -> Any:
        """Return the inputs of a batch on the model's device."""
        return self.tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=self.max_tokens,
            return_tensors="pt",
        ).to(self.device)


def by_length(texts: Sequence[str], most: int) -> Iterator[list[int]]:
    """Yield places of texts in batches of like length, the longest first, so that little is padded.

    The longest batch comes first: where memory does not suffice, that is told at once.
    """
    order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
    for start in range(0, len(order), most):
        yield order[start : start + most]


def libraries(engine: str) -> tuple[Any, Any]:
    """Import torch and transformers.

    Raises:
        EngineNotFound: one of them is not installed.
    """
    try:
        import torch
        import transformers
    except ImportError as err:
        raise EngineNotFound(
            f"{engine} engine 'transformers' needs torch and transformers;"
            " run: pip install 'cueline[torch]'"
        ) from err
    return torch, transformers


def first_line(err: Exception) -> str:
    """Return what an error says first."""
    return str(err).strip().partition("\n")[0]


def _where(model: str) -> str:
    """Return a folder of ours, or the name as it is for the hub's cache to be searched."""
    try:
        return str(model_path(model))
    except WeightsNotFound:
        if Path(model).is_absolute() or model.count("/") != 1:
            raise
        return model
