"""Orders, their parcels and payments."""

import hmac
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from crm_store.errors import ConflictError
from crm_store.models import AuditRow, ConversationRow, OrderRow, PaymentRow, ShipmentRow
from crm_store.repositories.context import Repository, audit_row
from crm_store.repositories.identities import tail_index
from crm_store.types.actors import Role
from crm_store.types.orders import (
    Order,
    OrderLine,
    OrderState,
    Payment,
    Shipment,
    ShipmentEvent,
)

WRONG_TAILS = 5
"""How many wrong phone tails an order number bears within `LOCK_WINDOW`."""
LOCK_WINDOW = timedelta(hours=1)
OPENED, REFUSED, LOCKED = "order.open", "order.open.refused", "order.open.locked"
DIGEST_LENGTH = 24
CANCELLABLE = frozenset({OrderState.PENDING_PAYMENT, OrderState.PAID, OrderState.PACKED})
PROCESSING, FAILED = "processing", "failed"
"""States of payments: refunds start as the first; the second moved no money."""


def _whole_orders() -> Select[OrderRow]:
    return select(OrderRow).options(
        selectinload(OrderRow.lines),
        selectinload(OrderRow.payments),
        selectinload(OrderRow.shipments).selectinload(ShipmentRow.events),
    )


class OrdersRepository(Repository):
    """The port's `Orders`."""

    async def for_member(self, member_id: int, *, limit: int = 5) -> list[Order]:
        """Return a member's orders, newest first."""
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return []
        rows = await self._session.scalars(
            _whole_orders()
            .where(OrderRow.member_id == kept)
            .order_by(OrderRow.placed_at.desc(), OrderRow.id.desc())
            .limit(limit)
        )
        await self._context.saw("order.view", [f"member:{kept}"])
        return [to_order(row) for row in rows]

    async def by_number(self, number: str) -> Order | None:
        """Return an order that the actor may see: their own, one opened in their conversation,
        or any for staff and system.
        """
        row = await self._session.scalar(_whole_orders().where(OrderRow.number == number.strip()))
        if row is None or not await self._may_see(row):
            return None
        await self._context.saw("order.view", [_subject_of(row)])
        return to_order(row)

    async def open(self, number: str, phone_tail: str) -> Order | None:
        """Return an order to anybody who knows its number and its phone's last four digits.

        An unknown number, a wrong tail and too many wrong tails give the same answer, ``None``.
        Each try is audited, and stays so when the caller's reading unit of work fails.
        """
        number = number.strip()
        async with self._context.recording() as session:
            row = await session.scalar(
                _whole_orders().where(OrderRow.number == number).with_for_update(key_share=True)
            )
            subject = self._tried(number, row)
            outcome = await self._outcome(session, subject, row, phone_tail)
            session.add(audit_row(self._actor, self._now(), outcome, subject, {}))
            return to_order(row) if row is not None and outcome == OPENED else None

    async def lock(self, number: str) -> Order | None:
        """Return an order that nobody else can change until the unit of work ends."""
        row = await self._locked(number)
        return None if row is None else to_order(row)

    async def cancel(self, number: str) -> Order:
        """Cancel an order that has not been sent."""
        row = await self._locked(number)
        if row is None or row.state not in CANCELLABLE:
            raise ConflictError(f"order {number} cannot be cancelled any more")
        row.state = OrderState.CANCELLED
        return to_order(row)

    async def refund(self, number: str, amount: Decimal, *, reference: str) -> Payment:
        """Start paying money back by the way it came, once for each reference."""
        row = await self._locked(number)
        if row is None or amount <= 0:
            raise ConflictError(f"order {number}: nothing to pay back")
        for payment in row.payments:
            if payment.reference == reference:
                return _to_payment(payment)
        left = sum((one.amount for one in row.payments if one.state != FAILED), Decimal(0))
        if amount > left:
            raise ConflictError(f"order {number}: {amount} is more than the {left} left")
        booked = PaymentRow(
            order_id=row.id,
            method=next(one.method for one in row.payments if one.amount > 0),
            amount=-amount,
            state=PROCESSING,
            at=self._now(),
            reference=reference,
        )
        row.payments.append(booked)
        await self._session.flush()
        return _to_payment(booked)

    async def _locked(self, number: str) -> OrderRow | None:
        self._context.require(Role.SYSTEM)
        return await self._session.scalar(
            _whole_orders().where(OrderRow.number == number).with_for_update()
        )

    async def _outcome(
        self, session: AsyncSession, subject: str, row: OrderRow | None, phone_tail: str
    ) -> str:
        locked = await self._wrong_tails(session, subject) > WRONG_TAILS
        if locked and not (row is not None and await self._owns(row)):
            return LOCKED
        asked = tail_index(self._context.vault, phone_tail) or ""
        known = (row.phone_tail_index if row is not None else None) or "none"
        return OPENED if hmac.compare_digest(asked, known) else REFUSED

    def _tried(self, number: str, row: OrderRow | None) -> str:
        """Return how the audit calls what was asked for.

        A number that no order has may be anything, a phone too: the audit keeps a digest of it.
        """
        if row is not None:
            return f"order:{row.number}"
        return f"order:?{self._context.vault.blind_index('order number', number)[:DIGEST_LENGTH]}"

    async def _wrong_tails(self, session: AsyncSession, subject: str) -> int:
        count = await session.scalar(
            select(func.count(AuditRow.id)).where(
                AuditRow.subject == subject,
                AuditRow.at > self._now() - LOCK_WINDOW,
                AuditRow.action == REFUSED,
            )
        )
        return count or 0

    async def _may_see(self, row: OrderRow) -> bool:
        return self._context.is_trusted or await self._owns(row) or await self._opened_here(row)

    async def _owns(self, row: OrderRow) -> bool:
        if self._actor.role is not Role.CUSTOMER or row.member_id is None:
            return False
        return await self._context.visible_member(row.member_id) is not None

    async def _opened_here(self, row: OrderRow) -> bool:
        if self._actor.conversation_id is None:
            return False
        opened = await self._session.scalar(
            select(ConversationRow.opened_orders).where(
                ConversationRow.id == self._actor.conversation_id
            )
        )
        return row.number in (opened or ())


def _subject_of(row: OrderRow) -> str:
    return f"order:{row.number}" if row.member_id is None else f"member:{row.member_id}"


def to_order(row: OrderRow) -> Order:
    """Return a wholly loaded row as its domain type."""
    return Order(
        id=row.id,
        number=row.number,
        member_id=row.member_id,
        channel=row.channel,
        store_id=row.store_id,
        state=row.state,
        placed_at=row.placed_at,
        total=row.total,
        currency=row.currency,
        lines=tuple(
            OrderLine(line.id, line.sku, line.product_id, line.name, line.quantity, line.unit_price)
            for line in row.lines
        ),
        shipments=tuple(_to_shipments(row.shipments)),
        payments=tuple(_to_payment(paid) for paid in row.payments),
    )


def _to_shipments(rows: Iterable[ShipmentRow]) -> Iterable[Shipment]:
    for row in rows:
        yield Shipment(
            id=row.id,
            carrier=row.carrier,
            tracking_number=row.tracking_number,
            state=row.state,
            shipped_at=row.shipped_at,
            delivered_at=row.delivered_at,
            expected_on=row.expected_on,
            events=tuple(ShipmentEvent(event.at, event.state, event.place) for event in row.events),
        )


def _to_payment(row: PaymentRow) -> Payment:
    return Payment(row.id, row.method, row.amount, row.state, row.at)
