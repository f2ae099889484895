import numpy as np
import pytest

from pipeline.buffer import AudioBuffer


def filled(*sizes):
    buffer, at = AudioBuffer(), 0
    for size in sizes:
        buffer.append(np.arange(at, at + size, dtype=np.float32))
        at += size
    return buffer


@pytest.mark.parametrize(("start", "stop"), [(0, 60), (5, 6), (9, 31), (10, 30), (30, 60)])
def test_a_clip_holds_the_samples_asked_for(start, stop):
    assert filled(10, 20, 30).clip(start, stop).tolist() == list(range(start, stop))


def test_what_is_forgotten_ends_before_the_sample_named():
    buffer = filled(10, 20, 30)
    buffer.forget(29)
    assert (buffer.start, buffer.end) == (10, 60)
    assert buffer.clip(29, 33).tolist() == [29, 30, 31, 32]
    buffer.forget(30)
    assert buffer.start == 30


def test_a_clip_is_a_copy():
    buffer = filled(10)
    buffer.clip(0, 5)[:] = -1
    assert buffer.clip(0, 5).tolist() == [0, 1, 2, 3, 4]
