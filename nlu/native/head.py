"""The head: two multinomial regressions whose logits are added.

One reads the sentence vector, one the n-grams. Each is fitted as if it were alone: fitted together,
the n-grams explain part of what the vector could, and a sentence without known n-grams, such as one
in a language that has no training sentences, is understood by a vector head that has learnt half.
Where there are many sentences, the vector is read through a hidden layer.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from nlu.native.features import Floats, Matrix, Row
from nlu.native.hidden import HiddenLayer, fit_hidden

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_DENSE_REGULARISATION: Final = 10.0
"""C of logistic regression: how much the sentences weigh against small weights."""
_SPARSE_REGULARISATION: Final = 3.0
_NGRAMS_SAY: Final = np.float32(0.35)
"""What the n-grams' logits count beside those of the vector ..."""
_NGRAMS_SAY_BESIDE_HIDDEN: Final = np.float32(0.5)
"""... and beside those of a hidden layer, which smoothed labels keep smaller."""
_DENSE_ITERATIONS: Final = 100
_SPARSE_ITERATIONS: Final = 50
_TOLERANCE: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Head:
    """Weights of every class."""

    dense: Floats
    """Shape (dimension, classes), or (units, classes) where there is a hidden layer."""
    sparse: Floats
    """Shape (number of n-grams, classes)."""
    bias: Floats
    """Shape (classes,)."""
    hidden: HiddenLayer | None = None

    def logits(self, row: Row) -> Floats:
        """How much one sentence speaks for each class, shape (classes,)."""
        said = self._units(row.dense) @ self.dense
        result: Floats = said + row.values @ self.sparse[row.columns] + self.bias
        return result

    def all_logits(self, matrix: Matrix) -> Floats:
        """The logits of many sentences, shape (n, classes)."""
        said = self._units(matrix.dense) @ self.dense
        result: Floats = said + matrix.sparse @ self.sparse + self.bias
        return result

    def _units(self, dense: Floats) -> Floats:
        return dense if self.hidden is None else self.hidden.units(dense)


def fit_head(
    matrix: Matrix, classes: NDArray[np.intp], class_count: int, *, through_hidden: bool = False
) -> Head:
    """Fit the weights; every class counts the same, however many sentences it has.

    `classes` has the class of each row; every class must occur. `through_hidden` puts a layer
    between the vector and the classes.
    """
    sparse = _Problem(matrix.sparse, classes, class_count, _SPARSE_REGULARISATION)
    ngram_weights, ngram_bias = sparse.solved(_SPARSE_ITERATIONS)
    if through_hidden:
        deep = fit_hidden(matrix.dense, classes, class_count)
        say = _NGRAMS_SAY_BESIDE_HIDDEN
        return Head(deep.weights, say * ngram_weights, deep.bias + say * ngram_bias, deep.hidden)
    dense = _Problem(matrix.dense, classes, class_count, _DENSE_REGULARISATION)
    weights, bias = dense.solved(_DENSE_ITERATIONS)
    return Head(weights, _NGRAMS_SAY * ngram_weights, bias + _NGRAMS_SAY * ngram_bias)


class _Problem:
    """Mean cross-entropy with L2-regularised weights, as a function of one flat vector."""

    def __init__(
        self,
        features: "Floats | csr_matrix",
        classes: NDArray[np.intp],
        class_count: int,
        regularisation: float,
    ) -> None:
        self._features = features
        # Of a dense matrix a view; of a sparse one a copy by rows, which multiplies faster.
        self._transposed = features.T if isinstance(features, np.ndarray) else features.T.tocsr()
        self._classes = classes
        self._shape = (features.shape[1] + 1, class_count)
        per_class = np.bincount(classes, minlength=class_count)
        balanced = len(classes) / (class_count * per_class)
        self._weights = (balanced[classes] / len(classes)).astype(np.float32)
        self._penalty = 1 / (regularisation * len(classes))

    def solved(self, iterations: int) -> tuple[Floats, Floats]:
        """The best weights, shape (features, classes), and biases, shape (classes,)."""
        from scipy.optimize import minimize  # noqa: PLC0415 - only in training

        solution = minimize(
            self._loss_and_gradient,
            np.zeros(self._shape).ravel(),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": iterations, "gtol": _TOLERANCE, "ftol": 1e-9, "maxcor": 7},
        )
        weights = solution.x.astype(np.float32).reshape(self._shape)
        return weights[:-1], weights[-1]

    def _loss_and_gradient(self, flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        exact = flat.reshape(self._shape)
        weights = exact.astype(np.float32)
        error = softmax(self._features @ weights[:-1] + weights[-1])
        every = np.arange(len(self._classes))
        likelihood = np.log(np.maximum(error[every, self._classes], 1e-12))
        error[every, self._classes] -= 1
        error *= self._weights[:, None]
        gradient = np.empty(self._shape)
        gradient[:-1] = self._transposed @ error
        gradient[:-1] += self._penalty * exact[:-1]  # the bias is free
        gradient[-1] = error.sum(axis=0)
        size = float(np.einsum("ij,ij", exact[:-1], exact[:-1]))
        loss = 0.5 * self._penalty * size - float(self._weights @ likelihood)
        return loss, gradient.ravel()


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return result
