"""Text classification by any model of the transformers library (the torch extra).

The model is a folder, or a hub name that is already on disk; nothing is fetched. Torch is imported
when the engine is made. A mapping of the model's labels to kinds and names makes its answers ours.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from models.engines import EngineInfo
from models.errors import EngineFailed, EngineNotFound, WeightsCorrupt, WeightsNotFound
from models.options import EngineOptions, read_options
from models.types import ClassifyRequest, Label
from models.weights import model_path

ENGINE = "transformers"


class Renamed(EngineOptions):
    """What a label of the model means here."""

    kind: str = "intent"
    name: str


class Options(EngineOptions):
    """What may be chosen."""

    model: str
    """A folder, the name given to `cueline models fetch`, or a hub name in the hub's own cache."""
    kind: str = "intent"
    """The kind of labels that `labels` does not list."""
    labels: dict[str, Renamed | None] = Field(default_factory=dict)
    """The model's labels: what they mean, null for those that mean nothing."""
    many: bool | None = None
    """Whether labels are independent of each other; None believes the model's configuration."""
    least: float = Field(0.5, ge=0.0, le=1.0)
    """Probability under which nothing is said."""
    context: int = Field(0, ge=0, le=10)
    """How many of the turns before are given with each text."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    max_batch: int = Field(32, ge=1, le=1024)
    max_tokens: int = Field(256, ge=8, le=8192)
    licence: str = "see the model's card"


def create(options: Mapping[str, object]) -> "TransformersClassifier":
    """Make the engine from its options (entry point).

    Raises:
        EngineNotFound: torch or transformers is not installed.
        WeightsNotFound: the model is not on disk.
        WeightsCorrupt: it is, and does not load.
    """
    return TransformersClassifier(read_options(Options, options, engine=ENGINE))


class TransformersClassifier:
    """The engine: a softmax model gives one label at most, a sigmoid model any number.

    Raises:
        EngineNotFound, WeightsNotFound, WeightsCorrupt: as `create`.
    """

    instant = False

    def __init__(self, options: Options) -> None:
        self._options = options
        self._torch, library = _libraries()
        where = _where(options.model)
        device = options.device
        if device == "auto":
            device = "cuda" if self._torch.cuda.is_available() else "cpu"
        kind = self._torch.float16 if device == "cuda" else self._torch.float32
        try:
            self._tokenizer = library.AutoTokenizer.from_pretrained(where, local_files_only=True)
            model = library.AutoModelForSequenceClassification.from_pretrained(
                where, local_files_only=True, dtype=kind
            )
        except OSError as err:
            if Path(where).is_dir():
                raise WeightsCorrupt(f"{where} does not load: {_first_line(err)}") from err
            raise WeightsNotFound(
                f"no model {where!r} on this machine; fetch it with: cueline models fetch {where}"
            ) from err
        except (ValueError, RuntimeError) as err:
            raise WeightsCorrupt(f"{where} does not load: {_first_line(err)}") from err
        # What is cut from a long text is its beginning: the utterance comes after its context.
        self._tokenizer.truncation_side = "left"
        self._model: Any = model.to(device).eval()
        config = model.config
        many = config.problem_type == "multi_label_classification"
        self._many = many if options.many is None else options.many
        names = [config.id2label[at] for at in range(config.num_labels)]
        self._means = [options.labels.get(n, Renamed(kind=options.kind, name=n)) for n in names]
        longest = getattr(config, "max_position_embeddings", options.max_tokens)
        self._max_tokens = min(options.max_tokens, longest)
        self.info = EngineInfo(
            name=ENGINE,
            model=Path(where).name,
            licence=options.licence,
            device=device,
            max_batch=options.max_batch,
        )

    def classify(self, batch: Sequence[ClassifyRequest]) -> list[tuple[Label, ...]]:
        """Return each text's labels, the most probable first; the quote is the whole text.

        Raises:
            EngineFailed: torch failed, or the engine is closed.
        """
        if self._model is None:
            raise EngineFailed("the engine is closed")
        answers: list[tuple[Label, ...]] = [()] * len(batch)
        said = [at for at, request in enumerate(batch) if request.text.strip()]
        for start in range(0, len(said), self._options.max_batch):
            part = said[start : start + self._options.max_batch]
            try:
                rows = self._probabilities([self._text(batch[at]) for at in part])
            except RuntimeError as err:
                raise EngineFailed(f"torch: {_first_line(err)}") from err
            for at, row in zip(part, rows, strict=True):
                answers[at] = self._labels(batch[at].text, row)
        return answers

    def close(self) -> None:
        """Let go of the weights."""
        self._model = None

    def _text(self, request: ClassifyRequest) -> str:
        kept = request.context[-self._options.context :] if self._options.context else ()
        return "\n".join([*kept, request.text])

    def _probabilities(self, texts: Sequence[str]) -> list[list[float]]:
        torch = self._torch
        inputs = self._tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=self._max_tokens,
            return_tensors="pt",
        ).to(self._model.device)
        with torch.inference_mode():
            logits = self._model(**inputs).logits.float()
        chances = torch.sigmoid(logits) if self._many else torch.softmax(logits, dim=-1)
        rows: list[list[float]] = chances.cpu().tolist()
        return rows

    def _labels(self, text: str, chances: Sequence[float]) -> tuple[Label, ...]:
        order = sorted(range(len(chances)), key=lambda at: (-chances[at], at))
        return tuple(
            Label(means.kind, means.name, round(chances[at], 4), text.strip(), ENGINE)
            for at in (order if self._many else order[:1])
            if chances[at] >= self._options.least and (means := self._means[at]) is not None
        )


def _libraries() -> tuple[Any, Any]:
    """Import torch and transformers: seconds and hundreds of megabytes, hence not before."""
    try:
        import torch
        import transformers
    except ImportError as err:
        raise EngineNotFound(
            "classify engine 'transformers' needs torch and transformers;"
            " run: pip install 'cueline[torch]'"
        ) from err
    return torch, transformers


def _where(model: str) -> str:
    """Return a folder of ours, or the name as it is for the hub's cache to be searched."""
    try:
        return str(model_path(model))
    except WeightsNotFound:
        if Path(model).is_absolute() or model.count("/") != 1:
            raise
        return model


def _first_line(err: Exception) -> str:
    return str(err).strip().partition("\n")[0]
