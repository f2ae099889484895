"""When each word of a Whisper text was said, from the decoder's attention to the sound."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.types import Word

FRAME_SECONDS = 0.02
"""One position of the encoder."""
MEDIAN_WIDTH = 7
"""Positions over which attention is smoothed, as OpenAI's own timing does."""
OPENING = "\"'“¿([{-"
"""Signs that belong to the word after them; all others belong to the word before."""


def place_words(
    model: Any,
    encoded: Any,
    tokenizer: Any,
    ids: Sequence[Sequence[int]],
    filled: Sequence[int],
) -> list[tuple[Word, ...]]:
    """Return each row's words with times in seconds from its start.

    `ids` are the generated tokens; `filled` counts each row's spectrum frames before padding.
    """
    rows = [[token for token in row if token < tokenizer.eot] for row in ids]
    found = model.align(
        encoded,
        tokenizer.sot_sequence,
        rows,
        [int(frames) for frames in filled],
        median_filter_width=MEDIAN_WIDTH,
    )
    return [
        _row(tokenizer, tokens, result) if tokens else ()
        for tokens, result in zip(rows, found, strict=True)
    ]


def _row(tokenizer: Any, tokens: list[int], result: Any) -> tuple[Word, ...]:
    pairs = np.array(result.alignments, np.int64).reshape(-1, 2)
    if not len(pairs):
        return ()
    # The first position at which each token is attended to; the end's is the last word's end.
    first = np.flatnonzero(np.diff(pairs[:, 0], prepend=-1))
    begins = pairs[first, 1] * FRAME_SECONDS
    texts, groups = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    words: list[Word] = []
    at = 0
    for text, group in zip(texts[:-1], groups[:-1], strict=True):
        start, end = (float(begins[min(i, len(begins) - 1)]) for i in (at, at + len(group)))
        chances = result.text_token_probs[at : at + len(group)]
        chance = float(np.mean(chances)) if chances else None
        words.append(Word(text.strip(), start, end, chance))
        at += len(group)
    return tuple(_with_signs(words))


def _with_signs(words: Sequence[Word]) -> list[Word]:
    """Join signs that stand alone to the word that they belong to."""
    out: list[Word] = []
    opening = ""
    for word in words:
        if any(c.isalnum() for c in word.text):
            out.append(Word(opening + word.text, word.start, word.end, word.confidence))
            opening = ""
        elif word.text and all(c in OPENING for c in word.text):
            opening += word.text
        elif out:
            last = out[-1]
            out[-1] = Word(last.text + word.text, last.start, last.end, last.confidence)
    return out
