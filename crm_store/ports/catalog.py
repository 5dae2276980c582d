"""Port of products, stock, shops and promotions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from crm_store.types.catalog import Product, Promotion, StockLevel
from crm_store.types.catalog import Store as Shop


class Catalog(Protocol):
    """Products, stock, shops and promotions; public to every actor."""

    async def shops(self) -> list[Shop]:
        """Return all shops with a door."""

    async def products(self, ids: Collection[str] | None = None) -> list[Product]:
        """Return the products with these ids (all when ``None``), in the order asked for."""

    async def by_sku(self, sku: str) -> Product | None:
        """Return the product that a SKU belongs to."""

    async def stock(self, skus: Collection[str]) -> list[StockLevel]:
        """Return how many of these SKUs are free in every store, the online warehouse included.

        What is held for somebody (`Stock.reserve`) is not free.
        """

    async def in_stock(self, store_id: str | None = None) -> frozenset[str]:
        """Return ids of products with anything free in a store (anywhere when ``None``)."""

    async def promotions(self, at: datetime, *, until: datetime | None = None) -> list[Promotion]:
        """Return promotions that run at that time or, where told, begin before ``until``."""

    async def baskets(self, since: datetime) -> list[frozenset[str]]:
        """Return the ids of the products of each order since a time; staff and system only.

        Nothing tells whose order it was. Cancelled orders are left out.
        """

    async def save_products(self, products: Sequence[Product]) -> int:
        """Insert or update products with their variants; returns how many changed."""

    async def save_shops(self, shops: Sequence[Shop]) -> None:
        """Insert or update shops."""

    async def save_stock(self, levels: Sequence[StockLevel]) -> None:
        """Insert or update stock levels."""

    async def save_promotions(self, promotions: Sequence[Promotion]) -> None:
        """Insert or update promotions."""

    async def version(self) -> str:
        """Return a token that changes whenever a product or variant changes."""
