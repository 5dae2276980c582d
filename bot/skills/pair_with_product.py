"""What goes with a product: complements that are in stock, each with its reason."""

import asyncio
from typing import Final

from bot.dialogue.offers import product_cards, shelf_of
from bot.dialogue.products import meant_products, product_options, similar_button
from bot.dialogue.reply import Button, payload
from bot.dialogue.shops import NOWHERE
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from crm_store.types.catalog import Product
from knowledge.types import ReasonKind, Recommendation, SearchFilters

SHOWN: Final = 4


@skill("pair_with_product", audience=Audience.EVERYBODY, slots=("product", "sku", "category"))
async def pair_with_product(turn: Turn) -> Outcome:
    """Show what goes with the product meant, or ask which it is."""
    products = await meant_products(turn, turn.said)
    if not products:
        return _ask(turn)
    if len(products) > 1:
        options = product_options(turn, products)
        asking = turn.choose("product", turn.say("which"), options, slots={})
        return asking.remember(shown_products=tuple(one.id for one in products))
    return await _show(turn, products[0])


def _ask(turn: Turn) -> Outcome:
    if turn.asked_before > 1:
        return turn.done(turn.say("not_found", buttons=(_search_button(turn),)))
    key = "ask_again" if turn.asked_before else "ask"
    return turn.ask("product", turn.say(key), slots={}, free=True)


async def _show(turn: Turn, product: Product) -> Outcome:
    shelf = await shelf_of(turn, NOWHERE)
    wanted = {str(one.value) for one in turn.entities("category")} - {product.category}
    found = await asyncio.to_thread(_look, turn, product, shelf.anywhere, frozenset(wanted))
    if not found:
        buttons = (similar_button(turn, product), _search_button(turn))
        return turn.done(turn.say("nothing", name=turn.local(product.name), buttons=buttons))
    async with turn.reading() as uow:
        others = await uow.catalog.products([one.product_id for one in found])
    reasons = {one.product_id: _because(turn, one, product) for one in found}
    cards = await product_cards(turn, others, NOWHERE, [reasons[one.id] for one in others])
    reply = turn.say("found", cards=cards, name=turn.local(product.name))
    return turn.done(reply).remember(shown_products=tuple(one.id for one in others))


def _look(
    turn: Turn, product: Product, allowed: frozenset[str], wanted: frozenset[str]
) -> list[Recommendation]:
    """Return complements of the categories asked for, or of any where there are none."""
    for categories in dict.fromkeys((wanted, frozenset[str]())):
        filters = SearchFilters(allowed=allowed, categories=categories)
        if found := turn.search.pair(product.id, SHOWN, filters):
            return found
    return []


def _because(turn: Turn, one: Recommendation, product: Product) -> str:
    together = one.reason.kind is ReasonKind.FREQUENTLY_BOUGHT_TOGETHER
    return turn.words("together" if together else "goes_with", name=turn.local(product.name))


def _search_button(turn: Turn) -> Button:
    return Button(turn.words("topics.search_product"), payload("search_product"))
