import numpy as np
import onnxruntime

from models.stt.moonshine_maker import FLOAT, GraphMaker
from models.stt.moonshine_weights import Projection


def run(maker, **feed):
    session = onnxruntime.InferenceSession(maker.model(), providers=["CPUExecutionProvider"])
    return session.run(None, feed)


def test_operations_are_chained_by_what_they_return():
    maker = GraphMaker("sum")
    value = maker.input("value", FLOAT, ("n",))
    double = maker.apply("Add", value, value)
    total = maker.apply("Mul", double, maker.constant(np.full(1, 3, np.float32)))
    maker.output(total, "total", FLOAT, ("n",))
    (found,) = run(maker, value=np.arange(4, dtype=np.float32))
    assert found.tolist() == [0, 6, 12, 18]


def test_outputs_may_be_used_further():
    maker = GraphMaker("top")
    value = maker.input("value", FLOAT, ("n",))
    _, best = maker.apply_many("TopK", (value, maker.numbers(1)), 2)
    place = maker.apply("Cast", best, to=FLOAT)
    half = maker.apply("Mul", place, maker.constant(np.full(1, 0.5, np.float32)))
    maker.output(place, "place", FLOAT, (1,))
    maker.output(half, "half", FLOAT, (1,))
    place, half = run(maker, value=np.array([1, 9, 3, 2], np.float32))
    assert (place.tolist(), half.tolist()) == ([1.0], [0.5])


def test_a_projection_multiplies_to_within_a_byte_of_rounding():
    rng = np.random.default_rng(4)
    weight = rng.integers(-90, 90, (32, 8)).astype(np.int8)
    by = Projection(weight, np.float32(0.02), np.int8(3), rng.normal(size=8).astype(np.float32))
    maker = GraphMaker("project")
    value = maker.input("value", FLOAT, (1, 2, 32))
    maker.output(maker.project(value, by), "out", FLOAT, (1, 2, 8))
    given = rng.normal(size=(1, 2, 32)).astype(np.float32)
    (found,) = run(maker, value=given)
    exact = given @ ((weight.astype(np.float32) - 3) * 0.02) + by.bias
    assert np.abs(found - exact).max() < 0.1
    assert np.abs(exact).max() > 1
