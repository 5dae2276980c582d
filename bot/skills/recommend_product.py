"""Advice: what suits this customer, from what they bought and what they say, with the reason."""

import asyncio
from typing import Final
from zoneinfo import ZoneInfo

from bot.dialogue.offers import Shelf, filters_on, fitting_wish, product_cards, shelf_of
from bot.dialogue.reply import Button, payload
from bot.dialogue.shops import place_of
from bot.dialogue.skill import Outcome, Turn, skill
from bot.dialogue.wishes import Wish, condition_words, wish_of
from crm_store.types.catalog import Product
from crm_store.types.orders import OrderState
from knowledge.types import Purchase, Reason, ReasonKind, Recommendation
from nlu.language import to_simplified

SHOWN = 4
ORDERS_READ = 50
_SLOTS: Final = ("wish", "price", "category", "brand", "colour", "size", "store", "city")
_IDEAS: Final = ("skin", "gift", "home", "snack")


@skill("recommend_product", slots=_SLOTS, shows="products")
async def recommend_product(turn: Turn) -> Outcome:
    """Suggest what is in stock, each with its reason; ask one question when nothing is known."""
    async with turn.reading() as uow:
        shops = await uow.catalog.shops()
    wish = wish_of(turn, place_of(turn, shops))
    purchases = await _purchases(turn)
    if wish.says_nothing and not purchases and not turn.asked_before:
        return _ask(turn)
    shelf = await shelf_of(turn, wish.place)
    kept = await asyncio.to_thread(
        fitting_wish, wish, lambda one: _look(turn, one, purchases, shelf)
    )
    if not kept.found:
        return turn.done(turn.say("nothing"))
    given_up = kept.given_up and condition_words(turn, wish, kept.given_up)
    return await _show(turn, list(kept.found), kept.wish, given_up, personal=bool(purchases))


def _ask(turn: Turn) -> Outcome:
    buttons = tuple(
        Button(
            turn.words(f"idea_{idea}"), payload(turn.skill, {"wish": turn.words(f"wish_{idea}")})
        )
        for idea in _IDEAS
    )
    return turn.ask("wish", turn.say("ask", buttons=buttons), free=True)


async def _purchases(turn: Turn) -> list[Purchase]:
    """Return what the attested member bought and kept paying for."""
    if turn.actor.member_id is None:
        return []
    zone: ZoneInfo = turn.services.phrasebook.time_zone
    async with turn.reading() as uow:
        orders = await uow.orders.for_member(turn.actor.member_id, limit=ORDERS_READ)
    return [
        Purchase(line.product_id, order.placed_at.astimezone(zone).date(), line.quantity)
        for order in orders
        if order.state not in (OrderState.CANCELLED, OrderState.PENDING_PAYMENT)
        for line in order.lines
        if line.product_id is not None
    ]


def _look(turn: Turn, wish: Wish, purchases: list[Purchase], shelf: Shelf) -> list[Recommendation]:
    zone: ZoneInfo = turn.services.phrasebook.time_zone
    return turn.search.recommend(
        purchases,
        text=wish.text or None,
        language=turn.speaker.language,
        filters=filters_on(wish, shelf, only_in_stock=True),
        limit=2 * SHOWN,
        today=turn.now.astimezone(zone).date(),
    )


async def _show(
    turn: Turn,
    found: list[Recommendation],
    wish: Wish,
    given_up: str | None,
    *,
    personal: bool,
) -> Outcome:
    reasons = {one.product_id: one.reason for one in found}
    referred = {one.reason.product_id for one in found if one.reason.product_id}
    async with turn.reading() as uow:
        products = await uow.catalog.products(list(reasons))
        names = {one.id: one for one in await uow.catalog.products(sorted(referred))}
    products = [one for one in products if _makes_sense(one, reasons[one.id], names)]
    products = sorted(products, key=lambda one: not _is_called(turn, one))[:SHOWN]
    if not products:
        return turn.done(turn.say("nothing"))
    words = [_because(turn, reasons[one.id], names) for one in products]
    cards = await product_cards(turn, products, wish.place, words)
    key = "given_up" if given_up else "personal" if personal else "suggested"
    reply = turn.say(key, cards=cards, given_up=given_up)
    return turn.done(reply).remember(shown_products=tuple(one.id for one in products))


def _is_called(turn: Turn, product: Product) -> bool:
    """Whether a product's name has the words by which its kind was asked for ("面霜")."""
    kinds = [one.text.casefold() for one in turn.entities("category")]
    names = f"{product.name.zh} {product.name.en}".casefold()
    return any(to_simplified(kind) in names for kind in kinds)


def _makes_sense(product: Product, reason: Reason, names: dict[str, Product]) -> bool:
    """Whether the reason can be told: a soy sauce is not "like" a perfume, however close."""
    about = names.get(reason.product_id or "")
    similar = reason.kind is ReasonKind.SIMILAR_TO_PURCHASE
    return not similar or about is None or about.line == product.line


def _because(turn: Turn, reason: Reason, names: dict[str, Product]) -> str:
    about = names.get(reason.product_id or "")
    category = turn.name_of("categories", reason.category) if reason.category else ""
    return turn.words(
        f"because_{reason.kind.value}",
        name=turn.local(about.name) if about else "",
        category=category,
    )
