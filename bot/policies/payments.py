"""What became of a customer's money: charged twice, paid and not noticed, or never paid."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from bot.policies.decision import Decision, allow, refuse
from bot.policies.section import Section
from crm_store.types.orders import Order, OrderState, Payment


class Instalments(Section):
    """Paying month by month."""

    from_amount: Annotated[Decimal, Field(gt=0)]
    """The least that an order must come to."""
    months: tuple[int, ...]
    fee_free: tuple[int, ...]
    """Of the months, those without a fee for the customer."""


class Payments(Section):
    """Payments that went wrong."""

    pending: tuple[str, ...]
    """States in which a payment is neither here nor lost."""
    failed: tuple[str, ...]
    """States in which no money moved."""
    due: tuple[str, ...]
    """States of what the customer still has to pay."""
    refund_up_to: Annotated[Decimal, Field(ge=0)]
    """What the bot may pay back by itself when somebody was charged twice."""
    refund_days: Annotated[int, Field(ge=1)]
    """Working days until it is back on the account."""
    check_hours: Annotated[int, Field(ge=1)]
    """Hours within which somebody looks into a payment and answers."""
    instalments: Instalments


def arrived(policy: Payments, payments: Iterable[Payment]) -> list[Payment]:
    """Return the payments whose money is here; refunds are not among them."""
    unsettled = {*policy.pending, *policy.failed, *policy.due}
    return [paid for paid in payments if paid.amount > 0 and paid.state not in unsettled]


def balance(policy: Payments, order: Order) -> Decimal:
    """Return what is here of an order's money: paid, less what is on its way back."""
    back = [
        one.amount for one in order.payments if one.amount < 0 and one.state not in policy.failed
    ]
    moved = [one.amount for one in arrived(policy, order.payments)]
    return sum((*moved, *back), Decimal(0))


def charged_twice(policy: Payments, order: Order) -> Decision:
    """Decide about money that was taken more than once."""
    here, price = balance(policy, order), order.total
    facts = {"total": price, "paid": here, "currency": order.currency}
    if order.state is OrderState.CANCELLED:
        return _of_cancelled(policy, here, facts)
    extra = here - price
    if any(one.amount < 0 for one in order.payments) and extra <= 0:
        return refuse("duplicate_on_its_way_back", "refund_status", **facts)
    if extra <= 0:
        return allow("charged_once", hours=policy.check_hours, amount=price, **facts).with_human()
    whole = any(one.amount == extra for one in arrived(policy, order.payments))
    if not whole or extra > policy.refund_up_to:
        rule = "duplicate_over_limit" if whole else "overpaid"
        return allow(rule, hours=policy.check_hours, amount=extra, **facts).with_human()
    return allow("duplicate_refunded", amount=extra, days=policy.refund_days, **facts)


def paid_or_not(policy: Payments, order: Order) -> Decision:
    """Decide about an order that its customer tried to pay."""
    here = balance(policy, order)
    facts = {"total": order.total, "paid": here, "currency": order.currency}
    if order.state is OrderState.CANCELLED:
        return _of_cancelled(policy, here, facts)
    if order.state is not OrderState.PENDING_PAYMENT:
        return _of_paid(policy, order, facts)
    if here >= order.total:
        return allow("payment_found", amount=here, **facts)
    waiting = [one for one in order.payments if one.amount > 0 and one.state in policy.pending]
    if waiting:
        amount = waiting[-1].amount
        return allow("payment_pending", hours=policy.check_hours, amount=amount, **facts)
    lost = [one for one in order.payments if one.amount > 0 and one.state in policy.failed]
    if lost:
        return refuse("payment_failed", amount=lost[-1].amount, at=lost[-1].at, **facts)
    return allow("no_payment_found", hours=policy.check_hours, amount=here, **facts).with_human()


def _of_paid(policy: Payments, order: Order, facts: dict[str, object]) -> Decision:
    """Nothing is open but perhaps the difference after a change."""
    left = sum((one.amount for one in order.payments if one.state in policy.due), Decimal(0))
    if left > 0:
        return refuse("difference_due", amount=left, **facts)
    return refuse("order_is_paid", "order_status", **facts)


def _of_cancelled(policy: Payments, here: Decimal, facts: dict[str, object]) -> Decision:
    if here <= 0:
        return refuse("order_cancelled", "search_product")
    return allow("paid_and_cancelled", hours=policy.check_hours, amount=here, **facts).with_human()


def monthly(policy: Instalments, amount: Decimal) -> dict[int, Decimal]:
    """Return what each number of months comes to a month; empty below the least amount."""
    if amount < policy.from_amount:
        return {}
    return {months: (amount / months).quantize(Decimal("0.01")) for months in policy.months}
