import numpy as np

from pipeline.mining import quantised


def test_angles_survive_bytes():
    random = np.random.default_rng(3)
    made = random.normal(size=(200, 384)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    rows = quantised.from_rows([quantised.to_bytes(row) for row in made], 384)
    assert rows.shape == (200, 384)
    assert np.abs(quantised.cosines(rows, made[7]) - made @ made[7]).max() < 0.01
    assert np.allclose(np.linalg.norm(quantised.unit(rows), axis=1), 1, atol=1e-4)


def test_a_vector_of_nothing_is_like_nothing():
    nothing = quantised.from_rows([quantised.to_bytes(np.zeros(4, np.float32))], 4)
    assert quantised.cosines(nothing, np.ones(4, np.float32) / 2).tolist() == [0.0]
