"""Searches a decoder for the likeliest text, keeping several readings in view.

A greedy reader takes the likeliest token at each step and cannot take it back. A beam of a few
readings ends where their common start was misheard less often: on telephone speech a sixth of the
word errors go (`cueline bench wer --against width=1`). Readings far behind the best are dropped at
once, so that plain speech costs little more than reading greedily.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.stt.moonshine_tokens import BEGIN, END

CHOICES = 16
"""How many next tokens a decoder names for each reading."""
MARGIN = 5.0
"""A reading is dropped when the best one is e to this times likelier."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Tokens without the marks of begin and end; their mean probability; whether cut short."""

    ids: tuple[int, ...]
    confidence: float | None
    capped: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """The likeliest next tokens of each reading, best first: both [readings, CHOICES].

    `logs` are natural logarithms of probabilities.
    """

    tokens: NDArray[np.int64]
    logs: NDArray[np.float32]


class Steps(Protocol):
    """The decoder on one clip, which goes on with several readings at once."""

    def choose(self, tokens: Sequence[int]) -> Choices:
        """Take each reading's last token; return what may follow."""
        ...

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with the readings of these rows, in this order; a row may come twice."""
        ...


class Bias(Protocol):
    """What is expected to be said, as a search hears of it."""

    def start(self) -> object:
        """Return the state before the first token."""
        ...

    def follow(self, state: object, token: int) -> tuple[object, float]:
        """Return the state after a token, and what it adds to the reading's score."""
        ...

    def end(self, state: object) -> float:
        """Return what ending in this state adds."""
        ...


@dataclass(frozen=True, slots=True)
class How:
    """How wide to search, and towards what."""

    width: int = 1
    bias: Bias | None = None


GREEDY = How()


@dataclass(frozen=True, slots=True)
class _Reading:
    ids: tuple[int, ...] = ()
    score: float = 0.0
    logs: tuple[float, ...] = ()
    state: object = None

    def heard(self, *, capped: bool) -> Heard:
        mean = float(np.exp(self.logs).mean().clip(0, 1)) if self.logs else None
        return Heard(self.ids, mean, capped)


def search(steps: Steps, limit: int, how: How = GREEDY) -> Heard:
    """Return the best reading of at most `limit` tokens, keeping `how.width` in view.

    Scores are sums of logarithms, without a bonus for length: with one, prompts lose words to
    repetition (WER 16.3 to 18.3 % on asterisk_prompts). They only fall with each token, so the
    search is over when an ended reading is better than every open one; a `bias` may lift a score,
    and then that is a close guess.
    """
    width = how.width
    bias = how.bias if width > 1 else None  # alone, a reading cannot take back what lifted it
    open_ones = [_Reading(state=bias.start() if bias is not None else None)]
    best: _Reading | None = None
    for _ in range(limit):
        last = [r.ids[-1] if r.ids else BEGIN for r in open_ones]
        found = _extended(open_ones, steps.choose(last), bias)
        found.sort(key=lambda one: -one[0].score)
        kept: list[_Reading] = []
        rows: list[int] = []
        for reading, row, ended in found:
            if ended:
                if len(kept) < width and (best is None or reading.score > best.score):
                    best = reading
            elif len(kept) < width:
                kept.append(reading)
                rows.append(row)
        if not kept or (best is not None and best.score >= kept[0].score):
            break
        near = sum(r.score > kept[0].score - MARGIN for r in kept)
        open_ones, rows = kept[:near], rows[:near]
        if rows != list(range(len(last))):
            steps.keep(rows)
    if best is None:
        return open_ones[0].heard(capped=True)
    return best.heard(capped=False)


def _extended(
    readings: Sequence[_Reading], choices: Choices, bias: Bias | None
) -> list[tuple[_Reading, int, bool]]:
    """Return every reading with each of its next tokens: it, its row, and whether it has ended."""
    found = []
    for row, reading in enumerate(readings):
        tokens, logs = choices.tokens[row].tolist(), choices.logs[row].tolist()
        for token, log in zip(tokens, logs, strict=True):
            ended = token == END
            state, more = reading.state, 0.0
            if bias is not None:
                state, more = (
                    (state, bias.end(state)) if ended else bias.follow(reading.state, token)
                )
            ids, kept = reading.ids, reading.logs
            if not ended:
                ids, kept = (*ids, token), (*kept, log)
            found.append((_Reading(ids, reading.score + log + more, kept, state), row, ended))
    return found
