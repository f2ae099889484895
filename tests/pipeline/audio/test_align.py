import numpy as np

from pipeline.audio.align import Aligner, Gap

RATE = 8000


def tone(size: int, level: float = 0.25) -> np.ndarray:
    return np.full(size, level, np.float32)


def test_a_frame_holds_what_every_channel_has():
    aligner = Aligner(2, RATE)
    aligner.push(0, tone(800))
    assert aligner.take() is None
    aligner.push(1, tone(300, 0.5))
    frame = aligner.take()
    assert frame.start == 0
    assert frame.samples.shape == (2, 300)
    assert (frame.samples[0] == 0.25).all()
    assert (frame.samples[1] == 0.5).all()
    aligner.push(1, tone(500, 0.5))
    assert aligner.take().start == 300
    assert aligner.take() is None


def test_push_all_keeps_channels_in_step():
    aligner = Aligner(2, RATE)
    aligner.push_all(np.stack([tone(160), tone(160, 0.5)]))
    assert aligner.kept == 160
    assert aligner.take().samples.shape == (2, 160)
    assert aligner.kept == 160


def test_a_silent_channel_delays_the_other_by_the_patience_only():
    aligner = Aligner(2, RATE, patience_s=0.5)
    behind = []
    for n in range(1, 101):
        aligner.push(0, tone(160))
        aligner.take()
        behind.append(n * 160 - aligner.taken)
    assert max(behind) == 4000
    # Having run out of patience once, it is waited for by a packet or two.
    assert behind[-1] == 960


def test_a_silent_channel_is_told_once_and_not_at_every_frame():
    aligner = Aligner(2, RATE)
    gaps = []
    for _ in range(500):
        aligner.push(0, tone(160))
        aligner.take()
        gaps += aligner.gaps()
    assert gaps == []
    aligner.push(1, tone(960), at=500 * 160)
    aligner.push(0, tone(960))
    aligner.take()
    assert aligner.gaps() == [Gap(1, 0, 80_000, "missing")]


def test_a_gap_that_stays_open_is_told_every_minute():
    aligner = Aligner(2, RATE)
    gaps = []
    for _ in range(150):
        aligner.push(0, tone(RATE))
        aligner.take()
        gaps += aligner.gaps()
    assert [gap.reason for gap in gaps] == ["missing", "missing"]
    assert gaps[0].end == gaps[1].start
    assert gaps[1].end >= 120 * RATE


def test_a_channel_that_comes_back_is_waited_for_in_full():
    aligner = Aligner(2, RATE, patience_s=0.5)
    aligner.push(0, tone(2 * RATE))
    aligner.take()
    aligner.push(1, tone(960), at=2 * RATE)
    aligner.push(0, tone(960))
    aligner.take()
    assert aligner.taken == 2 * RATE + 960
    aligner.push(0, tone(3000))
    assert aligner.take() is None


def test_a_channel_always_a_little_late_is_not_lost_after_a_stall():
    aligner = Aligner(2, RATE, patience_s=0.5)
    aligner.push(0, tone(4 * RATE))
    aligner.take()
    lost = 0
    for n in range(100):
        aligner.push(0, tone(160))
        aligner.take()
        place = 4 * RATE + n * 160 - 2400  # 0.3 s behind, for ever
        aligner.push(1, tone(160, 0.5), at=place)
        aligner.take()
    aligner.finish()
    lost = sum(gap.end - gap.start for gap in aligner.gaps() if gap.reason == "late")
    assert 0 < lost <= 3200


def test_a_hole_is_silence_and_told():
    aligner = Aligner(1, RATE)
    aligner.push(0, tone(100))
    aligner.push(0, tone(8000), at=24_100)
    frame = aligner.take()
    assert frame.samples.shape[1] == 32_100
    assert not frame.samples[0, 100:24_100].any()
    assert (frame.samples[0, 24_100:] == 0.25).all()
    assert aligner.gaps() == [Gap(0, 100, 24_100, "missing")]


def test_a_straggler_within_the_patience_finds_its_place():
    aligner = Aligner(1, RATE)
    aligner.push(0, tone(160))
    aligner.push(0, tone(160), at=320)
    assert aligner.take().samples.shape[1] == 160
    aligner.push(0, tone(160), at=160)
    assert aligner.take().samples.shape[1] == 320
    assert aligner.gaps() == []


def test_a_straggler_after_its_place_was_filled_is_dropped_and_told():
    aligner = Aligner(1, RATE, patience_s=0.1)
    aligner.push(0, tone(160), at=320)
    aligner.push(0, tone(4000), at=480)
    assert aligner.take().samples.shape[1] == 4480
    aligner.push(0, tone(160), at=100)
    aligner.push(0, tone(160))
    aligner.take()
    assert aligner.gaps() == [Gap(0, 0, 320, "missing"), Gap(0, 100, 260, "late")]


def test_what_comes_twice_is_dropped_and_told_once():
    aligner = Aligner(1, RATE)
    aligner.push(0, tone(320))
    aligner.push(0, tone(160, 0.9), at=0)
    aligner.push(0, tone(160, 0.9), at=160)
    aligner.push(0, tone(160))
    frame = aligner.take()
    assert (frame.samples == 0.25).all()
    assert frame.samples.shape[1] == 480
    assert aligner.gaps() == [Gap(0, 0, 320, "duplicate")]


def test_an_overlap_keeps_what_was_first_and_adds_the_rest():
    aligner = Aligner(1, RATE)
    aligner.push(0, tone(100), at=0)
    aligner.push(0, tone(100), at=200)
    aligner.push(0, tone(400, 0.5), at=50)
    frame = aligner.take()
    levels = frame.samples[0]
    assert levels.shape[0] == 450
    assert (levels[:100] == 0.25).all()
    assert (levels[100:200] == 0.5).all()
    assert (levels[200:300] == 0.25).all()
    assert (levels[300:] == 0.5).all()
    aligner.finish()
    assert [(gap.start, gap.end) for gap in aligner.gaps()] == [(50, 100), (200, 300)]


def test_a_position_in_the_far_future_is_told_and_holds_nothing():
    aligner = Aligner(2, RATE, capacity_s=10)
    for wild in (10**15, 2**63, 11 * RATE):
        aligner.push(0, tone(160), at=wild)
    assert aligner.take() is None
    aligner.push_all(np.stack([tone(160), tone(160)]), at=0)
    assert aligner.take().samples.shape == (2, 160)
    aligner.finish()
    gaps = aligner.gaps()
    assert {gap.reason for gap in gaps} == {"too_far"}
    assert [gap.start for gap in gaps] == [10**15, 2**63, 11 * RATE]
    assert not any(gap.filled for gap in gaps)


def test_a_wild_position_does_not_drag_along_what_follows_without_one():
    aligner = Aligner(1, RATE, capacity_s=10)
    aligner.push(0, tone(160))
    aligner.push(0, tone(160), at=2**62)
    assert aligner.take().samples.shape[1] == 160


def test_audio_that_nobody_takes_is_bounded_and_its_time_stays_true():
    aligner = Aligner(1, RATE, capacity_s=10)
    for _ in range(15):
        aligner.push(0, tone(RATE))
    assert aligner.take().samples.shape[1] == 10 * RATE
    aligner.push(0, tone(RATE, 0.5))
    frame = aligner.take()
    assert frame.start == 10 * RATE
    assert not frame.samples[0, : 5 * RATE].any()
    assert (frame.samples[0, 5 * RATE :] == 0.5).all()
    assert aligner.gaps() == [
        Gap(0, 10 * RATE, 15 * RATE, "too_far"),
        Gap(0, 10 * RATE, 15 * RATE, "missing"),
    ]


def test_a_negative_position_is_late():
    aligner = Aligner(1, RATE)
    aligner.push(0, tone(160), at=-80)
    assert aligner.take().samples.shape[1] == 80
    aligner.push(0, tone(160), at=-800)
    aligner.push(0, tone(160))
    assert aligner.take().samples.shape[1] == 160


def test_finish_pads_the_shorter_channel_and_tells_what_is_long():
    aligner = Aligner(2, RATE)
    aligner.push(0, tone(RATE))
    aligner.push(1, tone(RATE - 200))
    assert aligner.finish().samples.shape == (2, RATE)
    assert aligner.gaps() == []
    aligner = Aligner(2, RATE)
    aligner.push(0, tone(RATE))
    aligner.push(1, tone(RATE - 2000))
    assert aligner.finish().samples.shape == (2, RATE)
    assert aligner.gaps() == [Gap(1, RATE - 2000, RATE, "ended")]
    assert aligner.finish() is None


def test_empty_pieces_change_nothing():
    aligner = Aligner(2, RATE)
    aligner.push(0, tone(0))
    aligner.push_all(np.zeros((2, 0), np.float32))
    aligner.push(1, tone(0), at=5000)
    assert aligner.take() is None
    assert aligner.finish() is None
    assert aligner.kept == 0


def test_kept_stops_at_the_first_hole():
    aligner = Aligner(2, RATE)
    aligner.push_all(np.stack([tone(500), tone(500)]))
    aligner.push(0, tone(100))
    aligner.push(1, tone(100), at=700)
    assert aligner.kept == 500
