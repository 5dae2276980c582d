"""Stock as one may tell it: exact numbers to staff, rough ones to customers."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.dialogue.skill import Turn
from crm_store.ports import UnitOfWork
from crm_store.types.catalog import Product, StockLevel

FEW: Final = 5
"""Up to so many units are "a few": they may be gone when the customer arrives."""


def amount_words(turn: Turn, quantity: int) -> str:
    """Return a quantity in words: rough for customers, exact for staff."""
    if turn.actor.is_staff:
        return turn.words("stock.exact", quantity=quantity)
    return turn.words("stock.none" if quantity <= 0 else f"stock.{_rough(quantity)}")


def _rough(quantity: int) -> str:
    return "few" if quantity <= FEW else "plenty"


def units(levels: Iterable[StockLevel], store_id: str | None = None) -> int:
    """Return how many units the levels hold, in one store or in all together."""
    return sum(level.quantity for level in levels if store_id in (None, level.store_id))


async def product_units(
    uow: UnitOfWork, products: Sequence[Product], store_ids: frozenset[str] | None = None
) -> dict[str, int]:
    """Return the units of each product over its variants, in these stores or in all."""
    product_of = {variant.sku: one.id for one in products for variant in one.variants}
    held = dict.fromkeys((one.id for one in products), 0)
    for level in await uow.catalog.stock(tuple(product_of)):
        if store_ids is None or level.store_id in store_ids:
            held[product_of[level.sku]] += level.quantity
    return held
