"""Puts the channels of a call in step: one clock, no holes, nothing twice.

Each channel's audio arrives in its own pieces, late, early, twice or never; the aligner gives out
frames in which every channel has the same samples of the call clock. What never came is silence,
and whatever is filled or dropped is told. It does no input or output and reads no clock: patience
is counted in the samples that other channels, or later pieces, are ahead.
"""

from bisect import bisect_right
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from models.types import AudioFrame, Samples

MISSING = "missing"
"""Nothing came for this stretch within the patience: filled with silence."""
ENDED = "ended"
"""The channel stopped before the call did: filled with silence."""
LATE = "late"
"""Came after its place had been filled: dropped."""
DUPLICATE = "duplicate"
"""Came a second time: dropped."""
TOO_FAR = "too_far"
"""Lies further ahead than the aligner may hold: dropped."""

END_TOLERANCE_S = 0.04
"""Legs do not hang up on the same sample: a shorter tail than two packets is no gap."""
ABSENT_PATIENCE_S = 0.12
"""How long a channel is waited for that has already run out of patience once: a packet or two."""
OPEN_GAP_S = 60.0
"""A gap that stays open is told in pieces of this length, so that a crash does not hide it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of one channel that is not as it was sent; samples [start, end) of the call clock.

    `reason` is "missing" or "ended" where silence stands in for it, "late", "duplicate" or
    "too_far" where a copy or a straggler was dropped.
    """

    channel: int
    start: int
    end: int
    reason: str

    @property
    def filled(self) -> bool:
        """Whether the call now holds silence there; otherwise only something was dropped."""
        return self.reason in {MISSING, ENDED}


class _Ledger:
    """Joins the small pieces in which gaps are noticed, so that each is told once."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._open: dict[tuple[int, str], list[int]] = {}
        self._told: list[Gap] = []

    def note(self, channel: int, start: int, end: int, reason: str) -> None:
        if end <= start:
            return
        key = (channel, reason)
        span = self._open.get(key)
        if span is not None and span[0] <= start <= span[1]:
            span[1] = max(span[1], end)
        else:
            self._close(key)
            span = self._open[key] = [start, end]
        if span[1] - span[0] >= self._longest:
            self._close(key)

    def close(self, channel: int, *reasons: str) -> None:
        """Tell what is open on this channel for these reasons."""
        if self._open:
            for reason in reasons:
                self._close((channel, reason))

    def close_all(self) -> None:
        for key in list(self._open):
            self._close(key)

    def drain(self) -> list[Gap]:
        if not self._told:
            return []
        told, self._told = self._told, []
        return told

    def _close(self, key: tuple[int, str]) -> None:
        span = self._open.pop(key, None)
        if span is not None:
            self._told.append(Gap(key[0], span[0], span[1], key[1]))


class _Piece:
    """Samples that wait: [start, end) of the call clock."""

    __slots__ = ("end", "samples", "start")

    def __init__(self, start: int, samples: Samples) -> None:
        self.start, self.samples = start, samples
        self.end = start + len(samples)

    def cut(self, start: int, end: int) -> "_Piece":
        """Return the part [start, end), which lies inside."""
        return _Piece(start, self.samples[start - self.start : end - self.start])


_START = attrgetter("start")


class _Track:
    """One channel's waiting pieces, sorted and without overlap, and where its own clock stands."""

    __slots__ = ("absent", "cursor", "pieces")

    def __init__(self) -> None:
        self.pieces: list[_Piece] = []
        self.cursor = 0
        self.absent = False

    def whole_until(self, taken: int) -> int:
        """Return where the first hole at or after `taken` begins."""
        at = taken
        for piece in self.pieces:
            if piece.start > at:
                break
            at = max(at, piece.end)
        return at

    def front(self, taken: int) -> int:
        """Return the end of the furthest piece."""
        return self.pieces[-1].end if self.pieces else taken

    def insert(self, piece: _Piece) -> list[tuple[int, int]]:
        """Lay the piece where nothing lies yet; return the spans that were there already."""
        pieces = self.pieces
        if not pieces or piece.start >= pieces[-1].end:
            pieces.append(piece)
            return []
        first = max(0, bisect_right(pieces, piece.start, key=_START) - 1)
        last, at = first, piece.start
        laid: list[_Piece] = []
        doubled: list[tuple[int, int]] = []
        while last < len(pieces) and pieces[last].start < piece.end:
            held = pieces[last]
            last += 1
            laid.append(held)
            if held.end <= at:
                continue
            if held.start > at:
                laid.insert(-1, piece.cut(at, held.start))
            doubled.append((max(at, held.start), min(held.end, piece.end)))
            at = held.end
        if at < piece.end:
            laid.append(piece.cut(at, piece.end))
        pieces[first:last] = laid
        return doubled

    def release(self, start: int, end: int, row: Samples) -> list[tuple[int, int]]:
        """Copy [start, end) into `row`, which is zeros; forget it; return the holes."""
        holes, at, used = [], start, 0
        for piece in self.pieces:
            if piece.start >= end:
                break
            if piece.start > at:
                holes.append((at, piece.start))
            stop = min(piece.end, end)
            row[piece.start - start : stop - start] = piece.samples[: stop - piece.start]
            at = stop
            if piece.end > end:
                piece.samples = piece.samples[end - piece.start :]
                piece.start = end
                break
            used += 1
        del self.pieces[:used]
        if at < end:
            holes.append((at, end))
        return holes


class Aligner:
    """Gathers the channels of one call; give it pieces, take frames.

    A channel, or a hole inside one, is waited for until the furthest audio is `patience_s` ahead of
    it; then it is silence, and a channel that ran out of patience is waited for only
    `ABSENT_PATIENCE_S` until it sends again. No position further than `capacity_s` ahead of what
    has been taken is accepted, which bounds what can be held.
    """

    def __init__(
        self,
        channels: int,
        rate_hz: int,
        *,
        patience_s: float = 0.5,
        capacity_s: float = 40.0,
    ) -> None:
        """Open at sample 0; `capacity_s` must exceed any silence that a sender may skip."""
        self.channels = channels
        self.rate_hz = rate_hz
        self._patience = round(patience_s * rate_hz)
        self._short_patience = min(self._patience, round(ABSENT_PATIENCE_S * rate_hz))
        self._capacity = round(capacity_s * rate_hz)
        self._tracks = [_Track() for _ in range(channels)]
        self._taken = 0
        self._ledger = _Ledger(round(OPEN_GAP_S * rate_hz))

    @property
    def taken(self) -> int:
        """Samples per channel given out so far."""
        return self._taken

    @property
    def kept(self) -> int:
        """Samples per channel accepted so far, without a hole: the least of the channels."""
        return min(track.whole_until(self._taken) for track in self._tracks)

    def push(self, channel: int, samples: Samples, at: int | None = None) -> None:
        """Add one channel's samples; without `at` they follow that channel's last.

        A channel without positions that has been filled goes on from where the filling stopped.
        What cannot be placed is dropped and told by `gaps`. The array is held, not copied.
        """
        track = self._tracks[channel]
        limit = self._taken + self._capacity
        start = max(track.cursor, self._taken) if at is None else at
        end = start + len(samples)
        if end <= start:
            return
        # A wild position must not drag along what follows it without one.
        track.cursor = end if at is None else max(track.cursor, min(end, limit))
        placed = _Piece(start, samples)
        if end > limit:
            placed = placed.cut(start, max(start, limit))
            self._ledger.note(channel, placed.end, end, TOO_FAR)
        if start < self._taken:
            late = min(placed.end, self._taken)
            placed = placed.cut(late, placed.end)
            self._ledger.note(channel, max(start, 0), late, LATE)
            track.absent = False
        if placed.end > placed.start:
            self._place(channel, track, placed)

    def push_all(self, samples: Samples, at: int | None = None) -> None:
        """Add all channels at once, shape [channels, n]."""
        for channel in range(self.channels):
            self.push(channel, samples[channel], at)

    def take(self) -> AudioFrame | None:
        """Return all that every channel has, with silence where patience has run out."""
        taken = self._taken
        wholes = [track.whole_until(taken) for track in self._tracks]
        until = min(wholes)
        front = max(track.front(taken) for track in self._tracks)
        if until < front:
            until = max(until, self._out_of_patience(wholes, front))
            until = min(track.whole_until(until) for track in self._tracks)
        if until <= taken:
            return None
        return self._release(until, MISSING)

    def finish(self) -> AudioFrame | None:
        """Return all that is left, the shorter channels padded; every gap is then told."""
        front = max(track.front(self._taken) for track in self._tracks)
        frame = self._release(front, ENDED) if front > self._taken else None
        self._ledger.close_all()
        return frame

    def gaps(self) -> list[Gap]:
        """Return what has been filled and dropped since the last asking, each stretch once.

        A gap is told when it is over, or every minute while it lasts.
        """
        return self._ledger.drain()

    def _place(self, channel: int, track: _Track, piece: _Piece) -> None:
        doubled = track.insert(piece)
        for first, last in doubled:
            self._ledger.note(channel, first, last, DUPLICATE)
        if not doubled:
            self._ledger.close(channel, DUPLICATE, LATE, TOO_FAR)

    def _out_of_patience(self, wholes: list[int], front: int) -> int:
        """Return how far the channels that are behind have to be filled."""
        until = front
        for track, whole in zip(self._tracks, wholes, strict=True):
            if whole < front:
                wait = self._short_patience if track.absent else self._patience
                until = min(until, max(whole, front - wait))
        return until

    def _release(self, until: int, reason: str) -> AudioFrame:
        start = self._taken
        frame = AudioFrame(start, np.zeros((self.channels, until - start), np.float32))
        for channel, track in enumerate(self._tracks):
            tail_is_filled = False
            for first, last in track.release(start, until, frame.samples[channel]):
                tail_is_filled = last == until
                self._tell_filled(channel, first, last, reason if tail_is_filled else MISSING)
            if not tail_is_filled:
                track.absent = False
                self._ledger.close(channel, MISSING)
            elif not track.pieces:
                track.absent = True
        self._taken = until
        return frame

    def _tell_filled(self, channel: int, start: int, end: int, reason: str) -> None:
        if reason == ENDED and end - start <= END_TOLERANCE_S * self.rate_hz:
            return
        self._ledger.note(channel, start, end, reason)
