"""The retailer's products as search sees them, and as words that the NLU looks up.

The leaves do not know each other; here the store's products become `knowledge` items and `nlu`
gazetteer entries.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from crm_store.types.catalog import Product, Store, Variant
from crm_store.types.text import LocalText
from knowledge.catalog_records import CatalogRecord
from knowledge.types import CatalogItem, VariantRef
from nlu.entities import Gazetteer, GazetteerEntry


def catalog_items(
    products: Iterable[Product],
    colour_names: Mapping[str, Mapping[str, str]],
    pairs: Mapping[str, tuple[str, ...]],
) -> list[CatalogItem]:
    """Return the products as search indexes them.

    ``colour_names`` maps a language to {canonical colour: printed name}, ``pairs`` a category to
    those that go with it, best first.
    """
    return [_item(product, colour_names, pairs) for product in products]


def _item(
    product: Product,
    colour_names: Mapping[str, Mapping[str, str]],
    pairs: Mapping[str, tuple[str, ...]],
) -> CatalogItem:
    return CatalogItem(
        product_id=product.id,
        names=_languages(product.name.zh, product.name.en),
        brand=product.brand,
        category=product.category,
        category_names=_languages(product.category_name.zh, product.category_name.en),
        price=min((variant.price for variant in product.variants), default=Decimal(0)),
        currency=next((variant.currency for variant in product.variants), "CNY"),
        attributes={
            "zh": {name: text.zh for name, text in product.attributes.items() if text.zh},
            "en": {name: text.en for name, text in product.attributes.items() if text.en},
        },
        descriptions=_languages(product.description.zh, product.description.en),
        skus=tuple(
            VariantRef(
                variant.sku,
                variant.colour or "",
                variant.size or "",
                {lang: names.get(variant.colour or "", "") for lang, names in colour_names.items()},
            )
            for variant in product.variants
        ),
        replenish_days=product.replenish_days,
        company=pairs.get(product.category, ()),
    )


def gazetteer(products: Iterable[Product], shops: Iterable[Store]) -> Gazetteer:
    """Return the names that the retailer's own data knows, for the NLU to look up."""
    products = list(products)
    categories = {product.category: product.category_name for product in products}
    brands = {product.brand for product in products if product.brand}
    return Gazetteer(
        [
            *(_entry("product", product.id, product.name) for product in products),
            *(_entry("category", slug, name) for slug, name in categories.items()),
            *(GazetteerEntry("brand", brand, _spellings(brand)) for brand in sorted(brands)),
            *(_entry("store", shop.id, shop.name) for shop in shops),
        ]
    )


def _spellings(brand: str) -> tuple[str, ...]:
    """Return what a brand is called: "禾研 Heyan" also by either half."""
    halves = brand.split()
    bilingual = not brand.isascii() and any(half.isascii() for half in halves)
    return (brand, *halves) if bilingual else (brand,)


def _entry(kind: str, value: str, name: LocalText) -> GazetteerEntry:
    return GazetteerEntry(kind, value, tuple(dict.fromkeys(t for t in (name.zh, name.en) if t)))


def _languages(zh: str, en: str) -> dict[str, str]:
    return {language: text for language, text in (("zh", zh), ("en", en)) if text}


def product_of(record: CatalogRecord) -> Product:
    """Return a product of a catalogue file as the store keeps it."""
    names = dict.fromkeys(name for texts in record.attributes.values() for name in texts)
    return Product(
        id=record.product_id,
        name=_local(record.names),
        brand=record.brand,
        category=record.category,
        category_name=_local(record.category_names),
        line="imported",
        description=_local(record.descriptions),
        attributes={
            name: _local({lang: texts.get(name, "") for lang, texts in record.attributes.items()})
            for name in names
        },
        variants=tuple(
            Variant(v.sku, record.product_id, v.colour or None, v.size or None, v.price, v.currency)
            for v in record.variants
        ),
        replenish_days=record.replenish_days,
    )


def _local(texts: Mapping[str, str]) -> LocalText:
    return LocalText(texts.get("zh", ""), texts.get("en", ""))
