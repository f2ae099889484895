"""One phrase or pattern, compiled.

To a regular expression, to the words that it cannot do without, and to the list of ideas that a
near miss is counted on.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property

from models.languages import ENGLISH, Language
from models.text import Token, tokens
from qa_rules.guard_words import GUARD_WORDS, GuardWords
from qa_rules.heard import Heard
from qa_rules.ideas import COMMON, Ideas, ideas
from qa_rules.pattern import Choice, Gap, Place, Prefix, Sequence, Slot, Word
from qa_rules.slots import PARTICLES, accepts, place_shape, shape

NAME_LIKENESS = 0.5
"""How alike a name heard and the name known must be (0 to 1); recognisers spoil brand names."""
CUSTOMER_LIKENESS = 0.7
"""The same for a word of the customer's name."""


@dataclass(frozen=True)
class Way:
    """A sequence ready to be looked for; its regular expression is compiled at first use.

    `anchors` are words of which at least one must be there, `stems` beginnings of words likewise;
    where both are empty the way must always be tried. `takes` maps a group to its slot; `choices`
    maps those inside a choice to their part of the body.
    """

    source: str
    engine: str
    body: str = field(repr=False)
    takes: Mapping[str, Slot | Place]
    anchors: frozenset[str]
    stems: tuple[str, ...]
    ideas: Ideas
    choices: Mapping[str, str] = field(default_factory=dict, repr=False)
    none_of: "tuple[Way, ...]" = ()
    """What this way does not go with."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The whole as a regular expression over words that each end in a blank."""
        return re.compile(rf"(?<![^ ]){self.body}")

    @cached_property
    def _narrowed(self) -> dict[frozenset[str], re.Pattern[str]]:
        return {}

    def without(self, refused: frozenset[str]) -> re.Pattern[str]:
        """Return the regular expression without some slots of choices, compiled once."""
        known = self._narrowed.get(refused)
        if known is None:
            body = self.body
            for group in refused:
                body = body.replace(self.choices[group], f"(?P<{group}>(?!))")
            known = self._narrowed[refused] = re.compile(rf"(?<![^ ]){body}")
        return known

    def possible(self, words: frozenset[str]) -> bool:
        """Return whether the words that it cannot do without are there."""
        if not self.anchors and not self.stems:
            return True
        if not self.anchors.isdisjoint(words):
            return True
        return bool(self.stems) and any(w.startswith(self.stems) for w in words)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a way matched: first and last word, what its slots took, and what is doubtful."""

    first: int
    last: int
    slots: dict[str, str]
    doubt: str = ""


def compile_way(
    sequence: Sequence, source: str, engine: str, *, negation: bool, language: Language = ENGLISH
) -> Way:
    """Compile a sequence; gaps do not reach over a negation where `negation` blocks."""
    takes: dict[str, Slot | Place] = {}
    blocks = GUARD_WORDS[language.code].gap_blocks if negation else ()
    guard = f"(?!{'|'.join(f'{word} ' for word in blocks)})" if blocks else ""
    choices: dict[str, str] = {}
    body = _regex(sequence, takes, guard, language.code, choices)
    anchors, stems = _anchor(sequence, GUARD_WORDS[language.code].articles)
    return Way(
        source=source,
        engine=engine,
        body=body,
        takes=takes,
        anchors=anchors,
        stems=stems,
        ideas=ideas(sequence),
        choices=choices,
    )


def _regex(
    sequence: Sequence,
    takes: dict[str, Slot | Place],
    guard: str,
    code: str,
    choices: dict[str, str],
    *,
    inside: bool = False,
) -> str:
    """Return a sequence's regular expression; enter its slots, and those that are in choices."""
    out: list[str] = []
    known = GUARD_WORDS[code]
    for place, part in enumerate(sequence, 1):
        match part:
            case Word(text) if text in known.articles and place < len(sequence):
                out.append(f"(?:{text} )?")
            case Word(text):
                out.append(f"{re.escape(text)} ")
            case Prefix(stem):
                out.append(rf"{re.escape(stem)}\S* ")
            case Gap(most):
                out.append(rf"(?:{guard}\S+ ){{0,{most}}}?")
            case Slot() | Place():
                group = f"g{len(takes)}"
                takes[group] = part
                inner = shape(part, code) if isinstance(part, Slot) else place_shape(code)
                out.append(f"(?P<{group}>{inner})")
                if inside:
                    choices[group] = out[-1]
            case Choice(ways, optional):
                inner = "|".join(
                    _regex(way, takes, guard, code, choices, inside=True) for way in ways
                )
                free = optional or (place < len(sequence) and _determiner(ways, known))
                out.append(f"(?:{inner}){'?' if free else ''}")
    return "".join(out)


def _determiner(ways: tuple[Sequence, ...], known: GuardWords) -> bool:
    """Return whether a choice is of an article and words like it: "(the|your|this)"."""
    words = {way[0].text for way in ways if len(way) == 1 and isinstance(way[0], Word)}
    some = len(words) == len(ways) > 1 and not words.isdisjoint(known.articles)
    return some and words <= known.articles | known.determiners


def _anchor(sequence: Sequence, articles: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the rarest set of words of which one must be there."""
    best: tuple[float, frozenset[str], tuple[str, ...]] | None = None
    for part in sequence:
        words, stems = _must(part, articles)
        if not words and not stems:
            continue
        common = sum(1 for w in words if w in COMMON)
        cost = len(words) + len(stems) + 20 * common
        if best is None or cost < best[0]:
            best = (cost, words, stems)
    return (best[1], best[2]) if best is not None else (frozenset(), ())


def _must(part: object, articles: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    match part:
        case Word(text):
            return frozenset({text}) - articles, ()
        case Prefix(stem):
            return frozenset(), (stem,)
        case Choice(ways, False):
            words: set[str] = set()
            stems: list[str] = []
            for way in ways:
                some, begin = _anchor(way, articles)
                if not some and not begin:
                    return frozenset(), ()
                words |= some
                stems += begin
            return frozenset(words), tuple(stems)
    return frozenset(), ()


def find(way: Way, heard: Heard, names: Mapping[str, str], start: int = 0) -> Found | None:
    """Return the first place from word `start` on where a way matches and ends in fresh words."""
    at = heard.at[start]
    while (found := way.regex.search(heard.text, at)) is not None:
        taken = _fitting(way, heard, found, names)
        if taken is not None:
            return taken
        at = heard.at[_word(heard, found.start()) + 1]
    return None


def _fitting(
    way: Way, heard: Heard, found: re.Match[str] | None, names: Mapping[str, str]
) -> Found | None:
    """Return what a match takes; a choice whose slot refuses its words gives way to the others."""
    refused: frozenset[str] = frozenset()
    while found is not None:
        first, last = _word(heard, found.start()), _word(heard, found.end()) - 1
        if last < heard.fresh:
            return None
        taken = _take(way, heard, found, names)
        if not isinstance(taken, str):
            return Found(first, max(last, taken[2]), taken[0], taken[1])
        if taken not in way.choices:
            return None
        refused |= {taken}
        found = way.without(refused).match(heard.text, found.start())
    return None


def _word(heard: Heard, offset: int) -> int:
    """Return the number of the word that begins at an offset of the joined text."""
    return bisect_left(heard.at, offset)


def _take(
    way: Way,
    heard: Heard,
    found: re.Match[str],
    names: Mapping[str, str],
) -> tuple[dict[str, str], str, int] | str:
    """Return what the slots took, a doubt, and the last word of it; else the group that refuses."""
    slots: dict[str, str] = {}
    doubt, end = "", -1
    for group, kind in way.takes.items():
        if found.group(group) is None:
            continue
        first, last = _word(heard, found.start(group)), _word(heard, found.end(group)) - 1
        taken = heard.toks[first : last + 1]
        if isinstance(kind, Slot):
            after = heard.toks[last + 1].text if last + 1 < len(heard.toks) else ""
            if not accepts(kind, taken, after, heard.language):
                return group
            if kind.name == "name" and not _capitals(heard, first, last):
                return group
        elif kind.name == "customer" and not _called(taken, names.get("customer", "")):
            return group
        elif kind.name == "company" and (known := names.get("company")):
            last, unlike = _name(heard, first, last, known)
            doubt = doubt or unlike
            end = max(end, last)
        slots.setdefault(kind.name, " ".join(t.text for t in heard.toks[first : last + 1]))
    return slots, doubt, end


def _capitals(heard: Heard, first: int, last: int) -> bool:
    """Return whether words are written as names; any are where nothing has capitals.

    The small words of a family name have none; the name they belong to may stand after `last`.
    """
    for n in range(first, last + 1):
        text = heard.parts[heard.place[n]].utterance.text
        if not _capital(heard, n) and text != text.lower() and not _particle(heard, n):
            return False
    return True


def _particle(heard: Heard, n: int) -> bool:
    """Return whether word n is a small word before one with a capital: "dos Santos"."""
    begin = n
    while n + 1 < len(heard.toks) and heard.toks[n].text in PARTICLES:
        n += 1
    return n > begin and _capital(heard, n)


def _capital(heard: Heard, n: int) -> bool:
    return heard.parts[heard.place[n]].utterance.text[heard.toks[n].start].isupper()


def _called(taken: Iterable[Token], known: str) -> bool:
    """Return whether words are like one of a known name's; of an unknown name none are."""
    parts = [t.text for t in tokens(known)]
    return any(
        SequenceMatcher(None, part, t.text, autojunk=False).ratio() >= CUSTOMER_LIKENESS
        for t in taken
        for part in parts
    )


def _name(heard: Heard, first: int, last: int, known: str) -> tuple[int, str]:
    """Return where the company's name ends, and a doubt where another name seems to be said."""
    target = "".join(t.text for t in tokens(known))
    best, end = 0.0, last
    written = ""
    for n in range(first, min(len(heard.toks), first + len(tokens(known)) + 2)):
        written += heard.toks[n].text
        likeness = SequenceMatcher(None, target, written, autojunk=False).ratio()
        if likeness > best:
            best, end = likeness, n
    if best >= NAME_LIKENESS:
        return max(end, last), ""
    said = " ".join(t.text for t in heard.toks[first : last + 1])
    return last, f'"{said}" is not like the company\'s name, {known}'
