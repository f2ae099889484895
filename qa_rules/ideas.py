"""What a pattern says, as a list of ideas, and how much each word of it says.

For near misses: rare words tell one thing from another, everyday words hardly do.
"""

from collections.abc import Set
from dataclasses import dataclass, field
from itertools import product

from models.numbers import NUMBER_WORDS
from qa_rules.pattern import Choice, Part, Prefix, Sequence, Slot, Word

_COMMON = (
    "i you we it is are am the a an to of and or for in on at that this my your our me us do can "
    "will would have has be with not so if what how there here just now please"
)
_COMMON_ES = (
    "el la los las un una de del y o que en con por para su mi tu le les lo se nos es esta "
    "estoy esto eso este si no ya al muy mas hay favor usted"
)
COMMON = frozenset(_COMMON.split()) | frozenset(_COMMON_ES.split())
"""Of all languages; a word that means something in another one is left out."""
_EVERYDAY = (
    "get got getting know see look say said tell want need like think make take give go going gone "
    "come back good great nice okay well right sure yes yeah no thing things time times day today "
    "way one name number call calling called thank thanks help sorry let up out all any some much "
    "more very really still again then about when who which from as them they he she his her him "
    "was were been being may might could should did does done put keep work hello hi bye question "
    "questions moment minute speak speaking ask asking happy try use work find hear feel first last"
)
_EVERYDAY_ES = (
    "quiero quiere puedo puede podria tengo tiene hacer hago hace decir digo dice saber ver voy "
    "va vamos gracias hola bueno buena bien vale claro momento nombre llamar llamada llamo "
    "ayudar ayuda cosa algo nada todo ahora hoy manana dia aqui como cuando donde quien porque "
    "pero tambien"
)
EVERYDAY = frozenset(_EVERYDAY.split()) | frozenset(_EVERYDAY_ES.split())
COMMON_WEIGHT = 0.25
EVERYDAY_WEIGHT = 0.5
_DATES = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "today",
    "tonight",
    "tomorrow",
    "days",
    "weeks",
    "hours",
    "month",
]
MOST_OPTIONS = 32
"""Ways of saying one idea that are looked at."""
NUMBER = "#"
"""Stands for any number."""

Atom = str
"""A word, a beginning with * after it, or NUMBER."""


def weight(atom: Atom) -> float:
    """Return how much a word says, 0 to 1."""
    if atom in COMMON:
        return COMMON_WEIGHT
    return EVERYDAY_WEIGHT if atom in EVERYDAY or atom == NUMBER else 1.0


@dataclass(frozen=True, slots=True)
class Idea:
    """A part of a pattern: what may be said for it, each option with its words' weight.

    `weight` is that of the option that says least.
    """

    options: tuple[tuple[tuple[Atom, ...], float], ...]
    weight: float

    def share(self, seen: Set[Atom]) -> float:
        """Return the best option's share of words that were seen, 0 to 1."""
        best = 0.0
        for atoms, whole in self.options:
            part = sum(weight(a) for a in atoms if a in seen) / whole
            if part > best:
                best = part
        return best


@dataclass(frozen=True, slots=True)
class Ideas:
    """A pattern's ideas; `words` and `stems` are all that may be said for them."""

    each: tuple[Idea, ...]
    words: frozenset[str] = field(repr=False)
    stems: tuple[str, ...] = field(repr=False)
    numeric: bool
    total: float

    def atoms(self, word: str) -> list[Atom]:
        """Return what a word stands for."""
        out: list[Atom] = [word] if word in self.words else []
        if self.stems:
            out += [f"{s}*" for s in self.stems if word.startswith(s)]
        if self.numeric and (word[0].isdigit() or word in NUMBER_WORDS):
            out.append(NUMBER)
        return out

    def share(self, seen: Set[Atom]) -> float:
        """Return the share of the ideas, by weight, that were seen, 0 to 1."""
        return sum(i.weight * i.share(seen) for i in self.each) / self.total


def ideas(sequence: Sequence) -> Ideas:
    """Return the ideas of a pattern; what is optional is none."""
    each = [i for part in sequence if (i := _idea(part)) is not None]
    atoms = {a for i in each for option, _ in i.options for a in option}
    return Ideas(
        each=tuple(each),
        words=frozenset(a for a in atoms if a != NUMBER and not a.endswith("*")),
        stems=tuple(sorted(a[:-1] for a in atoms if a.endswith("*"))),
        numeric=NUMBER in atoms,
        total=sum(i.weight for i in each),
    )


def _idea(part: Part) -> Idea | None:
    options = [o for o in _options(part) if o]
    if not options:
        return None
    rows = tuple((o, sum(weight(a) for a in o)) for o in options)
    return Idea(rows, min(whole for _, whole in rows))


def _options(part: Part) -> list[tuple[Atom, ...]]:
    """Return the ways to say a part of a pattern."""
    match part:
        case Word(text):
            return [(text,)]
        case Prefix(stem):
            return [(f"{stem}*",)]
        case Slot(name) if name in ("number", "digits", "amount"):
            return [(NUMBER,)]
        case Slot("time"):
            return [(NUMBER,)]
        case Slot("date"):
            return [(word,) for word in _DATES]
        case Choice(ways, False):
            out: list[tuple[Atom, ...]] = []
            for way in ways:
                parts = [o for p in way if (o := _options(p))]
                whole = product(*parts)
                out += [tuple(dict.fromkeys(a for o in row for a in o)) for row in _some(whole)]
            return out[:MOST_OPTIONS]
    return []


def _some(rows: "product[tuple[tuple[Atom, ...], ...]]") -> list[tuple[tuple[Atom, ...], ...]]:
    return [row for row, _ in zip(rows, range(MOST_OPTIONS), strict=False)]
