"""What a member spent: paid orders with their refunds taken off, by currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.models import OrderRow, PaymentRow
from crm_store.models.types import Money
from crm_store.types.orders import OrderState

UNPAID = (OrderState.CANCELLED, OrderState.PENDING_PAYMENT)
FAILED = "failed"


def refunded() -> ColumnElement[Decimal]:
    """Return what was paid back for an order of the query around it: 0 or less."""
    return func.coalesce(
        select(func.sum(PaymentRow.amount))
        .where(
            PaymentRow.order_id == OrderRow.id, PaymentRow.amount < 0, PaymentRow.state != FAILED
        )
        .correlate(OrderRow)
        .scalar_subquery(),
        Decimal(0),
    )


@dataclass(frozen=True, slots=True)
class Spending:
    """A member's orders in figures; amounts are by currency, refunds taken off."""

    orders: int
    """Cancelled ones left out."""
    last: datetime | None
    spent: Mapping[str, Decimal]
    recently: Mapping[str, Decimal]
    """Since the time that was asked for."""


def _by_currency() -> Select[str, int, datetime, Decimal, Decimal]:
    """Return the statement for ``member_id`` and ``since``: it is built once, like all of a card.

    Building such a statement anew takes longer than most databases need to answer it.
    """
    nothing = literal(Decimal(0), Money())
    paid = case(
        (OrderRow.state == OrderState.PENDING_PAYMENT, nothing),
        else_=OrderRow.total + refunded(),
    )
    recent = case((OrderRow.placed_at >= bindparam("since"), paid), else_=nothing)
    return (
        select(
            OrderRow.currency,
            func.count(),
            func.max(OrderRow.placed_at),
            type_coerce(func.sum(paid), Money()),
            type_coerce(func.sum(recent), Money()),
        )
        .where(OrderRow.member_id == bindparam("member_id"), OrderRow.state != OrderState.CANCELLED)
        .group_by(OrderRow.currency)
    )


BY_CURRENCY = _by_currency()


async def spending_of(session: AsyncSession, member_id: int, *, since: datetime) -> Spending:
    """Return what a member ordered and spent, ever and since a time."""
    found = await session.execute(BY_CURRENCY, {"member_id": member_id, "since": since})
    rows = found.all()
    return Spending(
        orders=sum(row[1] for row in rows),
        last=max((row[2] for row in rows), default=None),
        spent={row[0]: row[3] for row in rows},
        recently={row[0]: row[4] for row in rows},
    )
