"""The closest thing that was said, for what was not."""

from collections.abc import Sequence

from models.text import Token
from qa_rules.heard import Spoken, quote
from qa_rules.phrases import Matcher
from qa_rules.types import NearMiss
from qa_rules.ways import COMMON_WEIGHT, Idea, Way

LEAST = 0.34
"""Below this share of a pattern's ideas a likeness is chance."""
MOST = 0.95
"""What a near miss can score at most: a whole match would have been one."""
SLACK_WORDS = 6
"""Words over the length of the pattern in which its ideas must stand together."""


def near_miss(matcher: Matcher, said: Sequence[Spoken]) -> NearMiss | None:
    """Return the utterance words that come closest to any way of a matcher, or None.

    The score is the share of the way's ideas, by weight, that stand together in one utterance.
    """
    best: tuple[float, Spoken, int, int] | None = None
    for way in (w for need in matcher.needs for w in need.ways):
        total = sum(i.weight for i in way.ideas)
        if total < 2 * COMMON_WEIGHT:
            continue
        for spoken in said:
            floor = best[0] if best is not None else LEAST
            found = _closest(way, total, spoken, floor)
            if found is not None and (best is None or found[0] > best[0]):
                best = (found[0], spoken, found[1], found[2])
    if best is None:
        return None
    score, spoken, first, last = best
    begin, end = spoken.toks[first].start, spoken.toks[last].end
    return NearMiss(quote(spoken.utterance, begin, end, "near"), round(min(score, MOST), 3))


def _closest(way: Way, total: float, spoken: Spoken, floor: float) -> tuple[float, int, int] | None:
    """Return the best window of an utterance above `floor`: its score, first and last word."""
    marks = [(n, k) for n, t in enumerate(spoken.toks) for k in _ideas_of(t, way.ideas)]
    if sum(way.ideas[k].weight for k in {k for _, k in marks}) / total < floor:
        return None
    best: tuple[float, int, int] | None = None
    width = len(way.ideas) + SLACK_WORDS
    for start, (first, _) in enumerate(marks):
        seen: set[int] = set()
        last = first
        for place, idea in marks[start:]:
            if place >= first + width:
                break
            if idea not in seen:
                seen.add(idea)
                last = place
        score = sum(way.ideas[k].weight for k in seen) / total
        if score >= floor and _telling(way, seen) and (best is None or score > best[0]):
            best = (score, first, last)
    return best


def _ideas_of(token: Token, ideas: Sequence[Idea]) -> list[int]:
    return [k for k, idea in enumerate(ideas) if idea.within(token.text)]


def _telling(way: Way, seen: set[int]) -> bool:
    """Return whether more than common words agree, where the way has more."""
    strong = [k for k, i in enumerate(way.ideas) if i.weight > COMMON_WEIGHT]
    return not strong or any(k in seen for k in strong)
