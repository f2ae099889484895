"""What every voice activity engine must do, on real samples."""

import gc

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import UnsupportedRate
from models.registry import load
from models.weights import moonshine_files

ENGINES = ["silero", "webrtc", "energy"]
RATES = [8_000, 16_000]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    return load("vad", request.param, {})


@pytest.fixture(scope="module")
def speech():
    """Ten seconds of a person reading, at telephone loudness, by rate."""
    samples, rate = soundfile.read(moonshine_files().speech[0], dtype="float32")
    samples *= 0.7 / np.abs(samples).max()
    return {hz: soxr.resample(samples[: 10 * rate], rate, hz).astype(np.float32) for hz in RATES}


def cut(engine, samples, rate):
    window = engine.window(rate)
    whole = len(samples) // window
    return samples[: whole * window].reshape(whole, window)


def alone(engine, windows, rate):
    return engine.measure([engine.open(rate)], [windows])[0]


@pytest.mark.parametrize("rate", RATES)
def test_speech_is_mostly_speech_and_silence_is_none(engine, speech, rate):
    said = alone(engine, cut(engine, speech[rate], rate), rate)
    assert said.dtype == np.float32
    assert said.min() >= 0.0
    assert said.max() <= 1.0
    assert np.mean(said >= 0.5) > 0.5
    quiet = alone(engine, cut(engine, np.zeros(3 * rate, np.float32), rate), rate)
    assert np.all(quiet < 0.35)


@pytest.mark.parametrize("rate", RATES)
def test_windows_are_between_20_and_40_ms(engine, rate):
    assert 0.02 <= engine.window(rate) / rate <= 0.04


@pytest.mark.parametrize("rate", RATES)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_neither_company_nor_cutting_changes_a_stream(engine, speech, rate, seed):
    rng = np.random.default_rng(seed)
    whole = cut(engine, speech[rate], rate)
    starts = rng.integers(0, len(whole) - 24, 5)
    audio = [(whole[s : s + 24] * 10.0 ** -rng.random()).astype(np.float32) for s in starts]
    want = [np.concatenate(step(engine, a, rate)) for a in audio]
    streams, at = [engine.open(rate) for _ in audio], [0] * 5
    heard = [[] for _ in audio]
    while min(at) < 24:
        order = rng.permutation([i for i in range(5) if at[i] < 24])[: rng.integers(1, 6)]
        take = [int(rng.integers(0, 4)) for _ in order]
        answers = engine.measure(
            [streams[i] for i in order],
            [audio[i][at[i] : at[i] + n] for i, n in zip(order, take, strict=True)],
        )
        for i, n, answer in zip(order, take, answers, strict=True):
            heard[i].append(answer)
            at[i] += n
    for mine, theirs in zip(heard, want, strict=True):
        assert np.array_equal(np.concatenate(mine), theirs)


def step(engine, windows, rate):
    """One window at a time, alone."""
    stream = engine.open(rate)
    return [engine.measure([stream], [windows[i : i + 1]])[0] for i in range(len(windows))]


def test_streams_of_two_rates_share_a_call(engine, speech):
    low, high = (cut(engine, speech[rate], rate)[:20] for rate in RATES)
    both = engine.measure([engine.open(8_000), engine.open(16_000)], [low, high])
    assert np.array_equal(both[0], alone(engine, low, 8_000))
    assert np.array_equal(both[1], alone(engine, high, 16_000))


@pytest.mark.parametrize("rate", RATES)
def test_a_stream_begins_clean_after_another_has_gone(engine, speech, rate):
    windows = cut(engine, speech[rate], rate)
    first = alone(engine, windows[:40], rate)
    alone(engine, windows[40:], rate)
    gc.collect()
    assert np.array_equal(alone(engine, windows[:40], rate), first)


@pytest.mark.parametrize("rate", RATES)
def test_no_windows_and_no_streams_are_nothing(engine, rate):
    assert engine.measure([], []) == []
    nothing = np.zeros((0, engine.window(rate)), np.float32)
    assert engine.measure([engine.open(rate)], [nothing])[0].shape == (0,)


def test_a_rate_it_does_not_hear_is_refused(engine):
    with pytest.raises(UnsupportedRate):
        engine.window(11_025)
    with pytest.raises(UnsupportedRate):
        engine.open(11_025)


@pytest.mark.parametrize("rate", RATES)
def test_windows_of_a_wrong_size_are_refused(engine, rate):
    with pytest.raises(ValueError, match="windows of"):
        engine.measure([engine.open(rate)], [np.zeros((2, 100), np.float32)])


def test_it_names_itself(engine):
    assert engine.info.name in ENGINES
    assert engine.info.licence
