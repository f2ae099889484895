"""What a recogniser makes of words: counted from spoken pairs, for `models.training.breaking`.

Said and heard words are aligned in two steps: first where they agree, then, between these places,
by sound, one or two words against up to three. Words that are merely written another way are no
errors and are kept apart.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.corpus import CorpusNotFound
from benchmarks.report import publish, table
from benchmarks.spoken import VOICES, Pair, done
from benchmarks.textsets import read
from benchmarks.wer import count
from models.phones import apart, phones
from models.text import wer_words
from models.training import breaking
from models.training.plain import plain_words

SHAPES = ((1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (1, 0), (0, 1))
"""Words said against words heard that are matched as one."""
EACH_WORD = 0.3
"""Cost of each word beyond one on a side of a match: single words are matched first."""
NOTHING_ALIKE = 0.75
"""Distance for each sound from which on a match is no confusion of sounds."""
SEVERE_PROGRAM = "flite"
"""How many errors lines have is counted on these voices alone, what words become on all.

espeak-ng's formant voices are read at 45 % word errors, far worse than people are on a telephone;
flite's recorded ones at 23 %, which is near what people get (`cueline bench wer`).
"""
LEAST_SEEN = 2
LEAST_SHARE = 0.05
QUANTILES = 51
VOCABULARY = 12_000
LONGEST_SPAN = 14
"""A longer stretch without agreement is counted, but not aligned by sound."""
TRAINING_TEXTS = ("banking77", "clinc150", "hwu64", "multidogo", "goemotions")
"""Sets whose words, in their training splits, a recogniser may hear."""


@dataclass(frozen=True, slots=True)
class Match:
    """Words said and what they were heard as; either may be empty.

    `same` where at most the writing differs.
    """

    said: tuple[str, ...]
    heard: tuple[str, ...]
    same: bool


def align(said: Sequence[str], heard: Sequence[str]) -> list[Match]:
    """Match the words of a line with those heard, in order."""
    out: list[Match] = []
    blocks = SequenceMatcher(None, said, heard, autojunk=False).get_opcodes()
    for kind, a, b, c, d in blocks:
        if kind == "equal":
            out += [Match((word,), (word,), True) for word in said[a:b]]
        else:
            out += _between(tuple(said[a:b]), tuple(heard[c:d]))
    return out


def _between(said: tuple[str, ...], heard: tuple[str, ...]) -> list[Match]:
    """Match two stretches without a word in common by sound."""
    if not said or not heard or max(len(said), len(heard)) > LONGEST_SPAN:
        return [*(Match((w,), (), False) for w in said), *(Match((), (w,), False) for w in heard)]
    costs: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(said) + 1):
        for j in range(len(heard) + 1):
            for m, n in SHAPES:
                if m > i or n > j:
                    continue
                cost = costs[i - m, j - n][0] + _cost(said[i - m : i], heard[j - n : j])
                if (i, j) not in costs or cost < costs[i, j][0]:
                    costs[i, j] = (cost, (m, n))
    out: list[Match] = []
    i, j = len(said), len(heard)
    while i or j:
        m, n = costs[i, j][1]
        one, other = said[i - m : i], heard[j - n : j]
        out.append(Match(one, other, bool(m and n) and written_alike(one, other)))
        i, j = i - m, j - n
    return out[::-1]


def _cost(said: tuple[str, ...], heard: tuple[str, ...]) -> float:
    if said and heard and written_alike(said, heard):
        return 0.0
    one, other = "".join(map(phones, said)), "".join(map(phones, heard))
    return apart(one, other) + EACH_WORD * (max(0, len(said) - 1) + max(0, len(heard) - 1))


@lru_cache(maxsize=1 << 18)
def written_alike(said: tuple[str, ...], heard: tuple[str, ...]) -> bool:
    """Return whether words differ in writing only: "i am" and "i'm", "ok" and "okay"."""
    one, other = wer_words(" ".join(said)), wer_words(" ".join(heard))
    return one == other or "".join(said) == "".join(heard)


@dataclass(slots=True)
class Counts:
    """What was counted over many pairs."""

    pairs: int = 0
    words: int = 0
    severity: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    seen: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    heard: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rewritten: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    said_so: Counter[str] = field(default_factory=Counter)
    inserted: Counter[str] = field(default_factory=Counter)
    vocabulary: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    distances: list[float] = field(default_factory=list)
    after: Counter[str] = field(default_factory=Counter)

    def take(self, pair: Pair) -> None:
        """Count one pair."""
        said, heard = plain_words(pair.said), plain_words(pair.heard)
        if not said or not heard:
            return
        self.pairs += 1
        self.words += len(said)
        self.seen.update(said)
        self.said_so.update([*said, *(" ".join(two) for two in pairwise(said))])
        self.vocabulary.update(said)
        self.vocabulary.update(heard)
        matches = align(said, heard)
        if natural(pair):
            total = sum(breaking.cost(m.said, m.heard) for m in matches if not m.same)
            self.severity[breaking.length_class(len(said))].append(total / len(said))
        self._chains(matches)
        last = "content"
        for match in matches:
            last = breaking.word_class(match.said[-1]) if match.said else last
            self._match(match, last)

    def _chains(self, matches: Sequence[Match]) -> None:
        states = [not match.same for match in matches if match.said]
        for before, now in pairwise(states):
            if before:
                self.after["wrong" if now else "right"] += 1

    def _match(self, match: Match, kind: str) -> None:
        said, heard = " ".join(match.said), " ".join(match.heard)
        if match.same:
            if said != heard:
                self.rewritten[said][heard] += 1
            return
        self.wrong.update(match.said)
        if not match.said:
            self.inserted[heard] += 1
            self.kinds[kind]["inserted"] += 1
        elif not match.heard:
            self.kinds[kind]["dropped"] += 1
        else:
            first = breaking.word_class(match.said[0])
            shape = "merged" if len(match.said) > 1 else "split" if len(match.heard) > 1 else "one"
            self.kinds[first][shape] += 1
            one, other = ("".join(map(phones, words)) for words in (match.said, match.heard))
            off = apart(one, other) / max(1, len(one))
            if off < NOTHING_ALIKE or len(one) < 3:
                self.heard[said][heard] += 1
            else:
                self.heard[said][breaking.FAR] += 1
            if shape == "one":
                self.distances.append(off)


def tabulate(counts: Counts, words: Mapping[str, int]) -> breaking.Confusions:
    """Return the table of what was counted; `words` are others that may be heard, with counts."""
    share = counts.after["wrong"] / max(1, counts.after.total())
    vocabulary = Counter(words)
    vocabulary.update(counts.vocabulary)
    everything = [value for values in counts.severity.values() for value in values]
    steps = np.linspace(0, 1, QUANTILES)

    def quantiles(values: Sequence[float], digits: int = 3) -> list[float]:
        return [round(float(one), digits) for one in np.quantile(values, steps)]

    return breaking.Confusions(
        pairs=counts.pairs,
        words=counts.words,
        severity={
            str(size): quantiles(counts.severity.get(str(size)) or everything)
            for size in breaking.LENGTHS
        },
        habits={kind: _habits(counts, kind) for kind in breaking.CLASSES},
        runs=round(share, 4),
        seen={
            word: (seen, counts.wrong[word])
            for word, seen in sorted(counts.seen.items())
            if seen >= LEAST_SEEN or counts.wrong[word]
        },
        heard={said: dict(to.most_common()) for said, to in sorted(counts.heard.items())},
        rewritten=_rewritten(counts),
        inserted=dict(counts.inserted.most_common(120)),
        distances=quantiles(counts.distances or [0.3]),
        vocabulary={
            word: seen for word, seen in vocabulary.most_common(VOCABULARY) if _is_word(word)
        },
    )


def _is_word(word: str) -> bool:
    return word.replace("'", "").isascii() and (len(word) > 1 or word in "ai")


def _habits(counts: Counts, kind: str) -> breaking.Habits:
    kinds = counts.kinds[kind]
    said = sum(seen for word, seen in counts.seen.items() if breaking.word_class(word) == kind)
    wrong = sum(bad for word, bad in counts.wrong.items() if breaking.word_class(word) == kind)
    spoiled = max(1, sum(kinds[one] for one in ("one", "merged", "split", "dropped")))
    return breaking.Habits(
        wrong=round(wrong / max(1, said), 4),
        **{
            name: round(kinds[name] / spoiled, 4)
            for name in ("dropped", "merged", "split", "inserted")
        },
    )


def _rewritten(counts: Counts) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = {}
    for said, to in sorted(counts.rewritten.items()):
        of = max(counts.said_so[said], 1)
        kept = {
            heard: round(seen / of, 3)
            for heard, seen in to.most_common()
            if seen >= LEAST_SEEN and seen / of >= LEAST_SHARE
        }
        if kept and len(said.split()) <= 2:
            out[said] = kept
    return out


def training_words(sets: Iterable[str]) -> Counter[str]:
    """Count the words of the sets that may be trained on; sets that are missing are left out."""
    words: Counter[str] = Counter()
    for name in sets:
        try:
            for line in read(name, "train"):
                words.update(plain_words(line.text))
        except CorpusNotFound:
            continue
    return words


def training_pairs(files: Iterable[Path]) -> Iterator[Pair]:
    """Yield the pairs of files that training voices spoke, in training splits.

    Raises:
        CorpusNotFound: a file holds others.
    """
    voices = {voice.name for voice in VOICES["train"]}
    for path in files:
        for pair in done(path):
            if pair.voice not in voices or pair.split != "train":
                raise CorpusNotFound(f"{path} is not of training voices and a training split")
            yield pair


def natural(pair: Pair) -> bool:
    """Return whether a voice spoke whose share of errors is near people's."""
    return pair.voice.startswith(SEVERE_PROGRAM)


def held_out(pair: Pair, every: int) -> bool:
    """Return whether a pair is kept for comparing; 0 keeps none."""
    return bool(every) and pair.n % every == 0


@dataclass(frozen=True, slots=True)
class Look:
    """How lines look: mean word errors over words, lines as said, and quantiles of line WER."""

    wer: float
    whole: float
    p50: float
    p75: float
    p90: float
    length: float


def look(pairs: Sequence[tuple[str, str]]) -> Look:
    """Measure lines said and heard."""
    words = [(wer_words(said), wer_words(heard)) for said, heard in pairs]
    totals = [(count(said, heard).total, len(said), len(heard)) for said, heard in words if said]
    shares = np.array([wrong / size for wrong, size, _ in totals])
    size = sum(said for _, said, _ in totals)
    p50, p75, p90 = (round(100 * float(one), 1) for one in np.quantile(shares, (0.5, 0.75, 0.9)))
    return Look(
        wer=round(100 * sum(wrong for wrong, _, _ in totals) / size, 1),
        whole=round(100 * float(np.mean(shares == 0)), 1),
        p50=p50,
        p75=p75,
        p90=p90,
        length=round(100 * sum(heard for _, _, heard in totals) / size, 1),
    )


HEAD = ("lines", "n", "WER %", "as said %", "p50", "p75", "p90", "words heard %")


def command(
    files: Annotated[list[Path], typer.Argument(help="Pairs by training voices", exists=True)],
    out: Annotated[Path, typer.Option(help="The table")] = breaking.TABLE,
    held: Annotated[int, typer.Option(help="Keep each so-manyth row for comparing; 0: none")] = 0,
) -> None:
    """Count what the recogniser makes of words, and compare broken lines with real ones."""
    counts, kept = Counts(), list[Pair]()
    for pair in training_pairs(files):
        if held_out(pair, held):
            kept.append(pair)
        else:
            counts.take(pair)
    made = tabulate(counts, training_words(TRAINING_TEXTS))
    breaking.save(made, out)
    rows: list[list[object]] = []
    if kept:
        breaker = breaking.Breaker(made, seed=1)
        kept = [pair for pair in kept if natural(pair)]
        real = look([(pair.said, pair.heard) for pair in kept])
        broken = look([(pair.said, breaker.break_text(pair.said)) for pair in kept])
        for name, one in (("heard", real), ("broken", broken)):
            shares = (one.wer, one.whole, one.p50, one.p75, one.p90, one.length)
            rows.append([name, len(kept), *shares])
    figures = {"pairs": made.pairs, "words": made.words, "bytes": out.stat().st_size}
    publish("confusions", table(HEAD, rows), figures)
