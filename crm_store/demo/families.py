"""The demo catalogue: product families in ``catalog/*.yml`` unfolded into products.

A family says once what its products share; each entry of its ``series`` makes one product.
``name`` holds ``{}`` where the series' own words go; ``note`` is a sentence added to the
description ``about`` (without one, the series' own attributes are added). ``sizes`` is a list
(one price) or maps a size to its price in CNY.
Every other key of a series that is no field of a family is an attribute: slug to ``[zh, en]``.
Ids count up from the category's ``first`` in the order of the file: add at a category's end only.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TypedDict, cast

from ruamel.yaml import YAML

from crm_store.types.catalog import Product, Variant
from crm_store.types.text import LocalText

LINES = ("cosmetics", "apparel", "appliances", "food")
COLOUR_CODES = {
    "black": "BLK",
    "white": "WHT",
    "grey": "GRY",
    "navy": "NVY",
    "blue": "BLU",
    "red": "RED",
    "pink": "PNK",
    "beige": "BEI",
    "brown": "BRN",
    "green": "GRN",
    "purple": "PUR",
    "yellow": "YEL",
    "orange": "ORG",
}
UNITS = {
    "ML": ("ml", "ml"),
    "L": ("L", "L"),
    "G": ("g", "g"),
    "KG": ("kg", "kg"),
    "BAG": ("包", "bags"),
    "CAP": ("粒", "capsules"),
}
"""Unit codes of SKUs with their Chinese and English print."""

_MEASURE = re.compile(r"(\d+)([A-Z]+)")
_FIELDS = frozenset({"zh", "en", "note", "price", "sizes", "colours", "days"})

Pair = list[str]
Entry = dict[str, object]


class _Category(TypedDict):
    first: int
    name: Pair
    attributes: dict[str, Pair]


class _Family(TypedDict, total=False):
    category: str
    brand: str
    name: Pair
    about: Pair
    attributes: dict[str, Pair]
    price: int
    sizes: list[str | None] | dict[str | None, int]
    colours: list[str | None]
    days: int
    series: list[Entry]


class _Line(TypedDict):
    line: str
    prefix: str
    categories: dict[str, _Category]
    families: list[_Family]


@cache
def catalogue() -> tuple[Product, ...]:
    """Return all products of the demo retailer, in the order of their ids."""
    products = [product for line in LINES for product in _unfold(cast("_Line", _read(line)))]
    return tuple(sorted(products, key=lambda product: product.id))


@cache
def _labels() -> Mapping[str, Pair]:
    return cast("Mapping[str, Pair]", _read("labels"))


def _read(name: str) -> object:
    text = files(__package__).joinpath("catalog", f"{name}.yml").read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)


def _unfold(line: _Line) -> Iterator[Product]:
    following = {slug: category["first"] for slug, category in line["categories"].items()}
    for family in line["families"]:
        slug = family["category"]
        for entry in family["series"]:
            product_id = f"{line['prefix']}-{following[slug]:04d}"
            following[slug] += 1
            yield _product(product_id, line, family, entry)


def _product(product_id: str, line: _Line, family: _Family, entry: Entry) -> Product:
    category = line["categories"][family["category"]]
    merged = cast("_Family", {**family, **{k: v for k, v in entry.items() if k in _FIELDS}})
    sizes = _sizes(merged)
    return Product(
        id=product_id,
        name=_name(family, entry, list(sizes)),
        brand=family["brand"],
        category=family["category"],
        category_name=LocalText(*category["name"]),
        line=line["line"],
        description=_description(family, entry),
        attributes=_attributes(category, family, entry),
        variants=tuple(_variants(product_id, merged.get("colours") or [], sizes)),
        replenish_days=merged.get("days"),
    )


def _sizes(family: _Family) -> dict[str | None, int]:
    """Return each size code with its price; ``None`` stands for "comes in one size"."""
    sizes = family.get("sizes")
    if isinstance(sizes, dict):
        return sizes
    return dict.fromkeys(sizes or [None], family["price"])


def _name(family: _Family, entry: Entry, sizes: list[str | None]) -> LocalText:
    zh, en = (
        pattern.format(entry[language])
        for pattern, language in zip(family["name"], ("zh", "en"), strict=True)
    )
    measure = _MEASURE.fullmatch(sizes[0] or "") if len(sizes) == 1 else None
    if measure is None:
        return LocalText(zh, en)
    unit_zh, unit_en = UNITS[measure[2]]
    return LocalText(f"{zh} {measure[1]}{unit_zh}", f"{en} {measure[1]} {unit_en}")


def _description(family: _Family, entry: Entry) -> LocalText:
    zh, en = family["about"]
    note = cast("Pair", entry.get("note")) or _told(_own_attributes(entry))
    return LocalText(zh + note[0], f"{en} {note[1]}".rstrip())


def _told(attributes: Mapping[str, Pair]) -> Pair:
    """Return attributes as a sentence in each language."""
    zh = "；".join(f"{_labels()[slug][0]}：{pair[0]}" for slug, pair in attributes.items())
    en = "; ".join(f"{_labels()[slug][1]}: {pair[1]}" for slug, pair in attributes.items())
    return [f"{zh}。", f"{en}."] if attributes else ["", ""]


def _own_attributes(entry: Entry) -> dict[str, Pair]:
    return {slug: cast("Pair", pair) for slug, pair in entry.items() if slug not in _FIELDS}


def _attributes(category: _Category, family: _Family, entry: Entry) -> Mapping[str, LocalText]:
    shared = {**category["attributes"], **family.get("attributes", {})}
    pairs = {**shared, **_own_attributes(entry)}
    return {slug: LocalText(*pair) for slug, pair in pairs.items()}


def _variants(
    product_id: str, colours: list[str | None], sizes: Mapping[str | None, int]
) -> Iterator[Variant]:
    for colour in colours or [None]:
        for size, price in sizes.items():
            codes = [product_id, COLOUR_CODES[colour] if colour else None, size]
            yield Variant(
                sku="-".join(code for code in codes if code),
                product_id=product_id,
                colour=colour,
                size=_printed(size) if size else None,
                price=Decimal(price).quantize(Decimal("0.01")),
            )


def _printed(size: str) -> str:
    """Return a size as a shelf label shows it: ``30ML`` is "30 ml", ``XL`` stays."""
    measure = _MEASURE.fullmatch(size)
    return f"{measure[1]} {UNITS[measure[2]][1]}" if measure else size
