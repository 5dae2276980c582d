"""The demo catalogue reads like a real one: complete, bilingual, without doubles."""

import re
from collections import Counter

from crm_store.demo.families import COLOUR_CODES, catalogue
from crm_store.types.catalog import Product

CATEGORIES = {
    "cosmetics": {"skincare", "makeup", "fragrance", "haircare"},
    "apparel": {"tops", "trousers", "dresses", "outerwear", "shoes", "bags"},
    "appliances": {"kitchen", "cleaning", "personal_care", "air_treatment"},
    "food": {"snacks", "tea", "coffee", "condiments", "health_food"},
}
PREFIXES = {"cosmetics": "COS", "apparel": "APP", "appliances": "HOM", "food": "FOD"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_four_lines_hold_four_hundred_products() -> None:
    sizes = Counter(product.line for product in catalogue())
    assert sizes == {"cosmetics": 100, "apparel": 120, "appliances": 80, "food": 100}


def test_every_category_of_a_line_is_filled_and_no_other_exists() -> None:
    found: dict[str, set[str]] = {}
    for product in catalogue():
        found.setdefault(product.line, set()).add(product.category)
    assert found == CATEGORIES


def test_ids_skus_and_names_are_used_once() -> None:
    products = catalogue()
    variants = [variant for product in products for variant in product.variants]
    assert len({product.id for product in products}) == len(products)
    assert len({variant.sku for variant in variants}) == len(variants)
    assert len({product.name.zh for product in products}) == len(products)
    assert len({product.name.en for product in products}) == len(products)


def test_ids_and_skus_tell_line_product_colour_and_size() -> None:
    for product in catalogue():
        assert re.fullmatch(rf"{PREFIXES[product.line]}-\d{{4}}", product.id)
        for variant in product.variants:
            parts = [product.id]
            parts += [COLOUR_CODES[variant.colour]] if variant.colour else []
            parts += [variant.size.replace(" ", "").upper()] if variant.size else []
            assert _sku_matches(variant.sku, "-".join(parts)), variant.sku


def _sku_matches(sku: str, spelt: str) -> bool:
    """Compare, allowing the unit codes that a label prints in full."""
    return sku == spelt.replace("BAGS", "BAG").replace("CAPSULES", "CAP")


def test_the_skus_that_the_training_data_speaks_of_exist() -> None:
    skus = {variant.sku for product in catalogue() for variant in product.variants}
    assert {
        "COS-0012-30ML",
        "COS-0012-50ML",
        "APP-0107-BLK-M",
        "APP-0107-BLK-L",
        "HOM-0301-WHT",
        "FOD-0110-500G",
    } <= skus


def test_every_text_is_there_in_both_languages() -> None:
    for product in catalogue():
        texts = [product.name, product.category_name, product.description]
        for text in [*texts, *product.attributes.values()]:
            assert text.zh, product.id
            assert text.en, product.id
            assert not CHINESE.search(text.en), (product.id, text.en)
        assert CHINESE.search(product.name.zh), product.id
        assert "{" not in product.name.zh + product.name.en


def test_descriptions_are_one_to_three_short_sentences() -> None:
    for product in catalogue():
        assert 10 <= len(product.description.zh) <= 120, product.id
        assert 20 <= len(product.description.en) <= 260, product.id


def test_no_two_products_look_alike() -> None:
    seen: set[tuple[object, ...]] = set()
    for product in catalogue():
        looks = (product.name.zh, product.description.zh, *product.attributes.items())
        assert looks not in seen, product.id
        seen.add(looks)


def test_variants_have_known_colours_and_plausible_prices() -> None:
    for product in catalogue():
        assert product.variants, product.id
        for variant in product.variants:
            assert variant.colour is None or variant.colour in COLOUR_CODES
            assert 10 <= variant.price <= 5000, variant.sku
            assert variant.currency == "CNY"


def test_consumables_say_how_long_they_last() -> None:
    assert all(product.replenish_days for product in _of("food"))
    assert not any(product.replenish_days for product in (*_of("apparel"), *_of("appliances")))
    skincare = [product for product in _of("cosmetics") if product.category == "skincare"]
    assert all(product.replenish_days for product in skincare)


def test_food_tells_its_allergens_and_how_long_it_keeps() -> None:
    for product in _of("food"):
        assert "allergens" in product.attributes or product.category == "health_food", product.id
        assert "shelf_life" in product.attributes, product.id


def _of(line: str) -> list[Product]:
    return [product for product in catalogue() if product.line == line]
