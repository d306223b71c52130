"""Logistic regression on sparse counts, scaled by how much each feature tells, and the calibration of its scores.

Knows numbers only. Every sum is taken in a fixed order and nothing runs in threads, so the same numbers in give the same
numbers out, bit for bit, under the same numpy on the same kind of processor.
Sources: L-BFGS after Nocedal and Wright, Numerical Optimization, algorithm 7.4; scaling by log-count ratios after Wang and
Manning (2012); calibration after Platt (1999) with the prior-corrected targets of Lin, Lin and Weng (2007).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["calibrate", "fit_label", "minimise"]

Array = np.ndarray[Any, Any]
_MEMORY = 8


def fit_label(
    bucket: Array, begin: Array, value: Array, target: Array, weight: Array, buckets: int, ridge: float, rounds: int
) -> tuple[Array, float]:
    """Weights by bucket and the bias of one label.

    Args:
        bucket, begin, value: the windows, as in `Windows`.
        target: 0 or 1 by window; weight: by window, at least 0.
        ridge: strength of the quadratic penalty on scaled weights, per unit of the mean loss.
        rounds: steps of the minimiser at most.
    """
    row = np.repeat(np.arange(len(target)), np.diff(begin))
    ones, zeros = (
        np.bincount(bucket, weights=by_row[row], minlength=buckets)
        for by_row in (target * weight, (1 - target) * weight)
    )
    scale = _log_ratio(ones, zeros)
    scaled = value * scale[bucket]
    mass = float(weight.sum())

    def loss(point: Array) -> tuple[float, Array]:
        scores = np.add.reduceat(scaled * point[bucket], begin[:-1]) + point[-1]
        error = weight * (_logistic(scores) - target) / mass
        cost = float((weight * (np.logaddexp(0, scores) - target * scores)).sum() / mass)
        gradient = np.append(np.bincount(bucket, weights=scaled * error[row], minlength=buckets), error.sum())
        gradient[:-1] += ridge * point[:-1]
        return cost + ridge / 2 * float((point[:-1] * point[:-1]).sum()), gradient

    point = minimise(loss, np.zeros(buckets + 1), rounds)
    return point[:-1] * scale, float(point[-1])


def _log_ratio(ones: Array, zeros: Array) -> Array:
    """How much more of a feature's weight lies with one class than with the other, in logits."""
    ratio: Array = np.log((1 + ones) / (1 + ones).sum()) - np.log((1 + zeros) / (1 + zeros).sum())
    return ratio


def _logistic(scores: Array) -> Array:
    result: Array = np.exp(-np.logaddexp(0, -scores))
    return result


def minimise(loss: Callable[[Array], tuple[float, Array]], point: Array, rounds: int) -> Array:
    """L-BFGS with step halving; `loss` returns a value and its gradient."""
    cost, gradient = loss(point)
    pairs: list[tuple[Array, Array, float]] = []
    for _ in range(rounds):
        direction = -_approximate(gradient, pairs)
        slope = _dot(direction, gradient)
        if slope >= 0 or slope > -1e-12:
            break
        step = 1.0 if pairs else min(1.0, 1 / max(1e-12, float(np.abs(gradient).sum())))
        while True:
            there = point + step * direction
            new_cost, new_gradient = loss(there)
            if new_cost <= cost + 1e-4 * step * slope or step < 1e-10:
                break
            step /= 2
        moved, turned = there - point, new_gradient - gradient
        if (product := _dot(moved, turned)) > 1e-16:
            pairs = [*pairs, (moved, turned, product)][-_MEMORY:]
        done = abs(cost - new_cost) <= 1e-7 * max(1.0, abs(cost))
        point, cost, gradient = there, new_cost, new_gradient
        if done:
            break
    return point


def _approximate(gradient: Array, pairs: list[tuple[Array, Array, float]]) -> Array:
    """The inverse Hessian, as far as the last steps tell, times the gradient."""
    result, factors = gradient.copy(), []
    for moved, turned, product in reversed(pairs):
        factors.append(_dot(moved, result) / product)
        result -= factors[-1] * turned
    if pairs:
        _, turned, product = pairs[-1]
        result *= product / _dot(turned, turned)
    for (moved, turned, product), factor in zip(pairs, reversed(factors), strict=True):
        result += (factor - _dot(turned, result) / product) * moved
    return result


def _dot(left: Array, right: Array) -> float:
    return float((left * right).sum())  # not `@`, which may run in threads and in any order


def calibrate(scores: Array, target: Array) -> tuple[float, float]:
    """Slope (at least 0) and shift of the logistic that makes probabilities of scores."""
    ones, zeros = float(target.sum()), float((1 - target).sum())
    aims = np.where(target == 1, (ones + 1) / (ones + 2), 1 / (zeros + 2))

    def loss(point: Array) -> tuple[float, Array]:
        values = point[0] * scores + point[1]
        error = _logistic(values) - aims
        cost = float((np.logaddexp(0, values) - aims * values).mean())
        return cost, np.array([float((error * scores).mean()), float(error.mean())])

    slope, shift = minimise(loss, np.array([1.0, 0.0]), 100)
    return max(0.0, float(slope)), float(shift)
