"""Finding products by words, price, category, brand, colour, size and shop."""

import asyncio
from collections.abc import Sequence

from bot.dialogue.offers import Shelf, filters_on, fitting_wish, product_cards, shelf_of
from bot.dialogue.reply import Button, payload
from bot.dialogue.shops import NOWHERE, place_of
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from bot.dialogue.wishes import Wish, condition_words, echo, wish_of
from knowledge.types import Hit, SearchFilters, SearchQuery

SHOWN = 5
ONLY_MEANING = ("meaning",)
_SLOTS = ("wish", "price", "category", "brand", "colour", "size", "store", "city", "similar_to")


@skill("search_product", audience=Audience.EVERYBODY, slots=_SLOTS, shows="products")
async def search_product(turn: Turn) -> Outcome:
    """Show what fits, say what was given up for it, or ask what is looked for."""
    similar_to = turn.slot("similar_to")
    if similar_to is not None:
        return await _similar(turn, similar_to)
    async with turn.reading() as uow:
        shops = await uow.catalog.shops()
    wish = wish_of(turn, place_of(turn, shops))
    if not wish.text and wish.conditions in ((), ("place",)):
        return _ask(turn)
    shelf = await shelf_of(turn, wish.place)
    kept = await asyncio.to_thread(fitting_wish, wish, lambda one: _look(turn, one, shelf))
    if not kept.found:
        return _nothing(turn, wish)
    given_up = kept.given_up and condition_words(turn, wish, kept.given_up)
    close = all(hit.matched == ONLY_MEANING for hit in kept.found) and not kept.wish.conditions
    key = "given_up" if given_up else "close" if close else "found"
    return await _show(turn, key, kept.found, kept.wish, about=given_up)


def _look(turn: Turn, wish: Wish, shelf: Shelf) -> list[Hit]:
    filters = filters_on(wish, shelf, only_in_stock=False)
    query = SearchQuery(wish.text, turn.speaker.language, filters, SHOWN)
    hits = turn.search.search(query)
    # Where something has the customer's own words, what is only close in meaning is noise.
    literal = [hit for hit in hits if hit.matched != ONLY_MEANING]
    return literal if wish.text and literal else hits


async def _show(
    turn: Turn, key: str, hits: Sequence[Hit], wish: Wish, *, about: str | None = None
) -> Outcome:
    reasons = {hit.product_id: _reason(turn, hit, wish) for hit in hits}
    async with turn.reading() as uow:
        products = await uow.catalog.products(list(reasons))
    if not products:
        return _nothing(turn, wish)
    cards = await product_cards(turn, products, wish.place, [reasons[p.id] for p in products])
    reply = turn.say(key, cards=cards, count=len(cards), about=about)
    return turn.done(reply).remember(shown_products=tuple(product.id for product in products))


def _reason(turn: Turn, hit: Hit, wish: Wish) -> str:
    """Return why a product was found: the conditions it meets and how its words match."""
    kept = [condition_words(turn, wish, name) for name in reversed(wish.conditions)]
    how = [turn.words(f"matched_{name}") for name in hit.matched[:1]] if wish.text else []
    return turn.words("why", reasons=[*kept, *how]) if kept or how else ""


async def _similar(turn: Turn, product_id: str) -> Outcome:
    item = turn.search.get(product_id)
    if item is None:
        return _ask(turn)
    shelf = await shelf_of(turn, NOWHERE)
    filters = SearchFilters(allowed=shelf.anywhere)
    hits = await asyncio.to_thread(turn.search.similar, product_id, SHOWN, filters)
    async with turn.reading() as uow:
        own = await uow.catalog.products([product_id])
    if not own or not hits:
        return turn.done(turn.say("nothing_similar", buttons=(_recommend_button(turn),)))
    return await _show(turn, "similar", hits, Wish(""), about=turn.local(own[0].name))


def _ask(turn: Turn) -> Outcome:
    if turn.asked_before > 1:
        return turn.done(turn.say("no_wish", buttons=(_recommend_button(turn),)))
    return turn.ask("wish", turn.say("ask"), free=True)


def _nothing(turn: Turn, wish: Wish) -> Outcome:
    conditions = [condition_words(turn, wish, name) for name in reversed(wish.conditions)]
    reply = turn.say(
        "nothing",
        buttons=(_recommend_button(turn),),
        words=echo(wish.text) if not conditions else "",
        conditions=conditions,
    )
    return turn.done(reply)


def _recommend_button(turn: Turn) -> Button:
    return Button(turn.words("recommend_button"), payload("recommend_product"))
