"""Port of points, coupons and tiers."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from crm_store.types.loyalty import (
    BasketItem,
    BookingKey,
    Coupon,
    CouponCheck,
    LoyaltyRules,
    PointsEntry,
    PointsSummary,
    TierStatus,
)


class Loyalty(Protocol):
    """Points and coupons.

    Bookings need a writing unit of work. The same `BookingKey` never books twice: the entry that
    is there comes back, and `ConflictError` when it says something else. They raise
    `InvalidRecordError` on amounts that cannot be, `NotPermittedError` when the actor may not.
    """

    rules: LoyaltyRules

    async def points(self, member_id: int, *, recent: int = 5) -> PointsSummary | None:
        """Return balance, next expiry and the latest entries; ``None`` when not permitted."""

    async def coupons(self, member_id: int) -> list[Coupon]:
        """Return the member's coupons, usable ones first."""

    async def earn(
        self,
        member_id: int,
        points: int,
        key: BookingKey,
        *,
        reference: str = "",
        expires_on: date | None = None,
    ) -> PointsEntry:
        """Credit points (above 0); they lapse when the rules say, unless told. Staff and system."""

    async def spend(
        self, member_id: int, points: int, key: BookingKey, *, reference: str = ""
    ) -> PointsEntry:
        """Take points (above 0); the member themselves, staff and system.

        What has lapsed is booked first. Raises `InsufficientPointsError` when fewer are left.
        """

    async def adjust(
        self, member_id: int, points: int, key: BookingKey, *, reference: str
    ) -> PointsEntry:
        """Correct a balance by a signed number of points; staff and system.

        ``reference`` says what for. Raises `InsufficientPointsError` instead of going below 0.
        """

    async def reverse(
        self, member_id: int, reference: str, key: BookingKey, *, share: Decimal = Decimal(1)
    ) -> PointsEntry | None:
        """Take back what was earned and spent for an order whose money went back; staff, system.

        ``share`` (above 0, to 1) is how much of the order is refunded. Nothing is taken back
        twice; ``None`` when nothing is left to take back. The balance may go below 0: points that
        were spent meanwhile are owed.
        """

    async def expire(self, member_id: int) -> list[PointsEntry]:
        """Book what has lapsed by today, lot by lot, oldest first; staff and system.

        Books nothing when the rules say that the programme itself does.
        """

    async def tier_status(self, member_id: int) -> TierStatus | None:
        """Return tier, qualifying spend, distance to the next tier; ``None`` when not permitted."""

    async def coupon_check(
        self, code: str, member_id: int | None, basket: Sequence[BasketItem] | None = None
    ) -> CouponCheck:
        """Say whether a code can be used by a member (or a guest) today, and on this basket.

        Without a basket only the coupon itself is looked at. Customers can only ask for
        themselves; for anybody else they get the answer of a guest.
        """
