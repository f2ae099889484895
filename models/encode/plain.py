"""Text as every encoder reads it, in training and in calls: lower case, words, digits, apostrophes.

A recogniser gives little punctuation and case, and what it gives is not to be relied on; so that
typed examples and heard speech look alike, both lose it here. Cutting into word pieces is left to
the engine's tokenizer.
"""

import re
import unicodedata

_APOSTROPHES = re.compile("[\u2018\u2019\u201b\u02bc\u02b9\u2032\uff07`\u00b4]")
"""Typeset, modifier, prime, full-width, and the accents that are typed in an apostrophe's place."""

_OTHER = re.compile(r"[^\w']|_")
_LONE = re.compile(r"(?<!\w)'+(?!\w)")
"""Apostrophes that touch no word: there is nothing that they shorten."""


def plain(text: str) -> str:
    """Return a text in lower case, words parted by one space, without punctuation.

    Letters, digits and apostrophes stay; every kind of apostrophe becomes "'". All else parts
    words: "We've e-mailed: £5.50!" becomes "we've e mailed 5 50". Of a text in which nothing is
    left it is "". To apply it twice changes nothing.
    """
    composed = unicodedata.normalize("NFC", text.lower())
    joined = _OTHER.sub(" ", _APOSTROPHES.sub("'", composed))
    return " ".join(_LONE.sub(" ", joined).split())
