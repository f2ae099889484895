"""The language of patterns, read into a small tree.

`word`, `word*`, `(a|b c|d)`, `(x)?`, `~n`, `<slot>`, `<digits:4+>`, `{company}`. Words go through
the same normalisation as speech, so a pattern may be written with contractions and capitals.
"""

import re
from dataclasses import dataclass

from models.languages import ENGLISH, Language
from models.text import tokens

SLOTS = ("number", "digits", "amount", "date", "time", "name", "word", "ref")
PLACES = ("company", "agent", "customer")
MAX_GAP = 20

_PART = re.compile(
    r"\s*(?:(?P<gap>~\d+)|(?P<slot><[^<>]*>)|(?P<place>\{[^{}]*\})"
    r"|(?P<open>\()|(?P<close>\)\??)|(?P<bar>\|)|(?P<word>[^\s()|<>{}~]+))"
)
_SLOT = re.compile(r"<(?P<name>[a-z]+)(?::(?P<least>\d+)\+?)?>")


class PatternError(ValueError):
    """A pattern does not read; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word."""

    text: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any word that begins so."""

    stem: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `most` words."""

    most: int


@dataclass(frozen=True, slots=True)
class Slot:
    """Something of a kind; `least` figures for digits."""

    name: str
    least: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """What the call's facts name: company, agent or customer."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences, or none of them where `optional`."""

    ways: tuple["Sequence", ...]
    optional: bool = False


Part = Word | Prefix | Gap | Slot | Place | Choice
Sequence = tuple[Part, ...]


def parse_phrase(text: str, language: Language = ENGLISH) -> Sequence:
    """Read plain words; only `{company}` and its like stand for something else.

    Raises:
        PatternError: it holds signs of the pattern language, or no words.
    """
    if re.search(r"[()|~<>*]", text):
        raise PatternError(f'"{text}" uses ( ) | ~ < > or *: write it as `pattern:`')
    return parse_pattern(text, language)


def parse_pattern(text: str, language: Language = ENGLISH) -> Sequence:
    """Read a pattern.

    Raises:
        PatternError: it does not read, or it could match without a single word.
    """
    parts, at = _sequence(text, 0, language, inside=False)
    if at < len(text.rstrip()):
        raise PatternError(f'cannot read "{text[at:].strip()}" in the pattern "{text}"')
    while parts and isinstance(parts[-1], Gap):
        raise PatternError(f'the pattern "{text}" ends in a gap: drop it')
    if parts and isinstance(parts[0], Gap):
        raise PatternError(f'the pattern "{text}" begins with a gap: drop it')
    if not any(_needs_word(p) for p in parts):
        raise PatternError(
            f'the pattern "{text}" could match anything: give it a word that must be'
        )
    return parts


def _needs_word(part: Part) -> bool:
    if isinstance(part, Choice):
        return not part.optional and all(any(_needs_word(p) for p in way) for way in part.ways)
    return isinstance(part, Word | Prefix) or (
        isinstance(part, Slot) and part.name not in ("word", "name")
    )


def _sequence(text: str, at: int, language: Language, *, inside: bool) -> tuple[Sequence, int]:
    """Read parts up to the end, a bar or a closing bracket; return them and where they stop."""
    parts: list[Part] = []
    run: list[str] = []
    while (found := _PART.match(text, at)) is not None:
        kind = found.lastgroup
        if kind in ("bar", "close"):
            if inside:
                break
            raise PatternError(f'"{found.group().strip()}" without "(" in the pattern "{text}"')
        at = found.end()
        if kind == "word" and not found.group("word").endswith("*"):
            run.append(found.group("word"))
            continue
        parts.extend(_words(run, language))
        run = []
        if kind == "open":
            choice, at = _choice(text, at, language)
            parts.append(choice)
        else:
            parts.append(_single(found, text))
    parts.extend(_words(run, language))
    return tuple(parts), at


def _choice(text: str, at: int, language: Language) -> tuple[Choice, int]:
    ways: list[Sequence] = []
    while True:
        way, at = _sequence(text, at, language, inside=True)
        if not way:
            raise PatternError(
                f'an empty choice in the pattern "{text}": write (x)? for "x or not"'
            )
        ways.append(way)
        found = _PART.match(text, at)
        if found is None:
            raise PatternError(f'a "(" without ")" in the pattern "{text}"')
        at = found.end()
        if found.lastgroup == "close":
            return Choice(tuple(ways), found.group("close").endswith("?")), at


def _single(found: re.Match[str], text: str) -> Part:
    if (gap := found.group("gap")) is not None:
        most = int(gap[1:])
        if not 1 <= most <= MAX_GAP:
            raise PatternError(f'the gap {gap} in "{text}" must be ~1 to ~{MAX_GAP}')
        return Gap(most)
    if (slot := found.group("slot")) is not None:
        return _slot(slot)
    if (place := found.group("place")) is not None:
        name = {"cust": "customer"}.get(place[1:-1], place[1:-1])
        if name not in PLACES:
            listed = ", ".join(f"{{{p}}}" for p in PLACES)
            raise PatternError(f"{place} is not known: write one of {listed}, or a <slot>")
        return Place(name)
    stem = found.group("word")[:-1].lower()
    if len(stem) < 2 or not stem.isalnum():
        raise PatternError(f'"{found.group("word")}" needs two letters or more before the *')
    return Prefix(stem)


def _slot(text: str) -> Slot:
    found = _SLOT.fullmatch(text)
    if found is None or found["name"] not in SLOTS:
        listed = ", ".join(f"<{s}>" for s in SLOTS)
        raise PatternError(f"{text} is not a slot: write one of {listed}, or <digits:4+>")
    if found["least"] and found["name"] not in ("digits", "ref"):
        raise PatternError(f"{text}: only <digits:n+> and <ref:n+> take a count")
    return Slot(found["name"], int(found["least"] or 1))


def _words(run: list[str], language: Language) -> list[Part]:
    """Normalise a run of written words together, so that pairs fold as they do in speech."""
    return [Word(t.text) for t in tokens(" ".join(run), language=language)]
