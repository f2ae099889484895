"""The closest thing that was said, for what was not."""

from collections.abc import Mapping, Sequence, Set

from models.text import Token
from qa_rules.heard import Heard, Spoken, hear, quote
from qa_rules.index import speaks
from qa_rules.phrases import Hit, Matcher
from qa_rules.types import NearMiss
from qa_rules.ways import COMMON_WEIGHT, Idea, Way

LEAST = 0.34
"""Below this share of a pattern's ideas a likeness is chance."""
MOST = 0.95
"""What the right words at the wrong time score."""
ALIKE = 0.8
"""What words that are only alike score at most."""
WRONG = 0.9
"""What the right words score that are negated, quoted or said by someone else."""
SLACK_WORDS = 6
"""Words over the length of the pattern in which its ideas must stand together."""


def near_miss(matcher: Matcher, said: Sequence[Spoken]) -> NearMiss | None:
    """Return the utterance words that come closest to any way of a matcher, or None.

    The score is the share of the way's ideas, by weight, that stand together in one utterance.
    """
    history = History()
    for spoken in said:
        history.take(spoken)
    return history.alike(matcher, set(range(len(said))))


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
    """Return whether more than common words agree."""
    return any(way.ideas[k].weight > COMMON_WEIGHT for k in seen)


class History:
    """What was said in a call, for what turns out not to have been."""

    def __init__(self) -> None:
        self._said: list[Spoken] = []
        self._heard: dict[int, Heard] = {}
        self._by_word: dict[str, list[int]] = {}

    def take(self, spoken: Spoken) -> None:
        """Remember an utterance."""
        number = len(self._said)
        self._said.append(spoken)
        for word in {t.text for t in spoken.toks}:
            self._by_word.setdefault(word, []).append(number)

    def nearest(
        self,
        hits: Mapping[int, Sequence[Hit]],
        matcher: Matcher,
        speaker: str,
        searched: tuple[float, float],
    ) -> NearMiss | None:
        """Return the closest thing to an absence.

        The right words at another time, by someone else, or taken back by a negation come before
        words that are only alike; these are looked for in the span searched.
        """
        outside = [h for part in hits.values() for h in part]
        if outside:
            return NearMiss(outside[-1].evidence[0], MOST)
        start, end = searched
        inside = {
            n
            for n, s in enumerate(self._said)
            if s.utterance.end > start and s.utterance.start < end
        }
        for number in sorted(inside & self._possible(matcher)):
            right = speaks(speaker, self._said[number].utterance.channel)
            hit = matcher.search(self._alone(number), guarded=not right)
            if hit is not None:
                return NearMiss(hit.evidence[0], WRONG)
        mine = {n for n in inside if speaks(speaker, self._said[n].utterance.channel)}
        return self.alike(matcher, mine)

    def alike(self, matcher: Matcher, among: Set[int]) -> NearMiss | None:
        """Return the words of some utterances that come closest to any way of a matcher."""
        best: tuple[float, Spoken, int, int] | None = None
        for way in (w for need in matcher.needs for w in need.ways):
            total = sum(i.weight for i in way.ideas)
            if total < 2 * COMMON_WEIGHT:
                continue
            for number, weight in self._promising(way):
                floor = best[0] if best is not None else LEAST
                if weight / total < floor:
                    break
                if number not in among:
                    continue
                found = _closest(way, total, self._said[number], floor)
                if found is not None and (best is None or found[0] > best[0]):
                    best = (found[0], self._said[number], found[1], found[2])
        if best is None:
            return None
        score, spoken, first, last = best
        begin, end = spoken.toks[first].start, spoken.toks[last].end
        return NearMiss(quote(spoken.utterance, begin, end, "near"), round(score * ALIKE, 3))

    def _promising(self, way: Way) -> list[tuple[int, float]]:
        """Return the utterances that hold any telling idea of a way, the fullest first."""
        weights: dict[int, float] = {}
        slight = sum(i.weight for i in way.ideas if i.weight <= COMMON_WEIGHT)
        for idea in way.ideas:
            if idea.weight > COMMON_WEIGHT:
                for number in self._with(idea):
                    weights[number] = weights.get(number, slight) + idea.weight
        return sorted(weights.items(), key=lambda row: (-row[1], row[0]))

    def _with(self, idea: Idea) -> set[int]:
        out: set[int] = set()
        for word in idea.words:
            out.update(self._by_word.get(word, ()))
        if idea.stems or idea.numeric:
            for word, numbers in self._by_word.items():
                if idea.within(word):
                    out.update(numbers)
        return out

    def _possible(self, matcher: Matcher) -> set[int]:
        """Return the utterances in which a need of a matcher could be met at all."""
        out: set[int] = set()
        for way in (w for need in matcher.needs for w in need.ways):
            if not way.anchors and not way.stems:
                return set(range(len(self._said)))
            out |= self._with(Idea(way.anchors, way.stems))
        return out

    def _alone(self, number: int) -> Heard:
        heard = self._heard.get(number)
        if heard is None:
            heard = self._heard[number] = hear((self._said[number],))
        return heard
