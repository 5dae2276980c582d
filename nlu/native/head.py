"""The linear head: multinomial logistic regression over dense and sparse features together.

scikit-learn would want both in one sparse matrix, which makes the dense half several times slower;
apart, one BLAS product and one sparse product are all an iteration takes.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlu.native.features import Floats, Matrix, Row

REGULARISATION: Final = 3.0
"""C of logistic regression: how much the sentences weigh against small weights."""
_ITERATIONS: Final = 150
_TOLERANCE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Head:
    """Weights of every class."""

    dense: Floats
    """Shape (dimension, classes)."""
    sparse: Floats
    """Shape (number of n-grams, classes)."""
    bias: Floats
    """Shape (classes,)."""

    def logits(self, row: Row) -> Floats:
        """How much one sentence speaks for each class, shape (classes,)."""
        result: Floats = row.dense @ self.dense + row.values @ self.sparse[row.columns] + self.bias
        return result

    def all_logits(self, matrix: Matrix) -> Floats:
        """The logits of many sentences, shape (n, classes)."""
        result: Floats = matrix.dense @ self.dense + matrix.sparse @ self.sparse + self.bias
        return result


def fit_head(matrix: Matrix, classes: NDArray[np.intp], class_count: int) -> Head:
    """Fit the weights; every class counts the same, however many sentences it has.

    `classes` has the class of each sentence; every class must occur.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - only in training

    problem = _Problem(matrix, classes, class_count)
    solution = minimize(
        problem.loss_and_gradient,
        np.zeros(problem.size),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _ITERATIONS, "gtol": _TOLERANCE, "ftol": 1e-9, "maxcor": 7},
    )
    return problem.head(solution.x)


class _Problem:
    """Mean cross-entropy with L2-regularised weights, as a function of one flat vector."""

    def __init__(self, matrix: Matrix, classes: NDArray[np.intp], class_count: int) -> None:
        self._matrix = matrix
        self._transposed = matrix.sparse.T.tocsr()
        self._classes = classes
        self._count = class_count
        per_class = np.bincount(classes, minlength=class_count)
        balanced = len(classes) / (class_count * per_class)
        self._weights = (balanced[classes] / len(classes)).astype(np.float32)
        self._penalty = 1 / (REGULARISATION * len(classes))
        self._dense, self._sparse = matrix.dense.shape[1], matrix.sparse.shape[1]
        self.size = (self._dense + self._sparse + 1) * class_count

    def head(self, flat: NDArray[np.float64]) -> Head:
        weights = flat.astype(np.float32).reshape(-1, self._count)
        dense, sparse, bias = np.split(weights, [self._dense, self._dense + self._sparse])
        return Head(dense, sparse, bias[0])

    def loss_and_gradient(self, flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = self.head(flat).all_logits(self._matrix)
        probabilities = softmax(logits)
        every = np.arange(len(self._classes))
        likelihood = np.log(np.maximum(probabilities[every, self._classes], 1e-12))
        error = probabilities
        error[every, self._classes] -= 1
        error *= self._weights[:, None]
        gradient = np.concatenate(
            [self._matrix.dense.T @ error, self._transposed @ error, error.sum(axis=0)[None]]
        ).astype(np.float64)
        weights = flat[: -self._count]  # the bias is free
        gradient.ravel()[: -self._count] += self._penalty * weights
        loss = float(0.5 * self._penalty * weights @ weights - self._weights @ likelihood)
        return loss, gradient.ravel()


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return result
