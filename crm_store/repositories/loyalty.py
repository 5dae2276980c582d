"""Points and coupons."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import case, select

from crm_store.models import CouponRow, PointsEntryRow
from crm_store.repositories.context import Repository
from crm_store.types.loyalty import Coupon, PointsEntry, PointsSummary

AHEAD = timedelta(days=365)
ISSUED, EXPIRED = "issued", "expired"


class LoyaltyRepository(Repository):
    """The port's `Loyalty`."""

    async def points(self, member_id: int, *, recent: int = 5) -> PointsSummary | None:
        """Return balance, next expiry and the latest entries; ``None`` when not permitted."""
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return None
        await self._context.saw("points.view", [f"member:{kept}"])
        rows = await self._session.scalars(
            select(PointsEntryRow)
            .where(PointsEntryRow.member_id == kept)
            .order_by(PointsEntryRow.at, PointsEntryRow.id)
        )
        entries = [_to_entry(row) for row in rows]
        expiring_on, expiring = next_expiry(entries, self._now().date())
        newest = tuple(reversed(entries[-recent:])) if recent > 0 else ()
        return PointsSummary(
            balance=sum(entry.points for entry in entries),
            expiring=expiring,
            expiring_on=expiring_on,
            recent=newest,
        )

    async def coupons(self, member_id: int) -> list[Coupon]:
        """Return the member's coupons, usable ones first."""
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return []
        await self._context.saw("coupon.view", [f"member:{kept}"])
        today = self._now().date()
        usable = (CouponRow.state == ISSUED) & (CouponRow.valid_to >= today)
        rows = await self._session.scalars(
            select(CouponRow)
            .where(CouponRow.member_id == kept)
            .order_by(case((usable, 0), else_=1), CouponRow.valid_to, CouponRow.code)
        )
        return [_to_coupon(row, today) for row in rows]


def next_expiry(entries: Sequence[PointsEntry], today: date) -> tuple[date | None, int]:
    """Return the next day on which points lapse, and how many, as things stand.

    Points are spent in the order in which they would lapse, so that members lose the fewest.
    """
    spent = -sum(entry.points for entry in entries if entry.points < 0)
    left: dict[date, int] = {}
    for entry in _lapsing_first(entries):
        used = min(spent, entry.points)
        spent -= used
        lapses = entry.expires_on
        if lapses is not None and today <= lapses <= today + AHEAD and entry.points > used:
            left[lapses] = left.get(lapses, 0) + entry.points - used
    first = min(left, default=None)
    return first, left[first] if first is not None else 0


def _lapsing_first(entries: Iterable[PointsEntry]) -> list[PointsEntry]:
    earned = (entry for entry in entries if entry.points > 0)
    return sorted(earned, key=lambda entry: (entry.expires_on or date.max, entry.at))


def _to_entry(row: PointsEntryRow) -> PointsEntry:
    return PointsEntry(row.id, row.kind, row.points, row.at, row.expires_on, row.reference)


def _to_coupon(row: CouponRow, today: date) -> Coupon:
    lapsed = row.state == ISSUED and row.valid_to < today
    return Coupon(
        code=row.code,
        title=row.title,
        state=EXPIRED if lapsed else row.state,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        min_spend=row.min_spend,
        amount_off=row.amount_off,
        percent_off=row.percent_off,
        category=row.category,
    )
