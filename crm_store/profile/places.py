"""Province, city and district out of an address, where its text says so.

Provinces and prefecture cities are known (``places.yml``); districts and counties are taken by
how they end. An address that begins with neither is left as it is: nothing is guessed, not even
the city of a district, since many cities have a 朝阳区.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeVar

from ruamel.yaml import YAML

from crm_store.types.places import Place

T = TypeVar("T")
DISTRICT = re.compile(
    r"(?:(?![路街道巷弄])[\u4e00-\u9fff]){1,8}?(?:自治县|新区|园区|園區|[区區县縣旗市])"
)
ROAD = re.compile(r"[东南西北中東]?[路街道大]")
"""What follows the name of a city in the name of a road, such as 南京西路."""
BETWEEN = " ,，、-"
COUNTRY = re.compile(r"^(?:中国|中华人民共和国)")
AMBIGUOUS = ("吉林",)
"""A province as well as a city in it."""
PROVINCE_ENDS = ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区", "省")


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    """Names, the longest first."""

    provinces: Mapping[str, str]
    """Full and short names to full names."""
    cities: Mapping[str, tuple[str, str]]
    """Names with and without 市 to full name and province."""


def area_of(text: str) -> Place | None:
    """Return the province, city or district that a text names, if it names nothing else."""
    place = place_of(text)
    return place if place.region and not place.line else None


def place_of(text: str) -> Place:
    """Take an address apart."""
    known, rest = _gazetteer(), COUNTRY.sub("", text.strip())
    province, rest = _begin(rest, known.provinces)
    found, after = _begin_city(rest, known.cities, province)
    if not (province or found):
        return Place(line=text.strip())
    city = known.cities[found][0] if found else ""
    province = province or known.cities[found][1]
    while city and after.lstrip(BETWEEN).startswith(city):
        after = after.lstrip(BETWEEN).removeprefix(city)  # 上海市上海市徐汇区
    return _with_district(province, city, after if found else rest)


def _with_district(province: str, city: str, rest: str) -> Place:
    match = DISTRICT.match(rest.lstrip(BETWEEN))
    district = match[0] if match else ""
    line = rest.lstrip(BETWEEN).removeprefix(district).lstrip(BETWEEN)
    return Place(province, city, district, line)


def _begin(text: str, names: Mapping[str, str]) -> tuple[str, str]:
    """Return the full name of what a text begins with, and the rest; the longest name counts."""
    stripped = text.lstrip(BETWEEN)
    name = next((one for one in names if stripped.startswith(one)), None)
    return (names[name], stripped.removeprefix(name)) if name else ("", text)


def _begin_city(text: str, cities: Mapping[str, tuple[str, str]], province: str) -> tuple[str, str]:
    stripped = text.lstrip(BETWEEN)
    for name in cities:
        if not stripped.startswith(name) or province not in ("", cities[name][1]):
            continue
        rest = stripped.removeprefix(name)
        if province or _is_city(name, cities[name], rest):
            return name, rest
    return "", text


def _is_city(name: str, city: tuple[str, str], rest: str) -> bool:
    """Return whether a name in front is a city: 上海 in 上海徐汇区, not in 上海路."""
    full, province = city
    rest = rest.lstrip(BETWEEN)
    if name.endswith("市") or DISTRICT.match(rest) or not (rest or name in AMBIGUOUS):
        return True
    return full == province and ROAD.match(rest) is None


def _longest_first(names: Mapping[str, T]) -> dict[str, T]:
    return dict(sorted(names.items(), key=lambda item: -len(item[0])))


@cache
def _gazetteer() -> _Gazetteer:
    data = YAML(typ="safe").load(
        files("crm_store.profile").joinpath("places.yml").read_text("utf-8")
    )
    provinces: dict[str, str] = {}
    cities: dict[str, tuple[str, str]] = {}
    for name in data["municipalities"]:
        full = f"{name}市"
        cities |= {full: (full, full), name: (full, full)}
    for name in data["special"]:
        cities |= dict.fromkeys((f"{name}特别行政区", name), (name, name))
    for province, below in data["provinces"].items():
        short = next(province.removesuffix(end) for end in PROVINCE_ENDS if province.endswith(end))
        provinces |= {province: province, short: province}
        for city in below.split():
            cities |= {f"{city}市": (f"{city}市", province)}
            cities.setdefault(city, (f"{city}市", province))
    for name in AMBIGUOUS:
        provinces.pop(name)
    return _Gazetteer(_longest_first(provinces), _longest_first(cities))
