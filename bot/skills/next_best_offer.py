"""Clerks are told what to offer a member: products with the reason, and how to begin.

What holds something the member is allergic to is left out.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import Final

from bot.dialogue.days import today
from bot.dialogue.offers import Shelf, filters_on, fitting_wish, product_cards, shelf_of
from bot.dialogue.serving import SLOTS, heard, served
from bot.dialogue.shops import Place, find_shop, place_of
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from bot.dialogue.wishes import Wish, condition_words, wish_of
from crm_store.types.catalog import Product
from crm_store.types.orders import OrderState
from crm_store.types.people import MemberCard
from knowledge.types import Purchase, Reason, ReasonKind, Recommendation

SHOWN: Final = 3
LOOKED_AT: Final = 20
ORDERS_READ: Final = 50
_CONDITIONS: Final = ("price", "category", "brand", "colour", "size")
_ALLERGY: Final = "allergy"
_WITHIN_A_LINE: Final = frozenset(
    {ReasonKind.SIMILAR_TO_PURCHASE, ReasonKind.FREQUENTLY_BOUGHT_TOGETHER}
)


@skill("next_best_offer", audience=Audience.CLERKS, slots=(*SLOTS, *_CONDITIONS))
async def next_best_offer(turn: Turn) -> Outcome:
    """Show what suits the member who is served and is in stock, the likeliest first."""
    member = await served(turn, heard(turn, *_CONDITIONS))
    if isinstance(member, Outcome):
        return member
    purchases = await _purchases(turn, member.member.id)
    wish, shelf = await _wish(turn)
    kept = await asyncio.to_thread(
        fitting_wish, wish, lambda one: _look(turn, one, purchases, shelf)
    )
    given_up = kept.given_up and condition_words(turn, wish, kept.given_up)
    outcome = await _show(turn, member, list(kept.found), kept.wish.place, given_up)
    return outcome.remember(member_in_focus=member.member.id)


async def _purchases(turn: Turn, member_id: int) -> list[Purchase]:
    zone = turn.services.phrasebook.time_zone
    async with turn.reading() as uow:
        orders = await uow.orders.for_member(member_id, limit=ORDERS_READ)
    return [
        Purchase(line.product_id, order.placed_at.astimezone(zone).date(), line.quantity)
        for order in orders
        if order.state not in (OrderState.CANCELLED, OrderState.PENDING_PAYMENT)
        for line in order.lines
        if line.product_id is not None
    ]


async def _wish(turn: Turn) -> tuple[Wish, Shelf]:
    """Return the conditions; what is offered lies in the clerk's own shop, or in the one named."""
    async with turn.reading() as uow:
        shops = await uow.catalog.shops()
    place = place_of(turn, shops)
    own = find_shop(turn.actor.store_id, shops)
    if not place.named and own is not None:
        place = Place(own, own.city, (own,))
    said = wish_of(turn, place)
    # The words are about the member; what is wished for stands in the conditions.
    wish = Wish("", said.price, said.category, said.brand, said.colour, said.size, place)
    return wish, await shelf_of(turn, place)


def _look(turn: Turn, wish: Wish, purchases: list[Purchase], shelf: Shelf) -> list[Recommendation]:
    return turn.search.recommend(
        purchases,
        language=turn.speaker.language,
        filters=filters_on(wish, shelf, only_in_stock=True),
        limit=LOOKED_AT,
        today=today(turn),
    )


async def _show(
    turn: Turn,
    member: MemberCard,
    found: Sequence[Recommendation],
    place: Place,
    given_up: str | None,
) -> Outcome:
    reasons = {one.product_id: one.reason for one in found}
    referred = {one.reason.product_id for one in found if one.reason.product_id}
    async with turn.reading() as uow:
        order = {product_id: rank for rank, product_id in enumerate(reasons)}
        products = sorted(await uow.catalog.products(list(reasons)), key=lambda p: order[p.id])
        names = {one.id: one for one in await uow.catalog.products(sorted(referred))}
    allergies = [one.value for one in member.preferences if one.kind == _ALLERGY]
    safe = [one for one in products if not _holds(one, allergies)]
    shown = [one for one in safe if _makes_sense(one, reasons[one.id], names)][:SHOWN]
    if not shown:
        return turn.done(turn.say("nothing", name=member.member.name))
    words = [_because(turn, reasons[one.id], names) for one in shown]
    cards = await product_cards(turn, shown, place, words)
    reply = turn.say(
        "offers",
        cards=cards,
        name=member.member.name,
        given_up=given_up,
        allergies=allergies,
        left_out=len(safe) < len(products),
        pitch=_pitch(turn, shown[0], reasons[shown[0].id], names),
    )
    return turn.done(reply).remember(shown_products=tuple(one.id for one in shown))


def _holds(product: Product, allergies: Collection[str]) -> bool:
    """Whether anything that is told of a product names what somebody is allergic to."""
    texts = [product.name, product.description, *product.attributes.values()]
    told = " ".join(f"{text.zh} {text.en}" for text in texts).casefold()
    return any(one.casefold() in told for one in allergies)


def _makes_sense(product: Product, reason: Reason, names: dict[str, Product]) -> bool:
    """Whether the reason can be told: coffee is none for a face mask, however often both sell."""
    about = names.get(reason.product_id or "")
    return reason.kind not in _WITHIN_A_LINE or about is None or about.line == product.line


def _because(turn: Turn, reason: Reason, names: dict[str, Product]) -> str:
    return _worded(turn, f"because_{reason.kind.value}", reason, names)


def _pitch(turn: Turn, product: Product, reason: Reason, names: dict[str, Product]) -> str:
    """Return a sentence to begin with."""
    return _worded(turn, f"pitch_{reason.kind.value}", reason, names, turn.local(product.name))


def _worded(
    turn: Turn, key: str, reason: Reason, names: dict[str, Product], product: str = ""
) -> str:
    about = names.get(reason.product_id or "")
    category = turn.name_of("categories", reason.category) if reason.category else ""
    name = turn.local(about.name) if about else ""
    return turn.words(key, name=name, category=category, product=product)
