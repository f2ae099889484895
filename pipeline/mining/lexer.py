"""Cuts the search box into pieces with their places."""

import re
from dataclasses import dataclass
from typing import Final

MOST_CHARACTERS: Final = 500


class QueryInvalid(ValueError):
    """A query that cannot be read; `at` is the place (from 0), `advice` what to write instead."""

    def __init__(self, what: str, at: int, advice: str) -> None:
        super().__init__(f"{what} at character {at + 1}: {advice}")
        self.what, self.at, self.advice = what, at, advice


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the box: kind "word", "quote", "gap", "name", "not", "minus", "or" or "within"."""

    kind: str
    text: str
    at: int


_PIECES: Final = re.compile(
    r"""(?P<space>\s+)
    |"(?P<quote>[^"]*)"
    |(?P<open>["])
    |~(?P<gap>\d+)(?!\w)
    |(?P<tilde>~)
    |(?P<minus>-)(?=[^\s-])
    |(?P<name>[a-zA-Z]+):
    |(?P<word>[^\s"]+)""",
    re.VERBOSE,
)
_SIGNS: Final = {"NOT": "not", "OR": "or", "AND": "and"}


def pieces(box: str) -> list[Piece]:
    """Return the pieces of the box.

    Raises:
        QueryInvalid: a quotation mark without its other, a gap without its number.
    """
    text = box.replace("\u201c", '"').replace("\u201d", '"')
    if len(text) > MOST_CHARACTERS:
        raise QueryInvalid(
            "The search is too long", MOST_CHARACTERS, f"write at most {MOST_CHARACTERS} characters"
        )
    found: list[Piece] = []
    for match in _PIECES.finditer(text):
        kind, at = str(match.lastgroup), match.start()
        if kind == "open":
            raise QueryInvalid('A " has no partner', at, 'close the phrase with another "')
        if kind == "tilde":
            raise QueryInvalid(
                "A ~ has no number",
                at,
                "write how many words may lie between, as in refund ~3 week",
            )
        if kind != "space":
            found.append(_piece(kind, match.group(kind), at))
    return found


def _piece(kind: str, text: str, at: int) -> Piece:
    if kind == "word" and text in _SIGNS:
        return Piece(_SIGNS[text], text, at)
    if kind == "word" and text.lower() == "within":
        return Piece("within", text, at)
    return Piece(kind, text.lower() if kind == "name" else text, at)
