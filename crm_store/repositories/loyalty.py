"""Points, coupons and tiers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import case, select

from crm_store.errors import InvalidRecordError
from crm_store.loyalty.coupons import check
from crm_store.loyalty.lots import left_by_lapse
from crm_store.models import CouponRow, MemberRow
from crm_store.repositories.context import Context, Repository
from crm_store.repositories.points_ledger import (
    Booking,
    PointsLedger,
    entries_of,
    points_balance,
)
from crm_store.repositories.spending import Spending, spending_of
from crm_store.types.loyalty import (
    FEN,
    BasketItem,
    BookingKey,
    Coupon,
    CouponCheck,
    CouponRefusal,
    LoyaltyRules,
    PointsEntry,
    PointsKind,
    PointsSummary,
    TierStatus,
)
from crm_store.types.people import Tier

AHEAD = timedelta(days=365)
ISSUED, EXPIRED = "issued", "expired"
MONTH = timedelta(days=365) / 12


class LoyaltyRepository(Repository):
    """The port's `Loyalty`."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.rules = context.rules

    async def points(self, member_id: int, *, recent: int = 5) -> PointsSummary | None:
        """Return balance, next expiry and the latest entries; ``None`` when not permitted."""
        kept = await self._context.visible_member(member_id)
        if kept is None:
            return None
        await self._context.saw("points.view", [f"member:{kept}"])
        entries = await entries_of(self._session, kept)
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

    async def earn(
        self,
        member_id: int,
        points: int,
        key: BookingKey,
        *,
        reference: str = "",
        expires_on: date | None = None,
    ) -> PointsEntry:
        """Credit points; see the port."""
        ledger = await PointsLedger.open(self._context, member_id)
        lapses = expires_on or self.rules.lapse_date(self._now().date())
        booking = Booking(PointsKind.EARN, _above_zero(points), key, reference, lapses)
        return await ledger.book(booking)

    async def spend(
        self, member_id: int, points: int, key: BookingKey, *, reference: str = ""
    ) -> PointsEntry:
        """Take points; see the port."""
        ledger = await PointsLedger.open(self._context, member_id, own=True)
        booking = Booking(PointsKind.SPEND, -_above_zero(points), key, reference)
        if self.rules.book_expiry:
            await ledger.expire()
        return await ledger.book(booking)

    async def adjust(
        self, member_id: int, points: int, key: BookingKey, *, reference: str
    ) -> PointsEntry:
        """Correct a balance; see the port."""
        ledger = await PointsLedger.open(self._context, member_id)
        return await ledger.book(self._adjustment(points, key, reference))

    async def reverse(
        self, member_id: int, reference: str, key: BookingKey, *, share: Decimal = Decimal(1)
    ) -> PointsEntry | None:
        """Take back what was booked for an order; see the port."""
        if not (0 < share <= 1) or not reference:
            raise InvalidRecordError("share: expected above 0, at most 1, and a reference")
        ledger = await PointsLedger.open(self._context, member_id)
        points = await ledger.to_reverse(reference, share, key)
        if points == 0:
            return None
        return await ledger.book(self._adjustment(points, key, reference, may_owe=True))

    async def expire(self, member_id: int) -> list[PointsEntry]:
        """Book what has lapsed by today; see the port."""
        ledger = await PointsLedger.open(self._context, member_id)
        return await ledger.expire() if self.rules.book_expiry else []

    async def tier_status(self, member_id: int) -> TierStatus | None:
        """Return tier, qualifying spend and distance; ``None`` when not permitted."""
        kept = await self._context.visible_member(member_id)
        row = None if kept is None else await self._session.get(MemberRow, kept)
        if row is None:
            return None
        await self._context.saw("points.view", [f"member:{row.id}"])
        since = window_start(self._now(), self.rules.window_months)
        spending = await spending_of(self._session, row.id, since=since)
        points = await points_balance(self._session, row.id)
        return standing(self.rules, row.tier, spending, points)

    async def coupon_check(
        self, code: str, member_id: int | None, basket: Sequence[BasketItem] | None = None
    ) -> CouponCheck:
        """Say whether a code can be used; see the port."""
        row = await self._session.get(CouponRow, code.strip())
        if row is None:
            return CouponCheck(CouponRefusal.UNKNOWN)
        asks = None if member_id is None else await self._context.visible_member(member_id)
        owner = None if row.member_id is None else await self._context.kept_member(row.member_id)
        if owner is not None and owner != asks:
            return CouponCheck(CouponRefusal.SOMEBODY_ELSES)
        if owner is not None:
            await self._context.saw("coupon.view", [f"member:{owner}"])
        today = self._now().date()
        return check(_to_coupon(row, today), today, basket)

    def _adjustment(
        self, points: int, key: BookingKey, reference: str, *, may_owe: bool = False
    ) -> Booking:
        lapses = self.rules.lapse_date(self._now().date()) if points > 0 else None
        return Booking(PointsKind.ADJUST, points, key, reference, lapses, may_owe)


def standing(rules: LoyaltyRules, tier: Tier, spending: Spending, points: int) -> TierStatus:
    """Return where a member of this tier stands, by what they spent within the window."""
    spend, above = rules.worth(spending.recently), rules.above(tier)
    worth = max(points, 0) * rules.point_value
    return TierStatus(
        rule=rules.of(tier),
        spend=spend,
        currency=rules.currency,
        window_months=rules.window_months,
        next=above,
        distance=None if above is None else max(above.spend - spend, Decimal(0)),
        keeps=spend >= rules.of(tier).spend,
        points=points,
        points_worth=worth.quantize(FEN, ROUND_HALF_UP),
    )


def window_start(now: datetime, months: int) -> datetime:
    """Return since when spending qualifies: so many twelfths of 365 days ago."""
    return now - MONTH * months


def next_expiry(entries: Sequence[PointsEntry], today: date) -> tuple[date | None, int]:
    """Return the next day on which points lapse, and how many, as things stand."""
    left = left_by_lapse(entries)
    coming = [day for day in left if day is not None and today <= day <= today + AHEAD]
    return (coming[0], left[coming[0]]) if coming else (None, 0)


def _above_zero(points: int) -> int:
    if points <= 0:
        raise InvalidRecordError("points: expected a number above 0")
    return points


def _to_coupon(row: CouponRow, today: date) -> Coupon:
    past = row.state == ISSUED and row.valid_to < today
    return Coupon(
        code=row.code,
        title=row.title,
        state=EXPIRED if past else row.state,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        min_spend=row.min_spend,
        amount_off=row.amount_off,
        percent_off=row.percent_off,
        category=row.category,
    )
