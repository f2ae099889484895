"""Flips: who speaks, of whom, and in which English, changed in a text that otherwise stays.

The lists in `flips/` are data; each file says where it comes from. A flip changes words and keeps
how they are written: a capital stays a capital.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_rules.source import read_source

FOLDER = Path(__file__).with_name("flips")

_TITLES = "mr|mrs|ms|miss|mx|doctor|dr"


@dataclass(frozen=True, slots=True)
class Flip:
    """One change: `kind` is names, genders or dialects; `change` returns the text changed."""

    kind: str
    name: str
    change: Callable[[str], str]


def flips(folder: Path = FOLDER) -> list[Flip]:
    """Return every flip of the lists."""
    return [*_names(_read(folder, "names")), *_genders(_read(folder, "genders")),
            *_dialects(_read(folder, "dialects"))]  # fmt: skip


def _read(folder: Path, name: str) -> Any:
    path = folder / f"{name}.yaml"
    return read_source(path.read_text("utf-8"), path.name).data


# -- names ----------------------------------------------------------------------------------------


def _names(data: Any) -> Iterator[Flip]:
    known = data["known"]
    firsts, lasts = "|".join(known["first"]), "|".join(known["last"])
    given = re.compile(rf"\b({firsts})\b(?:(\s+)({lasts})\b)?", re.IGNORECASE)
    titled = re.compile(rf"\b((?:{_TITLES})\.?\s+)({lasts})\b", re.IGNORECASE)
    for person in data["people"]:
        for first in person["first"]:
            name = f"{person['origin']}: {first} {person['last']}"
            yield Flip("names", name, _Renamed(given, titled, first, person["last"]))


@dataclass(frozen=True, slots=True)
class _Renamed:
    given: re.Pattern[str]
    titled: re.Pattern[str]
    first: str
    last: str

    def __call__(self, text: str) -> str:
        """Return a text with every known name replaced."""
        text = self.titled.sub(lambda m: m.group(1) + _written(self.last, m.group(2)), text)
        return self.given.sub(self._full, text)

    def _full(self, found: re.Match[str]) -> str:
        first = _written(self.first, found.group(1))
        if found.group(3) is None:
            return first
        return f"{first}{found.group(2)}{_written(self.last, found.group(3))}"


def _written(name: str, like: str) -> str:
    return name.lower() if like.islower() else name


# -- words ----------------------------------------------------------------------------------------


def _genders(data: Any) -> Iterator[Flip]:
    pairs = {a: b for one, other in data["swapped"] for a, b in ((other, one), (one, other))}
    # Several words share a counterpart ("guy", "gentleman" and "lady"): the first listed is it.
    for one, other in reversed(data["swapped"]):
        pairs[one], pairs[other] = other, one
    pairs |= {"him": "her", "his": "her", "hers": "his"}
    yield Flip("genders", "swapped", _Swapped(_words(pairs), frozenset(data["after_her"])))
    for row in data["others"]:
        yield Flip("genders", row["name"], _words(dict(row["pairs"])))


def _dialects(data: Any) -> Iterator[Flip]:
    for row in data["varieties"]:
        yield Flip("dialects", row["name"], _words(dict(row["pairs"])))


@dataclass(frozen=True, slots=True)
class _Words:
    pattern: re.Pattern[str]
    to: Mapping[str, str]

    def __call__(self, text: str) -> str:
        """Return a text with the words replaced, those of several words first."""
        return " ".join(self.pattern.sub(self._other, text).split())

    def _other(self, found: re.Match[str]) -> str:
        said = found.group()
        other = self.to[said.lower()]
        return other[:1].upper() + other[1:] if said[0].isupper() and said != "I" else other


def _words(pairs: Mapping[str, str]) -> _Words:
    ordered = sorted(pairs, key=lambda word: (-len(word), word))
    every = "|".join(map(re.escape, ordered))
    # "he" of "he's" is a word, "can" of "can't" and "the" of "the-" are none.
    return _Words(
        re.compile(rf"(?<![\w'\[{{])(?:{every})(?![\w\]}}-]|'t|\.\w)", re.IGNORECASE), dict(pairs)
    )


@dataclass(frozen=True, slots=True)
class _Swapped:
    words: _Words
    after_her: frozenset[str]

    def __call__(self, text: str) -> str:
        """Return a text with the genders exchanged."""
        parts = re.split(r"(?i)\b(her)\b", text)
        out = []
        for at, part in enumerate(parts):
            if at % 2 == 0:
                out.append(_around(part, self.words))
                continue
            after = re.match(r"\s*([\w']+)", parts[at + 1])
            pronoun = after is None or after.group(1).lower() in self.after_her
            him = "him" if pronoun else "his"
            out.append(him.capitalize() if part[0].isupper() else him)
        return "".join(out)


def _around(part: str, words: _Words) -> str:
    """Change a stretch of text and keep the blanks at its ends."""
    inner = part.strip()
    if not inner:
        return part
    begin = part[: len(part) - len(part.lstrip())]
    return begin + words(inner) + part[len(part.rstrip()) :]


def changed(before: Sequence[str], after: Sequence[str]) -> bool:
    """Return whether turns differ but for blanks."""
    return [t.split() for t in before] != [t.split() for t in after]
