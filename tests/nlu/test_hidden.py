"""The hidden layer: what it can learn that one plane cannot, and that its slopes are right."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import check_grad
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from nlu.native.features import Floats, Matrix
from nlu.native.head import fit_head
from nlu.native.hidden import fit_hidden, gradients, smoothed
from nlu.native.model import Model, dump_model, load_model

random = np.random.default_rng(5)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in training: on a busy machine more threads wait for one another."""
    with threadpool_limits(1, "blas"):
        yield


def quarters(count: int) -> tuple[Floats, NDArray[np.intp]]:
    """Points in a plane, of two classes that lie across from one another; no line parts them."""
    points = random.uniform(-1, 1, (count, 2)).astype(np.float32)
    return points, (points[:, 0] * points[:, 1] > 0).astype(np.intp)


def without_ngrams(dense: Floats) -> Matrix:
    return Matrix(dense, csr_matrix((len(dense), 1), dtype=np.float32))


@pytest.mark.parametrize(("through_hidden", "least", "most"), [(False, 0, 0.7), (True, 0.95, 1)])
def test_classes_that_no_plane_parts(through_hidden: bool, least: float, most: float) -> None:
    points, classes = quarters(2_000)
    head = fit_head(without_ngrams(points), classes, 2, through_hidden=through_hidden)
    others, right = quarters(500)
    found = head.all_logits(without_ngrams(others)).argmax(axis=1)
    assert least <= (found == right).mean() <= most


def test_a_rare_class_counts_as_much_as_a_frequent_one() -> None:
    points, _ = quarters(4_000)
    rare = points[:, 0] > 0.5
    kept = ~rare | (np.arange(len(points)) % 50 == 0)
    deep = fit_hidden(points[kept], rare[kept].astype(np.intp), 2)
    logits = deep.hidden.units(points) @ deep.weights + deep.bias
    assert (logits.argmax(axis=1) == 1)[rare].mean() > 0.9


def test_the_same_sentences_give_the_same_numbers() -> None:
    points, classes = quarters(600)
    once, again = fit_hidden(points, classes, 2), fit_hidden(points, classes, 2)
    assert np.array_equal(once.weights, again.weights)
    assert np.array_equal(once.hidden.weights, again.hidden.weights)


def test_the_slopes_are_those_of_the_loss() -> None:
    dense = random.normal(size=(6, 4))
    goals = smoothed(np.array([0, 1, 2, 0, 1, 1]), 3)
    kept = random.random((6, 5)) > 0.3
    shapes = [(4, 5), (5,), (5, 3), (3,)]
    ends = np.cumsum([np.prod(shape) for shape in shapes])

    def unpacked(flat: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        pieces = np.split(flat, ends[:-1])
        return [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)]

    def loss(flat: NDArray[np.float64]) -> float:
        weights, bias, out_weights, out_bias = unpacked(flat)
        units = np.maximum(dense @ weights + bias, 0) * kept / 0.7
        logits = units @ out_weights + out_bias
        log_chances = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return float(-(goals * log_chances).sum() / goals.sum())

    def slopes(flat: NDArray[np.float64]) -> NDArray[np.float64]:
        found = gradients(unpacked(flat), dense, goals, kept)  # type: ignore[arg-type]
        return np.concatenate([slope.ravel() for slope in found])

    assert check_grad(loss, slopes, random.normal(size=ends[-1])) < 1e-4


def test_a_model_with_a_hidden_layer_is_kept_whole(small_model: Model) -> None:
    dimension = small_model.features.centres.shape[1]
    dense = random.normal(size=(200, dimension)).astype(np.float32)
    classes = np.arange(200) % len(small_model.intents)
    sparse = csr_matrix((200, len(small_model.features.ngrams)), dtype=np.float32)
    matrix = Matrix(dense, sparse)
    head = fit_head(matrix, classes, len(small_model.intents), through_hidden=True)
    content = dump_model(replace(small_model, head=head))
    assert np.array_equal(load_model(content).head.all_logits(matrix), head.all_logits(matrix))


def test_a_hidden_layer_of_another_shape_is_no_model(small_model: Model) -> None:
    deep = fit_hidden(*quarters(300), 2)
    broken = replace(small_model.head, hidden=deep.hidden)
    with pytest.raises(ValueError, match="shapes do not agree"):
        load_model(dump_model(replace(small_model, head=broken)))
