"""The demo shop's pages in a real browser: nothing inline, nothing from elsewhere, no surprises."""

import re

import pytest
from conftest import Visit
from playwright.async_api import expect

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


async def test_the_shop_shows_products_by_category_and_page(visit: Visit) -> None:
    page = await (await visit()).page()
    await expect(page.locator("h1")).to_be_visible()
    products = page.locator(".product")
    assert await products.count() == 24
    await expect(products.first.locator("huike-tile svg")).to_be_visible()
    first = await products.first.locator(".product-name").inner_text()
    await page.get_by_role("link", name="下一页").click()
    await expect(page.locator(".pager span")).to_have_text(re.compile(r"^2 / \d+$"))
    assert await products.first.locator(".product-name").inner_text() != first
    chip = page.locator(".chips a").nth(1)
    name = await chip.inner_text()
    await chip.click()
    await expect(page.locator(".goods-head h2")).to_have_text(name)


async def test_words_find_products(visit: Visit) -> None:
    page = await (await visit()).page()
    await page.get_by_role("searchbox").fill("面霜")
    await page.get_by_role("searchbox").press("Enter")
    await expect(page.locator(".product-name").first).to_contain_text("霜")
    await page.get_by_role("searchbox").fill("<script>alert(1)</script>")
    await page.get_by_role("searchbox").press("Enter")
    await expect(page.locator(".goods-head h2")).to_contain_text("<script>alert(1)</script>")


async def test_a_product_tells_its_variants_and_stock(visit: Visit) -> None:
    page = await (await visit()).page()
    card = page.locator(".product").first
    name = await card.locator(".product-name").inner_text()
    await card.click()
    await expect(page.locator("h1")).to_have_text(name)
    await expect(page.locator("tbody tr").first.locator("td")).to_have_text(
        [re.compile("¥"), re.compile("货|剩"), re.compile("货|剩")]
    )
    await page.get_by_role("button", name="咨询这件商品").click()
    await expect(page.locator("huike-chat textarea")).to_have_value(re.compile(re.escape(name)))


async def test_english_is_chosen_and_kept(visit: Visit) -> None:
    page = await (await visit()).page()
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.locator(".product").first.click()
    await expect(page.get_by_role("heading", name="Variants and stock")).to_be_visible()
    await expect(page.locator("huike-chat .launcher")).to_have_attribute(
        "aria-label", "Open the chat"
    )


@pytest.mark.parametrize("path", ["/", "/products/COS-0001", "/docs"])
async def test_nothing_is_wider_than_a_phone(visit: Visit, path: str) -> None:
    visitor = await visit(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    page = await visitor.page(path)
    await expect(page.locator("h1")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_the_documentation_lists_every_endpoint(visit: Visit) -> None:
    page = await (await visit()).page("/docs")
    for path in ("/webhooks/rest/webhook", "/model/parse", "/api/v1/conversations", "/readyz"):
        await expect(
            page.locator("summary code").get_by_text(path, exact=True).first
        ).to_be_visible()
    await page.locator("summary", has_text="/webhooks/rest/webhook").click()
    await expect(page.locator("details[open]")).to_contain_text("RestMessage")
