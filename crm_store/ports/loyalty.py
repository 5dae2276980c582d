"""Port of points and coupons."""

from typing import Protocol

from crm_store.types.loyalty import Coupon, PointsSummary


class Loyalty(Protocol):
    """Points and coupons."""

    async def points(self, member_id: int, *, recent: int = 5) -> PointsSummary | None:
        """Return balance, next expiry and the latest entries; ``None`` when not permitted."""

    async def coupons(self, member_id: int) -> list[Coupon]:
        """Return the member's coupons, usable ones first."""
