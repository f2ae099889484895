"""What an angry customer's words weigh: the signs of anger of the last minute, put together.

Weights are log odds (nats): independent signs add up. Three things give signs: cues of a pack
(exact words), a classifier's calibrated probability of anger (what the words mean), and the voice.
The voice counts only beside words of the same utterance. What follows from the sum is the ladder's.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.types import Label
from qa_rules.guards import laughing, told_of_another
from qa_rules.heard import Heard, quote
from qa_rules.phrases import Hit
from qa_rules.schema import MoodSpec
from qa_rules.types import Evidence

RAISE = 4.0
"""From this sum on the customer is taken to be angry: 98 in 100, were all signs independent."""
CUE = {1: 1.5, 2: 2.5}
"""What a cue of level 1 or 2 weighs: one of each is enough, two of level 1 are not."""
VOICE = 1.5
"""What a raised voice weighs, once a minute: as much as a cue of level 1."""
READING_EVEN = 0.5
"""The probability of anger that says nothing; what is above it weighs its log odds over it.

Of calm people's recordings 7 utterances in 100 reach it, of typed calm dialogues 1 in 5,000.
"""
READING_MOST = 3.0
"""What one utterance's reading weighs at most: less than `RAISE`, so that no single one raises."""
READING_WORDS = 3
"""Shorter utterances are read mostly by what went before them: that has been counted already."""
SURE = 0.8
"""Two utterances with at least this probability of anger raise the flag without a cue.

At 0.75 it rises on an audio book (`cueline bench anger --calm`).
"""
SURE_UTTERANCES = 2
ALONE_LEVEL = 3
"""From this level on one cue is enough, and nothing but a cue will do."""
FLAG_LEVEL = 2
MOST_REASONS = 3

_ANGER = frozenset({"angry", "anger", "furious", "annoyed"})
"""Names under which classifiers tell the probability of anger."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words of a pack's mood in an utterance that ends at call second `at`."""

    id: str
    level: int
    strong: bool
    at: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Signs:
    """What one utterance of the customer's gave, ending at call second `at`.

    `anger` is the probability of anger, None where no classifier read the utterance; `words` is
    the whole utterance as evidence of it. `voice` proves a raised voice.
    """

    at: float
    cues: tuple[Cue, ...] = ()
    anger: float | None = None
    words: tuple[Evidence, ...] = ()
    voice: tuple[Evidence, ...] = ()

    @property
    def reading(self) -> float:
        """Return what the probability of anger weighs, from 0 to `READING_MOST`."""
        return 0.0 if self.anger is None else reading_weight(self.anger)

    @property
    def sure(self) -> bool:
        """Whether the reading alone says anger: between this and `READING_EVEN` nothing changes."""
        return self.anger is not None and self.anger >= SURE

    @property
    def worded(self) -> bool:
        """Whether anything in the words is a sign."""
        return bool(self.cues) or self.reading > 0.0


def reading_weight(anger: float) -> float:
    """Return what a probability of anger weighs: it never falls as the probability rises."""
    if anger <= READING_EVEN:
        return 0.0
    if anger >= 1.0:
        return READING_MOST
    return min(READING_MOST, _log_odds(anger) - _log_odds(READING_EVEN))


def signs_of(heard: Heard, found: Sequence[tuple[MoodSpec, Hit]], labels: Sequence[Label]) -> Signs:
    """Return the signs of anger in a customer's words, of what was found and read in them."""
    said = heard.said
    cues = tuple(
        Cue(spec.id, spec.level, spec.strong, said.end, hit.evidence)
        for spec, hit in found
        if spec.level > 0 and not told_of_another(heard, hit.first, hit.last, spec.level)
    )
    voice = [x for x in labels if x.kind == "prosody" and x.name == "raised"]
    best = _anger(labels, {c.id for c in cues})
    unread = best is None or len(heard.toks) - heard.fresh < READING_WORDS or laughing(heard)
    whole = 0, len(said.text)
    return Signs(
        at=said.end,
        cues=cues,
        anger=None if best is None or unread else best.probability,
        words=() if best is None or unread else (quote(said, *whole, best.engine or best.kind),),
        voice=(quote(said, *whole, voice[0].kind),) if voice else (),
    )


def _anger(labels: Iterable[Label], cues: set[str]) -> Label | None:
    """Return the most probable label of anger; one named as a cue that was found is that cue."""
    read = [x for x in labels if x.kind == "mood" and x.name in _ANGER and x.name not in cues]
    return max(read, key=lambda x: (x.probability, x.engine), default=None)


def weigh(recent: Sequence[Signs]) -> tuple[int, tuple[Evidence, ...]]:
    """Return the level that signs, oldest first, carry together, and the words that carry it."""
    cues = [c for one in recent for c in one.cues]
    top = max((c.level for c in cues), default=0)
    if top >= ALONE_LEVEL:
        return top, _reasons((0.0, c.evidence) for c in cues if c.level == top)
    strong = [c for c in cues if c.level == FLAG_LEVEL and c.strong]
    if strong:
        return FLAG_LEVEL, _reasons((0.0, c.evidence) for c in strong)
    counted = _weights(cues)
    read = [(one.reading, one.words) for one in recent if one.reading > 0.0]
    sure = sum(one.sure for one in recent)
    if not counted and sure < SURE_UTTERANCES:
        return 0, ()
    spoken = [(VOICE, one.voice) for one in recent if one.voice and one.worded][-1:]
    parts = [*counted, *read, *spoken]
    if sum(weight for weight, _ in parts) >= RAISE:
        return FLAG_LEVEL, _reasons(parts)
    return 1, _reasons(counted or read)


def _weights(cues: Sequence[Cue]) -> list[tuple[float, tuple[Evidence, ...]]]:
    """Return what cues weigh that rest on different words; one said again weighs half of before."""
    counted: list[Cue] = []
    times: dict[str, int] = {}
    out = []
    for cue in sorted(cues, key=lambda c: -c.level):
        if any(_same_words(cue, other) for other in counted):
            continue
        again = times.get(cue.id, 0)
        times[cue.id] = again + 1
        counted.append(cue)
        out.append((CUE[cue.level] / 2**again, cue.evidence))
    return out


def _same_words(one: Cue, other: Cue) -> bool:
    return any(
        a.utterance_id == b.utterance_id and a.start < b.end and b.start < a.end
        for a in one.evidence
        for b in other.evidence
    )


def _reasons(parts: Iterable[tuple[float, tuple[Evidence, ...]]]) -> tuple[Evidence, ...]:
    """Return the words of the weightiest parts, of equals the latest."""
    latest = list(parts)[::-1]
    latest.sort(key=lambda part: -part[0])
    return tuple(dict.fromkeys(e for _, pieces in latest for e in pieces))[:MOST_REASONS]


def _log_odds(chance: float) -> float:
    return math.log(chance / (1.0 - chance))


def soothes(found: Sequence[tuple[MoodSpec, Hit]]) -> bool:
    """Return whether something kind was said."""
    return any(spec.level < 0 for spec, _ in found)
