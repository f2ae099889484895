"""A caller's usual voice, from the caller's own first words and later calm ones."""

import statistics
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.prosody.measure import Measures

COMPARED = ("level", "dynamics", "pitch", "pitch_range", "pitch_slope", "pace", "tilt")
"""The measures that a caller is held against."""

LEAST_S = 6.0
"""Seconds of speech before anything is compared: three or four short turns."""
LEAST_CLIPS = 3
MOST_CLIPS = 60
"""A new calm clip moves the middle of sixty only a little, so a mood does not become the usual."""
PRIOR_CLIPS = 8
"""How many clips of the caller's own weigh as much as what callers differ by in general."""
MAD = 1.4826
"""Standard deviations in a median absolute deviation, for normal numbers."""


@dataclass(frozen=True, slots=True)
class Usual:
    """The middle of each measure of `COMPARED`, and how far the caller usually is from it."""

    middle: Mapping[str, float]
    spread: Mapping[str, float]

    def change(self, measures: Measures) -> dict[str, float]:
        """Return how far a clip is from the middle, in the measures' own units."""
        return {name: getattr(measures, name) - self.middle[name] for name in COMPARED}

    def scores(self, measures: Measures) -> dict[str, float]:
        """Return the same in spreads."""
        return {name: far / self.spread[name] for name, far in self.change(measures).items()}


def usual(clips: Sequence[Measures], prior: Mapping[str, float]) -> Usual:
    """Return the usual voice of at least one clip; `prior` is the spread of callers in general.

    Few clips tell a middle but no spread, so the caller's own is mixed with the prior's.
    """
    middle: dict[str, float] = {}
    spread: dict[str, float] = {}
    for name in COMPARED:
        values = [getattr(clip, name) for clip in clips]
        middle[name] = here = statistics.median(values)
        own = MAD * statistics.median([abs(value - here) for value in values])
        mixed = PRIOR_CLIPS * prior[name] ** 2 + len(values) * own**2
        spread[name] = (mixed / (PRIOR_CLIPS + len(values))) ** 0.5
    return Usual(middle, spread)


class Baseline:
    """One caller's usual voice as the call goes on; who adds clips decides that they are calm."""

    def __init__(self, prior: Mapping[str, float]) -> None:
        self._prior = prior
        self._clips: deque[Measures] = deque(maxlen=MOST_CLIPS)
        self._seconds = 0.0
        self._usual: Usual | None = None

    def add(self, measures: Measures) -> None:
        """Take a clip for usual."""
        self._clips.append(measures)
        self._seconds += measures.seconds
        self._usual = None

    @property
    def ready(self) -> bool:
        """Whether enough was heard to compare with."""
        return self._seconds >= LEAST_S and len(self._clips) >= LEAST_CLIPS

    @property
    def usual(self) -> Usual | None:
        """The usual voice, None until it is known."""
        if self._usual is None and self.ready:
            self._usual = usual(self._clips, self._prior)
        return self._usual
