"""The sentence encoder that comes with Cueline: MiniLM in int8 on onnxruntime, without torch.

One pass over an utterance gives a unit vector of what it means and logits of how it feels; other
modules read intents, script items and anger out of them. Texts are read one at a time: products
are quantised over the text as a whole, so that a text has the same numbers alone, in company, live
and recorded. How the weights were made is in `models.training`; their card lies beside them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pydantic import Field
from tokenizers import Tokenizer

from models.encode.plain import plain
from models.engines import EngineInfo, TextEncoder
from models.errors import EngineFailed, WeightsCorrupt, WeightsNotFound
from models.options import EngineOptions, read_options
from models.stt.moonshine_sessions import ORT_ERRORS
from models.types import Encoded
from models.weights import sha256

MODEL, TOKENIZER, CARD = "model.onnx", "tokenizer.json", "card.json"
SHIPPED = Path(__file__).parent / "minilm"

KEPT_FIRST, KEPT_LAST = 64, 32
"""Word pieces kept of a text that has more than both: what it opens with and what it ends on."""

IDS, VECTORS, AFFECT = "ids", "vectors", "affect"
"""The graph's input i64 [texts, pieces] and outputs f32 [texts, dimensions] and [texts, names]."""

WARM_TEXT = "so " * (KEPT_FIRST + KEPT_LAST)


class MiniLmOptions(EngineOptions):
    """What a configuration may say of this engine."""

    folder: str = ""
    """Another model of the same shape, as `models.training.export` writes it; "" is the shipped."""
    threads: int = Field(default=1, ge=1, le=64)
    """Threads of one pass. A text is too short to gain much by a second."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a model's `card.json` must say; it says more for people."""

    model: str
    licence: str
    affect: tuple[str, ...]
    checksums: Mapping[str, str]

    @staticmethod
    def read(folder: Path) -> "Card":
        """Read a folder's card.

        Raises:
            WeightsNotFound: there is none.
            WeightsCorrupt: it is not a card.
        """
        try:
            given = json.loads((folder / CARD).read_text("utf-8"))
            return Card(
                str(given["model"]),
                str(given["licence"]),
                tuple(str(name) for name in given["affect"]),
                {name: str(given["sha256"][name]) for name in (MODEL, TOKENIZER)},
            )
        except OSError as err:
            raise WeightsNotFound(_absent(folder / CARD)) from err
        except (ValueError, KeyError, TypeError) as err:
            raise WeightsCorrupt(_wrong(folder / CARD, f"is no model's card ({err!r})")) from err


class MiniLmEncoder:
    """The engine; safe to share between threads."""

    def __init__(self, folder: Path = SHIPPED, *, threads: int = 1) -> None:
        """Load a model's folder.

        Raises:
            WeightsNotFound: a file is absent.
            WeightsCorrupt: a file is not the one that the card names, or not such a model.
        """
        card = Card.read(folder)
        for name in (MODEL, TOKENIZER):
            _check(folder / name, card.checksums[name])
        self._tokenizer = _tokenizer(folder / TOKENIZER)
        self._session = _session(folder / MODEL, threads)
        widths = {output.name: output.shape[-1] for output in self._session.get_outputs()}
        if not {VECTORS, AFFECT} <= widths.keys() or widths[AFFECT] != len(card.affect):
            raise WeightsCorrupt(_wrong(folder / MODEL, "does not give what its card says"))
        self.affect = card.affect
        self.dimensions = int(widths[VECTORS])
        self.info = EngineInfo(
            name="minilm",
            model=card.model,
            licence=card.licence,
            languages=("en",),
            max_batch=256,
        )

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Return one row for each text.

        Texts go through `plain`; of more than 96 word pieces the first 64 and the last 32 are
        read. A text without words has the vector of no word pieces, always the same one, and an
        affect of zeros.

        Raises:
            EngineFailed: onnxruntime failed, or the engine is closed.
        """
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        affect = np.zeros((len(texts), len(self.affect)), np.float32)
        for row, text in enumerate(texts):
            words = plain(text)
            vectors[row], feeling = self._run(self.pieces(words))
            if words:
                affect[row] = feeling
        return Encoded(vectors, affect)

    def warm_up(self) -> None:
        """Read the longest text, so that the buffers have their size."""
        self.encode([WARM_TEXT])

    def close(self) -> None:
        """Let go of the session; a call in flight keeps its own until it returns."""
        self._session = None

    def pieces(self, words: str) -> NDArray[np.int64]:
        """Return the word pieces of a plain text as the graph takes them, [1, pieces]."""
        # One text at a time: a batch would wake the tokenizer's threads, one for each processor.
        first, *inner, last = self._tokenizer.encode(words).ids
        if len(inner) > KEPT_FIRST + KEPT_LAST:
            inner = inner[:KEPT_FIRST] + inner[-KEPT_LAST:]
        return np.array([[first, *inner, last]], np.int64)

    def _run(self, pieces: NDArray[np.int64]) -> tuple[Any, Any]:  # Any: untyped arrays
        session = self._session
        if session is None:
            raise EngineFailed("the encoder is closed")
        try:
            vectors, affect = session.run([VECTORS, AFFECT], {IDS: pieces})
        except ORT_ERRORS as err:
            raise EngineFailed(f"minilm: {err}") from err
        return vectors[0], affect[0]


def create(options: Mapping[str, object]) -> TextEncoder:
    """Make the engine.

    Raises:
        OptionsInvalid: an option is unknown or does not fit.
        WeightsNotFound: a file of the model is absent.
        WeightsCorrupt: a file of the model is not the right one.
    """
    chosen = read_options(MiniLmOptions, options, engine="minilm")
    folder = Path(chosen.folder).expanduser() if chosen.folder else SHIPPED
    return MiniLmEncoder(folder, threads=chosen.threads)


def _check(path: Path, known: str) -> None:
    """Compare a file with its checksum, which takes 20 ms where loading it takes 120."""
    try:
        digest = sha256(path)
    except OSError as err:
        raise WeightsNotFound(_absent(path)) from err
    if digest != known:
        raise WeightsCorrupt(_wrong(path, "does not match its checksum"))


def _tokenizer(path: Path) -> Any:  # Any: tokenizers has no types
    try:
        tokenizer = Tokenizer.from_buffer(path.read_bytes())
    except ValueError as err:
        raise WeightsCorrupt(_wrong(path, f"is no tokenizer ({err})")) from err
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _session(path: Path, threads: int) -> Any:  # Any: onnxruntime has no types
    """Open a graph by its path: from bytes it would hold them twice."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            str(path),
            options,
            providers=["CPUExecutionProvider"],
            # Fused with the sum before it, the norm takes eight times as long.
            disabled_optimizers=["SkipLayerNormFusion"],
        )
    except ORT_ERRORS as err:
        raise WeightsCorrupt(_wrong(path, f"does not load ({err})")) from err


def _absent(path: Path) -> str:
    return f"the encoder lacks {path}; {_remedy(path)}"


def _wrong(path: Path, why: str) -> str:
    return f"{path} {why}; {_remedy(path)}"


def _remedy(path: Path) -> str:
    if path.parent == SHIPPED:
        return "put it back with: pip install --force-reinstall --no-deps cueline"
    return "a model's folder is written by: python -m models.training.export"
