"""Slot for the shop where somebody comes by."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from bot.dialogue.errand import Errand
from bot.dialogue.reply import Reply
from bot.dialogue.shops import nearest_first, place_of
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.asking import ask
from bot.dialogue.state import Option
from crm_store.ports import UnitOfWork
from crm_store.types.catalog import Store

SHOP: Final = "store"
SHOP_NAME: Final = "store_name"
"""The slot with the shop's printed name, for confirmations."""
OFFERED: Final = 5
Among: TypeAlias = Callable[[UnitOfWork, Errand], Awaitable[Collection[str] | None]]
"""Returns the ids of the shops that come into question; ``None``: all of them."""


async def every_shop(_uow: UnitOfWork, _errand: Errand) -> Collection[str] | None:
    """Return that every shop comes into question."""
    return None


@dataclass(frozen=True, slots=True)
class ShopSlot:
    """A shop, by button, name or city; the customer's own shop and those near it go first."""

    among: Among = every_shop
    any_will_do: bool = False
    """Whether it need not be known which: it is noted when told, and not asked."""

    @property
    def name(self) -> str:
        """The shop's id."""
        return SHOP

    @property
    def kinds(self) -> tuple[str, ...]:
        """The shop, and the city it is in."""
        return (SHOP, "city")

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with a shop, or ask which."""
        async with turn.reading() as uow:
            ids = await self.among(uow, errand)
            every = await uow.catalog.shops()
            shops = [one for one in every if ids is None or one.id in ids]
            home = await _home(uow, errand)
        place = place_of(turn, shops)
        if place.shop is not None:
            known = errand.with_slot(SHOP, place.shop.id)
            return known.with_slot(SHOP_NAME, turn.local(place.shop.name))
        if self.any_will_do and errand.again != SHOP and not place.named:
            return errand
        near = [one for one in shops if one.id == home]
        offered = list(place.shops) or nearest_first(shops, near)
        options = tuple(Option(turn.local(one.name), one.id) for one in offered[:OFFERED])
        return ask(turn, SHOP, problem=_not_here(turn, every), options=options)


def _not_here(turn: Turn, every: Sequence[Store]) -> Reply | None:
    """Return that the shop which was named does not come into question."""
    named = place_of(turn, every).shop
    return turn.say("not_here", store=turn.local(named.name)) if named is not None else None


async def _home(uow: UnitOfWork, errand: Errand) -> str | None:
    if errand.actor.member_id is None:
        return None
    member = await uow.members.get(errand.actor.member_id)
    return member.home_store_id if member is not None else None
