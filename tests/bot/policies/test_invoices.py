"""Invoices: tax numbers, and who gets which."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.policies import load_policies
from bot.policies.invoices import may_have_special, may_invoice, tax_number_problem
from crm_store.types.orders import Order, OrderState

POLICY = load_policies().invoices


@pytest.mark.parametrize(
    "number",
    [
        "91110000600037341L",
        "91110000 6000-3734 1l",
        "11010519491231002X",
        "310115123456789",
        "11010119800101123401",
    ],
)
def test_numbers_that_can_be(number: str) -> None:
    assert tax_number_problem(number) is None


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("91110000600037341M", "check_digit"),
        ("110105194912310021", "check_digit"),
        ("9111000060003734", "length"),
        ("9111000060003734112", "length"),
        ("九一一一", "characters"),
        ("911100/006000373", "characters"),
        ("", "characters"),
    ],
)
def test_numbers_that_cannot_be(number: str, problem: str) -> None:
    assert tax_number_problem(number) == problem


def an_order(state: OrderState = OrderState.PAID, currency: str = "CNY") -> Order:
    at = datetime(2026, 2, 1, tzinfo=UTC)
    return Order(1, "HK1", None, "web", None, state, at, Decimal(100), currency)


@pytest.mark.parametrize(
    ("order", "today", "rule"),
    [
        (an_order(), date(2026, 3, 2), "general_invoice"),
        (an_order(), date(2027, 2, 1), "general_invoice"),
        (an_order(), date(2027, 2, 2), "invoice_too_late"),
        (an_order(OrderState.PENDING_PAYMENT), date(2026, 3, 2), "invoice_after_payment"),
        (an_order(OrderState.CANCELLED), date(2026, 3, 2), "order_cancelled"),
        (an_order(currency="HKD"), date(2026, 3, 2), "invoiced_by_the_shop"),
    ],
)
def test_an_order_can_be_invoiced(order: Order, today: date, rule: str) -> None:
    decision = may_invoice(POLICY, order, bought=date(2026, 2, 1), today=today)
    assert decision.rule == rule
    assert decision.allowed == (rule == "general_invoice")


def test_one_consumer_good_rules_the_special_invoice_out() -> None:
    assert may_have_special(POLICY, ["appliances"]).allowed
    assert not may_have_special(POLICY, ["appliances", "food"]).allowed
