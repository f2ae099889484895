"""Figures over many calls: means and rates with their intervals, by day, hour, team or queue.

Pure arithmetic. Every figure carries how many calls it was made of; what is too few to mean
anything is for whoever shows it. There is no figure of a person's mood and none that ranks people.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

Z_95: Final = 1.959964
T_95: Final = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
"""Two-sided 95 % points of Student's t, 1 to 30 degrees of freedom (NIST/SEMATECH 1.3.6.7.2)."""
RETIRE_SHOWN, RETIRE_USED = 200, 0.05
"""A hint shown this often and used in a smaller share is worth taking out."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean or a rate, its 95 % interval, and of how many calls; None where there are none."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def times(self, factor: float) -> "Figure":
        """Return the figure in another unit."""
        value, low, high = (
            None if v is None else v * factor for v in (self.value, self.low, self.high)
        )
        return Figure(value, low, high, self.n)


@dataclass(frozen=True, slots=True)
class Fact:
    """What figures need of one call. `started_at` is ISO 8601 in UTC; `missed` names must-says.

    `talk` is (agent, customer, dead air, overtalk) in seconds, None where it was not measured.
    """

    call_id: str
    started_at: str
    agent: str
    team: str
    queue: str
    packs: tuple[str, ...]
    seconds: float
    score: float | None
    compliance: float | None
    passed: bool | None
    auto_fail: bool
    waiting: bool
    anger: int
    angry: bool
    missed: tuple[str, ...] = ()
    talk: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of a set of calls. Rates are 0 to 1, scores 0 to 100."""

    calls: int
    score: Figure
    compliance: Figure
    passed: Figure
    auto_fail: Figure
    angry: Figure
    missed: Figure
    """Must-says missed a call."""
    waiting: int
    seconds: Figure


@dataclass(frozen=True, slots=True)
class Balance:
    """How talk was shared: shares of the two sides' talk, and of the call's length."""

    talk_ratio: Figure
    """The agent's part of both sides' talk."""
    dead_air: Figure
    """Silence of both sides over three seconds, as a share of the call."""
    overtalk: Figure
    """Both at once, as a share of the call."""


@dataclass(frozen=True, slots=True)
class HintUse:
    """What became of a rule's hints; `shown` counts hints, the others those of them."""

    rule_id: str
    text: str
    shown: int
    used: int
    dismissed: int
    not_helpful: int

    @property
    def rate(self) -> Figure:
        """How many of those shown were used."""
        return rate(self.used, self.shown)

    @property
    def ignored(self) -> bool:
        """Whether it was shown often enough, and used too rarely, to go."""
        return self.shown >= RETIRE_SHOWN and self.used < RETIRE_USED * self.shown


def rate(hits: int, n: int) -> Figure:
    """Return a share with Wilson's interval (Wilson 1927)."""
    if n <= 0:
        return Figure(None, None, None, 0)
    p, z2 = hits / n, Z_95 * Z_95
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return Figure(p, max(0.0, middle - half), min(1.0, middle + half), n)


def mean(values: Sequence[float], ends: tuple[float, float] = (-math.inf, math.inf)) -> Figure:
    """Return a mean with Student's interval, held within what the measure can be."""
    n = len(values)
    if n == 0:
        return Figure(None, None, None, 0)
    middle = math.fsum(values) / n
    if n == 1:
        return Figure(middle, None, None, 1)
    t = T_95[n - 2] if n - 2 < len(T_95) else Z_95 + 2.4 / (n - 1)
    # Not statistics.stdev: its exact fractions took half the time of a page of 10,000 calls.
    spread = math.sqrt(math.fsum((v - middle) ** 2 for v in values) / (n - 1))
    half = t * spread / math.sqrt(n)
    return Figure(middle, max(ends[0], middle - half), min(ends[1], middle + half), n)


def scores(facts: Sequence[Fact]) -> Figure:
    """Return the mean score of those calls that have one."""
    return mean([f.score for f in facts if f.score is not None], (0.0, 100.0))


def totals(facts: Sequence[Fact]) -> Totals:
    """Return the figures of calls; those without a score do not count in what is scored."""
    scored = [f for f in facts if f.score is not None]
    judged = [f for f in facts if f.passed is not None]
    complied = [f.compliance for f in facts if f.compliance is not None]
    return Totals(
        calls=len(facts),
        score=scores(facts),
        compliance=mean(complied, (0.0, 100.0)),
        passed=rate(sum(bool(f.passed) for f in judged), len(judged)),
        auto_fail=rate(sum(f.auto_fail for f in scored), len(scored)),
        angry=rate(sum(f.angry for f in facts), len(facts)),
        missed=mean([float(len(f.missed)) for f in facts], (0.0, math.inf)),
        waiting=sum(f.waiting for f in facts),
        seconds=mean([f.seconds for f in facts], (0.0, math.inf)),
    )


def balance(facts: Sequence[Fact]) -> Balance:
    """Return how talk was shared in the calls that were measured."""
    measured = [(f, f.talk) for f in facts if f.talk is not None and f.seconds > 0]
    spoken = [t[0] / (t[0] + t[1]) for _, t in measured if t[0] + t[1] > 0]
    ends = (0.0, 1.0)
    return Balance(
        mean(spoken, ends),
        mean([min(1.0, t[2] / f.seconds) for f, t in measured], ends),
        mean([min(1.0, t[3] / f.seconds) for f, t in measured], ends),
    )


def by(facts: Iterable[Fact], key: Callable[[Fact], K]) -> dict[K, list[Fact]]:
    """Return the calls by what `key` says of each, in order of their first."""
    found: dict[K, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[key(fact)].append(fact)
    return dict(found)


def by_pack(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Return the calls by rule pack; a call under several counts for each."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        for pack in fact.packs:
            found[pack].append(fact)
    return dict(found)


def missed_most(facts: Iterable[Fact], most: int = 12) -> list[tuple[str, int]]:
    """Return the must-says missed in most calls, and in how many."""
    counts = Counter(rule for fact in facts for rule in fact.missed)
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]


def moods(facts: Sequence[Fact]) -> tuple[int, ...]:
    """Return how many calls peaked at each level of anger, 0 to 4."""
    counts = [0] * 5
    for fact in facts:
        counts[min(4, max(0, fact.anger))] += 1
    return tuple(counts)


def hint_uses(counts: Mapping[tuple[str, str], int], texts: Mapping[str, str]) -> list[HintUse]:
    """Return what became of hints, by rule, those shown most first.

    Args:
        counts: (rule, fate) -> hints.
        texts: rule -> what its hint says.
    """
    rules = {rule for rule, _ in counts}
    found = [
        HintUse(
            rule,
            texts.get(rule, rule),
            *(
                counts.get((rule, fate), 0)
                for fate in ("shown", "used", "dismissed", "not_helpful")
            ),
        )
        for rule in rules
    ]
    return sorted(found, key=lambda h: (-h.shown, h.rule_id))
