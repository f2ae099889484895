"""Who talked when: talk time, silence, overtalk, interruptions and pace of a whole call.

Pure arithmetic over utterance spans; what a good value is, is left to the rules and the form.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.text import tokens
from models.types import Channel, Utterance

DEAD_AIR_S = 3.0
"""Silence of both sides from which it counts; contact-centre suites use the same value."""
LONG_DEAD_AIR_S = 10.0
OVERTALK_S = 1.0
"""Shorter overlaps are the ordinary handing over of the floor."""
FLOOR_S = 0.5
"""How long somebody must have held the floor to be interrupted in it."""
_LISTENING = """
ah aha alright cool exactly fine good great hello hi hm hmm huh mhm mm nice no of course oh ok okay
perfect please really right sure thank thanks that is true uh uhhuh um wow yeah yep yes you
"""
BACKCHANNEL = frozenset(_LISTENING.split())
BACKCHANNEL_WORDS, BACKCHANNEL_LETTERS = 4, 40


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the call, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """The length."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Overtalk:
    """Both sides speaking at once; `by` came in second, `interruption` unless only to agree."""

    start: float
    end: float
    by: Channel
    interruption: bool


@dataclass(frozen=True, slots=True)
class Turns:
    """The shape of a call. Seconds throughout; `talk` sums to less than the call."""

    talk: dict[Channel, float]
    dead_air: tuple[Span, ...]
    overtalk: tuple[Overtalk, ...]
    holds: tuple[Span, ...]
    longest_monologue_s: float
    agent_turns: int = 0


def backchannel(text: str) -> bool:
    """Return whether the text only shows that its speaker listens ("uh huh", "okay, right")."""
    if len(text) > BACKCHANNEL_LETTERS:
        return False
    said = tokens(text, fillers=True)
    return len(said) <= BACKCHANNEL_WORDS and all(token.text in BACKCHANNEL for token in said)


def analyse(
    utterances: Iterable[Utterance],
    holds: Sequence[tuple[float, float]] = (),
    seconds: float = math.inf,
    *,
    dead_air_s: float = DEAD_AIR_S,
    overtalk_s: float = OVERTALK_S,
) -> Turns:
    """Measure a call from its utterances.

    Args:
        utterances: of all channels, in any order.
        holds: (start, end) in seconds, as telephony told them; silence in them is not dead air.
        seconds: the call's length; what is said to lie beyond it is cut off.
        dead_air_s: the shortest silence of both sides that is listed.
        overtalk_s: the shortest overlap that is listed.
    """
    said = sorted(utterances, key=lambda u: (u.start, u.end, u.id))
    within = (Span(max(0.0, start), min(end, seconds)) for start, end in holds)
    waits = merge(span for span in within if span.seconds > 0)
    talk: dict[Channel, float] = {}
    for channel in Channel:
        mine = [u for u in said if u.channel is channel]
        talk[channel] = sum(s.seconds for s in merge(Span(u.start, u.end) for u in mine))
    return Turns(
        talk=talk,
        dead_air=tuple(_silences(said, waits, dead_air_s)),
        overtalk=tuple(_overlaps(said, overtalk_s)),
        holds=tuple(waits),
        longest_monologue_s=_longest_monologue(said, waits),
        agent_turns=_agent_turns(said),
    )


def metrics(
    utterances: Iterable[Utterance],
    holds: Sequence[tuple[float, float]] = (),
    seconds: float = math.inf,
    *,
    dead_air_s: float = DEAD_AIR_S,
    overtalk_s: float = OVERTALK_S,
) -> dict[str, float]:
    """Return the call's measures by name, as rule packs use them.

    `talk_ratio` is the agent's share of both sides' talk, 0 to 1 (0 where nobody spoke);
    `agent_wpm` is words per minute of the agent's own talk time; `agent_overtalk_share` the agent's
    interruptions by the agent's turns, where mere agreement is neither. Dead air is looked for
    between the first and the last word only: ringing and the line after a goodbye are no silence
    of ours.
    """
    said = tuple(utterances)
    turns = analyse(said, holds, seconds, dead_air_s=dead_air_s, overtalk_s=overtalk_s)
    agent, customer = turns.talk[Channel.AGENT], turns.talk[Channel.CUSTOMER]
    words = sum(len(tokens(u.text, fillers=True)) for u in said if u.channel is Channel.AGENT)
    silences = [span.seconds for span in turns.dead_air]
    cut_in = sum(o.interruption and o.by is Channel.AGENT for o in turns.overtalk)
    waits = [span.seconds for span in turns.holds]
    found = {
        "agent_talk_s": agent,
        "customer_talk_s": customer,
        "talk_ratio": agent / (agent + customer) if agent + customer else 0.0,
        "dead_air_max_s": max(silences, default=0.0),
        "dead_air_count_10s": float(sum(s >= LONG_DEAD_AIR_S for s in silences)),
        "overtalk_count": float(len(turns.overtalk)),
        "overtalk_s": sum(o.end - o.start for o in turns.overtalk),
        "interruptions_agent": float(cut_in),
        "agent_turns": float(turns.agent_turns),
        "agent_overtalk_share": min(1.0, cut_in / turns.agent_turns) if turns.agent_turns else 0.0,
        "hold_count": float(len(waits)),
        "hold_max_s": max(waits, default=0.0),
        "agent_wpm": words / agent * 60 if agent else 0.0,
        "longest_monologue_s": turns.longest_monologue_s,
    }
    return {name: round(value, 3) for name, value in found.items()}


def merge(spans: Iterable[Span]) -> list[Span]:
    """Return the union of the spans, in order, none touching another."""
    union: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if union and span.start <= union[-1].end:
            union[-1] = Span(union[-1].start, max(union[-1].end, span.end))
        else:
            union.append(span)
    return union


def _silences(said: Sequence[Utterance], waits: Sequence[Span], at_least: float) -> list[Span]:
    speech = merge(Span(u.start, u.end) for u in said)
    if not speech:
        return []
    busy = merge([*speech, *waits])
    gaps = [Span(a.end, b.start) for a, b in pairwise(busy)]
    first, last = speech[0].start, speech[-1].end
    return [g for g in gaps if g.seconds > at_least and g.start >= first and g.end <= last]


def _overlaps(said: Sequence[Utterance], at_least: float) -> list[Overtalk]:
    """Return overlaps of the two sides; at equal starts nobody holds the floor, so none is cut."""
    sides = {
        channel: [u for u in said if u.channel is channel]
        for channel in (Channel.AGENT, Channel.CUSTOMER)
    }
    found = []
    for channel, other in (
        (Channel.AGENT, Channel.CUSTOMER),
        (Channel.CUSTOMER, Channel.AGENT),
    ):
        starts = [u.start for u in sides[other]]
        for second in sides[channel]:
            tie_breaks = bisect_right if channel is Channel.AGENT else bisect_left
            at = tie_breaks(starts, second.start) - 1
            if at < 0:
                continue
            first = sides[other][at]
            end = min(first.end, second.end)
            if end - second.start < at_least:
                continue
            held = second.start - first.start >= FLOOR_S
            cut = held and not backchannel(second.text) and not backchannel(first.text)
            found.append(Overtalk(second.start, end, channel, cut))
    return sorted(found, key=lambda o: (o.start, o.end))


def _agent_turns(said: Sequence[Utterance]) -> int:
    """Return how often the agent took the floor, agreement in between left out."""
    floor = [u.channel for u in said if not backchannel(u.text)]
    return sum(
        c is Channel.AGENT and (i == 0 or floor[i - 1] is not c) for i, c in enumerate(floor)
    )


def _longest_monologue(said: Sequence[Utterance], waits: Sequence[Span]) -> float:
    """Return the agent's longest stretch with no more than agreement from the other side."""
    longest = start = end = 0.0
    speaking = False
    for u in said:
        if u.channel is Channel.AGENT:
            silent = u.start - end > DEAD_AIR_S or any(end <= w.start < u.start for w in waits)
            if not speaking or silent:
                start, speaking = u.start, True
                end = u.end
            end = max(end, u.end)
            longest = max(longest, end - start)
        elif not backchannel(u.text):
            speaking = False
    return longest
