"""Bytes and samples, however the line cuts them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.audio.codecs import Decoder, Encoding, decode, encode
from pipeline.audio.resample import Resampler, resample

encodings = st.sampled_from(Encoding)


@given(
    data=st.binary(max_size=2000),
    encoding=encodings,
    channels=st.integers(1, 3),
    cuts=st.lists(st.integers(0, 2000), max_size=20),
)
def test_any_chunking_gives_the_same_samples_and_carries_the_rest(data, encoding, channels, cuts):
    decoder = Decoder(encoding, channels)
    edges = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    parts = [decoder.feed(b"")]
    parts += [decoder.feed(data[first:last]) for first, last in pairwise(edges)]
    group = encoding.width * channels
    whole = data[: len(data) // group * group]
    expected = decode(whole, encoding).reshape(-1, channels).T
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), expected)
    assert decoder.carried == len(data) % group


@given(data=st.binary(max_size=400))
def test_the_laws_give_back_every_byte_but_the_second_zero(data):
    for law in (Encoding.MULAW, Encoding.ALAW):
        back = encode(decode(data, law), law)
        if law is Encoding.MULAW:
            data = data.replace(b"\x7f", b"\xff")
            back = back.replace(b"\x7f", b"\xff")
        assert back == data


@given(levels=arrays(np.int16, st.integers(0, 300)))
def test_pcm_is_exact(levels):
    data = levels.astype("<i2").tobytes()
    samples = decode(data, Encoding.PCM16)
    assert samples.dtype == np.float32
    assert (np.abs(samples) <= 1).all()
    assert (samples < 1).all()
    assert encode(samples, Encoding.PCM16) == data


@given(levels=arrays(np.int16, st.integers(1, 300)), law=st.sampled_from(["mulaw", "alaw"]))
def test_a_law_is_within_half_a_step(levels, law):
    """G.711 steps by about 1/32 of the value and its bias, and by 16 at the least."""
    samples = levels.astype(np.float32) / 32768
    back = decode(encode(samples, Encoding(law)), Encoding(law))
    error = np.abs(back - samples) * 32768
    clipped = np.maximum(np.abs(levels.astype(np.int32)) - 32256, 0)
    assert (error <= np.maximum(8, (np.abs(levels.astype(np.int32)) + 132) / 31) + clipped).all()


@pytest.mark.parametrize("from_hz", [24_000, 48_000])
@given(cuts=st.lists(st.integers(0, 9600), max_size=15))
def test_a_resampled_stream_does_not_depend_on_how_it_is_cut(from_hz, cuts):
    noise = np.random.default_rng(7).standard_normal((2, 9600)).astype(np.float32) * 0.1
    stream = Resampler(from_hz, 16_000, 2)
    edges = sorted({0, 9600, *cuts})
    parts = [stream.feed(noise[:, first:last]) for first, last in pairwise(edges)]
    parts.append(stream.feed(noise[:, :0], last=True))
    joined = np.concatenate(parts, axis=1)
    assert joined.shape == (2, 9600 * 16_000 // from_hz)
    np.testing.assert_allclose(joined, resample(noise, from_hz, 16_000), atol=1e-6)
