"""Hiding parts of an utterance: in its text, in its timed words, and in the sound under them."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from models.types import Utterance, Word

MARGIN_S = 0.25
"""Word times of recognisers are off by up to about a quarter of a second."""
BRIDGE_S = 1.5
"""Muted stretches closer than this become one: digits that were not recognised lie between."""


@dataclass(frozen=True, slots=True)
class Mask:
    """A stretch of text to hide; `start` and `end` are character offsets, `kind` what it was."""

    start: int
    end: int
    kind: str
    replacement: str


def settle(masks: Sequence[Mask]) -> list[Mask]:
    """Return the masks in order, those that overlap made one (named by the longer)."""
    out: list[Mask] = []
    for mask in sorted(masks, key=lambda m: (m.start, -m.end)):
        if not out or mask.start >= out[-1].end:
            out.append(mask)
            continue
        last = out[-1]
        longer = last if last.end - last.start >= mask.end - mask.start else mask
        end = max(last.end, mask.end)
        out[-1] = Mask(last.start, end, longer.kind, longer.replacement)
    return out


def hide(text: str, masks: Sequence[Mask]) -> str:
    """Return the text with each mask replaced; `masks` as `settle` returns them.

    Neighbours of one kind with no word between them share one replacement.
    """
    out: list[str] = []
    at = 0
    previous: Mask | None = None
    for mask in masks:
        between = text[at : mask.start]
        same = previous is not None and previous.kind == mask.kind
        if not (same and not any(c.isalnum() for c in between)):
            out += [between, mask.replacement]
        at, previous = mask.end, mask
    return "".join([*out, text[at:]])


def redact(said: Utterance, masks: Sequence[Mask]) -> Utterance:
    """Return the utterance with text and words hidden; `masks` as `settle` returns them."""
    if not masks:
        return said
    return dataclasses.replace(
        said, text=hide(said.text, masks), words=_hide_words(said, masks) or ()
    )


def muted(said: Utterance, masks: Sequence[Mask]) -> list[tuple[float, float]]:
    """Return the seconds to silence: the hidden words with a margin, else the whole utterance."""
    if not masks:
        return []
    places = _places(said)
    if places is None:
        return [(said.start, said.end)]
    spans: list[tuple[float, float]] = []
    for mask in masks:
        hit = [
            w
            for w, (s, e) in zip(said.words, places, strict=True)
            if s < mask.end and e > mask.start
        ]
        if not hit:
            return [(said.start, said.end)]
        start, end = max(0.0, hit[0].start - MARGIN_S), hit[-1].end + MARGIN_S
        if spans and start - spans[-1][1] < BRIDGE_S:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _hide_words(said: Utterance, masks: Sequence[Mask]) -> tuple[Word, ...] | None:
    """Return the words with each mask as one word; None where words and text do not agree."""
    places = _places(said)
    if places is None:
        return None
    out: list[Word] = []
    filled: Mask | None = None
    for word, (start, end) in zip(said.words, places, strict=True):
        mask = next((m for m in masks if start < m.end and end > m.start), None)
        if mask is None:
            out.append(word)
        elif mask is filled:
            out[-1] = dataclasses.replace(out[-1], end=word.end)
        else:
            out.append(Word(mask.replacement, word.start, word.end))
        filled = mask
    return tuple(out)


def _places(said: Utterance) -> list[tuple[int, int]] | None:
    """Return each word's character offsets; None where there are no words or they do not fit."""
    if not said.words:
        return None
    places: list[tuple[int, int]] = []
    at = 0
    for word in said.words:
        bare = word.text.strip()
        start = said.text.find(bare, at)
        if start < 0 or not bare or any(c.isalnum() for c in said.text[at:start]):
            return None
        at = start + len(bare)
        places.append((start, at))
    return None if any(c.isalnum() for c in said.text[at:]) else places
