"""How well a speaker was heard in a stretch of the call: whether an absence can be believed."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from models.types import Channel, Utterance
from qa_rules.heard import SURE
from qa_rules.index import speaks

__all__ = ["SURE", "Speech", "SpeechLog", "mean_confidence", "speech_of"]

_DIGITS = 9
"""Of a mean: sums of many stretches differ in the last places by their order."""


@dataclass(frozen=True, slots=True)
class Speech:
    """When a channel spoke, and how sure the recogniser is of the words; None counts as sure."""

    channel: Channel
    start: float
    end: float
    confidence: float | None


def speech_of(said: Utterance) -> Speech:
    """Return an utterance without its words."""
    return Speech(said.channel, said.start, said.end, said.confidence)


@dataclass(slots=True)
class _Track:
    """One channel's stretches in order of time, with the sums up to each."""

    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=lambda: [0.0])
    weighed: list[float] = field(default_factory=lambda: [0.0])

    def between(self, start: float, end: float) -> tuple[float, float]:
        """Return the seconds spoken between two, and the same by how sure they are."""
        first, last = bisect_right(self.ends, start), bisect_left(self.starts, end) - 1
        if last < first:
            return 0.0, 0.0
        seconds = self.seconds[last + 1] - self.seconds[first]
        weighed = self.weighed[last + 1] - self.weighed[first]
        for number, over in (
            (first, start - self.starts[first]),
            (last, self.ends[last] - end),
        ):
            if over > 0:
                seconds -= over
                weighed -= over * self._sure(number)
        return seconds, weighed

    def _sure(self, number: int) -> float:
        spent = self.seconds[number + 1] - self.seconds[number]
        return (self.weighed[number + 1] - self.weighed[number]) / spent if spent else 1.0


class SpeechLog:
    """A call's speech as it comes. A mean over it costs the same however long the call is."""

    def __init__(self, under: "SpeechLog | None" = None) -> None:
        """Begin; `under` is what came before, left as it is."""
        self._under = under
        self._tracks: dict[Channel, _Track] = {}
        self._odd: list[Speech] = []

    def append(self, speech: Speech) -> None:
        """Add a stretch; one that overlaps its channel's last one is kept apart."""
        track = self._tracks.setdefault(speech.channel, _Track())
        if speech.end <= speech.start or (track.ends and speech.start < track.ends[-1]):
            self._odd.append(speech)
            return
        spent = speech.end - speech.start
        sure = 1.0 if speech.confidence is None else speech.confidence
        track.starts.append(speech.start)
        track.ends.append(speech.end)
        track.seconds.append(track.seconds[-1] + spent)
        track.weighed.append(track.weighed[-1] + spent * sure)

    def branch(self) -> "SpeechLog":
        """Return a log that goes on from here without changing this one."""
        return SpeechLog(self)

    def sums(self, speaker: str, start: float, end: float) -> Iterator[tuple[float, float]]:
        """Yield seconds of a speaker between two, and the same by how sure they are."""
        for channel, track in self._tracks.items():
            if speaks(speaker, channel):
                yield track.between(start, end)
        yield _added(self._odd, speaker, start, end)
        if self._under is not None:
            yield from self._under.sums(speaker, start, end)


def mean_confidence(
    speech: Iterable[Speech] | SpeechLog, speaker: str, start: float, end: float
) -> float | None:
    """Return how sure the words of a speaker between two seconds are, by their length.

    None where that speaker does not speak there.
    """
    if isinstance(speech, SpeechLog):
        parts = list(speech.sums(speaker, start, end))
        total, weighed = sum(p[0] for p in parts), sum(p[1] for p in parts)
    else:
        total, weighed = _added(speech, speaker, start, end)
    return round(weighed / total, _DIGITS) if total > 0 else None


def _added(speech: Iterable[Speech], speaker: str, start: float, end: float) -> tuple[float, float]:
    total = weighed = 0.0
    for stretch in speech:
        shared = min(stretch.end, end) - max(stretch.start, start)
        if shared > 0 and speaks(speaker, stretch.channel):
            total += shared
            weighed += shared * (1.0 if stretch.confidence is None else stretch.confidence)
    return total, weighed
