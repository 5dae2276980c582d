"""Looking for products that fit a wish, giving up one condition when nothing does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.dialogue.cards import product_card
from bot.dialogue.products import product_buttons
from bot.dialogue.reply import Card
from bot.dialogue.shops import Place
from bot.dialogue.skill import Turn
from bot.dialogue.stock import amount_words, product_units
from bot.dialogue.wishes import Wish
from crm_store.types.catalog import Product
from knowledge.types import SearchFilters

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Which products are on stock: where the customer named a place, and anywhere."""

    anywhere: frozenset[str]
    there: frozenset[str]


@dataclass(frozen=True, slots=True)
class Kept(Generic[_Found]):
    """What fits, and the condition that was given up for it."""

    found: Sequence[_Found]
    wish: Wish
    given_up: str | None = None


async def shelf_of(turn: Turn, place: Place) -> Shelf:
    """Return what is on stock anywhere, and in the shops of a place."""
    async with turn.reading() as uow:
        anywhere = await uow.catalog.in_stock()
        parts = [await uow.catalog.in_stock(shop.id) for shop in place.shops]
    there = frozenset[str]().union(*parts) if place.named else anywhere
    named = {str(entity.value) for entity in turn.entities("product")}
    # Who asks for a product by its name is told about it, even that it is not there.
    there = there | named if place.named else there
    return Shelf(anywhere, there)


def fitting_wish(
    wish: Wish, look: Callable[[Wish], Sequence[_Found]], *, allow_words_alone: bool = True
) -> Kept[_Found]:
    """Return what fits the wish, or what fits when one condition is given up.

    Conditions go one at a time, those that people mind least first. The last one is given up
    only for a wish that has words besides.
    """
    if found := look(wish):
        return Kept(found, wish)
    conditions = wish.conditions
    if len(conditions) == 1 and not (wish.text and allow_words_alone):
        return Kept((), wish)
    for name in conditions:
        looser = wish.without(name)
        if found := look(looser):
            return Kept(found, looser, name)
    return Kept((), wish)


def filters_on(wish: Wish, shelf: Shelf, *, only_in_stock: bool) -> SearchFilters:
    """Return the wish's conditions with the stock condition that goes with its place."""
    if wish.place.named:
        return wish.filters(shelf.there)
    return wish.filters(shelf.anywhere if only_in_stock else None)


async def product_cards(
    turn: Turn, products: Sequence[Product], place: Place, reasons: Sequence[str]
) -> tuple[Card, ...]:
    """Return cards that say of each product why it is shown and whether it can be had."""
    stores = frozenset(shop.id for shop in place.shops) if place.named else None
    async with turn.reading() as uow:
        held = await product_units(uow, products, stores)
    return tuple(
        product_card(
            turn,
            product,
            facts=(
                *([reason] if reason else []),
                turn.words("cards.stock_fact", amount=amount_words(turn, held[product.id])),
            ),
            buttons=product_buttons(turn, product),
        )
        for product, reason in zip(products, reasons, strict=True)
    )
