"""What a member spent: paid orders with their refunds taken off, by currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, case, func, literal, select, type_coerce
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


async def spending_of(session: AsyncSession, member_id: int, *, since: datetime) -> Spending:
    """Return what a member ordered and spent, ever and since a time."""
    nothing = literal(Decimal(0), Money())
    paid = case(
        (OrderRow.state == OrderState.PENDING_PAYMENT, nothing),
        else_=OrderRow.total + refunded(),
    )
    recent = case((OrderRow.placed_at >= since, paid), else_=nothing)
    rows = (
        await session.execute(
            select(
                OrderRow.currency,
                func.count(),
                func.max(OrderRow.placed_at),
                type_coerce(func.sum(paid), Money()),
                type_coerce(func.sum(recent), Money()),
            )
            .where(OrderRow.member_id == member_id, OrderRow.state != OrderState.CANCELLED)
            .group_by(OrderRow.currency)
        )
    ).all()
    return Spending(
        orders=sum(row[1] for row in rows),
        last=max((row[2] for row in rows), default=None),
        spent={row[0]: row[3] for row in rows},
        recently={row[0]: row[4] for row in rows},
    )
