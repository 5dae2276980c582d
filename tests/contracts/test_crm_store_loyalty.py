"""The points ledger, tiers and coupons, on SQLite and on PostgreSQL.

The member of the small shop has 120 points: 100 that lapse on 30 April and 50 on 30 June, 30 of
which were spent; and spent CNY 299.90.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from clocks import HandClock
from store_rows import SmallShop

from crm_store.errors import ConflictError, InsufficientPointsError, InvalidRecordError
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Actor, Role
from crm_store.types.loyalty import BasketItem, BookingKey, CouponRefusal, PointsKind
from crm_store.types.people import NewMember, Tier


def key(name: str) -> BookingKey:
    return BookingKey("shop", name)


async def balance(store: CrmStore, member: int) -> int:
    async with store.reading(SYSTEM) as work:
        points = await work.loyalty.points(member, recent=100)
    assert points is not None
    assert points.balance == sum(entry.points for entry in points.recent)
    return points.balance


class TestLedger:
    async def test_all_channels_book_into_one(self, store: CrmStore, shop: SmallShop) -> None:
        async with store.writing(SYSTEM) as work:
            earned = await work.loyalty.earn(shop.member, 80, key("a"), reference="O-9")
            await work.loyalty.adjust(shop.member, -10, BookingKey("desk", "a"), reference="更正")
            await work.loyalty.spend(shop.member, 40, BookingKey("chat", "a"), reference="礼品")
        assert earned.expires_on == date(2027, 12, 31)
        assert await balance(store, shop.member) == 150

    async def test_the_same_key_books_once(self, store: CrmStore, shop: SmallShop) -> None:
        for _ in range(3):
            async with store.writing(SYSTEM) as work:
                await work.loyalty.spend(shop.member, 20, key("gift"))
        assert await balance(store, shop.member) == 100
        async with store.writing(SYSTEM) as work:
            with pytest.raises(ConflictError):
                await work.loyalty.spend(shop.member, 21, key("gift"))

    async def test_nobody_spends_more_than_there_is(self, store: CrmStore, shop: SmallShop) -> None:
        async with store.writing(SYSTEM) as work:
            with pytest.raises(InsufficientPointsError) as refused:
                await work.loyalty.spend(shop.member, 121, key("much"))
        assert refused.value.balance == 120
        assert await balance(store, shop.member) == 120

    @pytest.mark.parametrize("points", [0, -5])
    async def test_amounts_are_above_zero(
        self, store: CrmStore, shop: SmallShop, points: int
    ) -> None:
        async with store.writing(SYSTEM) as work:
            with pytest.raises(InvalidRecordError):
                await work.loyalty.earn(shop.member, points, key("none"))
            with pytest.raises(InvalidRecordError):
                await work.loyalty.spend(shop.member, points, key("none"))

    async def test_points_lapse_lot_by_lot(
        self, store: CrmStore, shop: SmallShop, clock: HandClock
    ) -> None:
        """30 were spent of the 100 that lapse first: 70 of them lapse, then the other 50."""
        clock.now = datetime(2026, 5, 1, 9, tzinfo=UTC)
        async with store.writing(SYSTEM) as work:
            [april] = await work.loyalty.expire(shop.member)
            assert await work.loyalty.expire(shop.member) == []
        assert (april.kind, april.points, april.reference) == (
            PointsKind.EXPIRE, -70, "2026-04-30",
        )  # fmt: skip
        clock.now = datetime(2026, 7, 1, 9, tzinfo=UTC)
        with pytest.raises(InsufficientPointsError):
            async with store.writing(SYSTEM) as work:
                await work.loyalty.spend(shop.member, 1, key("late"))
        async with store.writing(SYSTEM) as work:
            [june] = await work.loyalty.expire(shop.member)
        assert june.points == -50
        assert await balance(store, shop.member) == 0

    async def test_a_refund_takes_points_back_once(self, store: CrmStore, shop: SmallShop) -> None:
        """Half the order first, then all of it: the other half, and never more."""
        async with store.writing(SYSTEM) as work:
            await work.loyalty.earn(shop.member, 300, key("o"), reference="O-7")
            half = await work.loyalty.reverse(shop.member, "O-7", key("r1"), share=Decimal("0.5"))
            again = await work.loyalty.reverse(shop.member, "O-7", key("r1"), share=Decimal("0.5"))
            rest = await work.loyalty.reverse(shop.member, "O-7", key("r2"))
            assert await work.loyalty.reverse(shop.member, "O-7", key("r3")) is None
        assert half == again
        assert (half and half.points, rest and rest.points) == (-150, -150)
        assert await balance(store, shop.member) == 120

    async def test_points_spent_meanwhile_are_owed(self, store: CrmStore, shop: SmallShop) -> None:
        async with store.writing(SYSTEM) as work:
            await work.loyalty.earn(shop.other, 100, key("o"), reference="O-7")
            await work.loyalty.spend(shop.other, 90, key("s"))
            await work.loyalty.reverse(shop.other, "O-7", key("r"))
        assert await balance(store, shop.other) == -90


class TestTiers:
    async def test_status_says_how_far_the_next_tier_is(
        self, store: CrmStore, shop: SmallShop
    ) -> None:
        async with store.reading(shop.actor(Role.CUSTOMER)) as work:
            status = await work.loyalty.tier_status(shop.member)
        assert status is not None
        assert (status.rule.tier, status.rule.name.zh) == (Tier.GOLD, "金卡会员")
        assert (status.spend, status.currency, status.keeps) == (Decimal("299.90"), "CNY", False)
        assert status.next is not None
        assert (status.next.tier, status.distance) == (Tier.DIAMOND, Decimal("11700.10"))
        assert (status.points, status.points_worth) == (120, Decimal("1.20"))
        assert status.rule.rights
        assert status.rule.birthday_gift.en

    async def test_the_highest_tier_has_no_next(self, store: CrmStore, shop: SmallShop) -> None:
        async with store.writing(SYSTEM) as work:
            best = await work.members.add(NewMember("钻石", tier=Tier.DIAMOND))
            status = await work.loyalty.tier_status(best.id)
        assert status is not None
        assert (status.next, status.distance, status.spend) == (None, None, Decimal(0))


class TestCouponCheck:
    async def check(
        self, store: CrmStore, code: str, member: int | None, *basket: BasketItem
    ) -> CouponRefusal | None:
        async with store.reading(SYSTEM) as work:
            found = await work.loyalty.coupon_check(code, member, basket or None)
        assert found.usable == (found.refusal is None)
        return found.refusal

    async def test_reasons(self, store: CrmStore, shop: SmallShop, clock: HandClock) -> None:
        assert await self.check(store, "SOON", shop.member) is None
        assert await self.check(store, "nope", shop.member) is CouponRefusal.UNKNOWN
        assert await self.check(store, "OLD", shop.member) is CouponRefusal.EXPIRED
        clock.now = datetime(2025, 12, 31, 9, tzinfo=UTC)
        assert await self.check(store, "SOON", shop.member) is CouponRefusal.NOT_YET_VALID

    async def test_somebody_elses_is_not_shown(self, store: CrmStore, shop: SmallShop) -> None:
        stranger = Actor(Role.CUSTOMER, member_id=shop.other)
        for actor, member in ((stranger, shop.member), (stranger, shop.other), (SYSTEM, None)):
            async with store.reading(actor) as work:
                found = await work.loyalty.coupon_check("SOON", member)
            assert (found.refusal, found.coupon) == (CouponRefusal.SOMEBODY_ELSES, None)

    async def test_it_says_what_it_takes_off(self, store: CrmStore, shop: SmallShop) -> None:
        basket = [BasketItem("skincare", Decimal("80")), BasketItem("coffee", Decimal("19.99"))]
        async with store.reading(SYSTEM) as work:
            found = await work.loyalty.coupon_check("SOON", shop.member, basket)
        assert found.takes_off == Decimal("10.00")
