"""How a written English word sounds, roughly, and how far two such strings of sounds lie apart.

A few dozen spelling rules, enough to tell which words a recogniser takes for one another. It is no
pronunciation: stress is left out, and vowels are few.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

VOWELS = frozenset("aeiouAEIOUWY@")
"""a father, e day, i see, o go, u too; A cat, E bed, I sit, O toy, U cup; W now, Y my, @ her."""

_SPELLINGS: tuple[tuple[str, str], ...] = (
    ("tion", "SUn"),
    ("sion", "SUn"),
    ("cious", "SUs"),
    ("tious", "SUs"),
    ("ture", "C@"),
    ("ough", "o"),
    ("augh", "af"),
    ("eigh", "e"),
    ("ight", "Yt"),
    ("igh", "Y"),
    ("tch", "C"),
    ("dge", "j"),
    ("sch", "sk"),
    ("chr", "kr"),
    ("ing", "IN"),
    ("alk", "ak"),
    ("all", "al"),
    ("ould", "Ud"),
    ("ious", "iUs"),
    ("ous", "Us"),
    ("ear", "ir"),
    ("eer", "ir"),
    ("oor", "or"),
    ("our", "Wr"),
    ("air", "er"),
    ("are$", "er"),
    ("ire$", "Yr"),
    ("ore$", "or"),
    ("ure$", "ur"),
    ("ee", "i"),
    ("ea", "i"),
    ("oo", "u"),
    ("ew", "u"),
    ("ue", "u"),
    ("ui", "u"),
    ("ai", "e"),
    ("ay", "e"),
    ("ey", "i"),
    ("oa", "o"),
    ("ow", "o"),
    ("ou", "W"),
    ("oi", "O"),
    ("oy", "O"),
    ("au", "a"),
    ("aw", "a"),
    ("ie", "i"),
    ("er", "@"),
    ("ir", "@"),
    ("ur", "@"),
    ("or", "or"),
    ("ar", "ar"),
    ("^kn", "n"),
    ("^wr", "r"),
    ("^ps", "s"),
    ("^x", "z"),
    ("mb$", "m"),
    ("gh", ""),
    ("ph", "f"),
    ("sh", "S"),
    ("ch", "C"),
    ("th", "T"),
    ("wh", "w"),
    ("ck", "k"),
    ("cc", "k"),
    ("qu", "kw"),
    ("ng", "N"),
    ("nk", "Nk"),
    ("sc(?=[eiy])", "s"),
    ("c(?=[eiy])", "s"),
    ("c", "k"),
    ("g(?=[eiy])", "j"),
    ("x", "ks"),
    ("q", "k"),
    ("a(?=[^aeiouy]e$)", "e"),
    ("i(?=[^aeiouy]e$)", "Y"),
    ("o(?=[^aeiouy]e$)", "o"),
    ("u(?=[^aeiouy]e$)", "u"),
    ("e(?=[^aeiouy]e$)", "i"),
    ("(?<=[^aeiouy])ed$", "d"),
    ("(?<=[aeiouy][^aeiouy])es$", "s"),
    ("(?<=[a-z]{2})e$", ""),
    ("e$", "i"),
    ("(?<=[a-z])y$", "i"),
    ("y(?=[aeiou])", "y"),
    ("y", "I"),
    ("o$", "o"),
    ("a$", "U"),
    ("a", "A"),
    ("e", "E"),
    ("i$", "Y"),
    ("i", "I"),
    ("o", "a"),
    ("u", "U"),
    (r"([bdfghjklmnprstvwz])\1", ""),
    ("([bdfghjklmnprstvwz])", ""),
)
_RULES = tuple((re.compile(pattern), sound) for pattern, sound in _SPELLINGS)

_KNOWN = {
    **{"a": "U", "i": "Y", "the": "DU", "to": "tu", "you": "yu", "your": "yor", "are": "ar"},
    **{"is": "Iz", "was": "wUz", "of": "Uv", "do": "du", "does": "dUz", "one": "wUn", "two": "tu"},
    **{"have": "hAv", "who": "hu", "what": "wUt", "said": "sEd", "any": "Eni", "been": "bIn"},
    **{"were": "w@", "their": "Der", "there": "Der", "they": "De", "this": "DIs", "that": "DAt"},
    **{"these": "Diz", "those": "Doz", "then": "DEn", "than": "DAn", "with": "wIT", "my": "mY"},
    **{"by": "bY", "why": "wY", "how": "hW", "now": "nW", "some": "sUm", "come": "kUm"},
    **{"get": "gEt", "give": "gIv", "people": "pipUl", "money": "mUni", "hour": "Wr", "our": "Wr"},
    **{"us": "Us", "be": "bi", "he": "hi", "me": "mi", "she": "Si", "we": "wi", "no": "no"},
    **{"go": "go", "so": "so", "know": "no", "would": "wUd", "could": "kUd", "should": "SUd"},
    **{"i'm": "Ym", "i'll": "Yl", "i've": "Yv", "i'd": "Yd", "don't": "dont", "won't": "wont"},
}
"""Frequent words that no rule reads."""

_LETTER_SOUNDS = "bi si di Ef ji eC je ke El Em En pi kyu ar Es ti vi dUbyu Eks wY zi"
_LETTERS = dict(
    zip(
        "bcdfghjklmnpqrstvwxyz",
        _LETTER_SOUNDS.split(),
        strict=True,
    )
)

_KINDS = ("pbf", "tdTD", "kgh", "fvTD", "szS", "SCjz", "mnN", "lrwy", "vb", "dn")
"""Sounds that are taken for one another."""
_NEAR_VOWELS = ("iIe", "eEA", "aoU", "uUo", "YaI", "Wao", "@UE", "Oo", "aA", "AU", "EI", "U@I")

INSERTED = 0.8
"""Cost of a consonant too many or too few; a vowel's is less."""
VOWEL_INSERTED = 0.55


@lru_cache(maxsize=1 << 17)
def phones(word: str) -> str:
    """Return a lower-case word's sounds, one character each."""
    if word in _KNOWN:
        return _KNOWN[word]
    if len(word) == 1:
        return _LETTERS.get(word, word)
    text, out, at = word.replace("'", ""), "", 0
    while at < len(text):
        for pattern, sound in _RULES:
            found = pattern.match(text, at)
            if found is not None:
                out += sound or (found[1] if pattern.groups else "")
                at = found.end()
                break
        else:
            at += 1
    return out


def _pairs() -> dict[tuple[str, str], float]:
    costs: dict[tuple[str, str], float] = {}
    every = sorted(VOWELS | set("".join(_KINDS)) | {"r", "y"})
    for a in every:
        for b in every:
            vowels = (a in VOWELS) + (b in VOWELS)
            if a == b:
                cost = 0.0
            elif vowels == 1:
                cost = 1.2
            elif vowels:
                cost = 0.25 if any(a in kind and b in kind for kind in _NEAR_VOWELS) else 0.5
            else:
                cost = 0.4 if any(a in kind and b in kind for kind in _KINDS) else 0.9
            costs[a, b] = cost
    return costs


_COSTS = _pairs()
_CODES = {sound: code for code, sound in enumerate(sorted({one for one, _ in _COSTS}), start=1)}
_UNKNOWN = 1.0


def _matrix() -> NDArray[np.float64]:
    costs = np.full((len(_CODES) + 1, len(_CODES) + 1), _UNKNOWN)
    for (one, other), cost in _COSTS.items():
        costs[_CODES[one], _CODES[other]] = cost
    return costs


def _drop(sound: str) -> float:
    return VOWEL_INSERTED if sound in VOWELS else INSERTED


@dataclass(frozen=True, slots=True)
class Sounds:
    """Strings of sounds made ready for `distances`, a row each, filled up with zeros."""

    codes: NDArray[np.int32]
    along: NDArray[np.float64]
    sizes: NDArray[np.intp]

    def some(self, rows: NDArray[np.intp]) -> "Sounds":
        """Return some of the rows."""
        sizes = self.sizes[rows]
        width = int(sizes.max(initial=0))
        return Sounds(self.codes[rows, :width], self.along[rows, : width + 1], sizes)


def coded(strings: Sequence[str]) -> Sounds:
    """Make strings of sounds ready for `distances`."""
    sizes = np.array([len(one) for one in strings], np.intp)
    width = int(sizes.max(initial=0))
    codes = np.zeros((len(strings), width), np.int32)
    drops = np.zeros((len(strings), width + 1))
    for at, string in enumerate(strings):
        codes[at, : len(string)] = [_CODES.get(one, 0) for one in string]
        drops[at, 1 : len(string) + 1] = [_drop(one) for one in string]
    return Sounds(codes, drops.cumsum(axis=1), sizes)


def distances(sound: str, others: Sounds) -> NDArray[np.float64]:
    """Return how far a string of sounds lies from each of others: about 1 for a sound changed."""
    row = others.along.copy()
    for one in sound:
        best = row + _drop(one)
        changed = row[:, :-1] + _COST_MATRIX[_CODES.get(one, 0)][others.codes]
        np.minimum(best[:, 1:], changed, out=best[:, 1:])
        row = np.minimum.accumulate(best - others.along, axis=1) + others.along
    return row[np.arange(len(others.sizes)), others.sizes]


_COST_MATRIX = _matrix()


@lru_cache(maxsize=1 << 18)
def apart(one: str, other: str) -> float:
    """Return how far two strings of sounds lie apart, as `distances` does."""
    drops = [_drop(sound) for sound in other]
    row = [0.0, *accumulate(drops)]
    for a in one:
        left = row[0] + _drop(a)
        fresh = [left]
        for j, b in enumerate(other):
            change = row[j] + _COSTS.get((a, b), 0.0 if a == b else _UNKNOWN)
            left = min(change, row[j + 1] + _drop(a), left + drops[j])
            fresh.append(left)
        row = fresh
    return row[-1]
