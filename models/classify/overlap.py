"""How close an utterance comes to exemplar phrases: shared words and word pairs, by weight.

An exemplar is met when most of its weight is found close together in the utterance, however much
is said around it. Exemplars made of small words must be met word for word. A negation on one side
only keeps them apart.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from models.classify.stems import WEIGHT, weight
from models.classify.talk import Heard, negated

PAIR = 0.5
"""What two words in a row add, as a share of the lighter one's weight."""
SHARED = 0.5
"""What is left of a word's weight where every name has it."""
ENOUGH = 1.4
"""Weight that must be met: less is met by chance. One telling word and something beside it."""
WHOLE = 0.6
"""Share of an utterance's words that a small-worded exemplar must make up."""
REACH = 2.0
"""A match may lie over so many times the exemplar's words, and `SLACK` more."""
SLACK = 3
PROMISING = 0.5
"""Coverage anywhere in the utterance under which an exemplar is not looked at closely."""


@dataclass(frozen=True, slots=True)
class Close:
    """The best meeting of an utterance with a name's exemplars.

    `coverage` is the share of the exemplar's weight that was met, 0 to 1; `first` and `last` are
    the places of the span's words.
    """

    name: str
    coverage: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Exemplar:
    name: str
    stems: tuple[str, ...]
    negated: bool
    counter: bool
    weights: Mapping[str, float] = field(repr=False)
    pairs: frozenset[tuple[str, str]] = field(repr=False)
    total: float

    @property
    def light(self) -> bool:
        """Say whether its words are too small to be met in part."""
        return sum(self.weights.values()) < ENOUGH or max(self.weights.values()) < WEIGHT * SHARED


class Overlap:
    """Exemplars of several names, and counter-exemplars, which keep a name away."""

    def __init__(
        self,
        examples: Mapping[str, Sequence[str]],
        not_examples: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        against = not_examples or {}
        rarity = _rarity(examples)
        made = [_exemplar(name, text, rarity) for name, text in _pairs(examples)]
        made += [_exemplar(name, text, rarity, counter=True) for name, text in _pairs(against)]
        self._exemplars = [one for one in made if one is not None]
        self._promise = [PROMISING * sum(one.weights.values()) for one in self._exemplars]
        self._having: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, exemplar in enumerate(self._exemplars):
            for name, worth in exemplar.weights.items():
                self._having[name].append((at, worth))

    def closest(self, heard: Heard) -> tuple[dict[str, Close], dict[str, float]]:
        """Return each name's best meeting, and how much of a counter-exemplar was met."""
        best: dict[str, Close] = {}
        against: dict[str, float] = {}
        for exemplar in self._promising(heard):
            met = _meet(exemplar, heard)
            if met is None:
                continue
            if exemplar.counter:
                against[met.name] = max(against.get(met.name, 0.0), met.coverage)
            elif met.name not in best or met.coverage > best[met.name].coverage:
                best[met.name] = met
        return best, against

    def _promising(self, heard: Heard) -> Iterator[_Exemplar]:
        found: dict[int, float] = defaultdict(float)
        for name in heard.places:
            for at, worth in self._having.get(name, ()):
                found[at] += worth
        for at, worth in found.items():
            if worth >= self._promise[at]:
                yield self._exemplars[at]


def _pairs(texts: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for name, lines in texts.items():
        for line in lines:
            yield name, line


def _rarity(examples: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Return a factor for each stem, from 1 where one name has it down to `SHARED` for all."""
    having: dict[str, set[str]] = defaultdict(set)
    for name, text in _pairs(examples):
        for found in Heard.of(text).stems:
            having[found].add(name)
    most = math.log(max(2, len(examples)))
    return {
        found: 1.0 - (1.0 - SHARED) * math.log(len(names)) / most for found, names in having.items()
    }


def _exemplar(
    name: str, text: str, rarity: Mapping[str, float], *, counter: bool = False
) -> _Exemplar | None:
    heard = Heard.of(text)
    if not heard.words:
        return None
    weights = {
        found: weight(word.text) * rarity.get(found, 1.0)
        for word, found in zip(heard.words, heard.stems, strict=True)
    }
    pairs = frozenset(pairwise(heard.stems))
    total = sum(weights.values()) + sum(_pair(weights, *pair) for pair in pairs)
    return _Exemplar(name, heard.stems, negated(heard), counter, weights, pairs, total)


def _pair(weights: Mapping[str, float], one: str, other: str) -> float:
    return PAIR * min(weights.get(one, 0.0), weights.get(other, 0.0))


def _meet(exemplar: _Exemplar, heard: Heard) -> Close | None:
    return (None if exemplar.light else _stretch(exemplar, heard)) or _word_for_word(
        exemplar, heard
    )


def _stretch(exemplar: _Exemplar, heard: Heard) -> Close | None:
    """Find the stretch of the utterance that holds most of the exemplar."""
    places = sorted(at for name in exemplar.weights for at in heard.places.get(name, ()))
    longest = int(REACH * len(exemplar.stems)) + SLACK
    best: tuple[float, float, int, int] | None = None
    for i, first in enumerate(places):
        seen: set[str] = set()
        paired: set[tuple[str, str]] = set()
        plain = extra = 0.0
        for last in (at for at in places[i:] if at - first < longest):
            name = heard.stems[last]
            if name not in seen:
                seen.add(name)
                plain += exemplar.weights[name]
            pair = (heard.stems[last - 1], name)
            if last > first and pair in exemplar.pairs and pair not in paired:
                paired.add(pair)
                extra += _pair(exemplar.weights, *pair)
            if best is None or plain + extra > best[0] + 1e-9:
                best = (plain + extra, plain, first, last)
    if best is None or best[1] < ENOUGH:
        return None
    worth, _, first, last = best
    return _agreeing(exemplar, heard, min(1.0, worth / exemplar.total), first, last)


def _word_for_word(exemplar: _Exemplar, heard: Heard) -> Close | None:
    size = len(exemplar.stems)
    if size < WHOLE * len(heard.stems):
        return None
    for at in range(len(heard.stems) - size + 1):
        if heard.stems[at : at + size] == exemplar.stems:
            return _agreeing(exemplar, heard, 1.0, at, at + size - 1)
    return None


def _agreeing(
    exemplar: _Exemplar, heard: Heard, coverage: float, first: int, last: int
) -> Close | None:
    """Turn down a match whose negation differs from the exemplar's."""
    if negated(heard, first, last) != exemplar.negated:
        return None
    return Close(exemplar.name, coverage, first, last)
