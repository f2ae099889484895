"""Breaks clean lines the way a recogniser breaks them, by what it was measured to do.

A table of confusions holds what the recogniser made of spoken lines: how often lines of a length
come out whole, half right or ruined, which words it takes for which, and which it drops. A word
that the table does not know becomes one that sounds like it. `cueline bench confusions` makes the
table from spoken pairs.
"""

import gzip
import json
import math
import random
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path

from models.training.alike import Alike
from models.training.plain import plain_words

TABLE = Path(__file__).with_name("confusions.json.gz")

LENGTHS = (1, 2, 3, 4, 6, 8, 11, 15, 21)
"""Lines are told apart by length: each number is where a class begins."""

_GRAMMAR = (
    "a an the this that these those i you he she it we they me him her us them my your his its "
    "our their am is are was were be been being do does did have has had will would can could "
    "shall should may might must not and or but if so as than then to of in on at by for with "
    "from up out about into over after off down there here what who how when where why which "
    "no yes just i'm i've i'll i'd it's that's don't didn't can't isn't won't you're they're "
    "we're he's she's there's what's let's some any all too very"
)
FUNCTION_WORDS = frozenset(_GRAMMAR.split())
CLASSES = ("function", "content")

KNOWN = 12.0
"""So many sightings weigh as much as what is usual for words of a class."""
EASIEST, HARDEST = 0.6, 1.5
"""Bounds of what the words of a line do to its errors."""
FAR = "*"
"""Stands in the table for words that sound nothing like what was said."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What the recogniser does to words of one class; shares are of the words that go wrong.

    `wrong` is the share of all its words that do; `merged` covers two words heard as one, or two
    others, `split` one heard as several; `inserted` is the number of words put in after one, for
    each word that is wrong. The rest are one word for another.
    """

    wrong: float
    dropped: float
    merged: float
    split: float
    inserted: float


@dataclass(frozen=True, slots=True)
class Confusions:
    """What was measured.

    `severity` gives for each of `LENGTHS` the quantiles of word errors over words; `seen` how often
    a word was said, and went wrong; `heard` what one or two words were heard as, with counts;
    `rewritten` what is merely written another way, with the share of times that it is; `runs` the
    chance that the word after a wrong one is wrong too; `distances` quantiles of how far wrong
    words sound from what was said, for each sound of it.
    """

    pairs: int
    words: int
    severity: Mapping[str, Sequence[float]]
    habits: Mapping[str, Habits]
    runs: float
    seen: Mapping[str, tuple[int, int]]
    heard: Mapping[str, Mapping[str, int]]
    rewritten: Mapping[str, Mapping[str, float]]
    inserted: Mapping[str, int]
    distances: Sequence[float]
    vocabulary: Mapping[str, int]


def load(path: Path = TABLE) -> Confusions:
    """Read a table."""
    data = json.loads(gzip.decompress(path.read_bytes()))
    habits = {kind: Habits(**one) for kind, one in data.pop("habits").items()}
    seen = {word: (int(of), int(wrong)) for word, (of, wrong) in data.pop("seen").items()}
    return Confusions(habits=habits, seen=seen, **data)


def save(table: Confusions, path: Path = TABLE) -> None:
    """Write a table; the same table gives the same bytes."""
    text = json.dumps(asdict(table), ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))


def word_class(word: str) -> str:
    """Return "function" for short words of grammar, else "content"."""
    return CLASSES[0] if word in FUNCTION_WORDS else CLASSES[1]


def length_class(words: int) -> str:
    """Return the class of a line's length, as `Confusions.severity` names it."""
    return str(LENGTHS[max(0, bisect_right(LENGTHS, words) - 1)])


class _Choice:
    """Draws one of some things, by weight."""

    __slots__ = ("_sums", "_things")

    def __init__(self, weights: Iterable[tuple[str, float]]) -> None:
        kept = [(thing, weight) for thing, weight in weights if weight > 0]
        self._things = [tuple(thing.split()) for thing, _ in kept]
        self._sums = list(accumulate(weight for _, weight in kept))

    def __bool__(self) -> bool:
        return bool(self._things)

    def draw(self, chance: random.Random) -> tuple[str, ...]:
        at = bisect_right(self._sums, chance.random() * self._sums[-1])
        return self._things[min(at, len(self._things) - 1)]


class Breaker:
    """Breaks lines; one seed and one order of lines always give the same."""

    def __init__(self, table: Confusions | None = None, seed: int = 0) -> None:
        """Take a table, the shipped one by default."""
        table = table or load()
        self._table = table
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self._heard = {said: _Choice(to.items()) for said, to in table.heard.items()}
        self._rewritten = {said: tuple(to.items()) for said, to in table.rewritten.items()}
        self._inserted = _Choice(table.inserted.items())
        self._alike = Alike(table.vocabulary)
        self._odds: dict[str, float] = {}
        self._usual = self._usual_odds()

    def break_text(self, text: str, rate: float = 1.0) -> str:
        """Return a line as the recogniser might hear it.

        Lower case without punctuation, figures as words. Some lines come out whole.

        Args:
            text: a clean line.
            rate: word errors beside those measured; 0 only writes the line as heard lines are.
        """
        words = self._rewrite(plain_words(text))
        if not words:
            return ""
        budget = self._errors(len(words)) * self._hardness(words) * rate
        errors = int(budget) + (self._chance.random() < budget % 1)
        return " ".join(self._spoil(words, errors) if errors else words)

    def _rewrite(self, words: list[str]) -> list[str]:
        """Write words as the recogniser writes them where it hears them right."""
        out: list[str] = []
        at = 0
        while at < len(words):
            for size in (2, 1):
                to = self._rewritten.get(" ".join(words[at : at + size]))
                if to is not None and at + size <= len(words):
                    out += self._other_way(to, words[at : at + size])
                    break
            else:
                size = 1
                out.append(words[at])
            at += size
        return out

    def _other_way(self, to: Sequence[tuple[str, float]], words: list[str]) -> list[str]:
        left = self._chance.random()
        for other, share in to:
            left -= share
            if left < 0:
                return other.split()
        return words

    def _errors(self, size: int) -> float:
        """Draw how many errors a line of so many words has."""
        quantiles = self._table.severity[length_class(size)]
        place = self._chance.random() * (len(quantiles) - 1)
        low = int(place)
        share = quantiles[low] + (quantiles[low + 1] - quantiles[low]) * (place - low)
        return share * size if quantiles[low] else 0.0

    def _usual_odds(self) -> float:
        """Return the mean odds of the words that were said, each as often as it was."""
        said = {word: of for word, (of, _) in self._table.seen.items()}
        if not said:
            return _odds(self._table.habits["content"].wrong)
        return sum(of * self._odds_of(word) for word, of in said.items()) / sum(said.values())

    def _hardness(self, words: list[str]) -> float:
        """Return how much more often these words go wrong than words usually do."""
        odds = sum(map(self._odds_of, words)) / len(words)
        return min(HARDEST, max(EASIEST, odds / self._usual))

    def _spoil(self, words: list[str], errors: int) -> list[str]:
        """Return the words with about so many errors, those more often that go wrong more often."""
        chance = self._chance
        order = sorted(
            range(len(words)), key=lambda at: -(chance.random() ** (1 / self._odds_of(words[at])))
        )
        out: list[list[str] | None] = [None] * len(words)
        for first in order:
            at = first
            while errors > 0 and at < len(words) and out[at] is None:
                took, made, wrong = self._mishear(words, at, out)
                out[at] = made
                for other in range(at + 1, at + took):
                    out[other] = []
                errors -= wrong
                at += took
                if chance.random() > self._table.runs:
                    break
            if errors <= 0:
                break
        return [
            one
            for word, made in zip(words, out, strict=True)
            for one in ([word] if made is None else made)
        ]

    def _odds_of(self, word: str) -> float:
        """Return how readily a word goes wrong, beside others."""
        odds = self._odds.get(word)
        if odds is None:
            usual = self._table.habits[word_class(word)].wrong
            seen, wrong = self._table.seen.get(word, (0, 0))
            share = (wrong + KNOWN * usual) / (seen + KNOWN)
            odds = self._odds[word] = _odds(share)
        return odds

    def _mishear(
        self, words: list[str], at: int, out: list[list[str] | None]
    ) -> tuple[int, list[str], int]:
        """Mishear one or two words: how many they are, what is heard, and the errors it counts."""
        chance, word = self._chance, words[at]
        habits = self._table.habits[word_class(word)]
        drawn = chance.random()
        if drawn < habits.dropped and len(words) > 1:
            return 1, [], 1
        size = 1
        if drawn < habits.dropped + habits.merged and at + 1 < len(words) and out[at + 1] is None:
            size = 2
        said = words[at : at + size]
        made = self._sound_alike(said, split=drawn > 1 - habits.split)
        errors = cost(said, made)
        if chance.random() < habits.inserted and self._inserted:
            made = [*made, *self._inserted.draw(chance)]
            errors += 1
        return size, made, errors

    def _sound_alike(self, said: list[str], *, split: bool) -> list[str]:
        """Return other words for one or two: those in the table, or by sound."""
        known = self._heard.get(" ".join(said))
        seen = self._table.seen.get(said[0], (0, 0))[1] if len(said) == 1 else 2
        if known and self._chance.random() < seen / (seen + 2):
            drawn = known.draw(self._chance)
            if drawn != (FAR,):
                return list(drawn)
        distances = self._table.distances
        far = distances[int(self._chance.random() * len(distances))]
        return self._alike.words(said, far, self._chance, split=split)


def _odds(share: float) -> float:
    return -math.log1p(-min(0.95, max(0.001, share)))


def cost(said: Sequence[str], made: Sequence[str]) -> int:
    """Return how many word errors it is to hear some words as others."""
    same = sum(one == other for one, other in zip(said, made, strict=False))
    return max(1, max(len(said), len(made)) - same)
