"""Whether a product can be had: which variant, in which shop, how many."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.dialogue.cards import product_card, variant_name
from bot.dialogue.human import human_button
from bot.dialogue.products import (
    POINTING,
    fitting,
    named_products,
    product_options,
    shown_last,
    similar_button,
)
from bot.dialogue.reply import Reply
from bot.dialogue.shops import Place, nearest_first, place_of
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from bot.dialogue.state import Option
from bot.dialogue.stock import amount_words, units
from crm_store.types.actors import Actor
from crm_store.types.catalog import ONLINE_STORE_ID, Product, StockLevel, Store, Variant
from crm_store.types.handoffs import HandoffReason

SHOPS_SHOWN = 6
NEAREST_SHOWN = 3
VARIANTS_SHOWN = 12
_SLOTS: Final = ("product", "sku", "size", "colour", "store", "city")
_STILL_THERE: Final = re.compile(r"^\W*还?有现?货")
"""A question for the stock of what was shown, without a word that points at it."""


@skill("stock_check", audience=Audience.EVERYBODY, slots=_SLOTS)
async def stock_check(turn: Turn) -> Outcome:
    """Find the product and tell its stock, or ask which one is meant."""
    products = await _meant(turn)
    if not products or (len(products) > 1 and turn.asked_before > 1):
        return _ask(turn)
    if len(products) > 1:
        asking = turn.choose(
            "product", turn.say("which"), product_options(turn, products), slots=_kept(turn)
        )
        return asking.remember(shown_products=tuple(product.id for product in products))
    return await _tell(turn, products[0])


async def _meant(turn: Turn) -> list[Product]:
    named = await named_products(turn, turn.said)
    if named or turn.slot("sku") is not None:
        return named
    shown = turn.state.shown_products
    if len(shown) > 1 and (_points(turn.said) or _kept(turn)):
        async with turn.reading() as uow:
            return await uow.catalog.products(shown)
    return await shown_last(turn)


def _points(said: str) -> bool:
    return bool(POINTING.search(said) or _STILL_THERE.search(said))


def _kept(turn: Turn) -> dict[str, str]:
    """Return what was said besides the product, for when it has been chosen."""
    said = {name: turn.slot(name) for name in ("size", "colour", "store", "city")}
    return {name: value for name, value in said.items() if value is not None}


def _ask(turn: Turn) -> Outcome:
    sku = turn.slot("sku")
    if turn.asked_before > 1:
        button = human_button(turn, HandoffReason.NOT_UNDERSTOOD, turn.skill)
        buttons = () if turn.actor.is_staff else (button,)
        return turn.done(turn.say("not_found", buttons=buttons))
    key = "unknown_sku" if sku else "ask_again" if turn.asked_before else "ask"
    return turn.ask("product", turn.say(key, sku=sku), slots=_kept(turn), free=True)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked: these variants of a product, at this place."""

    product: Product
    variants: list[Variant]
    levels: list[StockLevel]
    shops: list[Store]
    place: Place

    def held(self, store_id: str | None = None) -> int:
        """Units of the variants asked for."""
        skus = {variant.sku for variant in self.variants}
        return units((one for one in self.levels if one.sku in skus), store_id)

    def of(self, variant: Variant, store_id: str | None = None) -> int:
        """Units of one variant."""
        return units((one for one in self.levels if one.sku == variant.sku), store_id)


async def _tell(turn: Turn, product: Product) -> Outcome:
    async with turn.reading() as uow:
        shops = await uow.catalog.shops()
        levels = await uow.catalog.stock([variant.sku for variant in product.variants])
    sku, colour, size = turn.slot("sku"), turn.slot("colour"), turn.slot("size")
    variants = fitting(product, sku, colour, size)
    remembered = {"shown_products": (product.id,)}
    if not variants:
        return _no_such_variant(turn, product).remember(**remembered)
    question = _Question(product, variants, levels, shops, place_of(turn, shops))
    return turn.done(_answer(turn, question)).remember(**remembered)


def _no_such_variant(turn: Turn, product: Product) -> Outcome:
    """Say which variants there are instead of the one asked for."""
    options = tuple(
        Option(variant_name(turn, variant), variant.sku)
        for variant in product.variants[:VARIANTS_SHOWN]
    )
    kept = {name: value for name, value in _kept(turn).items() if name in ("store", "city")}
    reply = turn.say("no_such_variant", name=turn.local(product.name))
    return turn.choose("sku", reply, options, slots=kept)


def _answer(turn: Turn, asked: _Question) -> Reply:
    name = turn.local(asked.product.name)
    if len(asked.variants) == 1 < len(asked.product.variants):
        name = f"{name} {variant_name(turn, asked.variants[0])}"
    key, facts = _told(turn, asked)
    place = asked.place
    where = turn.local(place.shop.name) if place.shop else turn.name_of("cities", place.city or "")
    card = product_card(turn, asked.product, facts=facts)
    buttons = () if key in ("there", "somewhere") else (similar_button(turn, asked.product),)
    return turn.say(key, cards=(card,), buttons=buttons, name=name, where=where)


def _told(turn: Turn, asked: _Question) -> tuple[str, tuple[str, ...]]:
    """Return the template and the lines that tell the stock."""
    place = asked.place
    if not place.named:
        facts = (*_by_variant(turn, asked), *_by_shop(turn, asked, _own_first(turn.actor, asked)))
        return ("somewhere" if asked.held() else "nowhere"), facts
    there = sum(asked.held(shop.id) for shop in place.shops)
    if there:
        shops = list(place.shops)
        facts = (*_by_variant(turn, asked), *_by_shop(turn, asked, shops))
        return "there", facts
    if not asked.held():
        return "nowhere", ()
    others = [one for one in asked.shops if one not in place.shops and asked.held(one.id)]
    nearest = nearest_first(others, place.shops)[:NEAREST_SHOWN]
    return "elsewhere", _by_shop(turn, asked, nearest)


def _by_variant(turn: Turn, asked: _Question) -> tuple[str, ...]:
    """Return a line for each variant where the question leaves them open."""
    if len(asked.variants) == 1:
        return ()
    stores: list[str | None] = [shop.id for shop in asked.place.shops] or [None]
    return tuple(
        turn.words(
            "line",
            what=variant_name(turn, variant),
            amount=amount_words(turn, sum(asked.of(variant, store) for store in stores)),
        )
        for variant in asked.variants[:VARIANTS_SHOWN]
    )


def _by_shop(turn: Turn, asked: _Question, shops: Sequence[Store]) -> tuple[str, ...]:
    """Return a line for each shop that has it, and one for the web shop."""
    having = [shop for shop in shops if asked.held(shop.id)][:SHOPS_SHOWN]
    lines = [
        turn.words(
            "shop_line",
            shop=turn.local(shop.name),
            city=turn.name_of("cities", shop.city),
            amount=_amount(turn, asked, shop.id),
        )
        for shop in having
    ]
    online = _amount(turn, asked, ONLINE_STORE_ID)
    return (*lines, turn.words("line", what=turn.words("online"), amount=online))


def _amount(turn: Turn, asked: _Question, store_id: str) -> str:
    """Return a shop's stock in words: all units to staff, what one variant has to customers."""
    if turn.actor.is_staff:
        return amount_words(turn, asked.held(store_id))
    return amount_words(turn, max(asked.of(variant, store_id) for variant in asked.variants))


def _own_first(actor: Actor, asked: _Question) -> list[Store]:
    """Return the shops, the clerk's own first, then those with most."""
    return sorted(
        asked.shops, key=lambda shop: (shop.id != actor.store_id, -asked.held(shop.id), shop.id)
    )
