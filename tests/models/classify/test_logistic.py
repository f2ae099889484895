import numpy as np
import pytest

from models.classify.logistic import fit_binary, fit_softmax, minimise, sigmoid


def test_a_bowl_is_followed_to_its_bottom():
    middle, scale = np.array([3.0, -2.0, 0.5]), np.array([1.0, 50.0, 0.1])

    def bowl(x):
        return float((scale * (x - middle) ** 2).sum()), 2 * scale * (x - middle)

    assert minimise(bowl, np.zeros(3), steps=100, least=1e-14) == pytest.approx(middle, abs=1e-3)


def test_the_slope_is_nought_where_a_binary_fit_ends():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((300, 4))
    y = x @ [2.0, -1.0, 0.0, 0.5] + rng.standard_normal(300) > 0.3
    w, b = fit_binary(x, y, strength=2.0)
    pull = sigmoid(x @ w + b) - y
    assert 2.0 * (x.T @ pull) + w == pytest.approx(np.zeros(4), abs=0.15)
    assert pull.sum() == pytest.approx(0, abs=0.15)
    assert w[0] > 1 > abs(w[2])


def test_rows_that_weigh_more_pull_more():
    x, y = np.array([[1.0], [1.0]]), np.array([True, False])
    light = fit_binary(x, y, weights=np.array([1.0, 1.0]))
    heavy = fit_binary(x, y, weights=np.array([9.0, 1.0]))
    assert sigmoid(np.array(light[0][0] + light[1])) == pytest.approx(0.5, abs=1e-3)
    assert sigmoid(np.array(heavy[0][0] + heavy[1])) == pytest.approx(0.9, abs=1e-2)


def test_classes_are_told_apart_and_an_empty_one_is_last():
    rng = np.random.default_rng(2)
    middles = np.eye(3, 8, dtype=np.float32)
    x = np.concatenate([m + 0.2 * rng.standard_normal((20, 8)).astype(np.float32) for m in middles])
    y = np.repeat(np.arange(3), 20)
    w, b = fit_softmax(x, y, 4, strength=10.0)
    z = x @ w.T + b
    assert (z.argmax(axis=1) == y).mean() > 0.95
    assert (z[:, 3] < z[:, :3].max(axis=1)).all()


def test_a_sigmoid_of_anything_is_a_number():
    assert sigmoid(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]
