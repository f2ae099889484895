import dataclasses
import shutil
import subprocess

import numpy as np
import pytest
import soundfile
import soxr

from benchmarks.telephone import line
from models.prosody.measure import measure, syllables

RATE = 8000


def syllabic(hz=130.0, per_s=4.0, seconds=3.0, level=0.1, rate_hz=RATE):
    """Harmonics in bursts, as syllables are."""
    at = np.arange(int(seconds * rate_hz)) / rate_hz
    out = sum(np.cos(2 * np.pi * n * hz * at + n * n) / n for n in range(3, int(3400 / hz)))
    burst = 0.5 - 0.5 * np.cos(2 * np.pi * per_s * at)
    out = out * (0.05 + burst)
    return (level * out / np.sqrt(np.mean(out**2))).astype(np.float32)


def test_gain_moves_the_levels_and_nothing_else():
    soft, loud = (measure(syllabic(level=level), RATE) for level in (0.02, 0.02 * 10**0.5))
    assert loud.level - soft.level == pytest.approx(10, abs=0.05)
    assert loud.peak - soft.peak == pytest.approx(10, abs=0.05)
    for name in ("pitch", "pitch_range", "pace", "tilt", "dynamics", "seconds"):
        assert getattr(loud, name) == pytest.approx(getattr(soft, name), abs=0.05), name


def test_silence_around_speech_is_not_measured():
    speech = syllabic()
    padded = np.concatenate([np.zeros(RATE, np.float32), speech, np.zeros(2 * RATE, np.float32)])
    bare, found = measure(speech, RATE), measure(padded, RATE)
    assert found.level == pytest.approx(bare.level, abs=0.3)
    assert found.seconds == pytest.approx(bare.seconds, abs=0.15)
    assert found.pace == pytest.approx(bare.pace, rel=0.1)


def test_level_is_the_speechs_root_mean_square():
    assert measure(syllabic(level=0.1), RATE).level == pytest.approx(-20, abs=1)


@pytest.mark.parametrize("per_s", [3.0, 4.0, 5.0])
def test_bursts_are_counted_as_syllables(per_s):
    assert measure(syllabic(per_s=per_s), RATE).pace == pytest.approx(per_s, rel=0.12)


def test_a_small_dip_is_no_new_syllable_and_an_unvoiced_peak_is_none():
    levels = np.array([-40, -20, -21, -20, -30, -20, -40], np.float32)
    assert syllables(levels, np.ones(7, bool)) == 2
    assert syllables(levels, np.array([1, 1, 1, 1, 1, 0, 1], bool)) == 1


def test_the_pitch_is_told_in_semitones():
    low, high = measure(syllabic(120.0), RATE), measure(syllabic(240.0), RATE)
    assert high.pitch - low.pitch == pytest.approx(12, abs=0.2)
    assert low.pitch == pytest.approx(12 * np.log2(120), abs=0.2)


def test_energy_above_one_kilohertz_raises_the_tilt():
    speech = syllabic()
    spectrum = np.fft.rfft(speech)
    hertz = np.fft.rfftfreq(len(speech), 1 / RATE)
    spectrum[hertz > 1000] *= 2
    sharp = np.fft.irfft(spectrum, len(speech)).astype(np.float32)
    change = measure(sharp, RATE).tilt - measure(speech, RATE).tilt
    assert change == pytest.approx(6, abs=0.6)


def test_another_rate_is_read_as_eight_kilohertz():
    wide = syllabic(rate_hz=16_000)
    found = measure(wide, 16_000)
    same = measure(soxr.resample(wide, 16_000, RATE, "HQ"), RATE)
    assert dataclasses.astuple(found) == dataclasses.astuple(same)
    assert found.pitch == pytest.approx(12 * np.log2(130), abs=0.2)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(2 * RATE, np.float32),
        syllabic(seconds=0.4),
        np.zeros(1, np.float32),
        np.random.default_rng(1).standard_normal(2 * RATE).astype(np.float32) * 0.05,
    ],
    ids=["silence", "too short", "one sample", "noise"],
)
def test_too_little_voice_gives_nothing(samples):
    assert measure(samples, RATE) is None


@pytest.mark.speech
@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_a_voice_that_speaks_faster_has_the_higher_pace(tmp_path):
    paces = []
    for stretch in ("1.0", "0.7"):
        path = tmp_path / f"{stretch}.wav"
        said = "i have been waiting for two hours and nobody has answered my letter"
        command = ["flite", "-voice", "rms", "--setf", f"duration_stretch={stretch}", "-t", said]
        subprocess.run([*command, "-o", str(path)], check=True)
        paces.append(measure(line(*soundfile.read(path, dtype="float32")), RATE).pace)
    assert paces[1] / paces[0] > 1.2
