"""Whose voice is measured, and what becomes of it: the customer's, and nobody else's.

An agent's voice is never measured, nor that of a recording on which both sides are mixed.
"""

from models.prosody.head import Head
from models.prosody.measure import Measures
from models.prosody.voice import CallerVoice
from models.types import Channel, Label
from pipeline.jobs import Kind


class VoiceWatch:
    """The customer's voice over one call; without a head it asks for nothing and says nothing."""

    def __init__(self, head: Head | None) -> None:
        self._caller = None if head is None else CallerVoice(head)

    def wants(self, channel: Channel, kind: Kind) -> bool:
        """Return whether a clip is to be measured."""
        return self._caller is not None and channel is Channel.CUSTOMER and kind is not Kind.PARTIAL

    def labels(self, measures: Measures | None, text: str) -> tuple[Label, ...]:
        """Hold an utterance's voice against those before; to be asked in the order of finals."""
        reading = None if self._caller is None else self._caller.take(measures, text)
        label = None if reading is None else reading.label()
        return () if label is None else (label,)
