"""The closest thing that was said, for what was not."""

from collections.abc import Mapping, Sequence, Set

from qa_rules.heard import Heard, Spoken, evidence, hear
from qa_rules.ideas import COMMON_WEIGHT, Atom, weight
from qa_rules.index import speaks
from qa_rules.phrases import Hit, Matcher
from qa_rules.types import NearMiss
from qa_rules.ways import Way

LEAST = 0.34
"""Below this share of a pattern's ideas a likeness is chance."""
MOST = 0.95
"""What the right words at the wrong time score."""
ALIKE = 0.8
"""What words that are only alike score at most."""
WRONG = 0.9
"""What the right words score that are negated, quoted or said by someone else."""
TELLING = 2
"""So many words with a meaning make a likeness; fewer do where they are half of what is said."""
HALF = 0.5
SOLID = 1.5
"""Words that weigh less than this together are hardly a likeness, however short the way."""
FAINT = 0.45
"""What such words score at most."""
SLACK_WORDS = 6
"""Words over the length of the pattern in which its ideas must stand together."""
FEW = 8
"""So few utterances are looked through one by one, without the index of words."""


def near_miss(matcher: Matcher, said: Sequence[Spoken]) -> NearMiss | None:
    """Return the utterance words that come closest to any way of a matcher, or None.

    The score is the share of the way's ideas, by weight, that stand together in one utterance;
    everyday words weigh little.
    """
    history = History()
    for spoken in said:
        history.take(spoken)
    return history.alike(matcher, set(range(len(said))))


def _closest(way: Way, spoken: Spoken, floor: float) -> tuple[float, int, int] | None:
    """Return the best stretch of an utterance above `floor`: its score, first and last word."""
    marks = [(n, a) for n, t in enumerate(spoken.toks) for a in way.ideas.atoms(t.text)]
    if way.ideas.share({a for _, a in marks}) * ALIKE <= floor:
        return None
    best: tuple[float, int, int] | None = None
    width = len(way.ideas.each) + SLACK_WORDS
    for start, (first, _) in enumerate(marks):
        seen: set[Atom] = set()
        last = first
        for place, atom in marks[start:]:
            if place >= first + width:
                break
            if atom not in seen:
                seen.add(atom)
                last = place
        score = _likeness(way, seen)
        if score > (best[0] if best is not None else floor):
            best = (score, first, last)
    return best


def _likeness(way: Way, seen: Set[Atom]) -> float:
    """Return how like a way the words seen are, 0 where they tell nothing."""
    share = way.ideas.share(seen)
    telling = sum(1 for a in seen if weight(a) > COMMON_WEIGHT)
    if share < LEAST or (telling < TELLING and share < HALF):
        return 0.0
    solid = sum(w for a in seen if (w := weight(a)) > COMMON_WEIGHT)
    return min(share * ALIKE, FAINT) if solid < SOLID else share * ALIKE


class History:
    """What was said in a call, for what turns out not to have been."""

    def __init__(self) -> None:
        self._said: list[Spoken] = []
        self._heard: dict[int, Heard] = {}
        self._by_word: dict[str, list[int]] = {}
        self._words: list[frozenset[str]] = []
        self._liked: dict[tuple[int, str, float], tuple[int, NearMiss | None]] = {}
        """By matcher, speaker and second: how many utterances were looked at, and the closest."""

    def ahead(self, spoken: Spoken) -> "History":
        """Return a copy that has one utterance more, made when it is needed whole."""
        return _Ahead(self, spoken)

    def copy(self) -> "History":
        """Return a history of the same utterances that goes on by itself."""
        other = History()
        other._said, other._heard = list(self._said), dict(self._heard)
        other._by_word = {word: list(numbers) for word, numbers in self._by_word.items()}
        other._words = list(self._words)
        return other

    def take(self, spoken: Spoken) -> None:
        """Remember an utterance."""
        number = len(self._said)
        self._said.append(spoken)
        words = frozenset(t.text for t in spoken.toks)
        self._words.append(words)
        for word in words:
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

    def like(self, matcher: Matcher, speaker: str, since: float) -> NearMiss | None:
        """Return what a speaker has said since a second that comes closest to a matcher.

        Asked again, it looks at what has been said since; a matcher lives as long as its program.
        """
        key = (id(matcher), speaker, since)
        known, best = self._liked.get(key, (0, None))
        mine = {
            n
            for n in range(known, len(self._said))
            if (said := self._said[n].utterance).end > since and speaks(speaker, said.channel)
        }
        best = _closer(best, self.alike(matcher, mine))
        self._liked[key] = (len(self._said), best)
        return best

    def alike(self, matcher: Matcher, among: Set[int]) -> NearMiss | None:
        """Return the words of some utterances that come closest to any way of a matcher."""
        best: tuple[float, Spoken, int, int] | None = None
        if not among:
            return None
        for way in (w for need in matcher.needs for w in need.ways):
            if way.ideas.total < 2 * COMMON_WEIGHT:
                continue
            telling = {w for w in way.ideas.words if weight(w) > COMMON_WEIGHT}
            for number in self._holding(telling, way.ideas.stems, among):
                floor = best[0] if best is not None else 0.0
                found = _closest(way, self._said[number], floor)
                if found is not None:
                    best = (found[0], self._said[number], found[1], found[2])
        if best is None:
            return None
        score, spoken, first, last = best
        heard = hear((spoken,))
        return NearMiss(evidence(heard, first, last, "near")[0], round(score, 3))

    def _holding(self, words: Set[str], stems: Sequence[str], among: Set[int]) -> list[int]:
        """Return those of some utterances that hold one of some words, in order."""
        if len(among) > FEW:
            return sorted(self._with(words, stems) & among)
        begins = tuple(stems)
        return [
            n
            for n in sorted(among)
            if not words.isdisjoint(self._words[n])
            or (begins and any(word.startswith(begins) for word in self._words[n]))
        ]

    def _with(self, words: Set[str], stems: Sequence[str]) -> set[int]:
        """Return the utterances that hold one of some words."""
        out: set[int] = set()
        for word in words:
            out.update(self._by_word.get(word, ()))
        if stems:
            begins = tuple(stems)
            for word, numbers in self._by_word.items():
                if word.startswith(begins):
                    out.update(numbers)
        return out

    def _possible(self, matcher: Matcher) -> set[int]:
        """Return the utterances in which a need of a matcher could be met at all."""
        out: set[int] = set()
        for way in (w for need in matcher.needs for w in need.ways):
            if not way.anchors and not way.stems:
                return set(range(len(self._said)))
            out |= self._with(way.anchors, way.stems)
        return out

    def _alone(self, number: int) -> Heard:
        heard = self._heard.get(number)
        if heard is None:
            heard = self._heard[number] = hear((self._said[number],))
        return heard


class _Ahead(History):
    """A history and what is said after it; what came before is copied only where it must be."""

    def __init__(self, under: History, spoken: Spoken) -> None:
        super().__init__()
        self._under = under
        self.take(spoken)

    def copy(self) -> History:
        whole = self._under.copy()
        for spoken in self._said:
            whole.take(spoken)
        return whole

    def nearest(
        self,
        hits: Mapping[int, Sequence[Hit]],
        matcher: Matcher,
        speaker: str,
        searched: tuple[float, float],
    ) -> NearMiss | None:
        return self.copy().nearest(hits, matcher, speaker, searched)

    def like(self, matcher: Matcher, speaker: str, since: float) -> NearMiss | None:
        before = self._under.like(matcher, speaker, since)
        return _closer(before, super().like(matcher, speaker, since))


def _closer(one: NearMiss | None, other: NearMiss | None) -> NearMiss | None:
    """Return the higher of two; the first where they are as close."""
    if one is None or other is None:
        return one or other
    return other if other.score > one.score else one
