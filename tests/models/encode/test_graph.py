import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.encode.graph import POSITIONS, build, build_float32, by_column, shares

HEADS = 4
PRODUCTS = {
    f"{branch}.0.{part}"
    for branch in ("shared", "meaning", "affect")
    for part in ("qkv", "up", "down")
}


def run(model, ids, names=("vectors", "affect")):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run(list(names), {"ids": np.array([ids], np.int64)})


def texts(lengths=(2, 3, 17, POSITIONS), seed=3):
    rng = np.random.default_rng(seed)
    return [[2, *rng.integers(4, 70, length - 2), 3] for length in lengths]


def spans_of(weights, examples):
    names = sorted(PRODUCTS)
    model = build_float32(weights, heads=HEADS)
    seen = [run(model, ids, names) for ids in examples]
    return {
        name: np.max([np.abs(one[at]).max(axis=(0, 1)) for one in seen], axis=0)
        for at, name in enumerate(names)
    }


def apart(weights, model, forward):
    """The mean of 1 - cosine and of the logits' distance, over a few texts."""
    found = [(run(model, ids), forward(weights, ids)) for ids in texts()]
    cosines = [1 - float(ours[0][0] @ theirs[0]) for ours, theirs in found]
    logits = [np.abs(ours[1][0] - theirs[1]).mean() for ours, theirs in found]
    return np.mean(cosines), np.mean(logits)


def test_the_float32_graph_is_the_plain_forward_pass(tiny, plain_forward):
    model = build_float32(tiny.weights, heads=HEADS)
    for ids in texts():
        vectors, affect = run(model, ids)
        vector, logits = plain_forward(tiny.weights, ids)
        np.testing.assert_allclose(vectors[0], vector, atol=1e-5)
        np.testing.assert_allclose(affect[0], logits, atol=1e-5)


def test_the_int8_graph_is_close_to_it(tiny, plain_forward):
    cosine, logits = apart(tiny.weights, build(tiny.weights, heads=HEADS), plain_forward)
    assert cosine < 1e-3
    assert logits < 0.03


def test_the_heads_matter(tiny, plain_forward):
    cosine, _ = apart(tiny.weights, build(tiny.weights, heads=2), plain_forward)
    assert cosine > 1e-3


def test_large_channels_are_steadied(tiny, plain_forward):
    """Three channels forty times as large as the rest leave the others six steps of 256."""
    weights = dict(tiny.weights)
    for name in ("norm", "shared.0.norm_out", "shared.0.norm_down"):
        weights[f"{name}.weight"] = weights[f"{name}.weight"].copy()
        weights[f"{name}.weight"][[3, 11, 20]] *= 40
    for name in ("shared.0.qkv", "shared.0.up", "meaning.0.qkv", "affect.0.qkv"):
        weights[f"{name}.weight"] = weights[f"{name}.weight"].copy()
        weights[f"{name}.weight"][:, [3, 11, 20]] /= 40
    spans = spans_of(weights, texts(seed=9))
    assert spans.keys() == PRODUCTS
    left, _ = apart(weights, build(weights, heads=HEADS), plain_forward)
    steadied, _ = apart(weights, build(weights, heads=HEADS, spans=spans), plain_forward)
    assert steadied < left / 3


def test_more_word_pieces_than_places_are_refused(tiny):
    model = build(tiny.weights, heads=HEADS)
    with pytest.raises(Exception, match="Add"):
        run(model, [5] * (POSITIONS + 1))


@given(arrays(np.float32, (5, 3), elements=st.floats(-100, 100, width=32)))
def test_a_column_is_quantised_to_half_a_step(matrix):
    numbers, scale = by_column(matrix)
    assert numbers.dtype == np.int8
    assert np.abs(numbers * scale - matrix).max() <= scale.max() * 0.5001


def test_an_even_span_is_left_alone_and_a_silent_channel_divides_nothing_by_zero():
    np.testing.assert_array_equal(shares(np.full(4, 2.0, np.float32)), np.ones(4))
    found = shares(np.array([1, 1, 0, 16, 1], np.float32))
    np.testing.assert_allclose(found, [1, 1, 0.1, 4, 1])
    assert np.isfinite(1 / shares(np.zeros(3, np.float32))).all()
