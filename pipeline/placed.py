"""A call's events as they stand once its sides were swapped; pure.

A swap is one more event. What was heard before it stays as it was written and is read with the
other side's name; what was judged of the wrong sides (checklist, mood) counts no more. A second
swap brings back what was judged at first. Hints and after-call work stay: they were shown so.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeVar

from models.types import Channel
from pipeline.events import (
    AngerChanged,
    AudioGap,
    CallStarted,
    ChecklistChanged,
    Event,
    SidesSwapped,
    TranscriptionFailed,
    UtteranceFinal,
)

E = TypeVar("E", bound=Event)

OTHER: Final = {Channel.AGENT: Channel.CUSTOMER, Channel.CUSTOMER: Channel.AGENT}


def placed(events: Sequence[tuple[int, E]]) -> list[tuple[int, E]]:
    """Return numbered events with the sides as the last swap leaves them, without what it voids."""
    left = sum(isinstance(event, SidesSwapped) for _, event in events)
    if not left:
        return list(events)
    out: list[tuple[int, E]] = []
    for seq, event in events:
        left -= isinstance(event, SidesSwapped)
        if left % 2 == 0:
            out.append((seq, event))
        elif not isinstance(event, ChecklistChanged | AngerChanged):
            out.append((seq, _other(event)))
    return out


def is_swapped(events: Sequence[tuple[int, Event]]) -> bool:
    """Return whether a call's sides stand the other way round than they were heard."""
    return sum(isinstance(event, SidesSwapped) for _, event in events) % 2 == 1


def side(channel: Channel) -> Channel:
    """Return the other side; a mixed recording has none."""
    return OTHER.get(channel, channel)


def _other(event: E) -> E:
    match event:
        case CallStarted(channels=channels):
            return replace(event, channels=tuple(map(side, channels)))
        case UtteranceFinal(utterance=said):
            return replace(event, utterance=replace(said, channel=side(said.channel)))
        case TranscriptionFailed(channel=channel) | AudioGap(channel=channel):
            return replace(event, channel=side(channel))
        case _:
            return event
