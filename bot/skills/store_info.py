"""Shops: where they are, when they are open, how to reach them."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from bot.dialogue.cards import store_card
from bot.dialogue.reply import Button, payload
from bot.dialogue.shops import Place, city_options, place_of
from bot.dialogue.skill import Audience, Outcome, Turn, skill
from crm_store.types.catalog import Store

SHOWN = 6
_ALL: Final = re.compile(
    r"所有|全部|列表|一共|总共|都在哪|有几家|多少家|哪些(?:门)?店|哪些城市|"
    r"\b(?:all|list|every|how many|which cities)\b",
    re.IGNORECASE,
)
_HERE: Final = re.compile(
    r"几点|营业|开门|关门|打烊|电话|\b(?:open|close|hours?|phone|tonight|today)\b", re.IGNORECASE
)
_ALL_SHOPS: Final = "all"


@skill("store_info", audience=Audience.EVERYBODY, slots=("store", "city", "which"))
async def store_info(turn: Turn) -> Outcome:
    """Show the shop named, those of a city, one's own, or ask for the city."""
    async with turn.reading() as uow:
        shops = await uow.catalog.shops()
    place = place_of(turn, shops)
    if place.shops:
        return _show(turn, place)
    if place.named:
        return _none_there(turn, place, shops)
    if turn.slots.get("which") == _ALL_SHOPS or _ALL.search(turn.said):
        return turn.done(turn.say("all", cities=_counted(turn, shops), count=len(shops)))
    own = await _own_shop(turn, shops)
    if own is not None and _HERE.search(turn.said):
        return turn.done(turn.say("own", cards=(store_card(turn, own),), buttons=_all_button(turn)))
    return _ask_city(turn, shops)


def _show(turn: Turn, place: Place) -> Outcome:
    cards = tuple(store_card(turn, shop) for shop in place.shops[:SHOWN])
    if place.shop is not None:
        return turn.done(turn.say("one", cards=cards, shop=turn.local(place.shop.name)))
    city = turn.name_of("cities", place.city or "")
    return turn.done(turn.say("in_city", cards=cards, city=city, count=len(place.shops)))


def _none_there(turn: Turn, place: Place, shops: Sequence[Store]) -> Outcome:
    city = turn.name_of("cities", place.city or "")
    return turn.done(turn.say("none_there", city=city, cities=_counted(turn, shops)))


def _ask_city(turn: Turn, shops: Sequence[Store]) -> Outcome:
    options = city_options(turn, shops)
    if turn.asked_before:
        return turn.done(turn.say("all", cities=_counted(turn, shops), count=len(shops)))
    reply = turn.say("ask_city", buttons=_all_button(turn), count=len(shops), cities=len(options))
    return turn.choose("city", reply, options)


def _counted(turn: Turn, shops: Sequence[Store]) -> list[tuple[str, list[str]]]:
    """Return each city's printed name with the names of its shops, most shops first."""
    by_city = Counter(shop.city for shop in shops)
    return [
        (turn.name_of("cities", city), [turn.local(s.name) for s in shops if s.city == city])
        for city, _ in by_city.most_common()
    ]


def _all_button(turn: Turn) -> tuple[Button, ...]:
    return (Button(turn.words("all_button"), payload("store_info", {"which": _ALL_SHOPS})),)


async def _own_shop(turn: Turn, shops: Sequence[Store]) -> Store | None:
    """Return the shop a clerk works in, or a member's own."""
    own = turn.actor.store_id
    if own is None and turn.actor.member_id is not None:
        async with turn.reading() as uow:
            member = await uow.members.get(turn.actor.member_id)
        own = member.home_store_id if member else None
    return next((shop for shop in shops if shop.id == own), None)
