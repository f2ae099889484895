import onnx
import onnxruntime
import pytest

from models.vad.silero import weights
from models.vad.silero_graph import SHAPES, flat_graph


@pytest.fixture(scope="module")
def published():
    return onnx.load(weights())


@pytest.mark.parametrize("rate", list(SHAPES))
def test_a_flat_graph_opens_with_free_sizes(published, rate):
    session = onnxruntime.InferenceSession(flat_graph(published, rate))
    frames, h, c = session.get_inputs()
    assert (frames.name, h.name, c.name) == ("frames", "h", "c")
    assert frames.shape[0] == "rows"
    assert h.shape == [1, "streams", 128]
    assert [o.name for o in session.get_outputs()] == ["speech", "h_next", "c_next"]


@pytest.mark.parametrize("rate", list(SHAPES))
def test_it_is_half_the_published_size_or_less(published, rate):
    assert len(flat_graph(published, rate)) < len(published.SerializeToString()) / 1.8


def test_a_graph_without_the_weights_is_refused(published):
    bare = onnx.ModelProto()
    bare.CopyFrom(published)
    outer = next(node for node in bare.graph.node if node.op_type == "If")
    for branch in outer.attribute:
        if any(
            n.attribute[0].t.dims == [130, 1, 128] for n in branch.g.node if n.op_type == "Constant"
        ):
            outer.attribute.remove(branch)
            break
    assert flat_graph(bare, 16_000)
    with pytest.raises(KeyError):
        flat_graph(bare, 8_000)
