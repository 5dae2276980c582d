"""Files about products, shops, stock and promotions."""

from datetime import datetime, timedelta

from crm_store.demo.chance import Chance
from crm_store.demo.families import catalogue
from crm_store.demo.places import shops
from crm_store.demo.promotions import promotions
from crm_store.demo.writing import csv_lines, json_line, local, stamp
from crm_store.types.catalog import ONLINE_STORE_ID, Product, Promotion, Store
from crm_store.types.conversations import JSON

SHOP_RANGE_SHARE = 0.45
"""How much of the catalogue a shop with a door carries."""
SOLD_OUT_SHARE = 0.06
ONLINE_SOLD_OUT_SHARE = 0.03


def catalog_lines() -> list[str]:
    """Return ``catalog.jsonl``."""
    return [json_line(_product(product)) for product in catalogue()]


def _product(product: Product) -> JSON:
    return {
        "id": product.id,
        "name": local(product.name),
        "brand": product.brand,
        "category": product.category,
        "category_name": local(product.category_name),
        "line": product.line,
        "description": local(product.description),
        "attributes": {slug: local(text) for slug, text in product.attributes.items()},
        "variants": [
            {
                "sku": variant.sku,
                "colour": variant.colour,
                "size": variant.size,
                "price": str(variant.price),
                "currency": variant.currency,
            }
            for variant in product.variants
        ],
        "replenish_days": product.replenish_days,
        "image_url": product.image_url,
    }


def store_lines() -> list[str]:
    """Return the entries of ``stores.json``."""
    return [json_line(_shop(shop)) for shop in shops()]


def _shop(shop: Store) -> JSON:
    return {
        "id": shop.id,
        "name": local(shop.name),
        "city": shop.city,
        "address": local(shop.address),
        "phone": shop.phone,
        "opens": f"{shop.opens:%H:%M}",
        "closes": f"{shop.closes:%H:%M}",
        "time_zone": shop.time_zone,
        "latitude": shop.latitude,
        "longitude": shop.longitude,
    }


def stock_lines(seed: int, now: datetime) -> list[str]:
    """Return ``stock.csv``: a shop carries a part of the range, and some of it is sold out."""
    chance = Chance.of(seed, "stock")
    rows: list[tuple[object, ...]] = [("store_id", "sku", "quantity", "updated_at")]
    for shop in shops():
        online = shop.id == ONLINE_STORE_ID
        at = stamp(now - timedelta(minutes=chance.randint(5, 600)))
        sold_out = ONLINE_SOLD_OUT_SHARE if online else SOLD_OUT_SHARE
        for product in catalogue():
            if not online and not chance.happens(SHOP_RANGE_SHARE):
                continue
            for variant in product.variants:
                quantity = chance.randint(20, 400) if online else chance.randint(1, 24)
                quantity = 0 if chance.happens(sold_out) else quantity
                rows.append((shop.id, variant.sku, quantity, at))
    return csv_lines(rows)


def promotion_lines(now: datetime) -> list[str]:
    """Return the entries of ``promotions.json``."""
    return [json_line(_promotion(promotion)) for promotion in promotions(now)]


def _promotion(promotion: Promotion) -> JSON:
    return {
        "id": promotion.id,
        "name": local(promotion.name),
        "terms": local(promotion.terms),
        "starts_at": stamp(promotion.starts_at),
        "ends_at": stamp(promotion.ends_at),
        "category": promotion.category,
        "min_spend": str(promotion.min_spend) if promotion.min_spend is not None else None,
        "percent_off": promotion.percent_off,
        "amount_off": str(promotion.amount_off) if promotion.amount_off is not None else None,
        "tier": promotion.tier,
    }
