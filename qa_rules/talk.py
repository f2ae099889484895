"""Who spoke when: silences that are too long, and two people speaking at once."""

from collections import deque

from models.types import Channel, Utterance

KEPT = 64
"""Utterances remembered: more than a silence or an overlap can reach back over."""
OVERTALK_S = 3.0


class Talk:
    """The recent stretches of speech of a call, and whether it is on hold."""

    def __init__(self) -> None:
        self._spans: deque[tuple[Channel | None, float, float]] = deque(maxlen=KEPT)
        self._overlaps: set[float] = set()
        self._held_since: float | None = None
        self._holds: deque[tuple[float, float]] = deque(maxlen=KEPT)

    def take(self, said: Utterance) -> float | None:
        """Remember an utterance; return when it became overtalk with the other side, else None."""
        found: float | None = None
        for channel, start, end in self._spans:
            if channel in (None, said.channel) or Channel.MIXED in (channel, said.channel):
                continue
            begin = max(start, said.start)
            if min(end, said.end) - begin >= OVERTALK_S and begin not in self._overlaps:
                self._overlaps.add(begin)
                found = begin + OVERTALK_S
        self._spans.append((said.channel, said.start, said.end))
        return found

    def unheard(self, start: float, end: float) -> None:
        """Remember speech that could not be read."""
        self._spans.append((None, start, end))

    def hold(self, at: float) -> None:
        """The call is put on hold."""
        if self._held_since is None:
            self._held_since = at

    def resume(self, at: float) -> None:
        """The call is taken off hold."""
        if self._held_since is not None:
            self._holds.append((self._held_since, at))
            self._held_since = None

    def silent(self, start: float, end: float) -> bool:
        """Return whether nobody spoke between two seconds, with the call not on hold."""
        if self._held_since is not None and self._held_since < end:
            return False
        if any(a < end and b > start for a, b in self._holds):
            return False
        return not any(a < end and b > start for _, a, b in self._spans)
