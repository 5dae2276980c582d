"""Cities, shops and addresses of the demo retailer, read from ``places.yml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from importlib.resources import files
from typing import TypedDict, cast

from ruamel.yaml import YAML

from crm_store.demo.chance import Chance
from crm_store.types.catalog import Store
from crm_store.types.text import LocalText

HONG_KONG = "hongkong"
CURRENCIES = {"HK01": "HKD"}
"""Shops that sell in another currency than CNY."""


@dataclass(frozen=True, slots=True)
class City:
    """A city with the shops its people go to."""

    slug: str
    name: LocalText
    province: str
    full_name: str
    weight: float
    shops: tuple[str, ...]
    days: int
    """Days a parcel travels there from the warehouse."""
    districts: Mapping[str, str]
    """District to postcode."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives."""

    city: City
    district: str
    line: str

    @property
    def postcode(self) -> str:
        """The district's postcode."""
        return self.city.districts[self.district]


class _CityEntry(TypedDict):
    zh: str
    en: str
    province: str
    city: str
    weight: float
    shops: list[str]
    days: int
    districts: dict[str, str]


class _ShopEntry(TypedDict):
    id: str
    city: str
    zh: str
    en: str
    address: list[str]
    phone: str
    opens: str
    closes: str
    latitude: float | None
    longitude: float | None


class _Places(TypedDict):
    cities: dict[str, _CityEntry]
    roads: list[str]
    estates: list[str]
    roads_hk: list[str]
    estates_hk: list[str]
    shops: list[_ShopEntry]


@cache
def _places() -> _Places:
    text = files(__package__).joinpath("places.yml").read_text(encoding="utf-8")
    return cast("_Places", YAML(typ="safe").load(text))


@cache
def cities() -> Mapping[str, City]:
    """Return the cities by slug."""
    return {
        slug: City(
            slug,
            LocalText(entry["zh"], entry["en"]),
            entry["province"],
            entry["city"],
            entry["weight"],
            tuple(entry["shops"]),
            entry["days"],
            entry["districts"],
        )
        for slug, entry in _places()["cities"].items()
    }


@cache
def shops() -> tuple[Store, ...]:
    """Return the shops, the online warehouse last."""
    return tuple(_shop(entry) for entry in _places()["shops"])


def _shop(entry: _ShopEntry) -> Store:
    return Store(
        id=entry["id"],
        name=LocalText(entry["zh"], entry["en"]),
        city=entry["city"],
        address=LocalText(*entry["address"]),
        phone=entry["phone"],
        opens=time.fromisoformat(entry["opens"]),
        closes=time.fromisoformat(entry["closes"]),
        time_zone="Asia/Hong_Kong" if entry["city"] == HONG_KONG else "Asia/Shanghai",
        latitude=entry["latitude"],
        longitude=entry["longitude"],
    )


def address_in(city: City, chance: Chance) -> Address:
    """Return an address that does not exist."""
    places = _places()
    district = chance.pick(list(city.districts))
    in_hong_kong = city.slug == HONG_KONG
    road = chance.pick(places["roads_hk" if in_hong_kong else "roads"])
    estate = chance.pick(places["estates_hk" if in_hong_kong else "estates"])
    block, floor, flat = chance.randint(1, 20), chance.randint(2, 28), chance.randint(1, 4)
    if in_hong_kong:
        return Address(city, district, f"{road}{block * 10}號{estate}{floor}樓{flat}室")
    return Address(
        city, district, f"{road}{block * 26 + flat}号{estate}{block}幢{floor:02d}{flat:02d}室"
    )
