import numpy as np
import pytest

from benchmarks.telephone import LINE_HZ, Background, band, line, scaled


def tone(hertz, rate_hz=LINE_HZ, seconds=1.0):
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate_hz)) / rate_hz)).astype(
        np.float32
    )


def level(samples):
    return 10 * np.log10(np.mean(samples**2) + 1e-12)


def test_the_middle_of_the_band_passes_and_the_outside_does_not():
    for hertz in (400, 1_000, 3_300):
        assert level(band(tone(hertz))) == pytest.approx(level(tone(hertz)), abs=0.2)
    for hertz in (50, 150, 3_700):
        assert level(band(tone(hertz))) < level(tone(hertz)) - 40


def test_the_line_is_eight_kilohertz_in_mulaw():
    far = line(tone(1_000, 16_000), 16_000)
    assert len(far) == LINE_HZ
    assert far.dtype == np.float32
    assert len(np.unique(far)) <= 256
    assert level(far) == pytest.approx(level(tone(1_000)), abs=0.3)


def test_without_the_band_low_sounds_pass():
    assert level(line(tone(150), LINE_HZ, banded=False)) > level(line(tone(150), LINE_HZ)) + 20


def test_noise_is_so_much_softer_than_the_speech():
    noise = np.random.default_rng(7).normal(0, 1, 1_000).astype(np.float32)
    speech = tone(700)
    assert level(speech) - level(scaled(noise, speech, 12.0)) == pytest.approx(12.0, abs=0.01)
    noisy = line(speech, LINE_HZ, Background(noise, 12.0))
    assert level(noisy - line(speech, LINE_HZ)) == pytest.approx(level(speech) - 12.0, abs=1.0)


def test_silence_stays_silent():
    quiet = np.zeros(800, np.float32)
    assert not line(quiet, LINE_HZ, Background(quiet, 10)).any()
    assert len(line(np.zeros(0, np.float32), LINE_HZ)) == 0
