"""Whatever way the pieces come, the frames hold the call as it was sent."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.align import Aligner

RATE = 8000


def ramp(channel: int, size: int) -> np.ndarray:
    """Samples that name their own place and channel."""
    return (np.arange(1, size + 1) / 65536 + channel * 0.5).astype(np.float32)


def cuts(size: int, points: list[float]) -> list[tuple[int, int]]:
    edges = sorted({0, size, *(int(size * p) for p in points)})
    return list(pairwise(edges))


class Taker:
    """Takes frames, holds them to be in order, and joins them."""

    def __init__(self, aligner: Aligner) -> None:
        self.aligner = aligner
        self.frames: list[np.ndarray] = []
        self.end = 0
        self.gaps: list = []

    def take(self) -> None:
        self.add(self.aligner.take())

    def add(self, frame) -> None:
        if frame is not None:
            assert frame.start == self.end
            assert frame.samples.shape[1] > 0
            assert frame.samples.dtype == np.float32
            self.end += frame.samples.shape[1]
            self.frames.append(frame.samples)
        assert self.end == self.aligner.taken
        self.gaps += self.aligner.gaps()

    def finish(self) -> np.ndarray:
        self.add(self.aligner.finish())
        return np.concatenate(self.frames, axis=1) if self.frames else np.zeros((0, 0))


fractions = st.lists(st.floats(0, 1), max_size=12)


@given(
    size=st.integers(1, 3000), points=st.lists(fractions, min_size=3, max_size=3), data=st.data()
)
def test_any_chunking_of_each_channel_gives_the_same_call(size, points, data):
    taker = Taker(Aligner(3, RATE, patience_s=1.0))
    sent = np.stack([ramp(channel, size) for channel in range(3)])
    waiting = [cuts(size, points[channel]) for channel in range(3)]
    while any(waiting):
        channel = data.draw(st.sampled_from([c for c in range(3) if waiting[c]]))
        first, last = waiting[channel].pop(0)
        positioned = data.draw(st.booleans())
        taker.aligner.push(channel, sent[channel, first:last], first if positioned else None)
        if data.draw(st.booleans()):
            taker.take()
    assert taker.aligner.kept == size
    np.testing.assert_array_equal(taker.finish(), sent)
    assert taker.gaps == []


@given(size=st.integers(1, 3000), points=fractions, data=st.data())
def test_any_order_of_positioned_pieces_within_the_patience_gives_the_same_call(size, points, data):
    taker = Taker(Aligner(1, RATE, patience_s=1.0))
    sent = ramp(0, size)
    for first, last in data.draw(st.permutations(cuts(size, points))):
        taker.aligner.push(0, sent[first:last], first)
        taker.take()
    np.testing.assert_array_equal(taker.finish()[0], sent)
    assert taker.gaps == []


pushes = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 3000),
        st.integers(0, 900),
        st.booleans(),
    ),
    max_size=40,
)


@given(pushes=pushes)
@settings(max_examples=300)
def test_every_sample_is_the_one_sent_for_its_place_or_a_told_silence(pushes):
    """Random pieces, doubled, overlapping, late and with holes, against a plain model."""
    rate, patience = 1000, 200
    taker = Taker(Aligner(2, rate, patience_s=patience / rate, capacity_s=2.0))
    sent = [ramp(channel, 5000) for channel in range(2)]
    came = np.zeros((2, 5000), bool)
    for channel, at, size, take in pushes:
        limit = min(at + size, taker.aligner.taken + 2000)
        for place in range(max(at, taker.aligner.taken), max(limit, at)):
            came[channel, place] = True
        taker.aligner.push(channel, sent[channel][at : at + size], at)
        if take:
            front = max(
                [taker.end, *(int(np.flatnonzero(row)[-1]) + 1 for row in came if row.any())]
            )
            taker.take()
            assert taker.end >= front - patience
    result = taker.finish()
    for channel, row in enumerate(result):
        told = np.zeros(row.shape[0], bool)
        for gap in taker.gaps:
            if gap.channel == channel and gap.filled:
                told[gap.start : gap.end] = True
        there = came[channel, : row.shape[0]]
        np.testing.assert_array_equal(row[there], sent[channel][: row.shape[0]][there])
        assert not row[~there].any()
        # Only the tail of a leg that hung up a packet earlier needs no telling.
        tail = int(0.04 * rate)
        np.testing.assert_array_equal(told[:-tail], ~there[:-tail])
        assert not (told & there).any()


@given(pushes=pushes)
def test_what_is_dropped_is_told_to_the_sample(pushes):
    """Samples in = samples kept + samples told as late, doubled or too far."""
    taker = Taker(Aligner(2, 1000, patience_s=0.2, capacity_s=2.0))
    total, marks = 0, np.zeros((2, 8000), int)
    for channel, at, size, take in pushes:
        taker.aligner.push(channel, np.full(size, 0.5, np.float32), at)
        marks[channel, at : at + size] += 1
        total += size
        if take:
            taker.take()
    result = taker.finish()
    kept = int((result != 0).sum())
    dropped = [gap for gap in taker.gaps if not gap.filled]
    # Two copies of one straggler join into one report, so the sum may be less but never more.
    assert kept + sum(gap.end - gap.start for gap in dropped) <= total
    for channel in range(2):
        row = result[channel] if result.size else np.zeros(0)
        lost = np.zeros(8000, bool)
        for gap in dropped:
            if gap.channel == channel:
                lost[gap.start : gap.end] = True
        there = np.zeros(8000, bool)
        there[: row.shape[0]] = row != 0
        assert ((marks[channel] == 0) | there | lost).all()
        assert (lost <= (marks[channel] > 0)).all()
