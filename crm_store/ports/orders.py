"""Port of orders, their parcels and after-sales cases."""

from typing import Protocol

from crm_store.types.orders import Case, Order


class Orders(Protocol):
    """Orders, their parcels and after-sales cases."""

    async def for_member(self, member_id: int, *, limit: int = 5) -> list[Order]:
        """Return a member's orders, newest first."""

    async def by_number(self, number: str) -> Order | None:
        """Return an order that the actor may see: their own, or any for staff and system."""

    async def open(self, number: str, phone_tail: str) -> Order | None:
        """Return an order to anybody who knows its number and its phone's last four digits.

        An unknown number and a wrong tail give the same answer, ``None``. Each try is audited.
        """

    async def cases(self, member_id: int, *, open_only: bool = True) -> list[Case]:
        """Return a member's after-sales cases, newest first."""
