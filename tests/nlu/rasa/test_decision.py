"""From probabilities to a decision: whatever Rasa ranks, only allowed intents can win."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.rasa.decision import close_to_best, decide
from nlu.types import OUT_OF_SCOPE

NAMES = ["greet", "return_item", "order_status", "member_lookup", OUT_OF_SCOPE]


@given(
    scores=st.dictionaries(st.sampled_from(NAMES), st.floats(0, 1)),
    allowed=st.none() | st.frozensets(st.sampled_from(NAMES)),
    threshold=st.floats(0.01, 1),
)
def test_a_decision_is_always_one_of_the_allowed_intents_or_a_refusal(
    scores: dict[str, float], allowed: frozenset[str] | None, threshold: float
) -> None:
    decided = decide(scores, allowed, threshold=threshold)
    names = [score.name for score in decided.ranking]
    assert OUT_OF_SCOPE not in names
    assert allowed is None or allowed.issuperset(names)
    assert len(names) == len(set(names))
    confidences = [score.confidence for score in decided.ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert not confidences or sum(confidences) == pytest.approx(1)
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert 0 <= decided.in_scope <= 1
    assert decided.accepted <= bool(decided.ranking)


def test_what_is_not_allowed_counts_as_never_heard_of() -> None:
    scores = {"member_lookup": 0.7, "order_status": 0.2, "greet": 0.05, OUT_OF_SCOPE: 0.05}
    decided = decide(scores, frozenset({"order_status", "greet"}), threshold=0.5)
    assert decided.accepted
    assert [s.name for s in decided.ranking] == ["order_status", "greet"]
    assert decided.ranking[0].confidence == pytest.approx(0.8)


def test_out_of_scope_is_weighed_against_the_best_intent() -> None:
    assert not decide({"greet": 0.3, OUT_OF_SCOPE: 0.4}, None, threshold=0.5).accepted
    assert decide({"greet": 0.3, OUT_OF_SCOPE: 0.4}, None, threshold=0.4).accepted


def test_without_examples_of_what_to_refuse_an_unsure_reading_is_refused() -> None:
    assert not decide({"greet": 0.4, "return_item": 0.6}, None, threshold=0.7).accepted
    assert decide({"greet": 0.2, "return_item": 0.8}, None, threshold=0.7).accepted


def test_rasas_own_refusal_stands() -> None:
    assert not decide({"greet": 0.9}, None, threshold=0.5, refused=True).accepted


def test_two_intents_close_together_are_a_choice() -> None:
    ranking = decide({"greet": 0.48, "return_item": 0.45, "x": 0.07}, None, threshold=0).ranking
    assert [s.name for s in close_to_best(ranking, 0.1)] == ["greet", "return_item"]
    assert close_to_best(ranking, 0.01) == ()
