"""Products, stock, shops and promotions. Anybody may read them; system and manager may write."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, delete, func, select
from sqlalchemy.orm import selectinload

from crm_store.models import (
    OrderLineRow,
    OrderRow,
    ProductRow,
    PromotionRow,
    ReservationRow,
    StockRow,
    StoreRow,
    VariantRow,
)
from crm_store.repositories.context import Repository
from crm_store.repositories.stock import units_held
from crm_store.types.actors import Role
from crm_store.types.catalog import (
    ONLINE_STORE_ID,
    Product,
    Promotion,
    StockLevel,
    Store,
    Variant,
)
from crm_store.types.orders import OrderState
from crm_store.types.reservations import HoldState
from crm_store.types.text import LocalText

BATCH = 500
"""Products a statement: databases bound the number of parameters."""


class CatalogRepository(Repository):
    """The port's `Catalog`."""

    async def shops(self) -> list[Store]:
        """Return all shops with a door."""
        rows = await self._session.scalars(
            select(StoreRow).where(StoreRow.id != ONLINE_STORE_ID).order_by(StoreRow.id)
        )
        return [_to_store(row) for row in rows]

    async def products(self, ids: Collection[str] | None = None) -> list[Product]:
        """Return the products with these ids (all when ``None``), in the order asked for."""
        query = select(ProductRow).options(selectinload(ProductRow.variants))
        if ids is None:
            return [
                _to_product(row)
                for row in await self._session.scalars(query.order_by(ProductRow.id))
            ]
        rows = await self._session.scalars(query.where(ProductRow.id.in_(ids)))
        found = {row.id: _to_product(row) for row in rows}
        return [found[key] for key in dict.fromkeys(ids) if key in found]

    async def by_sku(self, sku: str) -> Product | None:
        """Return the product that a SKU belongs to."""
        row = await self._session.scalar(
            select(ProductRow)
            .join(VariantRow, VariantRow.product_id == ProductRow.id)
            .where(VariantRow.sku == sku.strip())
            .options(selectinload(ProductRow.variants))
        )
        return None if row is None else _to_product(row)

    async def stock(self, skus: Collection[str]) -> list[StockLevel]:
        """Return how many of these SKUs are free in every store, the online warehouse included."""
        rows = await self._session.scalars(
            select(StockRow).where(StockRow.sku.in_(skus)).order_by(StockRow.sku, StockRow.store_id)
        )
        held = await units_held(self._session, skus, self._now())
        return [
            StockLevel(
                row.store_id,
                row.sku,
                max(0, row.quantity - held.get((row.store_id, row.sku), 0)),
                row.updated_at,
            )
            for row in rows
        ]

    async def in_stock(self, store_id: str | None = None) -> frozenset[str]:
        """Return ids of products with anything free in a store (anywhere when ``None``)."""
        query = (
            select(VariantRow.product_id)
            .join(StockRow, StockRow.sku == VariantRow.sku)
            .where(StockRow.quantity > self._held())
            .distinct()
        )
        if store_id is not None:
            query = query.where(StockRow.store_id == store_id)
        return frozenset(await self._session.scalars(query))

    async def promotions(self, at: datetime, *, until: datetime | None = None) -> list[Promotion]:
        """Return promotions that run at that time: from their start until before their end."""
        rows = await self._session.scalars(
            select(PromotionRow)
            .where(PromotionRow.starts_at <= (until or at), PromotionRow.ends_at > at)
            .order_by(PromotionRow.ends_at, PromotionRow.id)
        )
        return [_to_promotion(row) for row in rows]

    async def baskets(self, since: datetime) -> list[frozenset[str]]:
        """Return the ids of the products of each order since a time; staff and system only."""
        if not self._context.is_trusted:
            return []
        rows = await self._session.execute(
            select(OrderLineRow.order_id, OrderLineRow.product_id)
            .join(OrderRow, OrderRow.id == OrderLineRow.order_id)
            .where(
                OrderRow.placed_at >= since,
                OrderRow.state != OrderState.CANCELLED,
                OrderLineRow.product_id.is_not(None),
            )
        )
        baskets: defaultdict[int, set[str]] = defaultdict(set)
        for order_id, product_id in rows:
            baskets[order_id].add(str(product_id))
        return [frozenset(basket) for basket in baskets.values()]

    async def save_products(self, products: Sequence[Product]) -> int:
        """Insert or update products with their variants; returns how many changed."""
        self._require_editor()
        latest = list({product.id: product for product in products}.values())
        return sum(
            [
                await self._save_batch(latest[start : start + BATCH])
                for start in range(0, len(latest), BATCH)
            ]
        )

    async def save_shops(self, shops: Sequence[Store]) -> None:
        """Insert or update shops."""
        self._require_editor()
        await self._context.upsert(StoreRow, [_columns(shop) for shop in shops])

    async def save_stock(self, levels: Sequence[StockLevel]) -> None:
        """Insert or update stock levels."""
        self._require_editor()
        await self._context.upsert(StockRow, [asdict(level) for level in levels])

    async def save_promotions(self, promotions: Sequence[Promotion]) -> None:
        """Insert or update promotions."""
        self._require_editor()
        await self._context.upsert(PromotionRow, [_columns(offer) for offer in promotions])

    async def version(self) -> str:
        """Return a token that changes whenever a product or variant changes."""
        rows = await self._session.execute(
            select(ProductRow.id, ProductRow.checksum).order_by(ProductRow.id)
        )
        digest = hashlib.sha256()
        for key, checksum in rows:
            digest.update(f"{key}\x1f{checksum}\n".encode())
        return digest.hexdigest()[:16]

    def _held(self) -> ScalarSelect[int]:
        """Return the units held of the stock row at hand, as a subquery."""
        row = ReservationRow
        held = select(func.coalesce(func.sum(row.quantity), 0)).where(
            row.store_id == StockRow.store_id,
            row.sku == StockRow.sku,
            row.state == HoldState.HELD,
            row.until > self._now(),
        )
        return held.correlate(StockRow).scalar_subquery()

    def _require_editor(self) -> None:
        self._context.require(Role.MANAGER, Role.SYSTEM)

    async def _save_batch(self, products: Sequence[Product]) -> int:
        known = await self._checksums([product.id for product in products])
        sums = {product.id: _checksum(product) for product in products}
        changed = [product for product in products if known.get(product.id) != sums[product.id]]
        await self._context.upsert(
            ProductRow,
            [{**_product_values(product), "checksum": sums[product.id]} for product in changed],
        )
        await self._replace_variants(changed)
        return len(changed)

    async def _checksums(self, ids: Collection[str]) -> dict[str, str]:
        rows = await self._session.execute(
            select(ProductRow.id, ProductRow.checksum).where(ProductRow.id.in_(ids))
        )
        return {key: checksum for key, checksum in rows}  # noqa: C416 - rows are no tuples

    async def _replace_variants(self, products: Sequence[Product]) -> None:
        """Write the variants; those that a product no longer has go, with their stock."""
        if not products:
            return
        variants = [variant for product in products for variant in product.variants]
        gone = select(VariantRow.sku).where(
            VariantRow.product_id.in_([product.id for product in products]),
            VariantRow.sku.not_in([variant.sku for variant in variants]),
        )
        await self._session.execute(delete(StockRow).where(StockRow.sku.in_(gone)))
        await self._session.execute(delete(VariantRow).where(VariantRow.sku.in_(gone)))
        rows = [
            {**asdict(variant), "position": position}
            for product in products
            for position, variant in enumerate(product.variants)
        ]
        await self._context.upsert(VariantRow, rows)


def _columns(record: Store | Promotion) -> dict[str, Any]:
    """Return a record's fields as columns: a text in two languages takes two."""
    values: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, LocalText):
            values |= {f"{field.name}_zh": value.zh, f"{field.name}_en": value.en}
        else:
            values[field.name] = value
    return values


def _product_values(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "name_zh": product.name.zh,
        "name_en": product.name.en,
        "brand": product.brand,
        "category": product.category,
        "category_zh": product.category_name.zh,
        "category_en": product.category_name.en,
        "line": product.line,
        "description_zh": product.description.zh,
        "description_en": product.description.en,
        "attributes": {name: asdict(text) for name, text in product.attributes.items()},
        "replenish_days": product.replenish_days,
        "image_url": product.image_url,
    }


def _checksum(product: Product) -> str:
    variants = [asdict(variant) for variant in product.variants]
    content = json.dumps([_product_values(product), variants], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def _to_product(row: ProductRow) -> Product:
    return Product(
        id=row.id,
        name=row.name,
        brand=row.brand,
        category=row.category,
        category_name=row.category_name,
        line=row.line,
        description=row.description,
        attributes={name: LocalText(**text) for name, text in row.attributes.items()},
        variants=tuple(
            Variant(one.sku, one.product_id, one.colour, one.size, one.price, one.currency)
            for one in row.variants
        ),
        replenish_days=row.replenish_days,
        image_url=row.image_url,
    )


def _to_store(row: StoreRow) -> Store:
    return Store(**{field.name: getattr(row, field.name) for field in fields(Store)})


def _to_promotion(row: PromotionRow) -> Promotion:
    return Promotion(**{field.name: getattr(row, field.name) for field in fields(Promotion)})
