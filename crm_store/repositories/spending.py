"""What a member spent: paid orders with their refunds taken off, by currency."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.models import OrderRow, PaymentRow
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


async def spent_by_currency(
    session: AsyncSession, member_id: int, *, since: datetime | None = None
) -> Mapping[str, Decimal]:
    """Return what a member spent, refunds taken off, by currency."""
    query = (
        select(OrderRow.currency, func.sum(OrderRow.total + refunded()))
        .where(OrderRow.member_id == member_id, OrderRow.state.not_in(UNPAID))
        .group_by(OrderRow.currency)
    )
    if since is not None:
        query = query.where(OrderRow.placed_at >= since)
    return {currency: amount for currency, amount in await session.execute(query)}  # noqa: C416
