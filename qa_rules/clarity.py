"""How well a speaker was heard in a stretch of the call: whether an absence can be believed."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.types import Channel, Utterance
from qa_rules.heard import SURE
from qa_rules.index import speaks

__all__ = ["SURE", "Speech", "mean_confidence", "speech_of"]


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
