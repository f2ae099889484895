import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio.peaks import PeakMeter, Peaks, file_peaks
from pipeline.errors import AudioUnreadable


def measured(samples, sizes, rate_hz=8000):
    meter = PeakMeter(samples.shape[1], rate_hz)
    at = 0
    for size in sizes:
        meter.add(samples[at : at + size])
        at += size
    meter.add(samples[at:])
    return meter.finish()


def test_each_span_has_its_lowest_and_highest_sample():
    samples = np.zeros((480, 2), np.int16)
    samples[10, 0] = 32767
    samples[200, 0] = -16384
    samples[479, 1] = 256
    peaks = measured(samples, [])
    assert peaks.per_s == 50
    assert peaks.values.shape == (2, 3, 2)
    assert peaks.values[0].tolist() == [[0, 127], [-64, 0], [0, 0]]
    assert peaks.values[1].tolist() == [[0, 0], [0, 0], [0, 1]]


@given(sizes=st.lists(st.integers(0, 700), max_size=20), length=st.integers(0, 4000))
def test_the_size_of_blocks_does_not_matter(sizes, length):
    samples = np.random.default_rng(7).integers(-32768, 32767, (length, 2)).astype(np.int16)
    whole = measured(samples, [])
    assert np.array_equal(measured(samples, sizes).values, whole.values)
    assert whole.values.shape[1] == -(-length // 160)


def test_peaks_survive_bytes():
    samples = np.random.default_rng(1).integers(-9000, 9000, (5000, 2)).astype(np.int16)
    peaks = measured(samples, [])
    again = Peaks.from_bytes(peaks.to_bytes(), 2, peaks.per_s)
    assert np.array_equal(again.values, peaks.values)


def test_thinning_keeps_the_extremes():
    samples = np.zeros((80_000, 1), np.int16)
    samples[12_345] = -32768
    thin = measured(samples, []).thinned(37)
    assert thin.values.shape[1] <= 37
    assert thin.values.min() == -127
    assert thin.per_s == pytest.approx(thin.values.shape[1] / 10, rel=0.05)
    assert len(thin.to_lists()[0]) == 2 * thin.values.shape[1]
    assert min(thin.to_lists()[0]) == -1.0


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_a_file_of_any_format_has_peaks(tmp_path, suffix):
    t = np.arange(16_000) / 8000
    tone = 0.5 * np.sin(2 * np.pi * 440 * t)
    soundfile.write(tmp_path / f"a.{suffix}", np.stack([tone, 0 * tone], 1), 8000)
    peaks = file_peaks(tmp_path / f"a.{suffix}")
    assert peaks.values.shape == (2, 100, 2)
    assert 60 <= np.median(peaks.values[0, :, 1]) <= 68
    assert np.abs(peaks.values[1]).max() <= 2


def test_a_file_without_audio_says_so(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"no audio at all")
    with pytest.raises(AudioUnreadable):
        file_peaks(tmp_path / "a.wav")
