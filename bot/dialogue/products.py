"""Finding the product that a message speaks of, and buttons that lead on from one."""

import asyncio
import re
from collections.abc import Sequence
from typing import Final

from bot.dialogue.choosing import position_named
from bot.dialogue.reply import Button, payload
from bot.dialogue.skill import Turn
from bot.dialogue.state import Option
from crm_store.ports import UnitOfWork
from crm_store.types.catalog import Product, Variant
from knowledge.types import SearchQuery

CANDIDATES = 4
_AROUND_NAMES: Final = re.compile(
    r"那|码|号|颜色|还有没有|有没有|还有|有货|没货|缺货|现货|库存|补货|到货|查一?下|帮我|请问|多少|几[件个瓶]|在哪|哪家店|门店|"
    r"店里|[吗呢啊呀么了的不，。？?！!]|"
    r"\b(?:what|about|size|colour|color|is|are|do|does|you|have|has|the|a|an|any|in|stock|available|left|there|still|check|of|how|"
    r"many|please|shop|store|which)\b",
    re.IGNORECASE,
)
POINTING: Final = re.compile(
    r"这[个款件双条瓶盒支]?|那[个款件双条瓶盒支]|它|刚才|\b(?:this|that|it|these|those)\b",
    re.IGNORECASE,
)
"""Words that point at what was shown."""
LEAST_WORDS = 2
"""Shorter texts name no product."""


async def named_products(turn: Turn, text: str) -> list[Product]:
    """Return the products a turn names, one or several to choose from; none when it names none.

    In this order: an item number, a product's own name, the place in the list last shown, the
    only product shown, and words that come close to a name.
    """
    async with turn.reading() as uow:
        named = await _by_number(turn, uow)
        if named:
            return named
        ids = _by_name(turn) or _by_place(turn, text)
        if ids:
            return await uow.catalog.products(ids)
    ids = await _by_words(turn, text)
    async with turn.reading() as uow:
        return await uow.catalog.products(ids)


async def shown_last(turn: Turn) -> list[Product]:
    """Return the product last shown when it was only one: "这个", "it"."""
    return await all_shown(turn) if len(turn.state.shown_products) == 1 else []


async def all_shown(turn: Turn) -> list[Product]:
    """Return the products last shown, one or several to choose from."""
    async with turn.reading() as uow:
        return await uow.catalog.products(turn.state.shown_products)


async def meant_products(turn: Turn, text: str) -> list[Product]:
    """Return the product that a question is about, or those it may be about; none when unclear.

    Only what names something is looked up: a question has too many words besides.
    """
    shown = turn.state.shown_products
    if _names_something(turn, text):
        named = await named_products(turn, text)
        among = [product for product in named if product.id in shown]
        return among or named
    if len(shown) > 1 and POINTING.search(text):
        return await all_shown(turn)
    return await shown_last(turn)


def _names_something(turn: Turn, text: str) -> bool:
    kinds = ("product", "sku", "category", "brand")
    named = any(turn.slot(kind) is not None for kind in kinds)
    return named or position_named(text, len(turn.state.shown_products)) is not None


async def _by_number(turn: Turn, uow: UnitOfWork) -> list[Product]:
    sku = turn.slot("sku")
    if sku is None:
        return []
    product = await uow.catalog.by_sku(sku)
    return [product] if product else await uow.catalog.products([sku])


def _by_name(turn: Turn) -> list[str]:
    filled = turn.slot("product")
    found = [filled] if filled else []
    if "product" not in turn.slots:
        found = [str(entity.value) for entity in turn.entities("product")]
    return [product_id for product_id in dict.fromkeys(found) if turn.search.get(product_id)]


def _by_place(turn: Turn, text: str) -> list[str]:
    shown = turn.state.shown_products
    place = position_named(text, len(shown))
    return [] if place is None else [shown[place]]


async def _by_words(turn: Turn, text: str) -> list[str]:
    words = _AROUND_NAMES.sub(" ", str(turn.slots.get("product") or _besides(turn, text))).strip()
    if len(words) < LEAST_WORDS:
        return []
    return await asyncio.to_thread(_look_up, turn, words)


def _besides(turn: Turn, text: str) -> str:
    """Return the text without what it says of variant and place."""
    for kind in ("size", "colour", "store", "city"):
        for entity in turn.entities(kind):
            text = text.replace(entity.text, " ")
    return text


def _look_up(turn: Turn, words: str) -> list[str]:
    """Return the products that words name, or those that have the very words."""
    language = turn.speaker.language
    hits = turn.search.resolve(words, language, CANDIDATES)
    if not hits and turn.entities("category"):
        found = turn.search.search(SearchQuery(words, language, limit=CANDIDATES))
        hits = [hit for hit in found if hit.matched[:1] != ("meaning",)]
    return [hit.product_id for hit in hits]


def product_options(turn: Turn, products: Sequence[Product]) -> tuple[Option, ...]:
    """Return products as answers to "which one do you mean?"."""
    return tuple(Option(turn.local(product.name), product.id) for product in products)


def product_buttons(turn: Turn, product: Product) -> tuple[Button, ...]:
    """Return what one may want next with a product: its stock, and others like it."""
    return (
        Button(turn.words("cards.stock_button"), payload("stock_check", {"product": product.id})),
        similar_button(turn, product),
    )


def similar_button(turn: Turn, product: Product) -> Button:
    """Return the button that shows products like this one."""
    slots = {"similar_to": product.id}
    return Button(turn.words("cards.similar_button"), payload("search_product", slots))


def fitting(
    product: Product, sku: str | None, colour: str | None, size: str | None
) -> list[Variant]:
    """Return the variants of a product with this number, colour and size (where given)."""
    return [
        variant
        for variant in product.variants
        if sku is None or sku in (variant.sku, product.id)
        if colour is None or _same(variant.colour, colour)
        if size is None or _same(variant.size, size)
    ]


def _same(own: str | None, wanted: str) -> bool:
    return (own or "").replace(" ", "").casefold() == wanted.replace(" ", "").casefold()
