"""What the anger flag did on calls, and the arithmetic of how good that was."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.anger_scripts import SpokenCall
from benchmarks.wer import Errors, count
from models.text import wer_words
from models.types import Channel, Utterance
from pipeline.events import AngerChanged, Event, UtteranceFinal
from qa_rules.types import Anger

IN_TIME_S = 5.0
Z_95 = 1.959964
"""Of a normal distribution, for intervals of 95 %."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One call: what it was, what the flag did and what the customer was heard to say.

    `flag` is the change that raised the flag first; `late_s` runs from the end of the wanted
    turn's words to the flag, the pause that ends an utterance counted; it is negative where the
    flag came before, and None where there was no flag or none was wanted.
    """

    call: SpokenCall
    flag: Anger | None
    peak: int
    late_s: float | None
    heard: tuple[Utterance, ...]
    errors: Errors

    @property
    def kind(self) -> str:
        """Return "hit", "missed", "false flag" or "calm"."""
        if self.call.script.angry:
            return "missed" if self.flag is None else "hit"
        return "calm" if self.flag is None else "false flag"

    @property
    def early(self) -> bool:
        """Whether the flag was up before the wanted turn began."""
        turn = self.call.flag_turn
        return turn is not None and self.flag is not None and self.flag.at < turn.start

    @property
    def in_time(self) -> bool:
        """Whether the flag was up at most `IN_TIME_S` after the wanted turn's words."""
        return self.late_s is not None and self.late_s <= IN_TIME_S


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's interval of 95 %; all in 0 to 1, NaN of nothing."""

    hits: int
    of: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tally:
    """How good the flag was on a set of calls; times in seconds."""

    calls: int
    angry: int
    precision: Share
    recall: Share
    recall_in_time: Share
    early: int
    level_reached: Share
    late: tuple[float, ...]


def outcome(call: SpokenCall, events: Sequence[Event], pause_s: float) -> Outcome:
    """Read a call's events; `pause_s` of silence end an utterance."""
    changes = [e.anger for e in events if isinstance(e, AngerChanged)]
    flag = next((c for c in changes if c.flagged), None)
    finals = [e.utterance for e in events if isinstance(e, UtteranceFinal)]
    heard = tuple(u for u in finals if u.channel is Channel.CUSTOMER)
    wanted = call.flag_turn
    late = None if flag is None or wanted is None else flag.at + pause_s - wanted.end
    said = " ".join(t.text for t in call.turns if t.side == "customer")
    errors = count(wer_words(said), wer_words(" ".join(u.text for u in heard)))
    return Outcome(call, flag, max((c.level for c in changes), default=0), late, heard, errors)


def share(hits: int, of: int) -> Share:
    """Return a share with Wilson's interval (Wilson 1927)."""
    if of == 0:
        return Share(0, 0, math.nan, 0.0, 1.0)
    value, z2 = hits / of, Z_95**2
    middle = (value + z2 / (2 * of)) / (1 + z2 / of)
    half = Z_95 / (1 + z2 / of) * math.sqrt(value * (1 - value) / of + z2 / (4 * of * of))
    return Share(hits, of, value, max(0.0, middle - half), min(1.0, middle + half))


def tally(outcomes: Sequence[Outcome]) -> Tally:
    """Add up a set of calls."""
    angry = [o for o in outcomes if o.call.script.angry]
    hits = [o for o in angry if o.kind == "hit"]
    raised = [o for o in outcomes if o.flag is not None]
    return Tally(
        calls=len(outcomes),
        angry=len(angry),
        precision=share(len(hits), len(raised)),
        recall=share(len(hits), len(angry)),
        recall_in_time=share(sum(o.in_time for o in angry), len(angry)),
        early=sum(o.early for o in hits),
        level_reached=share(sum(o.peak >= o.call.script.level for o in angry), len(angry)),
        late=tuple(sorted(o.late_s for o in hits if o.late_s is not None)),
    )


def rate_bound(events: int, hours: float) -> float:
    """Return the upper end, one-sided 95 %, of an hourly rate of rare events (Poisson).

    Found by halving: the greatest rate at which seeing so few still has a chance of 5 %.
    """
    if hours <= 0:
        return math.inf
    low, high = 0.0, 10.0 * (events + 5)
    for _ in range(80):
        mean = (low + high) / 2
        chance = math.exp(-mean) * sum(mean**k / math.factorial(k) for k in range(events + 1))
        low, high = (mean, high) if chance > 0.05 else (low, mean)
    return high / hours


def words_at(found: Outcome, anger: Anger) -> str:
    """Return what the customer was heard to say as the flag rose."""
    return next((u.text for u in found.heard if abs(u.end - anger.at) < 0.01), "")


def heard_between(found: Outcome, start: float, end: float) -> str:
    """Return what the customer was heard to say in a stretch of the call."""
    return " / ".join(u.text for u in found.heard if u.start < end and u.end > start)
