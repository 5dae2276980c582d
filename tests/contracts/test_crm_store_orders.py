"""What every store promises about orders, points and coupons."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from clocks import HandClock
from store_rows import PLACED, SmallShop

from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Actor, Role
from crm_store.types.conversations import ConversationKey, InboundMessage
from crm_store.types.orders import OrderState, ShipmentState

GUEST = Actor(Role.GUEST)


async def test_an_order_comes_whole(store: CrmStore, shop: SmallShop) -> None:
    async with store.reading(shop.actor(Role.CUSTOMER)) as work:
        orders = await work.orders.for_member(shop.member)
    assert [order.number for order in orders] == ["O2026-2", "O2026-1"]
    order = orders[1]
    assert (order.state, order.total, order.placed_at) == (
        OrderState.SHIPPED,
        Decimal("299.90"),
        PLACED,
    )
    assert order.lines[0].unit_price * order.lines[0].quantity == order.payments[0].amount
    assert order.shipments[0].events[0].state is ShipmentState.PICKED_UP
    assert order.shipments[0].events[0].place.en == "Shanghai"


class TestOpening:
    """An order opens to anybody who knows its number and its phone's last four digits."""

    async def attempt(
        self, store: CrmStore, shop: SmallShop, tail: str, actor: Actor = GUEST
    ) -> bool:
        async with store.reading(actor) as work:
            return await work.orders.open(shop.order, tail) is not None

    async def test_number_and_tail_open_it(self, store: CrmStore, shop: SmallShop) -> None:
        assert await self.attempt(store, shop, shop.tail)
        assert not await self.attempt(store, shop, "0000")
        assert not await self.attempt(store, shop, "")

    async def test_an_unknown_number_looks_like_a_wrong_tail(
        self, store: CrmStore, shop: SmallShop
    ) -> None:
        async with store.reading(GUEST) as work:
            assert await work.orders.open("O-none\x00\ud800", shop.tail) is None

    async def test_an_order_without_a_phone_stays_shut(
        self, store: CrmStore, shop: SmallShop
    ) -> None:
        async with store.reading(GUEST) as work:
            for tail in ("", "none", "0000"):
                assert await work.orders.open("O2026-2", tail) is None

    async def test_guessing_shuts_it_for_everybody_but_the_owner(
        self, store: CrmStore, shop: SmallShop, clock: HandClock
    ) -> None:
        for guess in range(6):
            assert not await self.attempt(store, shop, f"000{guess}")
        assert not await self.attempt(store, shop, shop.tail)
        assert await self.attempt(store, shop, shop.tail, shop.actor(Role.CUSTOMER))
        assert not await self.attempt(
            store, shop, shop.tail, Actor(Role.CUSTOMER, member_id=shop.other)
        )
        clock.advance(hours=1, seconds=1)
        assert await self.attempt(store, shop, shop.tail)

    async def test_a_wrong_guess_counts_even_if_the_turn_fails(
        self, store: CrmStore, shop: SmallShop
    ) -> None:
        for guess in range(6):
            with pytest.raises(RuntimeError):
                async with store.reading(GUEST) as work:
                    await work.orders.open(shop.order, f"000{guess}")
                    raise RuntimeError
        assert not await self.attempt(store, shop, shop.tail)

    async def test_every_try_is_audited(self, store: CrmStore, shop: SmallShop) -> None:
        await self.attempt(store, shop, "0000")
        await self.attempt(store, shop, shop.tail)
        async with store.reading(SYSTEM) as work:
            rows = await work.audit.about(f"order:{shop.order}")
        assert [row.action for row in rows] == ["order.open", "order.open.refused"]

    async def test_an_opened_order_stays_open_in_its_conversation(
        self, store: CrmStore, shop: SmallShop
    ) -> None:
        async with store.writing(SYSTEM) as work:
            keys = [ConversationKey("web", "shop", name) for name in ("here", "there")]
            receipts = await work.conversations.receive(
                [InboundMessage(key, "1", "我的订单") for key in keys]
            )
        here, there = (
            Actor(Role.GUEST, conversation_id=receipt.conversation_id) for receipt in receipts
        )
        async with store.writing(here) as work:
            assert await work.orders.by_number(shop.order) is None
            await work.conversations.add_opened_order(receipts[0].conversation_id, shop.order)
            assert await work.orders.by_number(shop.order) is not None
        async with store.reading(there) as work:
            assert await work.orders.by_number(shop.order) is None


class TestLoyalty:
    async def test_points_are_spent_in_the_order_they_would_lapse(
        self, store: CrmStore, shop: SmallShop
    ) -> None:
        async with store.reading(shop.actor(Role.CUSTOMER)) as work:
            summary = await work.loyalty.points(shop.member, recent=2)
        assert summary is not None
        assert summary.balance == 120
        assert (summary.expiring_on, summary.expiring) == (date(2026, 4, 30), 70)
        assert [entry.points for entry in summary.recent] == [-30, 50]

    async def test_lapsed_points_are_nobodys_next_expiry(
        self, store: CrmStore, shop: SmallShop, clock: HandClock
    ) -> None:
        clock.advance(days=90)
        async with store.reading(SYSTEM) as work:
            summary = await work.loyalty.points(shop.member)
        assert summary is not None
        assert (summary.expiring_on, summary.expiring) == (date(2026, 6, 30), 50)

    async def test_usable_coupons_come_first(
        self, store: CrmStore, shop: SmallShop, clock: HandClock
    ) -> None:
        async with store.reading(SYSTEM) as work:
            coupons = await work.loyalty.coupons(shop.member)
        assert [(coupon.code, coupon.state) for coupon in coupons] == [
            ("SOON", "issued"),
            ("OLD", "expired"),
        ]
        assert coupons[0].valid_to - clock().date() == timedelta(days=29)
