"""How well a speaker was heard in a stretch of the call: whether an absence can be believed."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.types import Channel, Utterance
from qa_rules.index import speaks

SURE = 0.8
"""Mean confidence from which words that were not found were not said.

The recogniser's mean token probability is about 0.9 where each word is right and 0.75 where whole
phrases are replaced by ones that sound alike.
"""


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


def mean_confidence(
    speech: Iterable[Speech], speaker: str, start: float, end: float
) -> float | None:
    """Return how sure the words of a speaker between two seconds are, by their length.

    None where that speaker does not speak there.
    """
    total = weighed = 0.0
    for stretch in speech:
        shared = min(stretch.end, end) - max(stretch.start, start)
        if shared > 0 and speaks(speaker, stretch.channel):
            total += shared
            weighed += shared * (1.0 if stretch.confidence is None else stretch.confidence)
    return weighed / total if total else None
