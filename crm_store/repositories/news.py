"""News in the tables: parcels that moved, money that arrived, cases with a date."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from crm_store.models import (
    CaseRow,
    ConsentRow,
    OrderRow,
    PaymentRow,
    ShipmentEventRow,
    ShipmentRow,
)
from crm_store.types.cases import CaseKind
from crm_store.types.notices import News, NewsWindow, NoticeKind
from crm_store.types.orders import ShipmentState
from crm_store.types.privacy import Purpose

AT_ONCE: Final = 500
"""Events named in one statement."""
PARCELS: Final = {
    ShipmentState.PICKED_UP: NoticeKind.SHIPPED,
    ShipmentState.OUT_FOR_DELIVERY: NoticeKind.OUT_FOR_DELIVERY,
    ShipmentState.DELIVERED: NoticeKind.DELIVERED,
    ShipmentState.EXCEPTION: NoticeKind.DELIVERY_FAILED,
}
ARRIVED: Final = "settled"
"""State of a payment whose money has moved."""
READY: Final = "ready"
"""State of a pickup whose goods wait in the shop."""


def agreed(member_id: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Return the condition that a member once agreed to be told: few have, so it goes first."""
    return exists(
        select(ConsentRow.id).where(
            ConsentRow.member_id == member_id,
            ConsentRow.purpose == Purpose.SERVICE.value,
            ConsentRow.granted,
        )
    )


async def of_parcels(session: AsyncSession, window: NewsWindow) -> Sequence[News]:
    """Return the parcels that came into a state worth telling; only the state they are in now."""
    latest = (
        select(func.max(ShipmentEventRow.at))
        .where(
            ShipmentEventRow.shipment_id == ShipmentRow.id,
            ShipmentEventRow.state == ShipmentRow.state,
        )
        .scalar_subquery()
    )
    rows = await session.execute(
        select(ShipmentRow, OrderRow.number, OrderRow.member_id, latest.label("at"))
        .join(OrderRow, OrderRow.id == ShipmentRow.order_id)
        .where(
            OrderRow.member_id.is_not(None),
            agreed(OrderRow.member_id),
            ShipmentRow.state.in_(PARCELS),
            latest > window.since,
            latest <= window.now,
        )
        .order_by(ShipmentRow.id)
    )
    return [
        News(
            f"shipment:{parcel.id}:{parcel.state}",
            PARCELS[parcel.state],
            member_id,
            at,
            {
                "order": number,
                "carrier": parcel.carrier,
                "expected_on": str(parcel.expected_on) if parcel.expected_on else None,
            },
        )
        for parcel, number, member_id, at in rows
        if member_id is not None
    ]


async def of_refunds(session: AsyncSession, window: NewsWindow) -> Sequence[News]:
    """Return the refunds whose money has arrived."""
    rows = await session.execute(
        select(PaymentRow, OrderRow.number, OrderRow.member_id, OrderRow.currency)
        .join(OrderRow, OrderRow.id == PaymentRow.order_id)
        .where(
            OrderRow.member_id.is_not(None),
            agreed(OrderRow.member_id),
            PaymentRow.amount < 0,
            PaymentRow.state == ARRIVED,
            PaymentRow.at > window.since,
            PaymentRow.at <= window.now,
        )
        .order_by(PaymentRow.id)
    )
    return [
        News(
            f"refund:{payment.id}",
            NoticeKind.REFUND_ARRIVED,
            member_id,
            payment.at,
            {"order": number, "amount": str(-payment.amount), "currency": currency},
        )
        for payment, number, member_id, currency in rows
        if member_id is not None
    ]


async def of_cases(session: AsyncSession, window: NewsWindow) -> Sequence[News]:
    """Return pickups that are ready or about to lapse, and repair appointments ahead."""
    rows = await session.scalars(
        select(CaseRow)
        .where(
            CaseRow.kind.in_((CaseKind.PICKUP, CaseKind.REPAIR)),
            CaseRow.member_id.is_not(None),
            agreed(CaseRow.member_id),
            CaseRow.closed_at.is_(None),
            CaseRow.due_at > window.now,
        )
        .order_by(CaseRow.id)
    )
    return [one for row in rows for one in _of_case(row, window)]


def _of_case(row: CaseRow, window: NewsWindow) -> list[News]:
    due = row.due_at
    if due is None or row.member_id is None:
        return []
    if row.kind is CaseKind.REPAIR:
        # A moved appointment is another one.
        near = due <= window.appointments_until and "appointment" in row.detail
        event = f"appointment:{row.number}:{due:%Y%m%d%H%M}"
        return [_news(row, event, NoticeKind.REPAIR_APPOINTMENT, due)] if near else []
    if row.state != READY:
        return []
    if due <= window.collect_by:
        return [_news(row, f"pickup:{row.number}:expiring", NoticeKind.PICKUP_EXPIRING, due)]
    return [_news(row, f"pickup:{row.number}:ready", NoticeKind.PICKUP_READY, due)]


def _news(row: CaseRow, event: str, kind: NoticeKind, due: datetime) -> News:
    known: dict[str, Any] = {name: row.detail[name] for name in _TOLD if name in row.detail}
    return News(event, kind, row.member_id or 0, due, {"case": row.number, **known})


_TOLD: Final = ("store_id", "code")
"""What of a case's detail its notice may say."""
