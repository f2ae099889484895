"""Ranks what is said more in one group of calls than in another.

Log-odds with an informative Dirichlet prior: Monroe, Colaresi and Quinn, "Fightin' Words"
(Political Analysis 16, 2008), equations 16, 20 and 22, the prior being both groups together. It
shrinks rare words and common ones alike, so that neither a word said twice nor "the" comes first. A
z of 2 is what chance gives one word in twenty; words of one call are not independent, so the counts
of calls stand beside it.
"""

import math
from dataclasses import dataclass
from typing import Final

from pipeline.mining.ngrams import Counts

PRIOR: Final = 500.0
"""Words that the prior weighs as much as, at most: a tenth of all where there are few."""
LEAST_USES: Final = 3
LEAST_CALLS: Final = 2
SURE: Final = 1.96


@dataclass(frozen=True, slots=True)
class Ranked:
    """A term with its z (above 0: said more in the first group) and its counts in both groups."""

    term: str
    z: float
    uses: tuple[int, int]
    calls: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The terms that stand out, strongest first, and how many calls and turns each group has."""

    first: tuple[Ranked, ...]
    second: tuple[Ranked, ...]
    call_counts: tuple[int, int]
    turns: tuple[int, int]


def rank(first: Counts, second: Counts, most: int = 40, least_calls: int = LEAST_CALLS) -> Ranking:
    """Return what stands out in either group: said at least three times, in two calls."""
    found: list[Ranked] = []
    for term in first.uses.keys() | second.uses.keys():
        uses = (first.uses[term], second.uses[term])
        calls = (first.calls[term], second.calls[term])
        if sum(uses) < LEAST_USES or max(calls) < least_calls:
            continue
        size = term.count(" ") + 1
        z = log_odds_z(uses, (first.totals[size], second.totals[size]))
        found.append(Ranked(term, z, uses, calls))
    return Ranking(
        _told(sorted((r for r in found if r.z > SURE), key=_strength), 0, most),
        _told(sorted((r for r in found if r.z < -SURE), key=_strength), 1, most),
        (first.call_count, second.call_count),
        (first.turns, second.turns),
    )


def log_odds_z(uses: tuple[int, int], totals: tuple[int, int]) -> float:
    """Return the z-score of a term's log-odds ratio; `totals` are all terms of its length.

    0 where a group has none at all.
    """
    if not all(totals):
        return 0.0
    share = sum(uses) / sum(totals)
    whole = min(PRIOR, sum(totals) / 10)
    prior = whole * share
    odds = [
        math.log((y + prior) / (n + whole - y - prior)) if n + whole - y - prior > 0 else math.inf
        for y, n in zip(uses, totals, strict=True)
    ]
    if math.inf in odds:
        return 0.0
    spread = sum(1.0 / (y + prior) for y in uses)
    return (odds[0] - odds[1]) / math.sqrt(spread)


def _strength(ranked: Ranked) -> tuple[float, int, str]:
    return -abs(ranked.z), -len(ranked.term), ranked.term


def _told(ordered: list[Ranked], side: int, most: int) -> tuple[Ranked, ...]:
    """Leave out what another term on the list says as well: "money" where "money back" stands."""
    kept: list[Ranked] = []
    for one in ordered:
        if not any(_same(one, other, side) for other in kept):
            kept = [other for other in kept if not _same(other, one, side)]
            kept.append(one)
    kept.sort(key=_strength)
    return tuple(kept[:most])


def _same(short: Ranked, long: Ranked, side: int) -> bool:
    """Whether a term is mostly said as part of a longer one, or mostly is a shorter one's use."""
    if short.term == long.term:
        return True
    inside = f" {short.term} " in f" {long.term} "
    return inside and long.uses[side] >= 0.8 * short.uses[side]
