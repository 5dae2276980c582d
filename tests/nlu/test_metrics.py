import numpy as np
import pytest
from sklearn.metrics import f1_score, matthews_corrcoef, roc_auc_score

from nlu.evaluate import Scores, report
from nlu.metrics import accuracy, auroc, calibration_error, macro_f1, matthews

TRUTH = ["a", "a", "b", "b", "oos", "oos"]
PREDICTED = ["a", "b", "b", "oos", "oos", "a"]


def test_by_hand() -> None:
    assert accuracy(TRUTH, PREDICTED) == pytest.approx(3 / 6)
    # right 3 of 6; every class occurs twice on both sides: (3*6 - 12) / (36 - 12)
    assert matthews(TRUTH, PREDICTED) == pytest.approx(6 / 24)
    assert macro_f1(TRUTH, PREDICTED) == pytest.approx(0.5)
    # three of the four pairs are in order
    assert auroc(np.array([0.9, 0.4]), np.array([0.5, 0.1])) == pytest.approx(3 / 4)
    assert auroc(np.array([0.5]), np.array([0.5])) == pytest.approx(1 / 2)
    # one bin of 0.9 with one of two right, one bin of 0.1 with none right
    confidences = np.array([0.9, 0.9, 0.1])
    right = np.array([True, False, False])
    assert calibration_error(confidences, right, bins=10) == pytest.approx(0.4 * 2 / 3 + 0.1 / 3)


def test_where_nothing_can_be_said() -> None:
    assert auroc(np.array([0.5]), np.array([])) is None
    assert matthews(["a", "a"], ["a", "a"]) == 0
    assert calibration_error(np.array([]), np.array([], dtype=bool)) == 0


def test_against_scikit_learn() -> None:
    random = np.random.default_rng(1)
    truth, predicted = random.integers(0, 5, (2, 300)).astype(str).tolist()
    assert matthews(truth, predicted) == pytest.approx(matthews_corrcoef(truth, predicted))
    assert macro_f1(truth, predicted) == pytest.approx(f1_score(truth, predicted, average="macro"))
    inside, outside = random.normal(1, 1, 200).round(1), random.normal(0, 1, 100).round(1)
    expected = roc_auc_score([1] * 200 + [0] * 100, np.concatenate([inside, outside]))
    assert auroc(inside, outside) == pytest.approx(expected)


def test_the_report_keeps_the_two_kinds_of_rows_apart() -> None:
    figures = report(
        truth=["a", "b", "b", "oos", "oos"],
        scores=Scores(
            best=["a", "b", "a", "a", "b"],
            confidences=np.array([0.9, 0.8, 0.7, 0.6, 0.5], dtype=np.float32),
            in_scope=np.array([0.9, 0.3, 0.8, 0.2, 0.7], dtype=np.float32),
        ),
        oos_label="oos",
        threshold=0.5,
        train_seconds=1.5,
        parse_ms_p50=2.5,
        fingerprint="f",
    )
    assert figures.accuracy == pytest.approx(2 / 5)  # the first, and the first refused outsider
    assert figures.in_scope_accuracy == pytest.approx(2 / 3)
    assert figures.in_scope_accuracy_with_refusals == pytest.approx(1 / 3)
    assert figures.oos_recall == pytest.approx(1 / 2)
    assert figures.oos_auroc == pytest.approx(5 / 6)
    assert set(figures.to_json()) == {
        "accuracy", "in_scope_accuracy", "in_scope_accuracy_with_refusals", "oos_recall",
        "oos_auroc", "mcc", "macro_f1", "ece", "threshold", "train_seconds", "parse_ms_p50",
        "fingerprint",
    }  # fmt: skip


def test_without_an_out_of_scope_label_nothing_is_refused() -> None:
    figures = report(
        truth=["a", "b"],
        scores=Scores(["a", "a"], np.array([0.9, 0.1]), np.array([0.9, 0.0])),
        oos_label=None,
        threshold=0.0,
        train_seconds=0,
        parse_ms_p50=0,
        fingerprint="",
    )
    assert figures.accuracy == figures.in_scope_accuracy_with_refusals == 0.5
    assert figures.oos_recall is figures.oos_auroc is None
