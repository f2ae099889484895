"""Who spoke when: silences that are too long, and two people speaking at once."""

from collections import deque

from models.types import Channel, Utterance

KEPT = 64
"""Utterances remembered: more than a silence or an overlap can reach back over."""
OVERTALK_S = 3.0
HOLD_EVENTS = {"hold_30s": 30.0, "hold_60s": 60.0}
"""Events that the clock raises once a hold which the system told has lasted so many seconds."""


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

    def hold(self, at: float) -> bool:
        """The call is put on hold; return whether it was not on hold before."""
        if self._held_since is not None:
            return False
        self._held_since = at
        return True

    def resume(self, at: float) -> None:
        """The call is taken off hold."""
        if self._held_since is not None:
            self._holds.append((self._held_since, at))
            self._held_since = None

    def held(self, since: float, until: float) -> bool:
        """Return whether the hold that began at `since` was still on at `until`."""
        return self._held_since == since or any(
            start == since and end >= until for start, end in self._holds
        )

    def hold_of(self, at: float) -> float | None:
        """Return when the hold began that is on, None where the call is not on hold by `at`."""
        since = self._held_since
        return since if since is not None and since <= at else None

    def silent(self, start: float, end: float) -> bool:
        """Return whether nobody spoke between two seconds, with the call not on hold."""
        if self._held_since is not None and self._held_since < end:
            return False
        if any(a < end and b > start for a, b in self._holds):
            return False
        return not any(a < end and b > start for _, a, b in self._spans)
