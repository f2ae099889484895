"""The sounds of a line on which nobody speaks, and the count of invented words."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.silence import RATE_HZ, Quiet, measure, synthetic, through_line
from models.stt.tone import pause, say


@pytest.mark.parametrize("name", list(synthetic()))
def test_each_sound_is_as_long_as_asked_and_not_clipped(name: str) -> None:
    samples = synthetic()[name](12_345)
    assert samples.shape == (12_345,)
    assert samples.dtype == np.float32
    assert np.abs(samples).max() <= 1.0


@pytest.mark.parametrize(
    ("name", "level_db"),
    [("white noise -30", -30), ("pink noise -25", -25), ("brown noise -35", -35)],
)
def test_noise_has_the_level_that_its_name_says(name: str, level_db: float) -> None:
    samples = synthetic()[name](RATE_HZ * 5)
    assert 20 * np.log10(np.sqrt(np.mean(samples**2))) == pytest.approx(level_db, abs=0.5)


def test_a_busy_tone_is_on_half_the_time() -> None:
    samples = synthetic()["busy 480+620"](RATE_HZ * 10)
    loud = np.abs(samples.reshape(-1, RATE_HZ // 10)).max(axis=1) > 0.01
    assert loud.mean() == pytest.approx(0.5)


def test_the_line_keeps_silence_silent() -> None:
    assert np.abs(through_line(np.zeros(100, np.float32))).max() < 1e-3


async def test_words_are_counted_where_there_are_some(tmp_path: Path) -> None:
    spoken = np.concatenate([pause(1.0), say("you are welcome"), pause(1.5)])
    sounds = iter([("speech", spoken), ("silence", np.zeros(RATE_HZ * 3, np.float32))])
    speech, silence = await measure(sounds, tmp_path, stt="tone", vad="energy")
    assert (speech.segments, speech.words, speech.texts) == (1, 3, ("you are welcome",))
    assert silence == Quiet("silence", 3.0, 0, 0, ())


async def test_default_engines_invent_nothing_on_tones_and_noise(tmp_path: Path) -> None:
    names = ("white noise -30", "ring-back 440+480", "keys pressed", "busy 480+620")
    sounds = ((name, through_line(synthetic()[name](RATE_HZ * 6))) for name in names)
    assert [(q.name, q.words) for q in await measure(sounds, tmp_path)] == [(n, 0) for n in names]
