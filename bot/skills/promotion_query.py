"""Offers: what runs now and applies to whoever asks, what is coming, and on what conditions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.dialogue.products import meant_products
from bot.dialogue.reply import Button, Card, Reply, payload
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from crm_store.types.catalog import Promotion
from crm_store.types.loyalty import LoyaltyRules
from crm_store.types.people import Tier

SHOWN: Final = 6
AHEAD: Final = timedelta(days=30)
"""How far ahead coming offers are told."""


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asks, as far as offers care."""

    rules: LoyaltyRules
    tier: Tier | None
    """``None``: not a member, or not known."""
    is_staff: bool

    def may_have(self, offer: Promotion) -> bool:
        """Whether the offer's tier is theirs or below; staff are shown everything."""
        if offer.tier is None or self.is_staff:
            return True
        least = self.rules.rank(Tier(offer.tier))
        return self.tier is not None and self.rules.rank(self.tier) >= least


@skill(
    "promotion_query",
    audience=Audience.EVERYBODY,
    slots=("category", "product", "sku"),
    ruled=True,
)
async def promotion_query(turn: Turn) -> Outcome:
    """Show the offers on what was named, else all; say which are only for a higher tier."""
    categories = await _categories(turn)
    async with turn.reading() as uow:
        offers = await uow.catalog.promotions(turn.now, until=turn.now + AHEAD)
        mine = turn.actor.member_id
        status = await uow.loyalty.tier_status(mine) if mine is not None else None
        asker = _Asker(uow.loyalty.rules, status.rule.tier if status else None, turn.actor.is_staff)
    if categories:
        offers = [one for one in offers if one.category in categories or one.category is None]
    if not offers:
        return turn.done(turn.say("none"))
    return turn.done(_reply(turn, offers, asker, categories))


async def _categories(turn: Turn) -> frozenset[str]:
    """Return the categories asked about: named, or of the product that is meant."""
    named = {str(one.value) for one in turn.entities("category")}
    if (filled := turn.slots.get("category")) is not None:
        named.add(str(filled))
    if turn.entities("product") or turn.entities("sku") or turn.slots.get("product"):
        named |= {product.category for product in await meant_products(turn, turn.said)}
    return frozenset(named)


def _reply(
    turn: Turn, offers: Sequence[Promotion], asker: _Asker, categories: frozenset[str]
) -> Reply:
    running = [one for one in offers if one.starts_at <= turn.now]
    mine = [one for one in running if asker.may_have(one)]
    shown = [*mine, *(one for one in offers if one.starts_at > turn.now)]
    others = [one for one in running if not asker.may_have(one)]
    special = any(one.category in categories for one in shown)
    reply = turn.say(
        "running" if mine else "only_coming" if shown else "only_others",
        category=_named(turn, categories),
        special=special,
        count=len(mine),
        cards=tuple(_card(turn, one) for one in shown[:SHOWN]),
        others=[turn.local(one.name) for one in others],
        known=asker.tier is not None,
    )
    return replace(reply, buttons=_buttons(turn, asker, others))


def _named(turn: Turn, categories: frozenset[str]) -> str:
    names = [turn.name_of("categories", one) for one in sorted(categories)]
    return turn.words("cards.list", items=names) if names else ""


def _card(turn: Turn, offer: Promotion) -> Card:
    """Dates first: an offer of tomorrow must not look like one of today."""
    coming = offer.starts_at > turn.now
    tier = turn.words("for_tier", tier=turn.name_of("tiers", offer.tier)) if offer.tier else ""
    goods = turn.name_of("categories", offer.category) if offer.category else turn.words("all")
    terms = turn.local(offer.terms)
    seen = (
        (Button(turn.words("see"), payload("search_product", {"category": offer.category})),)
        if offer.category
        else ()
    )
    return Card(
        title=turn.local(offer.name),
        subtitle=turn.words("from_day" if coming else "until_day", offer=offer),
        facts=tuple(filter(None, (turn.words("goods", goods=goods), tier, terms))),
        icon=offer.category or "promotion",
        buttons=seen,
    )


def _buttons(turn: Turn, asker: _Asker, others: Sequence[Promotion]) -> tuple[Button, ...]:
    coupons = Button(turn.words("topics.coupon_query"), payload("coupon_query"))
    tiers = Button(turn.words("topics.membership_benefits"), payload("membership_benefits"))
    if asker.is_staff:
        return ()
    return (coupons, tiers) if others else (coupons,)
