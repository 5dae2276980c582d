"""Figures over answers that are given by hand."""

import pytest

from nlu.evaluation.answers import Answer
from nlu.evaluation.figures import (
    confusions,
    figures,
    of_each_intent,
    reliability,
    worst_mistakes,
)
from nlu.training import Example
from nlu.types import OUT_OF_SCOPE


def answer(truth: str, best: str, confidence: float = 0.9, *, refused: bool = False) -> Answer:
    example = Example(f"{truth} {best} {confidence}", truth, "en")
    return Answer(example, best, confidence, OUT_OF_SCOPE if refused else best)


ANSWERS = [
    answer("a", "a", 0.95),
    answer("a", "a", 0.65),
    answer("a", "b", 0.85),
    answer("b", "b", 0.95),
    answer("b", "b", 0.35, refused=True),
    answer(OUT_OF_SCOPE, "a", 0.2, refused=True),
    answer(OUT_OF_SCOPE, "b", 0.4),
]


def test_a_refused_sentence_is_right_only_out_of_scope() -> None:
    of = figures(ANSWERS)
    assert of.sentences == 7
    assert of.accuracy == pytest.approx(4 / 7)
    assert of.in_scope_accuracy == pytest.approx(4 / 5)  # whatever the threshold
    assert of.in_scope_macro_f1 == pytest.approx((0.8 + 0.8) / 2)
    assert of.oos_recall == pytest.approx(1 / 2)
    # a: 1 and 2/3; b: 1/3 and 1/2; out of scope: 1/2 and 1/2.
    assert of.macro_f1 == pytest.approx((0.8 + 0.4 + 0.5) / 3)


def test_without_outsiders_nothing_is_said_of_them() -> None:
    assert figures(ANSWERS[:5]).oos_recall is None


def test_intents_come_the_weakest_first() -> None:
    each = of_each_intent(ANSWERS)
    assert [one.intent for one in each] == ["b", OUT_OF_SCOPE, "a"]
    assert (each[0].precision, each[0].recall) == (pytest.approx(1 / 3), 0.5)


def test_pairs_that_are_mixed_up() -> None:
    assert [(one.truth, one.decided, one.sentences) for one in confusions(ANSWERS)] == [
        ("a", "b", 1),
        ("b", OUT_OF_SCOPE, 1),
        (OUT_OF_SCOPE, "b", 1),
    ]


def test_reliability_is_about_sentences_in_scope() -> None:
    bins = reliability(ANSWERS)
    assert sum(one.sentences for one in bins) == 5
    assert bins[-1].confidence == pytest.approx(0.95)
    assert bins[-1].right == 1


def test_the_surest_mistake_is_the_worst() -> None:
    assert [one.confidence for one in worst_mistakes(ANSWERS)] == [0.85, 0.4, 0.35]
