"""Payments: what is booked decides."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.policies import load_policies
from bot.policies.payments import charged_twice, monthly, paid_or_not
from crm_store.types.orders import Order, OrderState, Payment

POLICY = load_policies().payments
AT = datetime(2026, 3, 1, tzinfo=UTC)
PENDING = OrderState.PENDING_PAYMENT


def an_order(
    *payments: tuple[int, str], state: OrderState = OrderState.PAID, total: int = 100
) -> Order:
    booked = tuple(
        Payment(number, "wechat", Decimal(amount), how, AT)
        for number, (amount, how) in enumerate(payments)
    )
    order = Order(1, "HK1", None, "web", None, state, AT, Decimal(total), "CNY")
    return replace(order, payments=booked)


@pytest.mark.parametrize(
    ("order", "rule", "human"),
    [
        (an_order((100, "paid"), (100, "paid")), "duplicate_refunded", False),
        (an_order((100, "paid"), (100, "success"), (100, "failed")), "duplicate_refunded", False),
        (an_order((100, "paid"), (100, "processing")), "charged_once", True),
        (an_order((100, "paid"), (30, "paid")), "duplicate_refunded", False),
        (an_order((130, "paid")), "overpaid", True),
        (an_order((100, "paid")), "charged_once", True),
        (an_order((3000, "paid"), (3000, "paid"), total=3000), "duplicate_over_limit", True),
        (
            an_order((100, "paid"), (100, "paid"), (-100, "processing")),
            "duplicate_on_its_way_back",
            False,
        ),
        (an_order((100, "paid"), (100, "paid"), (-20, "paid")), "overpaid", True),
        (an_order((100, "paid"), state=OrderState.CANCELLED), "paid_and_cancelled", True),
    ],
)
def test_charged_twice(order: Order, rule: str, human: bool) -> None:
    decision = charged_twice(POLICY, order)
    assert (decision.rule, decision.human) == (rule, human)


@pytest.mark.parametrize(
    ("order", "rule"),
    [
        (an_order((100, "paid"), state=PENDING), "payment_found"),
        (an_order((60, "paid"), (40, "settled"), state=PENDING), "payment_found"),
        (an_order((60, "paid"), state=PENDING), "no_payment_found"),
        (an_order((100, "pending"), state=PENDING), "payment_pending"),
        (an_order((100, "failed"), state=PENDING), "payment_failed"),
        (an_order(state=PENDING), "no_payment_found"),
        (an_order((100, "paid")), "order_is_paid"),
        (an_order((100, "paid"), state=OrderState.CANCELLED), "paid_and_cancelled"),
        (an_order(state=OrderState.CANCELLED), "order_cancelled"),
    ],
)
def test_paid_or_not(order: Order, rule: str) -> None:
    assert paid_or_not(POLICY, order).rule == rule


def test_instalments_by_amount() -> None:
    assert monthly(POLICY.instalments, Decimal("299.99")) == {}
    assert monthly(POLICY.instalments, Decimal(1000)) == {
        3: Decimal("333.33"),
        6: Decimal("166.67"),
        12: Decimal("83.33"),
    }
