"""Port of orders, their parcels and payments."""

from decimal import Decimal
from typing import Protocol

from crm_store.types.orders import LineChange, NewDelivery, Order, Payment


class Orders(Protocol):
    """Orders, their parcels and payments."""

    async def for_member(self, member_id: int, *, limit: int = 5) -> list[Order]:
        """Return a member's orders, newest first."""

    async def by_number(self, number: str) -> Order | None:
        """Return an order that the actor may see: their own, or any for staff and system."""

    async def open(self, number: str, phone_tail: str) -> Order | None:
        """Return an order to anybody who knows its number and its phone's last four digits.

        An unknown number and a wrong tail give the same answer, ``None``. Each try is audited.
        """

    async def lock(self, number: str) -> Order | None:
        """Return an order that nobody else can change until the unit of work ends; system only."""

    async def cancel(self, number: str) -> Order:
        """Cancel an order that has not been sent; system only.

        Raises `ConflictError` when it has been, or is cancelled already.
        """

    async def deliver_to(self, number: str, delivery: NewDelivery) -> Order:
        """Change to whom and where an order goes that has not been sent; system only.

        Raises `ConflictError` when it has been, `InvalidRecordError` on an impossible phone.
        """

    async def change_line(self, number: str, line_id: int, change: LineChange) -> Order:
        """Change how many of what a position is, and the total with it; system only.

        Raises `ConflictError` when the order has been sent, `InvalidRecordError` when there is no
        such position or nothing would be left of it.
        """

    async def mark_paid(self, number: str) -> Order:
        """Put an order right that waits for money which is here; system only.

        Raises `ConflictError` unless it waits for payment.
        """

    async def collect_in(self, number: str, store_id: str) -> Order:
        """Have an order that was not sent collected in a shop; system only.

        Raises `ConflictError` when it has been sent.
        """

    async def charge(self, number: str, amount: Decimal, *, reference: str) -> Payment:
        """Ask for more money (above 0), once for each reference; system only.

        The payment is ``due`` until the shop's till books it.
        """

    async def refund(self, number: str, amount: Decimal, *, reference: str) -> Payment:
        """Start paying money back by the way it came, once for each reference; system only.

        ``amount`` is positive, in the order's currency. Raises `ConflictError` when it is more
        than was paid and not yet paid back.
        """
