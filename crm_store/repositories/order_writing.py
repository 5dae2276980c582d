"""Changing orders that were not sent yet, and the money that moves with it; system only."""

from decimal import Decimal
from typing import Final

from crm_store.errors import ConflictError, InvalidRecordError
from crm_store.identifiers import normalise
from crm_store.models import OrderLineRow, OrderRow, PaymentRow
from crm_store.repositories.context import Repository
from crm_store.repositories.identities import tail_index
from crm_store.repositories.order_rows import to_order, to_payment, whole_orders
from crm_store.types.actors import Role
from crm_store.types.orders import LineChange, NewDelivery, Order, OrderState, Payment
from crm_store.types.people import IdentityKind

NOT_SENT: Final = frozenset({OrderState.PENDING_PAYMENT, OrderState.PAID, OrderState.PACKED})
PROCESSING, FAILED, DUE = "processing", "failed", "due"
"""States of payments: refunds start as the first; the second and third moved no money."""
_UNKNOWN_METHOD: Final = "unknown"


class OrderWriting(Repository):
    """The writing half of the port's `Orders`."""

    async def lock(self, number: str) -> Order | None:
        """Return an order that nobody else can change until the unit of work ends."""
        row = await self._locked(number)
        return None if row is None else to_order(row, self._context.vault)

    async def cancel(self, number: str) -> Order:
        """Cancel an order that has not been sent."""
        row = await self._not_sent(number)
        row.state = OrderState.CANCELLED
        return to_order(row, self._context.vault)

    async def deliver_to(self, number: str, delivery: NewDelivery) -> Order:
        """Change to whom and where an order goes; what is ``None`` stays."""
        row = await self._not_sent(number)
        vault = self._context.vault
        if delivery.recipient is not None:
            row.recipient_enc = vault.encrypt(delivery.recipient)
        if delivery.address is not None:
            row.address_enc = vault.encrypt(delivery.address)
        if delivery.phone is not None:
            phone = normalise(IdentityKind.PHONE, delivery.phone)
            row.phone_enc = vault.encrypt(phone)
            row.phone_tail_index = tail_index(vault, phone)
        await self._session.flush()
        return to_order(row, vault)

    async def change_line(self, number: str, line_id: int, change: LineChange) -> Order:
        """Change how many of what a position is; the order's total follows."""
        row = await self._not_sent(number)
        line = next((one for one in row.lines if one.id == line_id), None)
        if line is None or change.quantity < 1 or change.unit_price < 0:
            raise InvalidRecordError(f"order {number}: no such position, or none left of it")
        row.total += change.unit_price * change.quantity - line.unit_price * line.quantity
        _write(line, change)
        await self._session.flush()
        return to_order(row, self._context.vault)

    async def refund(self, number: str, amount: Decimal, *, reference: str) -> Payment:
        """Start paying money back by the way it came, once for each reference."""
        row = await self._locked(number)
        if row is None or amount <= 0:
            raise ConflictError(f"order {number}: nothing to pay back")
        if known := _booked(row, reference):
            return to_payment(known)
        moved = [one.amount for one in row.payments if one.state not in (FAILED, DUE)]
        left = sum(moved, Decimal(0))
        if amount > left:
            raise ConflictError(f"order {number}: {amount} is more than the {left} left")
        return await self._book(row, -amount, PROCESSING, reference)

    async def mark_paid(self, number: str) -> Order:
        """Put an order right that waits for money which is here."""
        row = await self._not_sent(number)
        if row.state is not OrderState.PENDING_PAYMENT:
            raise ConflictError(f"order {number} does not wait for payment")
        row.state = OrderState.PAID
        return to_order(row, self._context.vault)

    async def collect_in(self, number: str, store_id: str) -> Order:
        """Have an order that was not sent collected in a shop."""
        row = await self._not_sent(number)
        row.store_id = store_id
        return to_order(row, self._context.vault)

    async def charge(self, number: str, amount: Decimal, *, reference: str) -> Payment:
        """Ask for more money, once for each reference: a payment that is due."""
        row = await self._locked(number)
        if row is None or amount <= 0:
            raise ConflictError(f"order {number}: nothing to pay")
        if known := _booked(row, reference):
            return to_payment(known)
        return await self._book(row, amount, DUE, reference)

    async def _book(self, row: OrderRow, amount: Decimal, state: str, reference: str) -> Payment:
        came_by = (one.method for one in row.payments if one.amount > 0)
        booked = PaymentRow(
            order_id=row.id,
            method=next(came_by, _UNKNOWN_METHOD),
            amount=amount,
            state=state,
            at=self._now(),
            reference=reference,
        )
        row.payments.append(booked)
        await self._session.flush()
        return to_payment(booked)

    async def _not_sent(self, number: str) -> OrderRow:
        row = await self._locked(number)
        if row is None or row.state not in NOT_SENT:
            raise ConflictError(f"order {number} cannot be changed any more")
        return row

    async def _locked(self, number: str) -> OrderRow | None:
        self._context.require(Role.SYSTEM)
        return await self._session.scalar(
            whole_orders().where(OrderRow.number == number).with_for_update()
        )


def _booked(row: OrderRow, reference: str) -> PaymentRow | None:
    return next((one for one in row.payments if one.reference == reference), None)


def _write(line: OrderLineRow, change: LineChange) -> None:
    line.sku = change.sku
    line.quantity = change.quantity
    line.unit_price = change.unit_price
