"""Says when a recogniser's text is not what anybody said.

Recognisers invent words over music, noise and silence. A gate reads the text and what is known of
the clip, and names why the text should go; it never changes text. Gates are pure, and shared by
all engines. The phrases and loops are those seen over 29 minutes of noise, tones and hold music.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

MUSIC = "♪♫♩♬🎵🎶"

INVENTED = frozenset(
    {
        "you",
        "thank you for watching",
        "thanks for watching",
        "thank you so much for watching",
        "thank you very much for watching",
        "please subscribe",
        "subtitles by the amara org community",
        "transcript emily beynon",
    }
)
"""What comes out of silence, tones and simple music, in plain words."""

LITTLE_SPEECH_S = 0.4
"""Less speech than this does not carry an invented phrase."""

LOOP_WORDS = 6
LOOP_TIMES = 4
"""So many repeats of up to so many words are a loop..."""

SHORT_LOOP_TIMES = 8
"""...but one word takes more: people say "no, no, no, no" and read digits out."""

DIGITS = frozenset("0123456789") | {
    *("zero", "oh", "o", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("double", "triple"),
}
"""People do say "four two four two four two four two": digits are no loop, written out or not."""

CAPPED_LOOP_WORDS = 12
CAPPED_LOOP_TIMES = 2
CAPPED_FEWEST_WORDS = 8
"""A decoder that was cut off was mostly going round in circles: longer, fewer rounds will do. Short
clips of one word are cut too, with the word said twice; they stay."""

LOW_CHANCE = 0.25
"""Mean probability of tokens. Speech on a telephone line keeps above 0.38 in 99 clips of 100; a
fifth of what noise yields lies below."""

CAPPED_LOW_CHANCE = 0.5

COMPRESSION = 2.4
LOG_CHANCE = -1.0
NO_SPEECH = 0.6
"""Whisper's own limits: text that packs too well, tokens unlikely on average, no speech."""

FEWEST_PACKED_BYTES = 32
"""Shorter text says nothing by how well it packs."""


@dataclass(frozen=True, slots=True)
class Heed:
    """What an engine knows of a clip besides its text; None where it does not know.

    `speech_s` is the seconds whose windows hold speech; `capped` says that the decoder was cut at
    its longest; `mean_chance` (0 to 1) and `mean_log_chance` are means over tokens, the latter for
    Whisper's own limits; `no_speech` is 0 to 1.
    """

    speech_s: float | None = None
    capped: bool = False
    mean_chance: float | None = None
    mean_log_chance: float | None = None
    no_speech: float | None = None


def reason(text: str, heed: Heed) -> str | None:
    """Return why the text should go, or None where it may stay.

    The reasons: "music", "no words", "invented", "loop", "cap", "packed", "unlikely", "silence".
    """
    if not text.strip():
        return None
    words = plain_words(text)
    if not words:
        return "music" if any(sign in text for sign in MUSIC) else "no words"
    if _invented(words, heed.speech_s):
        return "invented"
    if loops(words) or (heed.capped and _ends_in_circles(words)):
        return "loop"
    return _unlikely(heed) or _whisper(text, heed)


def plain_words(text: str) -> list[str]:
    """Return the words in lower case without punctuation."""
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower())


def _invented(words: Sequence[str], speech_s: float | None) -> bool:
    little = speech_s is not None and speech_s < LITTLE_SPEECH_S
    return little and " ".join(words).replace("’", "'") in INVENTED


def loops(words: Sequence[str]) -> bool:
    """Return whether some words stand again and again with nothing between."""
    for size in range(1, LOOP_WORDS + 1):
        times = SHORT_LOOP_TIMES if size == 1 else LOOP_TIMES
        run = 0
        for at in range(size, len(words)):
            run = run + 1 if words[at] == words[at - size] else 0
            if run >= size * (times - 1) and not DIGITS.issuperset(words[at - size + 1 : at + 1]):
                return True
    return False


def _ends_in_circles(words: Sequence[str]) -> bool:
    for size in range(1, CAPPED_LOOP_WORDS + 1):
        span = max(size * CAPPED_LOOP_TIMES, CAPPED_FEWEST_WORDS)
        end = words[-span:]
        if len(end) == span and all(end[i] == end[i - size] for i in range(size, span)):
            return True
    return False


def _unlikely(heed: Heed) -> str | None:
    if heed.mean_chance is None:
        return None
    if heed.mean_chance < LOW_CHANCE:
        return "unlikely"
    return "cap" if heed.capped and heed.mean_chance < CAPPED_LOW_CHANCE else None


def packing(text: str) -> float:
    """Return how many times smaller the text becomes when compressed."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def _whisper(text: str, heed: Heed) -> str | None:
    unlikely = heed.mean_log_chance is not None and heed.mean_log_chance < LOG_CHANCE
    if heed.no_speech is not None and heed.no_speech > NO_SPEECH and unlikely:
        return "silence"
    if heed.mean_log_chance is None:
        return None
    if len(text.encode()) >= FEWEST_PACKED_BYTES and packing(text) > COMPRESSION:
        return "packed"
    return "unlikely" if unlikely else None
