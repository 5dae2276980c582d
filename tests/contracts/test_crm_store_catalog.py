"""What every store promises about the catalogue."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from clocks import HandClock
from store_rows import PLACED, SmallShop

from crm_store.errors import InvalidRecordError
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Actor, Role
from crm_store.types.catalog import (
    ONLINE_STORE_ID,
    Product,
    Promotion,
    StockLevel,
    Store,
    Variant,
)
from crm_store.types.text import LocalText

GUEST = Actor(Role.GUEST)
CREAM = Product(
    id="COS-0012",
    name=LocalText("保湿面霜", "Moisturiser"),
    brand="Lu",
    category="skincare",
    category_name=LocalText("护肤", "Skincare"),
    line="cosmetics",
    description=LocalText("温和", "Mild"),
    attributes={"skin_type": LocalText("干性", "dry")},
    variants=(
        Variant("COS-0012-50", "COS-0012", None, "50ml", Decimal("149.95")),
        Variant("COS-0012-30", "COS-0012", "white", "30ml", Decimal("99.10")),
    ),
    replenish_days=60,
)
SHIRT = replace(CREAM, id="APP-0001", attributes={}, variants=())


def branch(key: str) -> Store:
    return Store(
        id=key,
        name=LocalText("南京路店", "Nanjing Road"),
        city="shanghai",
        address=LocalText("南京东路 1 号", "1 East Nanjing Road"),
        phone="021-12345678",
        opens=time(10),
        closes=time(22),
        latitude=31.2,
        longitude=121.4,
    )


async def save(store: CrmStore, *products: Product) -> int:
    async with store.writing(SYSTEM) as work:
        return await work.catalog.save_products(products)


async def test_a_product_comes_back_as_it_was_saved(store: CrmStore) -> None:
    await save(store, CREAM)
    async with store.reading(GUEST) as work:
        assert await work.catalog.products() == [CREAM]
        assert await work.catalog.by_sku("COS-0012-30") == CREAM
        assert await work.catalog.by_sku("COS-0012-99") is None


async def test_products_come_in_the_order_asked_for(store: CrmStore) -> None:
    await save(store, CREAM, SHIRT)
    async with store.reading(GUEST) as work:
        asked = await work.catalog.products(["APP-0001", "none", "COS-0012", "APP-0001"])
        everything = await work.catalog.products()
    assert [product.id for product in asked] == ["APP-0001", "COS-0012"]
    assert [product.id for product in everything] == ["APP-0001", "COS-0012"]


async def test_saving_again_changes_what_changed(store: CrmStore) -> None:
    cheaper = replace(CREAM.variants[0], price=Decimal("139.00"))
    assert await save(store, CREAM, SHIRT) == 2
    assert await save(store, CREAM, SHIRT) == 0
    changed = replace(CREAM, variants=(cheaper,))
    assert await save(store, changed, SHIRT) == 1
    async with store.reading(GUEST) as work:
        assert await work.catalog.products(["COS-0012"]) == [changed]


async def test_the_version_tells_of_every_change(store: CrmStore) -> None:
    async def version() -> str:
        async with store.reading(GUEST) as work:
            return await work.catalog.version()

    seen = [await version()]
    for product in (CREAM, replace(CREAM, brand="Lü"), replace(CREAM, variants=()), SHIRT):
        await save(store, product)
        seen.append(await version())
    assert len(set(seen)) == len(seen)
    await save(store, SHIRT)
    assert await version() == seen[-1]


async def test_the_online_warehouse_has_stock_but_no_door(
    store: CrmStore, clock: HandClock
) -> None:
    await save(store, CREAM)
    levels = [
        StockLevel(ONLINE_STORE_ID, "COS-0012-50", 7, clock()),
        StockLevel("SH01", "COS-0012-50", 0, clock()),
    ]
    async with store.writing(SYSTEM) as work:
        await work.catalog.save_shops([branch("SH01"), branch(ONLINE_STORE_ID)])
        await work.catalog.save_stock(levels)
        await work.catalog.save_stock([replace(levels[0], quantity=3)])
    async with store.reading(GUEST) as work:
        assert await work.catalog.shops() == [branch("SH01")]
        found = await work.catalog.stock(["COS-0012-50"])
        assert {level.store_id: level.quantity for level in found} == {"ONLINE": 3, "SH01": 0}
        assert await work.catalog.in_stock() == {"COS-0012"}
        assert await work.catalog.in_stock("SH01") == frozenset()


async def test_a_variant_that_is_gone_takes_its_stock_along(
    store: CrmStore, clock: HandClock
) -> None:
    await save(store, CREAM)
    async with store.writing(SYSTEM) as work:
        await work.catalog.save_shops([branch("SH01")])
        await work.catalog.save_stock([StockLevel("SH01", "COS-0012-30", 5, clock())])
        await work.catalog.save_products([replace(CREAM, variants=CREAM.variants[:1])])
        assert await work.catalog.stock(["COS-0012-30"]) == []


async def test_stock_of_an_unknown_sku_is_refused(store: CrmStore, clock: HandClock) -> None:
    with pytest.raises(InvalidRecordError):
        async with store.writing(SYSTEM) as work:
            await work.catalog.save_stock([StockLevel("SH01", "none", 1, clock())])


async def test_promotions_run_from_start_until_before_their_end(store: CrmStore) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    offer = Promotion(
        id="P1",
        name=LocalText("三八节", "Women's Day"),
        terms=LocalText("满 300 减 50", "50 off 300"),
        starts_at=start,
        ends_at=start + timedelta(days=8),
        min_spend=Decimal("300.00"),
        amount_off=Decimal("50.00"),
    )
    async with store.writing(SYSTEM) as work:
        await work.catalog.save_promotions([offer, offer])
        for at, running in [(-1, []), (0, [offer]), (7, [offer]), (8, [])]:
            assert await work.catalog.promotions(start + timedelta(days=at)) == running


async def test_baskets_leave_out_cancelled_orders_and_old_ones(
    store: CrmStore, shop: SmallShop
) -> None:
    async with store.reading(SYSTEM) as work:
        assert await work.catalog.baskets(PLACED) == [frozenset({"COS"})]
        assert await work.catalog.baskets(PLACED + timedelta(seconds=1)) == []
