"""The public catalogue as the storefront shows it: products by page, category or words."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from crm_store.ports import CrmStore
from crm_store.types.actors import Actor, Role
from crm_store.types.catalog import Product, Promotion, StockLevel
from crm_store.types.catalog import Store as Shop
from crm_store.types.text import LocalText
from knowledge.ports import CatalogSearch
from knowledge.types import SearchFilters, SearchQuery

VISITOR = Actor(Role.GUEST, purpose="storefront")
FOUND_AT_MOST = 60
LINES = ("cosmetics", "apparel", "appliances", "food")
"""In the order of the shop's shelves; an importer's own lines follow."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category and how many products it has."""

    slug: str
    name: LocalText
    line: str
    products: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What a visitor wants to see."""

    category: str | None = None
    text: str = ""
    language: str = "zh"
    page: int = 1
    per_page: int = 24


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing."""

    products: tuple[Product, ...]
    in_stock: frozenset[str]
    total: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A product with where it can be had."""

    product: Product
    stock: tuple[StockLevel, ...]
    shops: tuple[Shop, ...]
    colours: Mapping[str, LocalText]
    """SKU to the printed name of its colour, where it has one."""
    related: tuple[Product, ...]

    def units(self, sku: str, store_id: str | None = None) -> int:
        """Return how many of a variant there are, in one store or in all together."""
        return sum(
            level.quantity
            for level in self.stock
            if level.sku == sku and store_id in (None, level.store_id)
        )

    @property
    def stocking(self) -> tuple[Shop, ...]:
        """The shops with a door that have any variant now."""
        holding = {level.store_id for level in self.stock if level.quantity > 0}
        return tuple(shop for shop in self.shops if shop.id in holding)


@dataclass(frozen=True, slots=True)
class _Snapshot:
    version: str
    products: tuple[Product, ...]
    categories: tuple[Category, ...]


class Shelf:
    """Reads the catalogue; products are kept in memory until the catalogue's version changes."""

    def __init__(self, store: CrmStore, search: CatalogSearch) -> None:
        self._store = store
        self._search = search
        self._snapshot = _Snapshot("", (), ())

    async def categories(self) -> tuple[Category, ...]:
        """Return every category, by business line, large ones first."""
        return (await self._current()).categories

    async def showpieces(self) -> tuple[Category, ...]:
        """Return the largest category of each business line."""
        first: dict[str, Category] = {}
        for category in await self.categories():
            first.setdefault(category.line, category)
        return tuple(first.values())[:4]

    async def page(self, listing: Listing) -> Page:
        """Return one page; a page number beyond the last gives the last."""
        matching = await self._matching(listing)
        pages = max(1, math.ceil(len(matching) / listing.per_page))
        number = min(max(1, listing.page), pages)
        start = (number - 1) * listing.per_page
        async with self._store.reading(VISITOR) as uow:
            in_stock = await uow.catalog.in_stock()
        shown = tuple(matching[start : start + listing.per_page])
        return Page(shown, in_stock, len(matching), number, pages)

    async def product(self, product_id: str) -> ProductPage | None:
        """Return a product with its stock and others of its category."""
        snapshot = await self._current()
        product = next((p for p in snapshot.products if p.id == product_id), None)
        if product is None:
            return None
        async with self._store.reading(VISITOR) as uow:
            stock = await uow.catalog.stock([variant.sku for variant in product.variants])
            shops = await uow.catalog.shops()
        others = (p for p in snapshot.products if p.category == product.category)
        related = tuple(p for p in others if p.id != product.id)[:4]
        colours = self._colours(product)
        return ProductPage(product, tuple(stock), tuple(shops), colours, related)

    def _colours(self, product: Product) -> dict[str, LocalText]:
        item = self._search.get(product.id)
        printed = {v.sku: v.colour_names for v in item.skus} if item else {}
        return {
            v.sku: LocalText(printed.get(v.sku, {}).get("zh", v.colour), v.colour.capitalize())
            for v in product.variants
            if v.colour
        }

    async def promotions(self, at: datetime) -> list[Promotion]:
        """Return the offers that run now."""
        async with self._store.reading(VISITOR) as uow:
            return await uow.catalog.promotions(at)

    async def _matching(self, listing: Listing) -> Sequence[Product]:
        products = (await self._current()).products
        if listing.text.strip():
            found = await self._found(listing)
            by_id = {product.id: product for product in products}
            products = tuple(by_id[product_id] for product_id in found if product_id in by_id)
        if listing.category is None:
            return products
        return [product for product in products if product.category == listing.category]

    async def _found(self, listing: Listing) -> list[str]:
        categories = frozenset({listing.category} if listing.category else ())
        query = SearchQuery(
            listing.text,
            listing.language,
            SearchFilters(categories=categories),
            FOUND_AT_MOST,
        )
        hits = await asyncio.to_thread(self._search.search, query)
        return [hit.product_id for hit in hits]

    async def _current(self) -> _Snapshot:
        async with self._store.reading(VISITOR) as uow:
            version = await uow.catalog.version()
            if version != self._snapshot.version:
                products = tuple(await uow.catalog.products())
                categories = _categories(products)
                self._snapshot = _Snapshot(version, _mixed(products, categories), categories)
        return self._snapshot


def _categories(products: Sequence[Product]) -> tuple[Category, ...]:
    counts: dict[str, int] = {}
    for product in products:
        counts[product.category] = counts.get(product.category, 0) + 1
    first = {product.category: product for product in reversed(products)}
    found = [
        Category(slug, first[slug].category_name, first[slug].line, count)
        for slug, count in counts.items()
    ]
    return tuple(sorted(found, key=lambda c: (_rank(c.line), c.line, -c.products, c.slug)))


def _mixed(products: Sequence[Product], categories: Sequence[Category]) -> tuple[Product, ...]:
    """Return the products with every category in turn, as a shop window shows them."""
    shelves: dict[str, list[Product]] = {category.slug: [] for category in categories}
    for product in products:
        shelves[product.category].append(product)
    turns = zip_longest(*shelves.values())
    return tuple(product for turn in turns for product in turn if product is not None)


def _rank(line: str) -> int:
    return LINES.index(line) if line in LINES else len(LINES)
