"""What every store promises about goods that are held and moved, and orders that change."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from clocks import HandClock
from store_rows import SmallShop
from test_crm_store_catalog import CREAM, branch, save

from crm_store.errors import ConflictError, InvalidRecordError, OutOfStockError
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Actor, Role
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.catalog import StockLevel
from crm_store.types.orders import LineChange, NewDelivery
from crm_store.types.reservations import HoldState, NewReservation

SKU = CREAM.variants[0].sku
OTHER = CREAM.variants[1].sku


@pytest.fixture
async def shelf(store: CrmStore, clock: HandClock) -> CrmStore:
    """A shop with three of one SKU, and none of the other."""
    await save(store, CREAM)
    async with store.writing(SYSTEM) as work:
        await work.catalog.save_shops([branch("SH01")])
        await work.catalog.save_stock([StockLevel("SH01", SKU, 3, clock())])
    return store


async def free(store: CrmStore, sku: str = SKU) -> int:
    async with store.reading(Actor(Role.GUEST)) as work:
        return sum(level.quantity for level in await work.catalog.stock([sku]))


def held(clock: HandClock, reference: str = "7-1", quantity: int = 2) -> NewReservation:
    return NewReservation(reference, "SH01", SKU, quantity, clock() + timedelta(days=2))


async def test_held_goods_are_not_free_and_are_held_once(shelf: CrmStore, clock: HandClock) -> None:
    async with shelf.writing(SYSTEM) as work:
        first = await work.stock.reserve(held(clock))
        assert await work.stock.reserve(held(clock)) == first
        with pytest.raises(OutOfStockError, match="2 wanted, 1 free"):
            await work.stock.reserve(held(clock, "7-2"))
        with pytest.raises(OutOfStockError):
            await work.stock.take("SH01", SKU, 2)
    assert await free(shelf) == 1


async def test_what_is_all_held_is_not_in_stock(shelf: CrmStore, clock: HandClock) -> None:
    async with shelf.writing(SYSTEM) as work:
        await work.stock.reserve(held(clock, quantity=3))
        assert await work.catalog.in_stock("SH01") == frozenset()


async def test_held_goods_are_free_again_when_released(shelf: CrmStore, clock: HandClock) -> None:
    async with shelf.writing(SYSTEM) as work:
        await work.stock.reserve(held(clock))
        assert await work.stock.release("7-1")
        assert not await work.stock.release("7-1")
    assert await free(shelf) == 3


async def test_held_goods_are_free_again_in_time_and_their_case_is_over(
    shelf: CrmStore, shop: SmallShop, clock: HandClock
) -> None:
    async with shelf.writing(SYSTEM) as work:
        case = await work.cases.open(NewCase(CaseKind.EXCHANGE, "7-9", order_number=shop.order))
        await work.stock.reserve(replace(held(clock), case_number=case.number))
        [found] = await work.stock.for_case(case.number)
    assert (found.reference, found.state) == ("7-1", HoldState.HELD)
    clock.advance(days=2)
    assert await free(shelf) == 3
    async with shelf.writing(SYSTEM) as work:
        assert not await work.stock.hand_over("7-1")
        assert await work.stock.release_expired() == 1
        assert await work.stock.release_expired() == 0
        over = await work.cases.by_number(case.number)
    assert over is not None
    assert (over.state, over.closed_at) == ("expired", clock())


async def test_held_goods_leave_the_store(shelf: CrmStore, clock: HandClock) -> None:
    async with shelf.writing(SYSTEM) as work:
        await work.stock.reserve(held(clock))
        assert await work.stock.hand_over("7-1")
        assert not await work.stock.hand_over("7-1")
        assert not await work.stock.release("7-1")
    clock.advance(days=9)
    assert await free(shelf) == 1


async def test_an_order_takes_goods_and_gives_them_back(shelf: CrmStore) -> None:
    async with shelf.writing(SYSTEM) as work:
        await work.stock.take("SH01", SKU, 3)
        with pytest.raises(OutOfStockError):
            await work.stock.take("SH01", SKU, 1)
        await work.stock.put_back("SH01", SKU, 2)
        await work.stock.put_back("SH01", OTHER, 4)
        await work.stock.put_back("SH01", "sold-no-more", 1)
        with pytest.raises(InvalidRecordError):
            await work.stock.put_back("SH01", SKU, 0)
    assert (await free(shelf), await free(shelf, OTHER)) == (2, 4)


async def test_an_order_not_sent_goes_elsewhere(store: CrmStore, shop: SmallShop) -> None:
    new = NewDelivery("李小满", "13900001111", "深圳市南山区科苑路8号3栋1802")
    async with store.writing(SYSTEM) as work:
        changed = await work.orders.deliver_to(shop.waiting_order, new)
        with pytest.raises(ConflictError):
            await work.orders.deliver_to(shop.order, new)
        with pytest.raises(InvalidRecordError):
            await work.orders.deliver_to(shop.waiting_order, NewDelivery(phone="12"))
    assert changed.delivery.recipient == "李**"
    assert changed.delivery.phone == "139****1111"
    assert changed.delivery.address == "深圳市南山区****"
    async with store.reading(Actor(Role.GUEST)) as work:
        assert await work.orders.open(shop.waiting_order, "1111") is not None


async def test_a_position_changes_and_the_total_with_it(store: CrmStore, shop: SmallShop) -> None:
    number, line = shop.waiting_order, shop.waiting_line
    async with store.writing(SYSTEM) as work:
        changed = await work.orders.change_line(number, line, LineChange(OTHER, 3, Decimal(50)))
        with pytest.raises(InvalidRecordError):
            await work.orders.change_line(number, line, LineChange(OTHER, 0, Decimal(50)))
    assert (changed.total, changed.lines[0].sku, changed.lines[0].quantity) == (150, OTHER, 3)


async def test_money_that_is_due_has_not_been_paid(store: CrmStore, shop: SmallShop) -> None:
    async with store.writing(SYSTEM) as work:
        due = await work.orders.charge(shop.waiting_order, Decimal(20), reference="7-1")
        assert await work.orders.charge(shop.waiting_order, Decimal(20), reference="7-1") == due
        assert (due.state, due.method, due.amount) == ("due", "alipay", Decimal(20))
        with pytest.raises(ConflictError, match=r"80\.00 left"):
            await work.orders.refund(shop.waiting_order, Decimal(100), reference="7-2")


async def test_a_pickup_that_nobody_came_for_is_closed(shelf: CrmStore, clock: HandClock) -> None:
    async with shelf.writing(SYSTEM) as work:
        case = await work.cases.open(NewCase(CaseKind.PICKUP, "8-1"))
        await work.stock.reserve(replace(held(clock, "8-1"), case_number=case.number))
    clock.advance(days=2)
    async with shelf.writing(SYSTEM) as work:
        assert await work.stock.release_expired() == 1
        pickup = await work.cases.by_ticket("8-1")
    assert pickup is not None
    assert (pickup.state, pickup.closed_at) == ("expired", clock())


async def test_a_pickup_code_is_the_same_every_time(store: CrmStore) -> None:
    async with store.reading(SYSTEM) as work:
        code = work.stock.pickup_code("8-1")
        assert work.stock.pickup_code("8-1") == code != work.stock.pickup_code("8-2")
    assert len(code) == 6


async def test_an_order_whose_money_came_is_put_right(store: CrmStore, shop: SmallShop) -> None:
    async with store.writing(SYSTEM) as work:
        with pytest.raises(ConflictError, match="does not wait for payment"):
            await work.orders.mark_paid(shop.waiting_order)
        assert (await work.orders.collect_in(shop.waiting_order, "SH01")).store_id == "SH01"
        with pytest.raises(ConflictError):
            await work.orders.collect_in(shop.order, "SH01")
