"""What importers need to know of the catalogue."""

from collections.abc import Collection

from sqlalchemy import select

from crm_store.models import StoreRow, VariantRow
from crm_store.repositories.imports import Batch


async def known_stores(batch: Batch) -> set[str]:
    """Return ids of all stores, the warehouse included."""
    return set(await batch.session.scalars(select(StoreRow.id)))


async def products_of(batch: Batch, skus: Collection[str]) -> dict[str, str]:
    """Return the products of those SKUs that the catalogue has."""
    found = await batch.session.execute(
        select(VariantRow.sku, VariantRow.product_id).where(VariantRow.sku.in_(skus))
    )
    return {sku: product for sku, product in found}  # noqa: C416 - rows are no tuples
