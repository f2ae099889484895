"""What the encoder is trained on, step by step: which lines, in which forms, with which targets.

A `Corpus` holds the lines; `Batches` draws from it, breaks lines as a recogniser does, and cuts
them into word pieces. Drawing is seeded by the step, so that a run can be made again.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.encode.plain import plain
from models.training.breaking import Breaker
from models.training.lines import ScriptLines

Pieces = list[int]

FEWEST_OF_CLASS = 8
"""Lines that a class must have to be learnt; rarer ones are only kept in place."""
NEUTRAL = "neutral"
"""The class of callers' lines that calm ones are taken to be of."""
LONGEST = 48
"""Word pieces of a training line; what follows is cut."""
BROKEN_FEELINGS = 0.3
"""Share of the lines with emotions that are broken; their labels were given to whole ones."""
MILDEST, HARSHEST = 0.3, 1.0
"""Share of the measured word error rate that a broken line gets."""


@dataclass(frozen=True, slots=True)
class IntentLine:
    """A line, and what it wants in the terms of its set; "" where that is not known."""

    text: str
    intent: str
    set: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """All that a training run reads.

    `emotions` are lines with the numbers of their `emotion_names`; `callers` are lines with one of
    `caller_names`; `calm` are customers' lines of which nearly none is angry; `heard` gives for
    some lines what a recogniser really made of them.
    """

    intents: tuple[IntentLine, ...] = ()
    scripts: tuple[ScriptLines, ...] = ()
    emotions: tuple[tuple[str, tuple[int, ...]], ...] = ()
    emotion_names: tuple[str, ...] = ()
    callers: tuple[tuple[str, str], ...] = ()
    caller_names: tuple[str, ...] = ()
    calm: tuple[str, ...] = ()
    heard: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def affect_names(self) -> tuple[str, ...]:
        """Return the names of the affect logits, in order, no two alike."""
        return self.emotion_names + tuple(f"caller_{name}" for name in self.caller_names)


@dataclass(frozen=True, slots=True)
class Mix:
    """Lines of each kind in a step."""

    intents: int = 64
    items: int = 6
    yes: int = 3
    no: int = 3
    emotions: int = 56
    callers: int = 8
    calm: int = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """One step's lines as word pieces, and their targets.

    `clean[i]` and `broken[i]` are two forms of one line, `raw[i]` the line as it was written (for
    the teacher). `classes[i]` is its class, -1 for none; it competes with `first[i]` to
    `last[i]` (exclusive) of its own set. `scripts` are lines whose `items` number is their item,
    and `meant` says which of them mean it. `felt` are lines with emotions (rows of `emotions`, 0
    or 1); `said` are callers' lines with the number of their class, `weights` how much each counts.
    """

    raw: list[Pieces]
    clean: list[Pieces]
    broken: list[Pieces]
    classes: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    scripts: list[Pieces]
    items: NDArray[np.int64]
    meant: NDArray[np.bool_]
    felt: list[Pieces]
    emotions: NDArray[np.float32]
    said: list[Pieces]
    callers: NDArray[np.int64]
    weights: NDArray[np.float32]


class Classes:
    """The classes of all sets in a row, each set's side by side."""

    def __init__(self, lines: Sequence[IntentLine]) -> None:
        counts: dict[tuple[str, str], int] = {}
        for line in lines:
            if line.intent:
                key = (line.set, line.intent)
                counts[key] = counts.get(key, 0) + 1
        names = sorted(key for key, count in counts.items() if count >= FEWEST_OF_CLASS)
        self.number = {name: n for n, name in enumerate(names)}
        self._span: dict[str, tuple[int, int]] = {}
        for (of, _), n in self.number.items():
            first, _ = self._span.get(of, (n, n))
            self._span[of] = (first, n + 1)

    def of(self, line: IntentLine) -> tuple[int, int, int]:
        """Return a line's class, and the first and last (exclusive) of its set; -1, 0, 0: none."""
        number = self.number.get((line.set, line.intent), -1)
        return (number, *self._span[line.set]) if number >= 0 else (-1, 0, 0)


class Batches:
    """Draws batches; `make(step)` depends on nothing but the seed and the step."""

    def __init__(
        self,
        corpus: Corpus,
        tokenizer: Tokenizer,
        weights: Mapping[str, float],
        mix: Mix,
        seed: int = 0,
    ) -> None:
        self._corpus, self._tokenizer, self._mix, self._seed = corpus, tokenizer, mix, seed
        self._breaker = Breaker(seed=seed)
        self.classes = Classes(corpus.intents)
        chances = np.array([weights.get(line.set, 1.0) for line in corpus.intents])
        self._sum = np.cumsum(chances) / chances.sum() if len(chances) else chances
        self._caller_number = {name: n for n, name in enumerate(corpus.caller_names)}

    def make(self, step: int) -> Batch:
        """Return the batch of a step."""
        draw = random.Random(f"{self._seed} {step}")  # noqa: S311 - nothing secret
        corpus, mix = self._corpus, self._mix
        lines: list[IntentLine] = []
        if corpus.intents:
            spots = np.searchsorted(self._sum, [draw.random() for _ in range(mix.intents)])
            lines = [corpus.intents[n] for n in spots]
        classes = np.array([self.classes.of(line) for line in lines], np.int64).reshape(-1, 3)
        scripts, items, meant = self._scripts(draw)
        felt = draw.sample(corpus.emotions, min(mix.emotions, len(corpus.emotions)))
        emotions = np.zeros((len(felt), len(corpus.emotion_names)), np.float32)
        for row, (_, numbers) in enumerate(felt):
            emotions[row, list(numbers)] = 1.0
        said = draw.sample(corpus.callers, min(mix.callers, len(corpus.callers)))
        calm = draw.sample(corpus.calm, min(mix.calm, len(corpus.calm)))
        return Batch(
            self.pieces([line.text for line in lines]),
            self.pieces([plain(line.text) for line in lines]),
            self.pieces([self._broken(line.text, draw) for line in lines]),
            classes[:, 0],
            classes[:, 1],
            classes[:, 2],
            self.pieces(scripts),
            np.array(items, np.int64),
            np.array(meant, np.bool_),
            self.pieces([self._either(text, draw, BROKEN_FEELINGS) for text, _ in felt]),
            emotions,
            self.pieces([self._either(text, draw) for text in [t for t, _ in said] + calm]),
            np.array(
                [self._caller_number[name] for _, name in said]
                + [self._caller_number[NEUTRAL] for _ in calm],
                np.int64,
            ),
            np.array([1.0] * len(said) + [0.3] * len(calm), np.float32),
        )

    def _scripts(self, draw: random.Random) -> tuple[list[str], list[int], list[bool]]:
        texts: list[str] = []
        items: list[int] = []
        meant: list[bool] = []
        mix, scripts = self._mix, self._corpus.scripts
        for number in draw.sample(range(len(scripts)), min(mix.items, len(scripts))):
            item = scripts[number]
            for among, count, means in ((item.yes, mix.yes, True), (item.no, mix.no, False)):
                for text in draw.sample(among, min(count, len(among))):
                    texts.append(self._either(text, draw))
                    items.append(number)
                    meant.append(means)
        return texts, items, meant

    def _either(self, text: str, draw: random.Random, broken: float = 0.5) -> str:
        return self._broken(text, draw) if draw.random() < broken else plain(text)

    def _broken(self, text: str, draw: random.Random) -> str:
        heard = self._corpus.heard.get(text)
        if heard and draw.random() < 0.5:
            return plain(draw.choice(heard))
        return plain(self._breaker.break_text(text, draw.uniform(MILDEST, HARSHEST)))

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """Cut texts into word pieces."""
        return [e.ids[: LONGEST - 1] + e.ids[-1:] if len(e.ids) > LONGEST else e.ids
                for e in self._tokenizer.encode_batch(list(texts))]  # fmt: skip
