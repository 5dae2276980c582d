"""Finding the shop or the city that a message speaks of."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.dialogue.skill import Turn
from bot.dialogue.state import Option
from crm_store.types.catalog import Store

_EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message is about: one shop, the shops of a city, or nowhere in particular."""

    shop: Store | None = None
    city: str | None = None
    """Slug of a city, whether there is a shop in it or not."""
    shops: tuple[Store, ...] = ()
    """The shop, or all in the city; empty for a city without one, and for nowhere."""

    @property
    def named(self) -> bool:
        """Whether the message names a place."""
        return self.city is not None or self.shop is not None


NOWHERE = Place()


def place_of(turn: Turn, shops: Sequence[Store]) -> Place:
    """Return the place that slots or entities name; a shop goes before a city."""
    shop = find_shop(turn.slot("store"), shops)
    if shop is not None:
        return Place(shop, shop.city, (shop,))
    city = turn.slot("city")
    if city is None:
        return NOWHERE
    slug = city_slug(turn, city, shops)
    return Place(None, slug, tuple(one for one in shops if one.city == slug))


def find_shop(named: str | None, shops: Iterable[Store]) -> Store | None:
    """Return the shop with this id or name, or the only one whose name has these words."""
    if not named:
        return None
    said = named.strip().casefold()
    alike = []
    for shop in shops:
        names = [name.casefold() for name in (shop.id, shop.name.zh, shop.name.en) if name]
        if said in names:
            return shop
        if any(said.removesuffix("店") in name for name in names):
            alike.append(shop)
    return alike[0] if len(alike) == 1 else None


def city_slug(turn: Turn, city: str, shops: Iterable[Store]) -> str:
    """Return a city's slug; people may also type its printed name into a slot."""
    said = city.strip().casefold()
    known = {shop.city for shop in shops}
    names = {
        turn.services.phrasebook.speaker(language).words(f"cities.{slug}").casefold(): slug
        for slug in known
        for language in ("zh", "en")
        if has_name(turn, slug)
    }
    return said if said in known else names.get(said, said)


def has_name(turn: Turn, city: str) -> bool:
    """Whether the city's name is printed somewhere."""
    return turn.name_of("cities", city) != city


def city_options(turn: Turn, shops: Iterable[Store]) -> tuple[Option, ...]:
    """Return the cities with shops, as answers to "in which city?"."""
    cities = dict.fromkeys(shop.city for shop in shops)
    return tuple(Option(turn.name_of("cities", city), city) for city in cities)


def nearest_first(shops: Iterable[Store], origin: Sequence[Store]) -> list[Store]:
    """Return shops by their distance from the middle of ``origin``; as given when unknown."""
    middle = _middle(origin)
    if middle is None:
        return list(shops)
    return sorted(shops, key=lambda shop: _kilometres(middle, shop))


def _middle(shops: Sequence[Store]) -> tuple[float, float] | None:
    placed = [
        (shop.latitude, shop.longitude)
        for shop in shops
        if shop.latitude is not None and shop.longitude is not None
    ]
    if not placed:
        return None
    return sum(lat for lat, _ in placed) / len(placed), sum(lon for _, lon in placed) / len(placed)


def _kilometres(origin: tuple[float, float], shop: Store) -> float:
    """Return the great-circle distance (haversine); a shop without coordinates is farthest."""
    if shop.latitude is None or shop.longitude is None:
        return math.inf
    lat1, lon1, lat2, lon2 = map(math.radians, (*origin, shop.latitude, shop.longitude))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(half))
