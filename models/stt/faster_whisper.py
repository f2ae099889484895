"""Whisper on CTranslate2, with clips of any calls in one batch.

The parts of faster-whisper that prepare sound and text are used; its own loops are not, because
they batch the pieces of one recording only. One pass encodes all clips, one generates all texts,
and each row then meets the gates by itself. Nothing is ever fetched: the model is a folder.
"""

import json
import math
import os
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import ctranslate2
import numpy as np
import soxr
import tokenizers
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import _LANGUAGE_CODES as LANGUAGES
from faster_whisper.tokenizer import Tokenizer
from pydantic import Field

from models.engines import EngineInfo
from models.errors import ClipTooLong, EngineFailed, WeightsCorrupt, WeightsNotFound
from models.options import EngineOptions, read_options
from models.stt import gates
from models.stt.whisper_words import place_words
from models.types import Samples, SttRequest, Transcription, Word
from models.weights import model_path

RATE_HZ = 16_000
MAX_SECONDS = 30.0
FEWEST_SECONDS = 0.1
FRAMES_A_SECOND = 100
FILES = ("model.bin", "config.json", "tokenizer.json")

BUCKET_SECONDS = 10
"""Clips of one batch have the same ceiling of tokens, so that none holds up or changes others."""
TOKENS_A_SECOND = {"en": 6.5}
OTHER_TOKENS_A_SECOND = 12.0
SPARE_TOKENS = 4
MAX_PROMPT = 160
"""Tokens of the prompt; the model's context holds 448 with the text."""
MAX_TOKENS = 224
"""Half of Whisper's positions, the most that CTranslate2 generates."""

SUPPRESSED = ("transcribe", "translate", "sot", "sot_prev", "sot_lm", "no_speech")

FAILURES = (RuntimeError, ValueError, MemoryError)
"""What CTranslate2 raises: lack of memory, devices that are gone, shapes that do not fit."""


class Options(EngineOptions):
    """What may be chosen."""

    model: str = "faster-whisper-base.en"
    """A folder, or the name given to `cueline models fetch`."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    compute_type: str | None = None
    """CTranslate2's; None takes int8 on a CPU and float16 on CUDA."""
    task: Literal["transcribe", "translate"] = "transcribe"
    beam_size: int = Field(1, ge=1, le=10)
    glossary: str = Field("", max_length=400)
    """Words that callers are likely to use, as one line of text; every clip is read with it."""
    hot_words: bool = False
    """Whether a clip is read with its call's expected words as a prompt. Names are heard better;
    but only clips with the same words share a batch, which costs a GPU most of its speed."""
    window_s: float = Field(MAX_SECONDS, ge=3.0, le=MAX_SECONDS)
    """Length to which short clips are padded. Whisper learned on 30 s: less is faster, and wrong
    with some models, so measure before choosing it."""
    max_batch: int | None = Field(None, ge=1, le=256)
    """None takes 8 on a CPU and 32 on CUDA."""
    workers: int | None = Field(None, ge=1, le=64)
    """Batches in flight; None takes one for each processor, one on CUDA."""


def create(options: Mapping[str, object]) -> "FasterWhisper":
    """Make the engine from its options (entry point).

    Raises:
        WeightsNotFound: the model's folder or one of its files is absent.
        WeightsCorrupt: the files are there and cannot be read.
    """
    return FasterWhisper(read_options(Options, options, engine="faster-whisper"))


@dataclass(frozen=True, slots=True)
class Key:
    """What clips of one batch have in common: padded length in frames, most tokens, prompt."""

    language: str
    frames: int
    ceiling: int
    hot_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heard:
    """One row as it was generated."""

    ids: list[int]
    mean_log_chance: float
    no_speech: float
    capped: bool


class FasterWhisper:
    """The engine. On a CPU a row's text does not depend on its batch; on CUDA it may, by rounding.

    Raises:
        WeightsNotFound, WeightsCorrupt: as `create`.
    """

    def __init__(self, options: Options) -> None:
        folder = model_path(options.model)
        if missing := [name for name in FILES if not (folder / name).is_file()]:
            raise WeightsNotFound(
                f"{folder} lacks {', '.join(missing)};"
                f" fetch it with: cueline models fetch {options.model}"
            )
        device = options.device
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        on_cuda = device == "cuda"
        workers = options.workers or (1 if on_cuda else os.cpu_count() or 1)
        self._options = options
        self._model: Any = _load(
            folder, device, options.compute_type or ("float16" if on_cuda else "int8"), workers
        )
        self._extract, self._spelling = _preparation(folder)
        languages = tuple(LANGUAGES) if self._model.is_multilingual else ("en",)
        self._tokenizers: dict[str, Any] = {}
        self.info = EngineInfo(
            name="faster-whisper",
            model=folder.name,
            licence="MIT",
            device=device,
            languages=languages,
            max_batch=options.max_batch or (32 if on_cuda else 8),
            workers=workers,
            max_seconds=MAX_SECONDS,
        )

    def batch_key(self, request: SttRequest) -> Hashable:
        """Return language, padded length and ceiling of tokens."""
        return self._key(request)

    def transcribe(self, batch: Sequence[SttRequest]) -> list[Transcription]:
        """Read clips of one key.

        Raises:
            ClipTooLong: a clip is longer than 30 s.
            EngineFailed: CTranslate2 failed, the keys differ, or the engine is closed.
        """
        if self._model is None:
            raise EngineFailed("the engine is closed")
        for request in batch:
            if len(request.samples) > MAX_SECONDS * request.rate_hz:
                raise ClipTooLong(f"faster-whisper takes {MAX_SECONDS:g} s, not more")
        if len({self.batch_key(request) for request in batch}) > 1:
            raise EngineFailed("clips of different keys in one batch")
        answers = [Transcription("", rejected="short")] * len(batch)
        at = [i for i, r in enumerate(batch) if len(r.samples) >= FEWEST_SECONDS * r.rate_hz]
        try:
            for i, answer in zip(at, self._read([batch[i] for i in at]), strict=True):
                answers[i] = answer
        except FAILURES as err:
            raise EngineFailed(f"CTranslate2: {err}") from err
        return answers

    def warm_up(self) -> None:
        """Read one second of faint noise."""
        noise = np.random.default_rng(0).normal(0, 1e-3, RATE_HZ)
        self.transcribe([SttRequest(noise.astype(np.float32), RATE_HZ)])

    def close(self) -> None:
        """Unload the weights."""
        model, self._model = self._model, None
        if model is not None:
            model.unload_model()

    def _read(self, batch: Sequence[SttRequest]) -> list[Transcription]:
        if not batch:
            return []
        key = self._key(batch[0])
        tokenizer = self._tokenizer(key.language)
        spectra = [self._spectrum(request) for request in batch]
        padded = np.zeros((len(batch), spectra[0].shape[0], key.frames), np.float32)
        for row, spectrum in enumerate(spectra):
            padded[row, :, : spectrum.shape[1]] = spectrum[:, : key.frames]
        encoded = self._model.encode(ctranslate2.StorageView.from_array(padded))
        heard = self._generate(encoded, tokenizer, len(batch), key)
        texts = [tokenizer.decode(row.ids).strip() for row in heard]
        reasons = [
            gates.reason(
                text,
                gates.Heed(
                    speech_s=request.speech_s,
                    capped=row.capped,
                    mean_log_chance=row.mean_log_chance,
                    no_speech=row.no_speech,
                ),
            )
            for text, row, request in zip(texts, heard, batch, strict=True)
        ]
        timed: list[tuple[Word, ...]] = [()] * len(batch)
        if any(request.words for request in batch):
            filled = [min(s.shape[1], key.frames) for s in spectra]
            timed = place_words(self._model, encoded, tokenizer, [r.ids for r in heard], filled)
        return [
            Transcription("", rejected=reason)
            if reason
            else Transcription(
                text,
                math.exp(row.mean_log_chance) if text else None,
                _within(words, request) if request.words else (),
            )
            for text, row, reason, words, request in zip(
                texts, heard, reasons, timed, batch, strict=True
            )
        ]

    def _generate(self, encoded: Any, tokenizer: Any, rows: int, key: Key) -> list[_Heard]:
        ceiling = key.ceiling
        prompt = [
            *self._glossary(tokenizer, key.hot_words),
            *tokenizer.sot_sequence,
            tokenizer.no_timestamps,
        ]
        found = self._model.generate(
            encoded,
            [prompt] * rows,
            beam_size=self._options.beam_size,
            # CTranslate2 stops at the lesser of half of this and what the prompt leaves of it.
            max_length=max(2 * ceiling, ceiling + len(prompt)),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=self._suppressed(tokenizer),
        )
        heard = []
        for row in found:
            ids = list(row.sequences_ids[0])
            # The score is a mean over the tokens without the end's own.
            mean = row.scores[0] * len(ids) / (len(ids) + 1)
            heard.append(_Heard(ids, mean, row.no_speech_prob, len(ids) >= ceiling))
        return heard

    def _spectrum(self, request: SttRequest) -> Samples:
        samples = request.samples
        if request.rate_hz != RATE_HZ:
            samples = soxr.resample(samples, request.rate_hz, RATE_HZ, "HQ")
        spectrum: Samples = self._extract(np.ascontiguousarray(samples, np.float32))
        return spectrum

    def _key(self, request: SttRequest) -> Key:
        language = self._language(request.language)
        seconds = len(request.samples) / request.rate_hz
        words = request.hot_words if self._options.hot_words else ()
        return Key(language, self._frames(seconds), _ceiling(seconds, language), words)

    def _frames(self, seconds: float) -> int:
        """Return the padded length in frames: even, and the whole 30 s for what is longer."""
        window = self._options.window_s
        return round((window if seconds <= window else MAX_SECONDS) * FRAMES_A_SECOND / 2) * 2

    def _language(self, language: str) -> str:
        """Return the model's code: "en-GB" is "en", and a model of one language has that one."""
        code = language.lower().partition("-")[0]
        if not self.info.languages or self.info.languages == ("en",):
            return "en"
        if code not in self.info.languages:
            raise EngineFailed(f"{self.info.model} does not know the language {language!r}")
        return code

    def _tokenizer(self, language: str) -> Any:
        """Return the language's view of the tokenizer; racing threads make equal ones."""
        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self._spelling, self._model.is_multilingual, self._options.task, language
            )
        return self._tokenizers[language]

    def _glossary(self, tokenizer: Any, hot_words: tuple[str, ...]) -> list[int]:
        """Return the prompt: what was said before, as Whisper takes it, with the words to expect.

        Whisper heeds the end of a prompt most, so where words are too many the first ones go.
        """
        text = ", ".join(part for part in (self._options.glossary.strip(), *hot_words) if part)
        if not text:
            return []
        return [tokenizer.sot_prev, *tokenizer.encode(f" {text}")[-MAX_PROMPT:]]

    def _suppressed(self, tokenizer: Any) -> list[int]:
        specials = (getattr(tokenizer, name) for name in SUPPRESSED)
        return sorted({*tokenizer.non_speech_tokens, *(i for i in specials if i is not None)})


def _ceiling(seconds: float, language: str) -> int:
    """Return the most tokens that a clip may give, by steps of its length."""
    rate = TOKENS_A_SECOND.get(language, OTHER_TOKENS_A_SECOND)
    bucket = max(1, math.ceil(seconds / BUCKET_SECONDS)) * BUCKET_SECONDS
    return min(MAX_TOKENS, math.ceil(rate * bucket) + SPARE_TOKENS)


def _within(words: Sequence[Word], request: SttRequest) -> tuple[Word, ...]:
    """Keep times inside the clip: alignment may place a last word in the padding."""
    end = len(request.samples) / request.rate_hz
    return tuple(
        Word(word.text, min(word.start, end), min(word.end, end), word.confidence) for word in words
    )


def _load(folder: Path, device: str, compute_type: str, workers: int) -> Any:
    """Open the weights: one thread a worker on a CPU, as calls come in parallel."""
    try:
        return ctranslate2.models.Whisper(
            str(folder),
            device=device,
            compute_type=compute_type,
            inter_threads=workers,
            intra_threads=1 if device == "cpu" else 0,
        )
    except FAILURES as err:
        raise WeightsCorrupt(f"{folder} does not load on {device}: {err}") from err


def _preparation(folder: Path) -> tuple[Any, tokenizers.Tokenizer]:
    """Return what turns sound into spectra and the tokenizer, as the folder describes them."""
    described = folder / "preprocessor_config.json"
    known = {"feature_size", "sampling_rate", "hop_length", "chunk_length", "n_fft"}
    try:
        config = json.loads(described.read_text("utf-8")) if described.is_file() else {}
        text = (folder / "tokenizer.json").read_text("utf-8")
        json.loads(text)
    except (OSError, ValueError) as err:
        raise WeightsCorrupt(f"{folder} does not load: {err}") from err
    spelling = tokenizers.Tokenizer.from_str(text)
    return FeatureExtractor(**{k: v for k, v in config.items() if k in known}), spelling
