import numpy as np
import pytest

from pipeline.audio.resample import Resampler, resample


def sine(hz: float, rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz)).astype(
        np.float32
    )


@pytest.mark.parametrize("from_hz", [24_000, 48_000, 8_000, 11_025])
def test_a_tone_stays_the_tone_it_was(from_hz):
    out = resample(sine(1000, from_hz), from_hz, 16_000)
    assert out.dtype == np.float32
    assert out.shape == (16_000,)
    np.testing.assert_allclose(out[500:-500], sine(1000, 16_000)[500:-500], atol=2e-3)


def test_what_the_lower_rate_cannot_hold_is_filtered_out():
    assert np.abs(resample(sine(11_000, 48_000), 48_000, 16_000)[500:-500]).max() < 1e-3


def test_a_stream_holds_back_less_than_50_ms():
    stream = Resampler(48_000, 16_000, 2)
    ready = sum(stream.feed(np.zeros((2, 960), np.float32)).shape[1] for _ in range(50))
    assert 16_000 - ready < 0.05 * 16_000
    assert stream.feed(np.zeros((2, 0), np.float32), last=True).shape == (2, 16_000 - ready)


def test_channels_do_not_mix():
    both = np.stack([sine(500, 24_000), np.zeros(24_000, np.float32)])
    out = Resampler(24_000, 16_000, 2).feed(both, last=True)
    assert not out[1].any()
    assert np.abs(out[0]).max() > 0.4


def test_a_stream_started_in_the_middle_meets_the_old_one_within_50_ms():
    """What lets a client resume at a rate that is resampled."""
    noise = np.random.default_rng(1).standard_normal((1, 24_000)).astype(np.float32) * 0.1
    whole = Resampler(24_000, 16_000).feed(noise, last=True)
    later = Resampler(24_000, 16_000).feed(noise[:, 12_000:], last=True)
    np.testing.assert_allclose(later[:, 800:], whole[:, 8800:], atol=1e-6)


def test_equal_rates_pass_through():
    clip = sine(300, 8000)
    assert resample(clip, 8000, 8000) is clip
    assert Resampler(8000, 8000).feed(clip[None]).base is clip
    assert resample(np.zeros(0, np.float32), 8000, 16_000).size == 0
