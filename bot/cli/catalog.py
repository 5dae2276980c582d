"""`huike catalog`: the retailer's products, searched and recommended."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import click

from bot.app import Progress, load_embedder, open_search, open_store, phrasebook_of
from bot.catalogue import product_of
from bot.cli.progress import bars
from bot.settings import load_settings
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.catalog import Product
from knowledge.ports import CatalogSearch
from knowledge.types import (
    CatalogItem,
    Purchase,
    Reason,
    Recommendation,
    SearchFilters,
    SearchQuery,
)

BATCH = 500
"""Products a transaction."""
ORDERS_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A product to print, and why."""

    product_id: str
    score: float
    why: str


Look: TypeAlias = Callable[[SqlStore, CatalogSearch], Awaitable[list[Shown]]]

as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
limit_option = click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)


@click.group()
def catalog() -> None:
    """Products: import, search, recommend."""


@catalog.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_json_option
def import_(file: Path, *, as_json: bool) -> None:
    """Load the products of FILE and index them for search.

    FILE is JSON lines or CSV in Huike's catalogue shape, or an Icecat export (.json, .json.zip).
    Broken rows are told with their line and left out. Importing again changes nothing.
    """
    counts, errors = asyncio.run(_import(file))
    if as_json:
        click.echo(json.dumps({**counts, "reasons": errors}, ensure_ascii=False))
        return
    click.echo("  ".join(f"{name} {count}" for name, count in counts.items()))
    for error in errors[:5]:
        click.echo(f"  {file.name}:{error['line']}: {error['reason']}")


async def _import(file: Path) -> tuple[dict[str, int], list[dict[str, str | int]]]:
    from knowledge.catalog_files import read_catalog  # noqa: PLC0415
    from knowledge.catalog_records import RowError  # noqa: PLC0415

    errors: list[dict[str, str | int]] = []
    products: list[Product] = []
    for row in read_catalog(file):
        if isinstance(row, RowError):
            errors.append({"line": row.line, "reason": row.reason})
        else:
            products.append(product_of(row))
    changed = 0
    with bars() as progress:
        async with open_store() as store:
            for start in range(0, len(products), BATCH):
                async with store.writing(SYSTEM) as uow:
                    changed += await uow.catalog.save_products(products[start : start + BATCH])
                progress("Storing products", min(start + BATCH, len(products)), len(products))
            await _search(store, progress)
    read = len(products) + len(errors)
    return {
        "read": read,
        "accepted": changed,
        "unchanged": len(products) - changed,
        "quarantined": len(errors),
    }, errors


@catalog.command()
@click.argument("text")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the answer.")
@click.option("--min", "price_min", type=Decimal, help="Lowest price.")
@click.option("--max", "price_max", type=Decimal, help="Highest price.")
@click.option("--category", multiple=True, help="Category; may be given again.")
@click.option("--store", "store_id", help="Only what this store has in stock.")
@limit_option
@as_json_option
def search(
    text: str,
    lang: str | None,
    price_min: Decimal | None,
    price_max: Decimal | None,
    category: tuple[str, ...],
    store_id: str | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """Search products by words and meaning."""

    async def look(store: SqlStore, found: CatalogSearch) -> list[Shown]:
        allowed = None
        if store_id:
            async with store.reading(SYSTEM) as uow:
                allowed = await uow.catalog.in_stock(store_id)
        filters = SearchFilters(price_min, price_max, frozenset(category), allowed=allowed)
        hits = found.search(SearchQuery(text, lang or "zh", filters, limit))
        return [Shown(hit.product_id, hit.score, ", ".join(hit.matched)) for hit in hits]

    asyncio.run(_print(look, as_json=as_json))


@catalog.command()
@click.argument("sku")
@limit_option
@as_json_option
def similar(sku: str, limit: int, *, as_json: bool) -> None:
    """Show products like the one with this SKU or product id."""

    async def look(store: SqlStore, found: CatalogSearch) -> list[Shown]:
        hits = found.similar(await _product_id(store, sku), limit, SearchFilters())
        return [Shown(hit.product_id, hit.score, "similar") for hit in hits]

    asyncio.run(_print(look, as_json=as_json))


@catalog.command()
@click.argument("sku")
@limit_option
@as_json_option
def pair(sku: str, limit: int, *, as_json: bool) -> None:
    """Show what goes with the product of this SKU or product id."""

    async def look(store: SqlStore, found: CatalogSearch) -> list[Shown]:
        return _advice(found.pair(await _product_id(store, sku), limit, SearchFilters()))

    asyncio.run(_print(look, as_json=as_json))


@catalog.command()
@click.option("--member", "member_id", type=int, required=True, help="The member's id.")
@click.option("--text", help="What they ask for, in their words.")
@limit_option
@as_json_option
def recommend(member_id: int, text: str | None, limit: int, *, as_json: bool) -> None:
    """Recommend products to a member, with reasons."""

    async def look(store: SqlStore, found: CatalogSearch) -> list[Shown]:
        async with store.reading(SYSTEM) as uow:
            orders = await uow.orders.for_member(member_id, limit=ORDERS_LOOKED_AT)
        bought = [
            Purchase(line.product_id, order.placed_at.date(), line.quantity)
            for order in orders
            for line in order.lines
            if line.product_id
        ]
        return _advice(found.recommend(bought, text=text, limit=limit))

    asyncio.run(_print(look, as_json=as_json))


def _advice(found: Iterable[Recommendation]) -> list[Shown]:
    return [Shown(one.product_id, one.score, _reason(one.reason)) for one in found]


async def _print(look: Look, *, as_json: bool) -> None:
    """Open store and search, look, and print a product a line."""
    async with _opened() as (store, found):
        for shown in await look(store, found):
            item = found.get(shown.product_id)
            if item is not None:
                click.echo(_json(item, shown) if as_json else _line(item, shown))


@asynccontextmanager
async def _opened() -> AsyncIterator[tuple[SqlStore, CatalogSearch]]:
    with bars() as progress:
        async with open_store() as store:
            yield store, await _search(store, progress)


async def _search(store: SqlStore, progress: Progress) -> CatalogSearch:
    settings = load_settings()
    embedder = await asyncio.to_thread(load_embedder, settings, progress)
    return await open_search(settings, store, embedder, phrasebook_of(settings), progress)


async def _product_id(store: SqlStore, sku: str) -> str:
    async with store.reading(SYSTEM) as uow:
        product = await uow.catalog.by_sku(sku)
    return product.id if product else sku


def _reason(reason: Reason) -> str:
    about = reason.product_id or reason.category
    return f"{reason.kind} {about}" if about else str(reason.kind)


def _json(item: CatalogItem, shown: Shown) -> str:
    fields = {
        "product_id": item.product_id,
        "names": dict(item.names),
        "price": str(item.price),
        "score": round(shown.score, 4),
        "why": shown.why,
    }
    return json.dumps(fields, ensure_ascii=False)


def _line(item: CatalogItem, shown: Shown) -> str:
    price = f"{item.price} {item.currency}"
    return f"{item.product_id:<14} {price:>12}  {' / '.join(item.names.values())}  [{shown.why}]"
