"""How much an utterance's words speak for a name, learned from its exemplars.

Each word or pair of words that a name's exemplars use more than people do at large is worth the
logarithm of that ratio. An utterance's worth is that of its best stretch: words that say nothing
about the name cost a little, so that two cues a sentence apart do not add up to one.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.classify.stems import EVERYDAY_WEIGHT, NEGATIONS, weight
from models.classify.talk import Heard, negated

AT_LARGE = ((0.2, 0.08), (0.5, 0.015), (0.9, 0.006), (math.inf, 0.001))
"""How often an utterance at large has a word, by its weight: grammar, everyday, trade, others."""
PAIR_RARITY = 0.3
PAIR_SHARE = 0.5
"""Pairs are rarer than their words, and count half, as their words count already."""
SMALL_SHARE = ((0.2, 0.4), (0.5, 0.8), (math.inf, 1.0))
"""What grammar and everyday words keep of their worth: they hang on how a thing was put."""
OTHERS = 2.0
"""A word that other names' exemplars use counts as so much more common."""
PRIOR = 2.0
"""Exemplars that are taken not to hold a word, however many do."""
ALIKE = 2
"""Cues that one exemplar must share with a stretch for its negation to be compared."""
SILENT = 0.25
"""Cost of a word between cues that is none."""

Cue = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The words that speak most for a name.

    `worth` is theirs together, `cues` are their stems, `first` and `last` where they stand.
    """

    name: str
    worth: float
    cues: frozenset[str]
    first: int
    last: int


class Cues:
    """What speaks for each of several names."""

    def __init__(self, examples: Mapping[str, Sequence[str]]) -> None:
        counts = {name: _count(lines) for name, lines in examples.items()}
        shares: dict[Cue, float] = defaultdict(float)
        for name, count in counts.items():
            for cue, times in count.items():
                shares[cue] += times / len(examples[name])
        self._worth: dict[Cue, dict[str, float]] = defaultdict(dict)
        others = max(1, len(examples) - 1)
        for name, count in counts.items():
            lines = len(examples[name])
            for cue, times in count.items():
                common = max(_at_large(cue), OTHERS * (shares[cue] - times / lines) / others)
                worth = math.log(times / (lines + PRIOR) / common)
                if worth > 0:
                    self._worth[cue][name] = _share(cue) * worth
        self._lines = {
            name: [(heard.stems, negated(heard)) for heard in map(Heard.of, lines)]
            for name, lines in examples.items()
        }

    def stretches(self, heard: Heard) -> list[Stretch]:
        """Return each name's best stretch."""
        runs: dict[str, _Run] = {}
        best: dict[str, _Run] = {}
        for at, word in enumerate(heard.stems):
            for name, worth in self._here(heard, at, word).items():
                run = runs.get(name)
                if run is None or not run.lasts_to(at):
                    run = runs[name] = _Run(at)
                    if name not in best:
                        best[name] = run
                run.add(word, at, worth)
                if run.most > best[name].most:
                    best[name] = run
        found = (run.stretch(name) for name, run in best.items())
        return [stretch for stretch in found if self._holds(stretch, heard)]

    def _holds(self, found: Stretch, heard: Heard) -> bool:
        """Say whether something tells, and an exemplar of these cues is negated as this is."""
        if not any(weight(cue) > EVERYDAY_WEIGHT for cue in found.cues):
            return False
        turned = negated(heard, found.first, found.last)
        told = found.cues - NEGATIONS
        least = min(ALIKE, len(told))
        return any(
            line_turned == turned and len(told.intersection(stems)) >= least
            for stems, line_turned in self._lines[found.name]
        )

    def _here(self, heard: Heard, at: int, word: str) -> dict[str, float]:
        here = self._worth.get(word, {})
        paired = self._worth.get((heard.stems[at - 1], word)) if at else None
        if paired:
            here = dict(here)
            for name, worth in paired.items():
                here[name] = here.get(name, 0.0) + worth
        return here


class _Run:
    """A stretch as it grows; `most` is what it was worth at its best, at the word `end`."""

    __slots__ = ("end", "first", "last", "most", "seen", "worth")

    def __init__(self, first: int) -> None:
        self.first = self.last = self.end = first
        self.worth = self.most = 0.0
        self.seen: dict[str, int] = {}

    def lasts_to(self, at: int) -> bool:
        """Say whether what was gathered outweighs the silence since."""
        return self.worth > SILENT * (at - self.last - 1)

    def add(self, word: str, at: int, worth: float) -> None:
        """Take the next cue; one heard before adds nothing."""
        self.worth -= SILENT * max(0, at - self.last - 1)
        if word not in self.seen:
            self.seen[word] = at
            self.worth += worth
        self.last = at
        if self.worth > self.most:
            self.most, self.end = self.worth, at

    def stretch(self, name: str) -> Stretch:
        """Return it as it was at its best."""
        cues = frozenset(word for word, at in self.seen.items() if at <= self.end)
        return Stretch(name, self.most, cues, self.first, self.end)


def _count(lines: Sequence[str]) -> Counter[Cue]:
    """Count the exemplars that hold each word and pair."""
    counts: Counter[Cue] = Counter()
    for line in lines:
        stems = Heard.of(line).stems
        counts.update({*stems, *pairwise(stems)})
    return counts


def _share(cue: Cue) -> float:
    """Return how much of its worth a cue keeps: pairs and small words prove less than they seem."""
    if isinstance(cue, tuple):
        return PAIR_SHARE
    worth = weight(cue)
    return next(share for limit, share in SMALL_SHARE if worth < limit)


def _at_large(cue: Cue) -> float:
    if isinstance(cue, tuple):
        return PAIR_RARITY * min(_at_large(cue[0]), _at_large(cue[1]))
    worth = weight(cue)
    return next(share for limit, share in AT_LARGE if worth < limit)
