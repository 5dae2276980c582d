"""The public catalogue over HTTP and as pages."""

from decimal import Decimal

import pytest
from heguang import SOLD_OUT
from small_site import Site

from crm_store.types.actors import SYSTEM
from crm_store.types.catalog import Product, Variant
from crm_store.types.text import LocalText

ATTACK = "<img src=x onerror='alert(1)'>"


async def test_products_come_page_by_page(site: Site) -> None:
    seen: list[str] = []
    page, pages = 1, 1
    while page <= pages:
        answer = await site.client.get(
            "/api/v1/products", params={"page": page, "per_page": 50, "category": "skincare"}
        )
        found = answer.json()
        seen += [product["id"] for product in found["products"]]
        page, pages = page + 1, found["pages"]
    assert len(seen) == len(set(seen)) == found["total"] > 0


async def test_words_find_products_within_a_category(site: Site) -> None:
    [category] = {
        product["category"]
        for product in (
            await site.client.get("/api/v1/products", params={"q": "面霜", "category": "skincare"})
        ).json()["products"]
    }
    assert category == "skincare"


async def test_a_product_tells_its_variants_and_stock(site: Site) -> None:
    there = (await site.client.get("/api/v1/products/COS-0001")).json()
    gone = (await site.client.get(f"/api/v1/products/{SOLD_OUT}")).json()
    assert there["in_stock"]
    assert all(variant["stock"] > 0 for variant in there["variants"])
    assert not gone["in_stock"]
    assert (await site.client.get("/api/v1/products/none")).json()["code"] == "unknown_product"


@pytest.mark.parametrize(("page", "shown"), [(10_000, 200), (0, 422), ("x", 422)])
async def test_odd_pages_do_no_harm(site: Site, page: object, shown: int) -> None:
    assert (await site.client.get("/", params={"page": str(page)})).status_code == shown


async def test_a_new_product_is_on_the_shelf_and_its_words_are_words(site: Site) -> None:
    await site.client.get("/")
    attack = Product(
        "XSS-1",
        LocalText(ATTACK, ATTACK),
        ATTACK,
        "outerwear",
        LocalText("外套", "Outerwear"),
        "apparel",
        LocalText("{{ 7 * 7 }}", "{{ 7 * 7 }}"),
        {"fit": LocalText(ATTACK, ATTACK)},
        (Variant("XSS-1-1", "XSS-1", None, ATTACK, Decimal(1)),),
    )
    async with site.assistant.store.writing(SYSTEM) as uow:
        await uow.catalog.save_products([attack])
    page = await site.client.get("/products/XSS-1")
    assert page.status_code == 200
    assert "<img src=x" not in page.text
    assert "&lt;img src=x" in page.text
    assert "{{ 7 * 7 }}" in page.text


async def test_a_page_speaks_the_readers_language(site: Site) -> None:
    for asked, language in (
        ({"headers": {"Accept-Language": "en-GB,en"}}, "en"),
        ({"headers": {"Accept-Language": "zh-TW"}}, "zh-CN"),
        ({"params": {"lang": "en"}}, "en"),
        ({"params": {"lang": "xx"}}, "zh-CN"),
    ):
        site.client.cookies.clear()
        answer = await site.client.get("/", **asked)  # type: ignore[arg-type]
        assert f'<html lang="{language}">' in answer.text
