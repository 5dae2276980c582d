"""Measures of a classifier that may refuse. Labels are plain texts; refusal is one of them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def accuracy(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """Share of equal labels; 0 for none."""
    return sum(t == p for t, p in zip(truth, predicted, strict=True)) / max(len(truth), 1)


def matthews(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """Matthews correlation for many classes (R_K, Gorodkin 2004), -1 to 1; 0 where undefined."""
    right = sum(t == p for t, p in zip(truth, predicted, strict=True))
    of_truth, of_predicted = Counter(truth), Counter(predicted)
    both = sum(n * of_predicted[label] for label, n in of_truth.items())
    total = len(truth)
    spread_truth = total**2 - sum(n**2 for n in of_truth.values())
    spread_predicted = total**2 - sum(n**2 for n in of_predicted.values())
    if not spread_truth or not spread_predicted:
        return 0.0
    return float((right * total - both) / (spread_truth * spread_predicted) ** 0.5)


def macro_f1(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """Mean F1 over the labels of `truth`."""
    hits = Counter(t for t, p in zip(truth, predicted, strict=True) if t == p)
    of_truth, of_predicted = Counter(truth), Counter(predicted)
    scores = [2 * hits[label] / (n + of_predicted[label]) for label, n in of_truth.items()]
    return sum(scores) / len(scores) if scores else 0.0


def auroc(inside: NDArray[np.floating], outside: NDArray[np.floating]) -> float | None:
    """Chance that a score of `inside` is above one of `outside`; None if either is empty."""
    if not len(inside) or not len(outside):
        return None
    ordered = np.sort(outside)
    below = np.searchsorted(ordered, inside, side="left")
    not_above = np.searchsorted(ordered, inside, side="right")
    return float((below + not_above).mean() / (2 * len(outside)))


def calibration_error(
    confidences: NDArray[np.floating], right: NDArray[np.bool_], bins: int = 15
) -> float:
    """Expected calibration error: |confidence - accuracy| over equal bins, by their size."""
    if not len(confidences):
        return 0.0
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(confidences[places == b].mean() - right[places == b].mean()) * (places == b).mean()
            for b in np.unique(places)
        )
    )
