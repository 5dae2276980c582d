"""A layer between the vector and the classes, for data that has enough sentences to teach one.

A linear head draws one plane between two intents, wherever it is asked. With thousands of sentences
there is more to learn: which directions of the vector matter together. One layer of rectified
units learns that (decision 0011 has what it brings), fitted by AdamW (Loshchilov and Hutter, 2019)
under a one-cycle learning rate (Smith and Topin, 2019), with dropout (Srivastava et al., 2014) and
smoothed labels (Szegedy et al., 2016), so that it grows sure no faster than it learns.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlu.native.features import Floats

_UNITS: Final = 512
_EPOCHS: Final = 25
_BATCH: Final = 256
_PEAK_RATE: Final = 2e-3
_FIRST_RATE: Final = 0.04
"""Of the peak."""
_DECAY: Final = 1e-2
_DROPPED: Final = np.float32(0.3)
_SMOOTHED: Final = np.float32(0.1)
_FIRST_MOMENT: Final = 0.9
_SECOND_MOMENT: Final = 0.999
_WARM_UP: Final = 0.3
"""Share of the steps in which the learning rate rises."""
_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class HiddenLayer:
    """Rectified units over the sentence vector."""

    weights: Floats
    """Shape (dimension, units)."""
    bias: Floats
    """Shape (units,)."""

    def units(self, dense: Floats) -> Floats:
        """What the units say of vectors, shape (..., units)."""
        result: Floats = np.maximum(dense @ self.weights + self.bias, 0)
        return result


@dataclass(frozen=True, slots=True)
class DeepHead:
    """A hidden layer, and what its units speak for."""

    hidden: HiddenLayer
    weights: Floats
    """Shape (units, classes)."""
    bias: Floats
    """Shape (classes,)."""


def fit_hidden(dense: Floats, classes: NDArray[np.intp], class_count: int) -> DeepHead:
    """Fit to vectors of length 1, shape (n, dimension); every class counts the same."""
    random = np.random.default_rng(_SEED)
    dimension = dense.shape[1]
    # Vectors of length 1 have small numbers in each place: brought to about 1, as the steps are.
    scale = np.float32(np.sqrt(dimension))
    parameters = [
        *_first_layer(random, dimension, _UNITS),
        *_first_layer(random, _UNITS, class_count),
    ]
    steps = _AdamW(parameters, _EPOCHS * -(-len(classes) // _BATCH))
    goals = smoothed(classes, class_count)
    for batch in _batches(random, len(classes)):
        kept = random.random((len(batch), _UNITS), dtype=np.float32) >= _DROPPED
        steps.take(gradients(parameters, dense[batch] * scale, goals[batch], kept))
    weights, bias, out_weights, out_bias = parameters
    return DeepHead(HiddenLayer(weights * scale, bias), out_weights, out_bias)


def _first_layer(random: np.random.Generator, inputs: int, outputs: int) -> tuple[Floats, Floats]:
    """Weights to begin with, as small as there are inputs, and biases."""
    reach = 1 / np.sqrt(inputs)
    weights = random.uniform(-reach, reach, (inputs, outputs)).astype(np.float32)
    return weights, random.uniform(-reach, reach, outputs).astype(np.float32)


def smoothed(classes: NDArray[np.intp], class_count: int) -> Floats:
    """Smoothed labels, each row weighed so that every class counts the same; shape (n, classes)."""
    share = _SMOOTHED / class_count
    goals = np.full((len(classes), class_count), share, dtype=np.float32)
    goals[np.arange(len(classes)), classes] += 1 - _SMOOTHED
    weight = len(classes) / (class_count * np.bincount(classes, minlength=class_count))
    return goals * weight[classes, None].astype(np.float32)


def _batches(random: np.random.Generator, count: int) -> Iterator[NDArray[np.intp]]:
    for _ in range(_EPOCHS):
        order = random.permutation(count)
        yield from (order[start : start + _BATCH] for start in range(0, count, _BATCH))


def gradients(
    parameters: list[Floats], dense: Floats, goals: Floats, kept: NDArray[np.bool_]
) -> list[Floats]:
    """Of the mean weighed cross-entropy of a batch, by each parameter."""
    weights, bias, out_weights, out_bias = parameters
    raised = dense @ weights + bias
    through = (raised > 0) & kept
    units = raised * through / (1 - _DROPPED)
    logits = units @ out_weights + out_bias
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    weighed = goals.sum(axis=1, keepdims=True)
    error = (chances * weighed - goals) / weighed.sum()
    back = (error @ out_weights.T) * through / (1 - _DROPPED)
    return [dense.T @ back, back.sum(axis=0), units.T @ error, error.sum(axis=0)]


class _AdamW:
    """Moves parameters in place, step by step."""

    def __init__(self, parameters: list[Floats], steps: int) -> None:
        self._moved = [_Moved(parameter) for parameter in parameters]
        self._steps = steps
        self._taken = 0

    def take(self, gradients: list[Floats]) -> None:
        """One step against the gradients."""
        self._taken += 1
        rate = _rate(self._taken / self._steps)
        for moved, gradient in zip(self._moved, gradients, strict=True):
            moved.step(gradient, rate, self._taken)


class _Moved:
    """A parameter, and the running means of its gradient and of the gradient's square."""

    def __init__(self, parameter: Floats) -> None:
        self._parameter = parameter
        self._mean = np.zeros_like(parameter)
        self._square = np.zeros_like(parameter)

    def step(self, gradient: Floats, rate: float, taken: int) -> None:
        self._mean += (1 - _FIRST_MOMENT) * (gradient - self._mean)
        self._square += (1 - _SECOND_MOMENT) * (gradient * gradient - self._square)
        seen, spread = 1 - _FIRST_MOMENT**taken, 1 - _SECOND_MOMENT**taken
        self._parameter *= 1 - rate * _DECAY
        self._parameter -= rate / seen * self._mean / (np.sqrt(self._square / spread) + 1e-8)


def _rate(done: float) -> float:
    """The learning rate when this share of the steps is done: up along a cosine, and down again."""
    if done < _WARM_UP:
        risen = (1 - math.cos(math.pi * done / _WARM_UP)) / 2
        return _PEAK_RATE * (_FIRST_RATE + (1 - _FIRST_RATE) * risen)
    return _PEAK_RATE * (1 + math.cos(math.pi * (done - _WARM_UP) / (1 - _WARM_UP))) / 2
