import numpy as np
import pytest

from models.errors import WeightsCorrupt
from models.stt.moonshine_weights import OrtWeights, Projection, side_by_side, signed
from models.weights import moonshine_files


@pytest.fixture(scope="module")
def encoder():
    return OrtWeights(moonshine_files().encoder)


@pytest.fixture(scope="module")
def decoder():
    return OrtWeights(moonshine_files().decoder, branch="else_branch")


def plain(part):
    return (part.weight.astype(np.float64) - part.zero_point) * part.scale


def test_a_projection_is_the_stored_matrix_in_signed_bytes(encoder):
    layer = "/layers.2/mlp/fc1"
    node = encoder.node(f"{layer}/MatMul_quant")
    assert node.kind == "DynamicQuantizeMatMul"
    stored, scale, zero, bias = (encoder.constant(name) for name in node.inputs[1:5])
    found = encoder.projection(layer)
    assert found.weight.dtype == np.int8
    assert found.weight.shape == (288, 1152)
    unsigned = (stored.astype(np.float64) - zero.astype(np.float64)) * scale
    assert np.allclose(plain(found), unsigned, rtol=0, atol=1e-9)
    assert np.array_equal(found.bias, bias)


def test_both_kinds_of_products_are_read(encoder):
    assert encoder.node("/layers.0/self_attn/q_proj/MatMul_quant").kind == "MatMulIntegerToFloat"
    found = encoder.projection("/layers.0/self_attn/q_proj")
    assert found.weight.shape == (288, 288)
    assert found.bias is None
    assert 0.01 < np.abs(plain(found)).mean() < 1


def test_signed_moves_every_byte_down_by_128():
    every = np.arange(256, dtype=np.uint8)
    assert np.array_equal(signed(every).astype(int), every.astype(int) - 128)


def test_side_by_side_gives_the_outputs_in_turn():
    rng = np.random.default_rng(0)
    parts = [
        Projection(
            rng.integers(-128, 128, (4, width)).astype(np.int8),
            np.float32(0.1 * width),
            np.int8(width),
        )
        for width in (2, 3)
    ]
    joint = side_by_side(parts)
    value = rng.normal(size=4)
    apart = np.concatenate([value @ plain(part) for part in parts])
    assert np.allclose(value @ plain(joint), apart, rtol=1e-6)


def test_scaling_a_projection_scales_what_comes_out():
    part = Projection(np.ones((2, 2), np.int8), np.float32(0.5), np.int8(0), np.ones(2, np.float32))
    half = part.scaled(0.5)
    assert np.allclose(plain(half), 0.5 * plain(part))
    assert np.allclose(half.bias, 0.5)


def test_the_cross_projections_lie_in_the_first_branch(decoder):
    assert (
        decoder.projection("/model/decoder/layers.5/encoder_attn/v_proj").weight.shape == (288,) * 2
    )
    later = OrtWeights(moonshine_files().decoder, branch="then_branch")
    with pytest.raises(WeightsCorrupt, match="encoder_attn/k_proj"):
        later.projection("/model/decoder/layers.0/encoder_attn/k_proj")


def test_norms_have_one_gain_for_each_number(encoder, decoder):
    assert encoder.norm("/layers.0/input_layernorm").shape == (288,)
    assert decoder.norm("/model/decoder/norm").shape == (288,)


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "encoder_model.ort"
    path.write_bytes(b"not a flatbuffer at all, but long enough")
    with pytest.raises(WeightsCorrupt, match=r"not an \.ort file"):
        OrtWeights(path)
    with pytest.raises(WeightsCorrupt, match="no node"):
        OrtWeights(moonshine_files().encoder).node("/layers.9/mlp/fc1")
    with pytest.raises(WeightsCorrupt, match="no constant"):
        OrtWeights(moonshine_files().encoder).constant("nothing")
