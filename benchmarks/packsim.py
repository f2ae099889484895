"""Simulated packs: wants with a few example lines each, and lines of calls to read by them.

Drawn from sets of labelled lines whose licence allows it. A pack takes some intents of a set and
knows nothing of the others: their lines, lines of other sets and the chatter of calls ask for
nothing that it wants. Half of what is read is broken as a recogniser breaks it.

The packs that ship are simulated too, by their own examples: some of each intent's are taken out of
what is taught and read instead. Lines held back for measuring are never among them.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.textsets import Line, read
from models.encode.plain import plain
from qa_rules.packs import load_packs, shipped
from qa_rules.schema import IntentSpec

SETS: Mapping[str, Sequence[str]] = {
    "hwu64": ("train",),
    "clinc150": ("train",),
    "banking77": ("train",),
    "bitext_cs": ("train",),
    "nlupp": ("banking", "hotels"),
}
"""Sets that packs are drawn from, and their splits; all may train shipped weights."""
OFTEN = {"hwu64": 3, "clinc150": 3, "banking77": 3, "bitext_cs": 1, "nlupp": 1}
CHATTER = frozenset({
    "contentonly", "confirmation", "openinggreeting", "rejection", "thankyou", "closinggreeting",
    "outofdomain",
})  # fmt: skip
"""Labels of MultiDoGO under which nothing is asked for."""
LINES = 3
"""Lines of each intent that are read."""
LOOKED_AT = 9
"""Lines that these are chosen from: sets repeat themselves, callers do not say what a pack says, so
all but one are those that share the fewest words with the examples."""
JOINS = (" and ", " and also ", ". ", ", and ", " oh and ", " also ", ". And ", " but ")
AROUND = (
    "hi {}", "hello um {}", "yeah so {}", "okay {} please", "good morning i'm calling because {}",
    "so basically {}", "well {} if that's alright", "i was wondering {}", "{} thank you",
)  # fmt: skip
PACKS = "packs"
"""Stands for the packs that ship where a set is named."""
NO_CALLS = ("hwu64",)
"""Sets of which nothing is what a caller wants: what is said to a loudspeaker at home."""
FEWEST = 4
"""Examples that an intent has at least, to be simulated."""
LEFT_OUT = 0.25
"""Share of an intent's own examples that is read and not taught."""
TWO, WRAPPED, COUNTERED, BROKEN = 0.2, 0.3, 0.5, 0.5
NEAR = 0.2
"""Share of the lines that ask for nothing which ask for an intent of the set outside the pack."""


@dataclass(frozen=True, slots=True)
class Read:
    """A line to be read, and what is meant by it; `broken` as a recogniser breaks lines."""

    text: str
    means: frozenset[str]
    broken: bool


@dataclass(frozen=True, slots=True)
class SimPack:
    """A simulated pack, and lines to read by it."""

    source: str
    examples: Mapping[str, tuple[str, ...]]
    counters: Mapping[str, tuple[str, ...]]
    lines: tuple[Read, ...]

    def texts(self) -> list[str]:
        """Return every text that must be encoded."""
        taught = [t for part in (self.examples, self.counters) for ts in part.values() for t in ts]
        return taught + [line.text for line in self.lines]


@dataclass(frozen=True, slots=True)
class Sources:
    """The sets' lines: by set and intent, those with several intents, and what asks for nothing."""

    intents: Mapping[str, Mapping[str, Sequence[str]]]
    several: Mapping[str, Sequence[Line]]
    chatter: Sequence[str]
    strange: Sequence[str]

    @classmethod
    def load(cls, folder: Path | None = None, without: Sequence[str] = ()) -> "Sources":
        """Read the sets, those in `without` left out.

        Raises:
            CorpusNotFound: a set is not there.
        """
        intents: dict[str, dict[str, list[str]]] = {}
        several: dict[str, list[Line]] = {}
        for name, splits in SETS.items():
            if name in without:
                continue
            lines = [line for split in splits for line in read(name, split, folder)]
            by = intents[name] = defaultdict(list)
            for line in lines:
                if len(line.labels) == 1:
                    by[line.labels[0]].append(line.text)
            several[name] = [line for line in lines if len(line.labels) > 1]
        talk = read("multidogo", "train", folder)
        chatter = [line.text for line in talk if line.labels and CHATTER.issuperset(line.labels)]
        strange = [] if "clinc150" in without else read("clinc150", "oos_train", folder)
        return cls(intents, several, chatter, [line.text for line in strange])


def simulate(
    sources: Sources, count: int, spoil: Callable[[str], str], *, seed: int = 1
) -> list[SimPack]:
    """Draw packs of 5 to 40 intents with 5 to 12 examples each."""
    chance = random.Random(seed)
    names = sorted(sources.intents)
    often = [OFTEN[name] for name in names]
    return [
        _Draw(sources, chance, spoil).pack(chance.choices(names, often)[0]) for _ in range(count)
    ]


def simulate_shipped(
    sources: Sources,
    spoil: Callable[[str], str],
    names: Sequence[str] = (),
    *,
    times: int = 2,
    seed: int = 1,
) -> list[SimPack]:
    """Draw packs with all that they inherit, so many times; without names each English one."""
    chance = random.Random(seed)
    kept = {name: sources.intents[name] for name in NO_CALLS if name in sources.intents}
    around = Sources({**kept, PACKS: {}}, {PACKS: []}, sources.chatter, sources.strange)
    draw = _Draw(around, chance, spoil)
    packs = [load_packs([name]) for name in names or shipped("en")]
    wanted = [[one for one in pack.intents if len(one.examples) >= FEWEST] for pack in packs]
    return [draw.shipped(intents) for intents in wanted for _ in range(times)]


class _Draw:
    """Draws one pack."""

    def __init__(
        self, sources: Sources, chance: random.Random, spoil: Callable[[str], str]
    ) -> None:
        self._sources, self._chance, self._spoil = sources, chance, spoil

    def pack(self, name: str) -> SimPack:
        chance, intents = self._chance, self._sources.intents[name]
        able = sorted(intent for intent, lines in intents.items() if len(lines) >= 12 + LINES)
        size = min(round(5 * 8 ** chance.random()), len(able) - 1)
        chosen = chance.sample(able, size)
        others = sorted(set(able) - set(chosen))
        shots = chance.randint(5, 12)
        examples, left = {}, {}
        for intent in chosen:
            lines = list(intents[intent])
            lines = chance.sample(lines, min(len(lines), shots + LOOKED_AT))
            examples[intent] = tuple(lines[:shots])
            left[intent] = _unlike(lines[shots:], lines[:shots])
        counters = self._counters(name, chosen, others)
        told = {text for lines in counters.values() for text in lines}
        wanted = self._wanted(left) + self._labelled_twice(name, chosen)
        nothing = [text for text in self._nothing(name, others, len(wanted)) if text not in told]
        read_all = wanted + [(text, frozenset[str]()) for text in nothing]
        heard = tuple(self._heard(text, means) for text, means in read_all)
        return SimPack(name, examples, counters, heard)

    def shipped(self, intents: Sequence[IntentSpec]) -> SimPack:
        chance = self._chance
        examples, left, counters = {}, {}, {}
        near: list[str] = []
        for intent in intents:
            lines = chance.sample(intent.examples, len(intent.examples))
            out = max(1, round(LEFT_OUT * len(lines)))
            left[intent.id], examples[intent.id] = lines[:out], tuple(lines[out:])
            not_it = chance.sample(intent.not_examples, len(intent.not_examples))
            out = round(LEFT_OUT * len(not_it))
            near += not_it[:out]
            counters[intent.id] = tuple(not_it[out:])
        wanted = self._wanted(left)
        taught = {text for mine in (*examples.values(), *left.values()) for text in mine}
        nothing = [text for text in near if text not in taught]
        nothing += self._nothing(PACKS, (), len(wanted))
        read_all = wanted + [(text, frozenset[str]()) for text in nothing]
        heard = tuple(self._heard(text, means) for text, means in read_all)
        return SimPack(PACKS, examples, counters, heard)

    def _counters(
        self, name: str, chosen: Sequence[str], others: Sequence[str]
    ) -> dict[str, tuple[str, ...]]:
        """Give some intents lines of the stranger whose name shares most with theirs."""
        out: dict[str, tuple[str, ...]] = {}
        for intent in chosen:
            words = set(intent.lower().split("_"))
            alike = max(others, key=lambda o: (len(words & set(o.lower().split("_"))), o))
            if self._chance.random() < COUNTERED and words & set(alike.lower().split("_")):
                lines = self._sources.intents[name][alike]
                out[intent] = tuple(self._chance.sample(list(lines), 2))
        return out

    def _wanted(self, left: Mapping[str, Sequence[str]]) -> list[tuple[str, frozenset[str]]]:
        single = [(text, intent) for intent, lines in left.items() for text in lines]
        out: list[tuple[str, frozenset[str]]] = []
        for text, intent in single:
            means, said = {intent}, text
            if self._chance.random() < TWO:
                other, more = self._chance.choice(single)
                if more != intent:
                    said, means = self._joined(text, other), {intent, more}
            out.append((self._wrapped(said), frozenset(means)))
        return out

    def _labelled_twice(self, name: str, chosen: Sequence[str]) -> list[tuple[str, frozenset[str]]]:
        """Return lines to which people gave several of these intents."""
        known = [
            (line.text, frozenset(line.labels))
            for line in self._sources.several[name]
            if set(line.labels) <= set(chosen)
        ]
        return self._chance.sample(known, min(len(known), 2 * len(chosen)))

    def _nothing(self, name: str, others: Sequence[str], count: int) -> list[str]:
        """Draw lines that ask for none of it: near strangers, far strangers, chatter."""
        chance, sources = self._chance, self._sources
        far = [other for other in sources.intents if other != name]
        out: list[str] = []
        for _ in range(count):
            kind = chance.random()
            if kind < NEAR and others:
                text = chance.choice(list(sources.intents[name][chance.choice(others)]))
            elif kind < 0.4 and far:
                there = sources.intents[chance.choice(far)]
                text = chance.choice(list(there[chance.choice(sorted(there))]))
            elif kind < 0.5 and sources.strange:
                text = chance.choice(sources.strange)
            else:
                text = chance.choice(sources.chatter)
            if chance.random() < TWO / 2:
                text = self._joined(text, chance.choice(sources.chatter))
            out.append(self._wrapped(text))
        return out

    def _joined(self, one: str, other: str) -> str:
        return one.rstrip(" .?!") + self._chance.choice(JOINS) + other

    def _wrapped(self, text: str) -> str:
        if self._chance.random() >= WRAPPED:
            return text
        return self._chance.choice(AROUND).format(text)

    def _heard(self, text: str, means: frozenset[str]) -> Read:
        if self._chance.random() < BROKEN:
            return Read(self._spoil(text), means, True)
        return Read(text, means, False)


def _unlike(lines: Sequence[str], examples: Sequence[str]) -> list[str]:
    """Return the first line and those that share the fewest words with any example."""
    taught = [set(plain(text).split()) for text in examples]

    def shared(text: str) -> float:
        words = set(plain(text).split())
        return max(len(words & other) / len(words | other) for other in taught)

    first, *rest = lines
    return [first, *sorted(rest, key=shared)[: LINES - 1]]
