"""Wants, script items, sentiment and anger by what is meant: one encoder, and what packs teach it.

Each utterance is encoded whole and in its clauses, four texts at most, those of a batch together;
what a list of packs has taught (`fit`) then reads their vectors in well under a millisecond. The
lexical reader stays beside it: what it finds is evidence, and its quotes are exact.

An encoder without affect names gives no sentiment and no anger: then the rules' own words for them
are all there is. Numbers that lie beside an encoder's weights stand for the shipped ones.
"""

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import structlog
from pydantic import Field

from models.classify import likeness
from models.classify.affect import ANGER, AffectHead, read_head
from models.classify.affect import FILE as AFFECT_FILE
from models.classify.calibrator import Calibrator, from_numbers, read_card
from models.classify.clauses import Clause, clauses
from models.classify.exemplars import Exemplars, Fit
from models.classify.fewshot import FEATURES, meant
from models.classify.fitted import CacheCorrupt, Fitted, key_of, learn
from models.classify.lexical import Example, Found
from models.classify.memo import Memo
from models.classify.talk import Heard
from models.classify.wants import joined, place
from models.encode import minilm
from models.engines import EngineInfo, TextEncoder
from models.errors import EngineFailed
from models.options import EngineOptions, read_options
from models.registry import load
from models.types import Channel, ClassifyRequest, Encoded, Label, Samples
from models.weights import cache_directory

ENGINE = "meaning"
NUMBERS = Path(__file__).parent / "numbers"
WANTS, MEANINGS = NUMBERS / "wants.json", NUMBERS / "meanings.json"
FITS = "fits"
"""Folder of the cache in which what was learned is kept."""
MAX_BATCH = 32
THREADS = 2
"""Threads that encode a pack's examples; utterances have one."""
PROBE = "can you tell me what this charge on my bill is for"
LEAST_MEANING = 0.3
"""Probability under which a meaning is not told; packs set their own thresholds above it."""
LEAST_SENTIMENT = 0.6
"""Probability under which no sentiment is told: three are to choose from."""
SURE_WORDS = 0.5
"""From this chance on the lexical reader's quote stands for the clause's."""

log = structlog.get_logger(__name__)


class Options(EngineOptions):
    """What may be chosen."""

    encoder: str = "minilm"
    encoder_options: dict[str, object] = Field(default_factory=dict)
    intents: dict[str, Example] = Field(default_factory=dict)
    """Wants of requests that name no fit."""
    least: float = Field(0.5, gt=0.0, le=1.0)
    """Probability under which a want is not told: none reaching it is "none of these"."""
    cache: bool = True
    """Whether what is learned from packs is kept on disk."""


def create(options: Mapping[str, object]) -> "MeaningClassifier":
    """Make the engine from its options (entry point).

    Raises:
        EngineNotFound: no such encoder.
        WeightsNotFound, WeightsCorrupt: the encoder's weights or the shipped numbers.
    """
    chosen = read_options(Options, options, engine=ENGINE)
    encoder = load("encode", chosen.encoder, chosen.encoder_options)
    folder = Path(str(chosen.encoder_options.get("folder", "")) or minilm.SHIPPED).expanduser()
    made = MeaningClassifier(
        encoder,
        least=chosen.least,
        affect=read_head(folder / AFFECT_FILE, encoder.affect) if encoder.affect else None,
        cache=cache_directory() / FITS if chosen.cache else None,
        wants=numbers(_own(folder, WANTS), FEATURES),
        meanings=numbers(_own(folder, MEANINGS), likeness.FEATURES),
    )
    if chosen.intents:
        taught = {
            name: Exemplars(one.examples, one.not_examples, one.speaker)
            for name, one in chosen.intents.items()
        }
        made.fit(Fit(taught), default=True)
    return made


class MeaningClassifier:
    """The engine. `fit` teaches it the packs of a call; requests name what `fit` returned.

    Raises:
        WeightsNotFound, WeightsCorrupt: the shipped numbers are gone or for another version.
    """

    instant = False

    def __init__(
        self,
        encoder: TextEncoder,
        *,
        least: float = 0.5,
        affect: AffectHead | None = None,
        cache: Path | None = None,
        wants: Calibrator | None = None,
        meanings: Calibrator | None = None,
    ) -> None:
        self._encoder, self._least, self._affect, self._cache = encoder, least, affect, cache
        self._wants = wants or numbers(WANTS, FEATURES)
        self._meanings = meanings or numbers(MEANINGS, likeness.FEATURES)
        self._memo = Memo(encoder)
        self._identity = hashlib.sha256(
            encoder.info.name.encode() + encoder.encode([PROBE]).vectors.tobytes()
        ).hexdigest()
        self._fits: dict[str, Fitted] = {}
        self._lock = threading.Lock()
        self.info = EngineInfo(
            name=ENGINE,
            model=encoder.info.model,
            licence=encoder.info.licence,
            languages=encoder.info.languages,
            max_batch=MAX_BATCH,
        )

    @property
    def encoder(self) -> TextEncoder:
        """The encoder by which it reads, for others that read by the same."""
        return self._encoder

    @property
    def feels(self) -> bool:
        """Say whether sentiment and anger are read: the encoder came with a head for them."""
        return self._affect is not None

    def fit(self, fit: Fit, *, default: bool = False) -> str:
        """Learn to read a list of packs and return the key that requests name; cheap when known.

        Args:
            fit: what the packs want read.
            default: whether requests without a key are read by it as well.

        Raises:
            EngineFailed: the encoder failed.
        """
        key = key_of(fit, self._identity)
        with self._lock:
            fitted = self._fits.get(key)
            if fitted is None:
                fitted = self._fits[key] = self._learn(fit, key)
            if default:
                self._fits[""] = fitted
        return key

    def classify(self, batch: Sequence[ClassifyRequest]) -> list[tuple[Label, ...]]:
        """Return each utterance's labels: intents, meanings, then sentiment and anger.

        Raises:
            EngineFailed: the encoder failed, or a request names a fit that was never made.
        """
        cut = [clauses(request.text) for request in batch]
        pieces = [
            [part.of(request.text) for part in parts]
            for request, parts in zip(batch, cut, strict=True)
        ]
        turns = [self._turns(request) for request in batch]
        texts = [t for part in pieces for t in part] + [t for part in turns for t, _ in part]
        if not texts:
            return [() for _ in batch]
        # One pass for the batch; what each request asks below is remembered from it.
        self._memo.encode(list(dict.fromkeys(texts)))
        return [
            tuple(self._read(request, parts, said, around))
            for request, parts, said, around in zip(batch, cut, pieces, turns, strict=True)
        ]

    def close(self) -> None:
        """Let go of the encoder."""
        close = getattr(self._encoder, "close", None)
        if close is not None:
            close()

    def _learn(self, fit: Fit, key: str) -> Fitted:
        file = self._cache / f"{key[:32]}.npz" if self._cache is not None else None
        try:
            return learn(fit, self._encode_many, file)
        except CacheCorrupt as fault:
            log.warning("fit_cache_corrupt", reason=str(fault), remedy="learned anew")
        except OSError as fault:
            log.warning("fit_not_kept", reason=str(fault))
            return learn(fit, self._encode_many, None)
        if file is not None:
            file.unlink(missing_ok=True)
        return learn(fit, self._encode_many, file)

    def _encode_many(self, texts: Sequence[str]) -> Encoded:
        """Encode examples on a few threads: nobody is served before they are learned."""
        parts = [texts[at::THREADS] for at in range(THREADS)]
        with ThreadPoolExecutor(THREADS, "fit") as pool:
            made = list(pool.map(self._encoder.encode, parts))
        order = np.argsort(
            np.concatenate([np.arange(len(texts))[at::THREADS] for at in range(THREADS)])
        )
        return Encoded(
            np.concatenate([one.vectors for one in made])[order],
            np.concatenate([one.affect for one in made])[order],
        )

    def _turns(self, request: ClassifyRequest) -> list[tuple[str, Channel]]:
        """Return the turns before that feelings are read from; none where none are read."""
        if self._affect is None or request.channel is Channel.AGENT:
            return []
        return list(zip(request.context, request.context_channels, strict=False))

    def _read(
        self,
        request: ClassifyRequest,
        parts: Sequence[Clause],
        said: Sequence[str],
        around: Sequence[tuple[str, Channel]],
    ) -> Iterator[Label]:
        if not parts:
            return
        encoded = self._memo.encode(said)
        fitted = self._fits.get(request.fit)
        if fitted is None and request.fit:
            raise EngineFailed(f"{ENGINE}: no fit {request.fit[:12]}")
        if fitted is not None:
            yield from self._intents(fitted, request, parts, said, encoded)
            yield from self._meant(fitted, request, parts, said, encoded)
        if self._affect is not None and request.channel is not Channel.AGENT:
            yield from self._felt(self._affect, request, encoded.affect[0], around)

    def _intents(
        self,
        fitted: Fitted,
        request: ClassifyRequest,
        parts: Sequence[Clause],
        said: Sequence[str],
        encoded: Encoded,
    ) -> Iterator[Label]:
        if not fitted.head.names:
            return
        heard = Heard.of(request.text)
        found = {one.name: one for one in fitted.words.found(heard)}
        lexical = place(heard, list(found.values()), parts, fitted.head.names)
        words = joined(lexical, fitted.sounds, said)
        evidence = fitted.head.evidence(encoded.vectors, words)
        for one in meant(fitted.head, self._wants, evidence):
            if one.probability >= self._least and _may(fitted, one.name, request.channel):
                rests = parts[one.text].of(request.text)
                quote = _quote(request.text, heard, found.get(one.name)) or rests
                yield Label("intent", one.name, round(one.probability, 4), quote, ENGINE)

    def _meant(
        self,
        fitted: Fitted,
        request: ClassifyRequest,
        parts: Sequence[Clause],
        said: Sequence[str],
        encoded: Encoded,
    ) -> Iterator[Label]:
        keys = [key for key in fitted.meanings if _may(fitted, key, request.channel)]
        if not keys:
            return
        rows = likeness.evidence([fitted.items[key] for key in keys], said, encoded)
        chances = self._meanings.probability(rows)
        best = chances.argmax(axis=0)
        for at in np.argsort(-chances.max(axis=0), kind="stable"):
            chance = float(chances[best[at], at])
            if chance < LEAST_MEANING:
                return
            quote = parts[int(best[at])].of(request.text)
            yield Label("semantic", keys[at], round(chance, 4), quote, ENGINE)

    def _felt(
        self,
        head: AffectHead,
        request: ClassifyRequest,
        now: Samples,
        around: Sequence[tuple[str, Channel]],
    ) -> Iterator[Label]:
        before = self._memo.encode([text for text, _ in around]).affect
        customer = [
            row for row, (_, who) in zip(before, around, strict=True) if who is not Channel.AGENT
        ]
        agent = [row for row, (_, who) in zip(before, around, strict=True) if who is Channel.AGENT]
        feeling = head.feel(now, customer, agent[-1] if agent else None)
        quote = request.text.strip()
        name = feeling.likeliest
        if feeling.sentiment[name] >= LEAST_SENTIMENT:
            yield Label("sentiment", name, round(feeling.sentiment[name], 4), quote, ENGINE)
        if request.channel is Channel.CUSTOMER:
            yield Label("mood", ANGER, round(feeling.anger, 4), quote, ENGINE)


def _own(folder: Path, shipped: Path) -> Path:
    """Return the numbers that lie beside an encoder's weights, else the shipped ones."""
    own = folder / shipped.name
    return own if own.is_file() else shipped


def numbers(path: Path, features: Sequence[str]) -> Calibrator:
    """Return the calibrator of a file of shipped numbers.

    Raises:
        WeightsNotFound, WeightsCorrupt: the file is gone, or for other features.
    """
    card = read_card(path)
    return from_numbers(features, card.get("numbers", {}))


def _may(fitted: Fitted, name: str, channel: Channel) -> bool:
    return channel is Channel.MIXED or fitted.speakers[name] in (None, channel)


def _quote(text: str, heard: Heard, found: Found | None) -> str:
    """Return the lexical reader's exact words, "" where it is not sure of them."""
    if found is None or found.chance < SURE_WORDS:
        return ""
    return text[heard.words[found.first].start : heard.words[found.last].end]
