"""Moonshine tiny-en on onnxruntime: the recogniser that comes with Cueline.

English only. It reads one clip at a time, from as many threads as there are processors; text does
not depend on what else is being read. Weights come in the wheel `moonshine-voice` (MIT), whose own
library is not used: its voice detector keeps one state for all streams.
"""

import math
import os
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np
import soxr
from pydantic import Field

from models.engines import EngineInfo, SttEngine
from models.errors import ClipTooLong, EngineFailed
from models.options import EngineOptions, read_options
from models.stt import gates
from models.stt.beam import How
from models.stt.hot_words import HotWords
from models.stt.moonshine_cache import build, reassembled
from models.stt.moonshine_sessions import (
    FEWEST_SAMPLES,
    ORT_ERRORS,
    RATE_HZ,
    Graphs,
    ReassembledGraphs,
    ShippedGraphs,
    read,
)
from models.stt.moonshine_tokens import Vocabulary
from models.types import Samples, SttRequest, Transcription
from models.weights import cache_directory, moonshine_files

MAX_SECONDS = 30.0
TOKENS_A_SECOND = 6.5
SPARE_TOKENS = 2
"""The longest text of a clip. Speech runs at 4.2 tokens a second; a higher cap only adds loops."""

WARM_S = 15
"""As long as the longest utterance that a call is cut into."""
SPLIT_FROM_S = 4.0
"""A clip from this length on that gives no words is read again in two parts."""
KEPT_REJECTIONS = frozenset({"music", "invented", "no words"})
"""Gates that say there was no speech; the others doubt the reading."""


MOST_LISTS = 256
"""Lists of expected words kept ready; with more, all are made anew as they are asked for."""


class MoonshineOptions(EngineOptions):
    """What a configuration may say of this engine."""

    graphs: Literal["reassembled", "shipped"] = "reassembled"
    workers: int | None = Field(default=None, ge=1, le=256)
    """Threads that may read at once; None takes one for each processor."""
    width: int = Field(default=3, ge=1, le=16)
    """How many readings are kept in view of a clip whose request says nothing of it."""


class Moonshine:
    """The engine; `notice` says why it runs otherwise than configured, or is empty."""

    def __init__(
        self,
        graphs: Graphs,
        vocabulary: Vocabulary,
        info: EngineInfo,
        *,
        width: int = 1,
        notice: str = "",
    ) -> None:
        """Take loaded graphs and their vocabulary."""
        self.info = info
        self.notice = notice
        self._width = width
        self._expected: dict[tuple[str, ...], HotWords] = {}
        self._graphs: Graphs | None = graphs
        self._vocabulary = vocabulary

    def batch_key(self, request: SttRequest) -> Hashable:
        """Return one key for all: batches are of one clip."""
        return self.info.name

    def transcribe(self, batch: Sequence[SttRequest]) -> list[Transcription]:
        """Read the clips, one after another.

        Raises:
            ClipTooLong: a clip is longer than `info.max_seconds`.
            EngineFailed: onnxruntime failed, or the engine is closed.
        """
        return [self._read(request) for request in batch]

    def _read(self, request: SttRequest) -> Transcription:
        graphs = self._graphs
        if graphs is None:
            raise EngineFailed("the engine is closed")
        seconds = len(request.samples) / request.rate_hz
        if seconds > self.info.max_seconds:
            raise ClipTooLong(f"{seconds:.1f} s is over {self.info.max_seconds:.0f} s")
        samples = at_sixteen(request.samples, request.rate_hz)
        if len(samples) < FEWEST_SAMPLES:
            return Transcription("", rejected="short")
        how = How(request.width or self._width, self._bias(request.hot_words))
        answer = self._hear(graphs, samples, request.speech_s, how)
        if answer.text or seconds < SPLIT_FROM_S or answer.rejected in KEPT_REJECTIONS:
            return answer
        return self._hear_halves(graphs, samples, request.speech_s, how) or answer

    def _hear(
        self, graphs: Graphs, samples: Samples, speech_s: float | None, how: How
    ) -> Transcription:
        try:
            heard = read(graphs, samples, longest_text(len(samples) / RATE_HZ), how)
        except ORT_ERRORS as err:
            raise EngineFailed(f"onnxruntime: {err}") from err
        text = self._vocabulary.text(heard.ids)
        heed = gates.Heed(speech_s, heard.capped, mean_chance=heard.confidence)
        if (reason := gates.reason(text, heed)) is not None:
            return Transcription("", rejected=reason)
        return Transcription(text, heard.confidence if text else None)

    def _hear_halves(
        self, graphs: Graphs, samples: Samples, speech_s: float | None, how: How
    ) -> Transcription | None:
        """Read a clip that gave nothing in two parts, cut where it is quietest.

        The decoder now and then ends at once on a long clip of plain speech; its halves read well.
        """
        cut = quietest(samples)
        half_s = None if speech_s is None else speech_s / 2
        parts = (samples[:cut], samples[cut:])
        halves = [self._hear(graphs, part, half_s, how) for part in parts]
        heard = [half for half in halves if half.text]
        if not heard:
            return None
        sure = [half.confidence for half in heard if half.confidence is not None]
        return Transcription(
            " ".join(half.text for half in heard), sum(sure) / len(sure) if sure else None
        )

    def _bias(self, words: tuple[str, ...]) -> HotWords | None:
        """Return the expected words as a bias; racing threads make equal ones."""
        if not words:
            return None
        if words not in self._expected:
            if len(self._expected) >= MOST_LISTS:
                self._expected.clear()
            self._expected[words] = HotWords(words, self._vocabulary)
        return self._expected[words]

    def warm_up(self) -> None:
        """Read a long clip of faint noise on each worker at once.

        Memory then stands where the longest utterances would have brought it in the end.
        """
        noise = np.random.default_rng(0).normal(0, 1e-3, WARM_S * RATE_HZ).astype(np.float32)
        clips = [[SttRequest(noise, RATE_HZ)] for _ in range(self.info.workers)]
        with ThreadPoolExecutor(self.info.workers) as workers:
            list(workers.map(self.transcribe, clips))

    def close(self) -> None:
        """Let go of the sessions; calls in flight keep theirs until they return."""
        self._graphs = None


def quietest(samples: Samples) -> int:
    """Return the sample in the middle half of a clip around which 0.1 s is quietest."""
    size = RATE_HZ // 10
    first = len(samples) // 4
    middle = samples[first : first + len(samples) // 2]
    blocks = middle[: len(middle) // size * size].reshape(-1, size)
    loudness = np.square(blocks).mean(axis=1)
    return first + int(loudness.argmin()) * size + size // 2


def longest_text(seconds: float) -> int:
    """Return how many tokens a clip may have."""
    return math.ceil(TOKENS_A_SECOND * seconds) + SPARE_TOKENS


def at_sixteen(samples: Samples, rate_hz: int) -> Samples:
    """Return mono samples at 16 kHz; those that are so already are not copied."""
    if rate_hz != RATE_HZ:
        samples = soxr.resample(samples, rate_hz, RATE_HZ, "HQ")
    return np.ascontiguousarray(samples, dtype=np.float32)


def create(options: Mapping[str, object]) -> SttEngine:
    """Load the engine.

    Raises:
        OptionsInvalid: an option is unknown or out of range.
        WeightsNotFound: the wheel with the weights is not installed.
        WeightsCorrupt: a weight file does not match its checksum.
    """
    chosen = read_options(MoonshineOptions, options, engine="moonshine")
    files = moonshine_files()
    digest = files.verify()
    graphs: Graphs | None = None
    notice = ""
    if chosen.graphs == "reassembled":
        made = reassembled(files, digest, cache_directory(), make=build)
        if made.check.refused:
            notice = f"the re-assembled graphs are not used: {made.check.refused}"
        else:
            graphs = ReassembledGraphs(made.encoder, made.decoder)
    info = EngineInfo(
        name="moonshine",
        model=f"moonshine tiny-en, {'shipped' if graphs is None else 're-assembled'} graphs",
        licence="MIT",
        languages=("en",),
        max_batch=1,
        workers=chosen.workers or processors(),
        max_seconds=MAX_SECONDS,
    )
    graphs = graphs or ShippedGraphs(files.encoder, files.decoder)
    return Moonshine(graphs, Vocabulary(files.tokens), info, width=chosen.width, notice=notice)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
