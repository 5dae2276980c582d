"""Complaints, compensation, feedback and moods: the rules of the house's own file."""

from datetime import date
from decimal import Decimal

import pytest

from bot.dialogue.mood import Sign
from bot.policies import load_policies
from bot.policies.compensation import days_late, may_compensate
from bot.policies.complaints import judge
from bot.policies.feedback import sort_feedback
from bot.policies.moods import called_for
from bot.replies import LANGUAGES, Phrasebook
from crm_store.types.handoffs import HandoffReason

POLICIES = load_policies()
FEN = Decimal("0.01")
BOOK = Phrasebook()


@pytest.mark.parametrize(
    ("story", "rule", "severity", "owner"),
    [
        ("饼干里有虫", "complaint_food_safety", "high", "quality"),
        ("is this a fake bag?", "complaint_fake_goods", "high", "quality"),
        ("多收了我一次钱", "complaint_billing", "high", "finance"),
        ("the cashier was rude", "complaint_staff", "normal", "store_care"),
        ("快递一直没到", "complaint_delivery", "normal", "logistics"),
        ("it fell apart", "complaint_product", "normal", "quality"),
        ("just bad", "complaint_other", "normal", "service"),
    ],
)
def test_who_answers_and_how_fast(story: str, rule: str, severity: str, owner: str) -> None:
    decision = judge(POLICIES.complaints, POLICIES.complaints.subject(story))
    hours = POLICIES.complaints.severities[severity].hours
    assert decision.rule == rule
    assert (decision.facts["severity"], decision.facts["owner"]) == (severity, owner)
    assert decision.facts["hours"] == hours


def test_what_is_urgent_goes_before_what_it_is_about() -> None:
    subject = POLICIES.complaints.subject("快递一直没到", Sign.HEALTH_HARM)
    assert judge(POLICIES.complaints, subject).facts["joins"] == "call"


def test_every_sign_that_calls_has_a_subject_an_advice_and_a_reason() -> None:
    for sign in POLICIES.moods.call:
        assert Sign(sign)
        assert HandoffReason(sign)
        assert sign in POLICIES.complaints.urgent
        assert all(f"complaint.{sign}" in BOOK.keys(language) for language in LANGUAGES)


def test_every_subject_is_worded() -> None:
    rules = POLICIES.complaints
    for subject in (*rules.subjects, *rules.urgent.values(), rules.otherwise):
        for language in LANGUAGES:
            assert f"rules.complaint_{subject.id}" in BOOK.keys(language)


def test_the_gravest_sign_calls() -> None:
    assert called_for(POLICIES.moods, {"legal_threat", "health_harm"}) == "health_harm"
    assert called_for(POLICIES.moods, {"anger", "abuse", "shouting"}) is None


@pytest.mark.parametrize(
    ("late", "again", "recently", "wanted", "rule", "allowed"),
    [
        (1, False, 0, None, "not_late_enough", False),
        (2, False, 0, None, "late_parcel", True),
        (7, False, 0, None, "very_late_parcel", True),
        (7, False, 1, Decimal(20), "very_late_parcel", True),
        (7, True, 1, None, "compensated_already", False),
        (7, False, 2, None, "compensated_often", False),
        (7, False, 0, Decimal("20.01"), "compensation_above_limit", False),
        (0, False, 0, Decimal(500), "compensation_above_limit", False),
    ],
)
def test_compensation(
    late: int, again: bool, recently: int, wanted: Decimal | None, rule: str, allowed: bool
) -> None:
    decision = may_compensate(
        POLICIES.compensation, late=late, for_this_order=again, recently=recently,
        point_value=FEN, wanted=wanted,
    )  # fmt: skip
    assert (decision.rule, decision.allowed) == (rule, allowed)


def test_points_that_are_worth_more_than_the_limit_are_a_humans() -> None:
    decision = may_compensate(
        POLICIES.compensation, late=3, for_this_order=False, recently=0, point_value=Decimal(1)
    )
    assert decision.rule == "compensation_above_limit"


def test_how_late_an_order_is() -> None:
    today = date(2026, 3, 2)
    assert days_late([], today) == 0
    assert days_late([(None, None)], today) == 0
    assert days_late([(date(2026, 2, 28), None)], today) == 2
    assert days_late([(date(2026, 2, 20), date(2026, 2, 21)), (date(2026, 3, 5), None)], today) == 1


@pytest.mark.parametrize(
    ("story", "pleased", "kind", "owner"),
    [
        ("店员服务超好", True, "praise", "store_care"),
        ("很好，希望小程序加个夜间模式", True, "suggestion", "digital"),
        ("more unscented products", False, "suggestion", "product"),
    ],
)
def test_feedback(story: str, pleased: bool, kind: str, owner: str) -> None:
    decision = sort_feedback(POLICIES.feedback, story, pleased=pleased)
    assert (decision.facts["kind"], decision.facts["owner"]) == (kind, owner)
