"""A random sample of calls to review: so many of each agent's in a week, with how it was drawn.

Risk lists find what is bad; only a random sample says how an agent works. Pure but for `settle` and
`draw`, which read and keep.
"""

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from secrets import randbits
from typing import Final

from pipeline.config import Settings
from pipeline.periods import Period, zone_named
from pipeline.store.repo import Store
from pipeline.store.samples import Draw, Pool, Samples

SEED_BITS: Final = 31


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn: so many calls of each agent, of at least `min_s` seconds; 0 draws none."""

    per_agent: int
    min_s: int
    zone: str = ""

    def week(self, day: date) -> Period:
        """Return the week of a day, Monday to Sunday."""
        first = day - timedelta(day.weekday())
        return Period(first, first + timedelta(6), zone_named(self.zone))


def plan_of(settings: Settings) -> Plan:
    """Return what the settings ask for."""
    return Plan(settings.sample_calls, settings.sample_min_s, settings.time_zone)


def chosen(calls: Sequence[str], count: int, seed: int, agent: str) -> list[str]:
    """Draw from an agent's calls: the same for the same calls, seed and agent, in any order."""
    drawn = random.Random(f"{seed}:{agent}")  # noqa: S311  # a sample, no secret; the seed is kept
    return drawn.sample(sorted(calls), min(max(0, count), len(calls)))


def digest(calls: Sequence[str]) -> str:
    """Return a fingerprint of the calls that were drawn from: SHA-256 of their sorted ids."""
    return hashlib.sha256("\n".join(sorted(calls)).encode()).hexdigest()


def pools(
    eligible: Mapping[str, Sequence[str]], had: Mapping[str, int], plan: Plan, seed: int
) -> list[Pool]:
    """Draw for each agent what the week still lacks; `had` are the calls drawn before, by agent."""
    return [
        Pool(
            agent,
            len(calls),
            digest(calls),
            tuple(chosen(calls, plan.per_agent - had.get(agent, 0), seed, agent)),
        )
        for agent, calls in sorted(eligible.items())
        if had.get(agent, 0) < plan.per_agent
    ]


def draw(store: Store, plan: Plan, week: Period, by: str, seed: int | None = None) -> Draw | None:
    """Draw from a week's calls so far what it still lacks; None where nothing is to be drawn."""
    if plan.per_agent < 1:
        return None
    samples = Samples(store.database)
    named = seed if seed is not None else randbits(SEED_BITS)

    def choose(eligible: Mapping[str, Sequence[str]], had: Mapping[str, int]) -> list[Pool]:
        return pools(eligible, had, plan, named)

    return samples.draw(
        week=week.first.isoformat(),
        since=week.since,
        until=week.until,
        plan=(plan.per_agent, plan.min_s, named),
        by=by,
        choose=choose,
    )


def settle(store: Store, plan: Plan, today: date | None = None) -> Draw | None:
    """Draw the sample of the last whole week, once."""
    if plan.per_agent < 1:
        return None
    day = today or datetime.now(zone_named(plan.zone)).date()
    week = plan.week(day - timedelta(7))
    if Samples(store.database).settled(week.first.isoformat()):
        return None
    return draw(store, plan, week, "")
