"""A recording beside the bare engine: the same clips, told honestly."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.inside import write_sound
from benchmarks.recorded import Compared, Turn, compare, middle
from models.stt.tone import pause, say


async def test_both_roads_read_the_same_segments(tmp_path: Path) -> None:
    agent = np.concatenate([pause(0.5), say("hello there"), pause(6.0)])
    customer = np.concatenate([pause(3.0), say("my order is late"), pause(6.0)])
    size = min(len(agent), len(customer))
    file = write_sound(tmp_path / "call.wav", np.stack([agent[:size], customer[:size]]), 8_000)
    found = await compare(file, 1, tmp_path, stt="tone", vad="energy")
    assert found.segments == 2
    assert found.audio_s == pytest.approx(size / 8_000)
    assert found.bare.wall_s > 0
    assert found.whole.wall_s > 0


def test_the_ratio_is_of_speeds() -> None:
    found = Compared(600.0, 9, 300.0, bare=Turn(4.0, 6.0), whole=Turn(5.0, 8.0))
    assert (found.ratio, found.cpu_ratio) == (0.8, 0.75)


def test_the_middle_is_the_median_of_each() -> None:
    assert middle([Turn(1.0, 9.0), Turn(3.0, 7.0), Turn(2.0, 8.0)]) == Turn(2.0, 8.0)
