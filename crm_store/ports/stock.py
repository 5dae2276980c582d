"""Port of goods that are held for somebody, and of what moves on the shelves because of it."""

from typing import Protocol

from crm_store.types.reservations import NewReservation, Reservation


class Stock(Protocol):
    """Holding goods, and taking them from a store or putting them back."""

    async def reserve(self, new: NewReservation) -> Reservation:
        """Hold goods, once for each reference; system only.

        Raises `OutOfStockError` when fewer are free, `InvalidRecordError` for no units or a time
        that has passed.
        """

    async def release(self, reference: str) -> bool:
        """Make held goods free again; system only. Returns whether they were held."""

    async def hand_over(self, reference: str) -> bool:
        """Give held goods to whom they are held for; system only. Returns whether they still were.

        They leave the store's stock.
        """

    async def release_expired(self) -> int:
        """Write down which goods nobody came for; system only. Returns how many reservations.

        They are free from the minute they expire. The pickup and exchange cases that they
        belong to are closed.
        """

    async def for_case(self, case_number: str) -> list[Reservation]:
        """Return what is or was held for a case that the actor may see."""

    async def take(self, store_id: str, sku: str, quantity: int) -> None:
        """Take free units out of a store; system only. Raises `OutOfStockError`."""

    async def put_back(self, store_id: str, sku: str, quantity: int) -> None:
        """Put units into a store; system only. A SKU that is not sold any more is left out."""

    def pickup_code(self, reference: str) -> str:
        """Return what is said at the counter to get held goods: characters nobody can work out.

        It is the same every time, so that it can be told before the reservation is committed.
        """
