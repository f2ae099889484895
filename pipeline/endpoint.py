"""Where speech starts and stops: a state machine over speech probabilities, counted in windows.

It knows nothing of audio or text; the session acts on what it says. The thresholds and lengths
are those measured on real telephone calls (`docs/performance.md`).
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Endpointing:
    """How speech is cut. Probabilities 0 to 1, times in seconds."""

    on: float = 0.5
    off: float = 0.35
    min_speech_s: float = 0.2
    preroll_s: float = 0.2
    tail_s: float = 0.15
    speculate_s: float = 0.3
    silence_s: float = 0.5
    longest_s: float = 14.0
    cut_within_s: float = 3.0


class Change(StrEnum):
    """What a window changed."""

    START = "start"
    PAUSE = "pause"
    """Silent for `speculate_s`: the utterance may be over."""
    RESUME = "resume"
    """Speech again after a PAUSE."""
    STOP = "stop"
    """Silent for `silence_s`: the utterance is over."""
    SPLIT = "split"
    """Too long: cut at `cut`, and the next utterance is open already."""


class Endpointer:
    """Follows one channel. Window indices count from the start of the call.

    After START `first` is the utterance's first speech window; `last` is the last window that held
    speech; after SPLIT `cut` is the window before which the utterance ends. `voiced` counts the
    open utterance's windows at or above `on`, `cut_voiced` those of the one that SPLIT ended.
    """

    def __init__(self, config: Endpointing, window_s: float) -> None:
        self._on, self._off = config.on, config.off
        self._min_speech = max(1, round(config.min_speech_s / window_s))
        self._speculate = max(1, round(config.speculate_s / window_s))
        self._silence = max(self._speculate + 1, round(config.silence_s / window_s))
        self._longest = max(self._min_speech + 1, int(config.longest_s / window_s))
        self._recent: deque[float] = deque(maxlen=max(1, int(config.cut_within_s / window_s)))
        self.speaking = False
        self.first = self.last = self.cut = 0
        self.voiced = self.cut_voiced = 0
        self._index = -1
        self._run = 0

    def step(self, probability: float) -> Change | None:
        """Take the next window's probability."""
        self._index += 1
        self._recent.append(probability)
        if not self.speaking:
            return self._listen(probability)
        if probability >= self._on:
            self.voiced += 1
        quiet = self._index - self.last
        if probability >= self._off:
            self.last = self._index
            if quiet > self._speculate:
                return Change.RESUME
        elif quiet == self._speculate:
            return Change.PAUSE
        elif quiet >= self._silence:
            self.speaking, self._run = False, 0
            return Change.STOP
        if quiet < self._speculate and self._index - self.first + 1 >= self._longest:
            return self._split()
        return None

    def _listen(self, probability: float) -> Change | None:
        self._run = self._run + 1 if probability >= self._on else 0
        if self._run < self._min_speech:
            return None
        self.speaking = True
        self.first = self._index - self._run + 1
        self.last = self._index
        self.voiced = self._run
        return Change.START

    def _split(self) -> Change:
        recent = list(self._recent)[1:]
        quietest = min(range(len(recent)), key=lambda i: (recent[i], -i))
        self.cut = self._index - len(recent) + 1 + quietest
        self.first = self.cut
        after = sum(p >= self._on for p in recent[quietest:])
        self.cut_voiced, self.voiced = self.voiced - after, after
        return Change.SPLIT
