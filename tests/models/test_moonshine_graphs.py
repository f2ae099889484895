import numpy as np
import onnx
import pytest

from models.stt.moonshine import longest_text
from models.stt.moonshine_cache import pieces
from models.stt.moonshine_graphs import build_decoder, build_encoder
from models.stt.moonshine_sessions import CACHES, HEAD, HEADS, ReassembledGraphs, read
from models.stt.moonshine_tokens import BEGIN
from models.stt.moonshine_weights import OrtWeights
from models.weights import moonshine_files


@pytest.fixture(scope="module")
def models():
    files = moonshine_files()
    decoder = OrtWeights(files.decoder, branch="else_branch")
    return build_encoder(OrtWeights(files.encoder), decoder), build_decoder(decoder)


@pytest.fixture(scope="module")
def graphs(models):
    return ReassembledGraphs(*models)


@pytest.fixture(scope="module")
def clip():
    return next(pieces(moonshine_files()))


def encode(graphs, audio):
    return graphs._encoder.run(["cross"], {"audio": audio})[0]


def decode(graphs, cross, ids, past=None, position=0):
    """Run the decoder once; return the next tokens, their chances and the cache."""
    feed = {f"cross_{i}": part for i, part in enumerate(cross)}
    empty = np.zeros((len(ids), HEADS, 0, HEAD), np.float32)
    feed |= {f"past_{i}": empty if past is None else past[i] for i in range(CACHES)}
    feed |= {"ids": np.array(ids), "position": np.array([position])}
    names = ["tokens", "chance", *(f"present_{i}" for i in range(CACHES))]
    best, chance, *cache = graphs._decoder.run(names, feed)
    return best[..., 0], chance, cache


def test_they_are_a_tenth_of_the_shipped_operations(models):
    for data, most in zip(models, (120, 150), strict=True):
        model = onnx.load_from_string(data)
        assert len(model.graph.node) <= most
        assert len(data) < 30_000_000


def test_what_the_decoder_attends_to_has_a_frame_for_384_samples(graphs, clip):
    for samples in (895, 16_000, len(clip)):
        frames = ((((samples - 127) // 64 + 1) - 7) // 3 + 1 - 3) // 2 + 1
        assert encode(graphs, clip[None, :samples]).shape == (CACHES, 1, HEADS, frames, HEAD)


def test_the_level_of_the_recording_changes_little(graphs, clip):
    loud = read(graphs, clip, longest_text(6)).ids
    soft = read(graphs, clip * np.float32(0.25), longest_text(6)).ids
    assert len(set(loud) & set(soft)) >= 0.8 * len(set(loud))


def test_all_tokens_at_once_are_followed_as_one_by_one(graphs, clip):
    """The cache, the rotary positions and the causal mask agree with each other."""
    heard = read(graphs, clip, longest_text(6)).ids
    best, _, _ = decode(graphs, encode(graphs, clip[None]), [[BEGIN, *heard]])
    same = np.mean([a == b for a, b in zip(best[0], heard, strict=False)])
    assert same >= 0.9


def test_the_cache_of_one_call_continues_in_the_next(graphs, clip):
    cross = encode(graphs, clip[None])
    heard = [BEGIN, *read(graphs, clip, longest_text(6)).ids]
    _, _, past = decode(graphs, cross, [heard[:5]])
    assert past[0].shape == (1, HEADS, 5, HEAD)
    following, chance, longer = decode(graphs, cross, [heard[5:6]], past, position=5)
    assert following[0, 0] == heard[6]
    assert 0 < chance[0, 0] <= 1
    assert longer[0].shape == (1, HEADS, 6, HEAD)
    assert np.array_equal(longer[0][:, :, :5], past[0])


def test_the_position_matters(graphs, clip):
    cross = encode(graphs, clip[None])
    _, _, first = decode(graphs, cross, [[BEGIN]])
    _, _, later = decode(graphs, cross, [[BEGIN]], position=9)
    assert not np.allclose(first[0], later[0], atol=1e-3)
    assert np.allclose(first[1], later[1], atol=1e-5)


def test_clips_of_one_length_may_share_a_call(graphs, clip):
    cross = encode(graphs, np.stack([clip, clip]))
    best, chance, _ = decode(graphs, cross, [[BEGIN], [BEGIN]])
    assert best[0] == best[1]
    assert chance[0] == pytest.approx(chance[1], abs=1e-4)
