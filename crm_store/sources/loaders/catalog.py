"""Products, shops, stock and promotions."""

from collections.abc import Sequence
from datetime import datetime, time
from decimal import Decimal

from crm_store.errors import InvalidRecordError
from crm_store.repositories.catalog import CatalogRepository
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_catalog import known_stores, products_of
from crm_store.sources.fields import Fields
from crm_store.sources.loaders.base import Loader, Outcome, Record
from crm_store.types.catalog import Product, Promotion, StockLevel, Store, Variant
from crm_store.types.people import Tier
from crm_store.types.text import LocalText

NO_TEXT = LocalText()


def _product(records: Sequence[Record]) -> Product:
    fields = records[-1].fields
    product_id = fields.need("id", str)
    category = fields.need("category", str)
    return Product(
        id=product_id,
        name=fields.need("name", LocalText),
        brand=fields.text("brand"),
        category=category,
        category_name=fields.get("category_name", LocalText) or LocalText(category, category),
        line=fields.need("line", str),
        description=fields.get("description", LocalText) or NO_TEXT,
        attributes=fields.get("attributes", dict) or {},
        variants=_variants(product_id, fields.many("variants")),
        replenish_days=fields.get("replenish_days", int),
        image_url=fields.get("image_url", str),
    )


def _variants(product_id: str, entries: Sequence[Fields]) -> tuple[Variant, ...]:
    variants = tuple(
        Variant(
            sku=entry.need("sku", str),
            product_id=product_id,
            colour=entry.get("colour", str),
            size=entry.get("size", str),
            price=entry.need("price", Decimal),
            currency=entry.get("currency", str) or "CNY",
        )
        for entry in entries
    )
    if len({variant.sku for variant in variants}) < len(variants):
        raise InvalidRecordError("variants.sku: expected another SKU for each variant")
    return variants


async def _save_products(batch: Batch, products: Sequence[Product]) -> list[Outcome]:
    await CatalogRepository(batch.context).save_products(products)
    return [f"product:{product.id}" for product in products]


def _shop(records: Sequence[Record]) -> Store:
    fields = records[-1].fields
    return Store(
        id=fields.need("id", str),
        name=fields.need("name", LocalText),
        city=fields.text("city"),
        address=fields.get("address", LocalText) or NO_TEXT,
        phone=fields.text("phone"),
        opens=fields.need("opens", time),
        closes=fields.need("closes", time),
        time_zone=fields.text("time_zone") or "Asia/Shanghai",
        latitude=fields.get("latitude", float),
        longitude=fields.get("longitude", float),
    )


async def _save_shops(batch: Batch, shops: Sequence[Store]) -> list[Outcome]:
    await CatalogRepository(batch.context).save_shops(shops)
    return [f"store:{shop.id}" for shop in shops]


def _level(records: Sequence[Record]) -> StockLevel:
    fields = records[-1].fields
    return StockLevel(
        store_id=fields.need("store", str),
        sku=fields.need("sku", str),
        quantity=fields.need("quantity", int),
        updated_at=fields.need("updated_at", datetime),
    )


async def _save_stock(batch: Batch, levels: Sequence[StockLevel]) -> list[Outcome]:
    """Write levels; those of an unknown store or SKU are refused."""
    stores = await known_stores(batch)
    skus = await products_of(batch, {level.sku for level in levels})
    good: list[StockLevel] = []
    outcomes: list[Outcome] = []
    for level in levels:
        if level.store_id not in stores:
            outcomes.append(InvalidRecordError("store: expected a known store"))
        elif level.sku not in skus:
            outcomes.append(InvalidRecordError("sku: expected a SKU of the catalogue"))
        else:
            good.append(level)
            outcomes.append(f"stock:{level.store_id}:{level.sku}")
    await CatalogRepository(batch.context).save_stock(good)
    return outcomes


def _promotion(records: Sequence[Record]) -> Promotion:
    fields = records[-1].fields
    offer = Promotion(
        id=fields.need("id", str),
        name=fields.need("name", LocalText),
        terms=fields.need("terms", LocalText),
        starts_at=fields.need("starts_at", datetime),
        ends_at=fields.need("ends_at", datetime),
        category=fields.get("category", str),
        min_spend=fields.get("min_spend", Decimal),
        percent_off=fields.get("percent_off", int),
        amount_off=fields.get("amount_off", Decimal),
        tier=fields.get("tier", Tier),
    )
    if offer.ends_at <= offer.starts_at:
        raise InvalidRecordError("ends_at: expected a time after starts_at")
    if offer.percent_off is not None and offer.amount_off is not None:
        raise InvalidRecordError("amount_off: expected nothing beside percent_off")
    return offer


async def _save_promotions(batch: Batch, offers: Sequence[Promotion]) -> list[Outcome]:
    await CatalogRepository(batch.context).save_promotions(offers)
    return [f"promotion:{offer.id}" for offer in offers]


PRODUCTS = Loader(_product, _save_products)
SHOPS = Loader(_shop, _save_shops)
STOCK = Loader(_level, _save_stock)
PROMOTIONS = Loader(_promotion, _save_promotions)
