"""Logistic regression in numpy: heads over a few hundred vectors, fitted in a fraction of a second.

The objective is the usual one, the sum of losses times `strength` and half the squared weights; the
intercepts go free. Minimised by limited-memory BFGS (Nocedal and Wright, Numerical Optimization,
algorithm 7.4) with a backtracking search.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array]]

PAIRS = 8
"""Steps remembered."""
ARMIJO = 1e-4
SHORTEST = 1e-10


def fit_softmax(
    x: NDArray[np.float32],
    y: NDArray[np.int64],
    classes: int,
    *,
    strength: float = 30.0,
    steps: int = 60,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights [classes, d] and intercepts [classes] of a multinomial logistic.

    Args:
        x: rows [n, d].
        y: each row's class, 0 to classes - 1, [n].
        classes: how many there are; one without rows keeps weights of nought.
        strength: what the losses weigh against the squared weights (C elsewhere).
        steps: most steps to take.
    """
    n, d = x.shape
    rows = np.arange(n)

    def objective(flat: Array) -> tuple[float, Array]:
        both = flat.reshape(classes, d + 1)
        z = x @ both[:, :d].T.astype(np.float32) + both[:, d].astype(np.float32)
        z -= z.max(axis=1, keepdims=True)
        p = np.exp(z)
        total = p.sum(axis=1, keepdims=True)
        loss = float((np.log(total[:, 0]) - z[rows, y]).sum(dtype=np.float64))
        p /= total
        p[rows, y] -= 1.0
        slope = np.empty_like(both)
        slope[:, :d] = (p.T @ x) * strength + both[:, :d]
        slope[:, d] = p.sum(axis=0) * strength
        return strength * loss + 0.5 * float((both[:, :d] ** 2).sum()), slope.ravel()

    best = minimise(objective, np.zeros(classes * (d + 1)), steps=steps).reshape(classes, d + 1)
    return best[:, :d].astype(np.float32), best[:, d].astype(np.float32)


def fit_binary(
    x: Array,
    y: NDArray[np.bool_],
    *,
    strength: float = 1.0,
    weights: Array | None = None,
    steps: int = 200,
) -> tuple[Array, float]:
    """Return weights [d] and the intercept of a two-class logistic.

    Args:
        x: rows [n, d], each column of about unit spread.
        y: which rows are so, [n].
        strength: as in `fit_softmax`.
        weights: how much each row counts, [n]; all the same without.
        steps: most steps to take.
    """
    sign = np.where(y, 1.0, -1.0)
    counts = np.ones(len(y)) if weights is None else weights

    def objective(flat: Array) -> tuple[float, Array]:
        z = sign * (x @ flat[:-1] + flat[-1])
        loss = float((counts * np.logaddexp(0.0, -z)).sum())
        pull = -sign * counts * sigmoid(-z)
        slope = np.append(strength * (x.T @ pull) + flat[:-1], strength * pull.sum())
        return strength * loss + 0.5 * float((flat[:-1] ** 2).sum()), slope

    best = minimise(objective, np.zeros(x.shape[1] + 1), steps=steps)
    return best[:-1], float(best[-1])


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)) without overflow."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


def minimise(objective: Objective, start: Array, *, steps: int, least: float = 1e-6) -> Array:
    """Return where a smooth convex function is least, after at most so many steps.

    It ends early where a step gains less than `least` of the function's value.
    """
    at = start
    value, slope = objective(at)
    moves: list[tuple[Array, Array, float]] = []
    for _ in range(steps):
        way = -_curved(slope, moves)
        descent = float(slope @ way)
        if descent >= 0:
            break
        length = 1.0 if moves else min(1.0, 1.0 / float(np.abs(slope).sum()))
        while length > SHORTEST:
            there, (new, new_slope) = at + length * way, objective(at + length * way)
            if new <= value + ARMIJO * length * descent:
                break
            length *= 0.5
        else:
            break
        move, turn = there - at, new_slope - slope
        bend = float(move @ turn)
        if bend > 0:
            moves = [*moves[-PAIRS + 1 :], (move, turn, 1.0 / bend)]
        gain = value - new
        at, value, slope = there, new, new_slope
        if gain <= least * max(1.0, abs(value)):
            break
    return at


def _curved(slope: Array, moves: list[tuple[Array, Array, float]]) -> Array:
    """Return the slope times the inverse curvature that the last moves suggest."""
    way = slope.copy()
    shares: list[float] = []
    for move, turn, rate in reversed(moves):
        share = rate * float(move @ way)
        way -= share * turn
        shares.append(share)
    if moves:
        move, turn, _ = moves[-1]
        way *= float(move @ turn) / float(turn @ turn)
    for (move, turn, rate), share in zip(moves, reversed(shares), strict=True):
        way += move * (share - rate * float(turn @ way))
    return way
