"""The rules about changing, cancelling, returning, exchanging and paying back."""

from datetime import date
from decimal import Decimal

import pytest

from bot.policies import load_policies
from bot.policies.cancelling import may_cancel
from bot.policies.changes import address_problem, may_change
from bot.policies.exchanges import may_exchange, price_after
from bot.policies.goods import Goods, strictest
from bot.policies.refunds import stage_of, working_days
from bot.policies.returns import may_return
from crm_store.types.orders import OrderState

RULES = load_policies()
DELIVERED = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("what", "state", "allowed", "rule"),
    [
        ({"address"}, OrderState.PACKED, True, "before_sending"),
        ({"quantity"}, OrderState.PAID, True, "before_packing"),
        ({"quantity"}, OrderState.PACKED, False, "not_before_packing"),
        ({"address", "variant"}, OrderState.PACKED, False, "not_before_packing"),
        ({"address", "variant"}, OrderState.PAID, True, "before_packing"),
        ({"phone"}, OrderState.SHIPPED, False, "already_sent"),
        ({"phone"}, OrderState.COMPLETED, False, "already_delivered"),
        ({"phone"}, OrderState.CANCELLED, False, "order_cancelled"),
    ],
)
def test_what_may_be_changed_until_when(
    what: set[str], state: OrderState, allowed: bool, rule: str
) -> None:
    decision = may_change(RULES.changes, what, state)
    assert (decision.allowed, decision.rule) == (allowed, rule)


@pytest.mark.parametrize(
    ("state", "allowed", "rule"),
    [
        (OrderState.PENDING_PAYMENT, True, "cancel_unpaid"),
        (OrderState.PAID, True, "cancel_before_packing"),
        (OrderState.PACKED, True, "cancel_packed"),
        (OrderState.SHIPPED, False, "cancel_sent"),
        (OrderState.DELIVERED, False, "already_delivered"),
        (OrderState.CANCELLED, False, "order_cancelled"),
    ],
)
def test_until_when_an_order_is_cancelled(state: OrderState, allowed: bool, rule: str) -> None:
    decision = may_cancel(RULES.cancelling, state)
    assert (decision.allowed, decision.rule) == (allowed, rule)


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("深圳市南山区科苑路8号3栋1802", None),
        ("香港铜锣湾轩尼诗道500号", None),
        ("8 Keyuan Road, Nanshan, Shenzhen", None),
        ("我家", "no_place"),
        ("深圳市南山区", "no_place"),
        ("12", "no_place"),
        ("深圳市南山区科苑路8号" + "号" * 5_000, "too_long"),
    ],
)
def test_an_address_that_a_parcel_finds(address: str, problem: str | None) -> None:
    assert address_problem(RULES.changes, address) == problem


@pytest.mark.parametrize(
    ("goods", "day", "allowed", "rule"),
    [
        (Goods("apparel", "outerwear", "changed_mind", "unused"), 9, True, "seven_days"),
        (Goods("apparel", "outerwear", "changed_mind", "unused"), 10, False, "return_window_over"),
        (Goods("apparel", "outerwear", "changed_mind", "used"), 3, False, "used_goods"),
        (Goods("cosmetics", "skincare", "changed_mind", "unused"), 3, False, "opened_cosmetics"),
        (Goods("cosmetics", "skincare", "broken", ""), 17, True, "quality_15_days"),
        (Goods("food", "tea", "broken", ""), 18, False, "return_window_over"),
    ],
)
def test_returns(goods: Goods, day: int, allowed: bool, rule: str) -> None:
    today = DELIVERED.replace(day=day)
    decision = may_return(RULES.returns, goods, delivered=DELIVERED, today=today)
    assert (decision.allowed, decision.rule) == (allowed, rule)


@pytest.mark.parametrize(
    ("goods", "day", "allowed", "rule"),
    [
        (Goods("apparel", "shoes", "wrong_size", "unused"), 17, True, "apparel_exchange"),
        (Goods("cosmetics", "fragrance", "changed_mind", "sealed"), 9, True, "exchange_window"),
        (
            Goods("cosmetics", "fragrance", "changed_mind", "used"),
            3,
            False,
            "opened_cosmetics_stay",
        ),
        (Goods("food", "tea", "changed_mind", "sealed"), 3, False, "food_not_exchangeable"),
        (Goods("food", "tea", "wrong_item", ""), 3, True, "quality_exchange"),
        (Goods("appliances", "kitchen", "other", "unused"), 10, False, "exchange_window_over"),
    ],
)
def test_exchanges(goods: Goods, day: int, allowed: bool, rule: str) -> None:
    today = DELIVERED.replace(day=day)
    decision = may_exchange(RULES.exchanges, goods, delivered=DELIVERED, today=today)
    assert (decision.allowed, decision.rule) == (allowed, rule)


def test_the_strictest_rule_decides_about_a_whole_order() -> None:
    kept = Goods("apparel", "shoes", "changed_mind", "unused")
    opened = Goods("cosmetics", "skincare", "changed_mind", "unused")
    decisions = [
        may_return(RULES.returns, one, delivered=DELIVERED, today=DELIVERED)
        for one in (kept, opened)
    ]
    assert strictest(decisions).rule == "opened_cosmetics"


def test_a_discount_stays_when_the_variant_changes() -> None:
    assert price_after(Decimal(200), Decimal(239), Decimal(349)) == Decimal(310)
    assert price_after(Decimal(200), None, Decimal(349)) == Decimal(349)
    assert price_after(Decimal(10), Decimal(349), Decimal(239)) == 0


def test_weekends_are_no_working_days() -> None:
    assert working_days(date(2026, 2, 27), 1) == date(2026, 3, 2)
    assert working_days(date(2026, 2, 27), 0) == date(2026, 2, 27)


@pytest.mark.parametrize(
    ("state", "today", "stage", "late"),
    [
        ("processing", date(2026, 3, 11), "sent", False),
        ("processing", date(2026, 3, 12), "sent", True),
        ("refunded", date(2026, 3, 30), "arrived", False),
        ("failed", date(2026, 3, 3), "failed", True),
    ],
)
def test_how_far_a_refund_is(state: str, today: date, stage: str, late: bool) -> None:
    found = stage_of(RULES.refunds, method="card", state=state, started=DELIVERED, today=today)
    assert (found.stage, found.late, found.expected) == (stage, late, date(2026, 3, 11))
