"""Text classification by any model of the transformers library (the torch extra).

The model is a folder, a fetched model, or a hub name that is on this machine; nothing is fetched
unless that is asked for. A mapping of the model's labels to kinds and names makes its answers ours:
intents, sentiment, moods such as anger. Thresholds and a temperature that were measured on one's
own lines make its numbers probabilities that can be relied on.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from models.engines import EngineInfo
from models.errors import EngineFailed, OptionsInvalid
from models.options import EngineOptions, read_options
from models.torch_models import TorchModel, TorchOptions, by_length, first_line
from models.types import Channel, ClassifyRequest, Label

ENGINE = "transformers"
Chance = Annotated[float, Field(ge=0.0, le=1.0)]


class Renamed(EngineOptions):
    """What a label of the model means here."""

    kind: str = "intent"
    name: str


class Options(TorchOptions):
    """What may be chosen."""

    kind: str = "intent"
    """The kind of labels that `labels` does not list: intent, sentiment, mood, or one's own."""
    labels: dict[str, Renamed | Literal[False] | None] = Field(default_factory=dict)
    """The model's labels: what they mean; false (or null) for those that mean nothing."""
    many: bool | None = None
    """Whether labels are independent of each other; None believes the model's configuration."""
    least: Chance = 0.5
    """Probability under which nothing is said."""
    thresholds: dict[str, Chance] = Field(default_factory=dict)
    """The same by the model's label, where one was measured for it."""
    temperature: float = Field(1.0, gt=0.0, le=100.0)
    """What logits are divided by: above 1 for a model that is too sure of itself."""
    context: int = Field(0, ge=0, le=10)
    """How many of the turns before are given with each text."""
    speakers: bool = False
    """Whether each turn of the context, and the text, is given with who said it."""
    only: Channel | None = None
    """The channel that is read; None for all. Anger is the customer's alone."""


def create(options: Mapping[str, object]) -> "TransformersClassifier":
    """Make the engine from its options (entry point).

    Raises:
        EngineNotFound: torch or transformers is not installed.
        WeightsNotFound: the model is not on disk.
        WeightsCorrupt: it is, and does not load.
        OptionsInvalid: an option does not fit, or names a label that the model has not.
    """
    return TransformersClassifier(read_options(Options, options, engine=ENGINE))


class TransformersClassifier:
    """The engine: a softmax model gives one label at most, a sigmoid model any number.

    Raises:
        EngineNotFound, WeightsNotFound, WeightsCorrupt, OptionsInvalid: as `create`.
    """

    instant = False

    def __init__(self, options: Options) -> None:
        self._options = options
        loaded = TorchModel("classify", "AutoModelForSequenceClassification", options)
        # What is cut from a long text is its beginning: the utterance comes after its context.
        loaded.tokenizer.truncation_side = "left"
        self._loaded: TorchModel | None = loaded
        config = loaded.model.config
        many = config.problem_type == "multi_label_classification"
        self._many = many if options.many is None else options.many
        names = [config.id2label[at] for at in range(config.num_labels)]
        if odd := sorted({*options.labels, *options.thresholds} - {*names}):
            raise OptionsInvalid(
                f"engine {ENGINE}: the model has no label {', '.join(odd)} (it has:"
                f" {', '.join(names)})"
            )
        self._means = [options.labels.get(n, Renamed(kind=options.kind, name=n)) for n in names]
        self._least = [options.thresholds.get(n, options.least) for n in names]
        self.info = EngineInfo(
            name=ENGINE,
            model=Path(loaded.where).name,
            licence=options.licence,
            device=loaded.device,
            max_batch=options.max_batch,
        )

    def classify(self, batch: Sequence[ClassifyRequest]) -> list[tuple[Label, ...]]:
        """Return each text's labels, the most probable first; the quote is the whole text.

        Raises:
            EngineFailed: torch failed, or the engine is closed.
        """
        loaded = self._loaded
        if loaded is None:
            raise EngineFailed("the engine is closed")
        answers: list[tuple[Label, ...]] = [()] * len(batch)
        said = [at for at, request in enumerate(batch) if self._reads(request)]
        texts = [self._text(batch[at]) for at in said]
        for part in by_length(texts, self._options.max_batch):
            try:
                rows = self._probabilities(loaded, [texts[at] for at in part])
            except RuntimeError as err:
                raise EngineFailed(f"torch: {first_line(err)}") from err
            for at, row in zip(part, rows, strict=True):
                answers[said[at]] = self._labels(batch[said[at]].text, row)
        return answers

    def close(self) -> None:
        """Let go of the weights; a call in flight keeps them until it returns."""
        self._loaded = None

    def _reads(self, request: ClassifyRequest) -> bool:
        return bool(request.text.strip()) and self._options.only in (None, request.channel)

    def _text(self, request: ClassifyRequest) -> str:
        count = self._options.context
        turns = list(request.context[-count:]) if count else []
        said = [*turns, request.text]
        if self._options.speakers:
            channels = [*request.context_channels[-count:]][-len(turns) :] if turns else []
            who = [*channels, request.channel]
            # A turn whose speaker nobody told stands as it is.
            told = zip(said[-len(who) :], who, strict=True)
            said = [*said[: -len(who)], *(f"{one}: {text}" for text, one in told)]
        return "\n".join(said)

    def _probabilities(self, loaded: TorchModel, texts: Sequence[str]) -> list[list[float]]:
        torch = loaded.torch
        with torch.inference_mode():
            logits = loaded.model(**loaded.pieces(texts)).logits.float() / self._options.temperature
        chances = torch.sigmoid(logits) if self._many else torch.softmax(logits, dim=-1)
        rows: list[list[float]] = chances.cpu().tolist()
        return rows

    def _labels(self, text: str, chances: Sequence[float]) -> tuple[Label, ...]:
        order = sorted(range(len(chances)), key=lambda at: (-chances[at], at))
        return tuple(
            Label(means.kind, means.name, round(chances[at], 4), text.strip(), ENGINE)
            for at in (order if self._many else order[:1])
            if chances[at] >= self._least[at] and (means := self._means[at])
        )
