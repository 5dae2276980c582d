"""What can be sold, and which of it somebody puts into a basket."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm_store.demo.chance import Chance, Wheel
from crm_store.demo.families import catalogue
from crm_store.demo.people import TASTES, Person
from crm_store.types.catalog import Product, Variant
from crm_store.types.text import LocalText

COLOURS_ZH = {
    "black": "黑色",
    "white": "白色",
    "grey": "灰色",
    "navy": "藏青色",
    "blue": "蓝色",
    "red": "红色",
    "pink": "粉色",
    "beige": "米色",
    "brown": "棕色",
    "green": "绿色",
    "purple": "紫色",
    "yellow": "黄色",
    "orange": "橙色",
}
BASKET_SIZES = Wheel(((1, 0.55), (2, 0.28), (3, 0.12), (4, 0.05)))
QUANTITIES = Wheel(((1, 0.72), (2, 0.2), (3, 0.08)))
REPURCHASE_SHARE = 0.6
"""How often somebody whose bottle runs empty buys the same again with the next order."""
MOST_REPURCHASED = 2
FITTING_SHARE = 0.85
"""The rest of the clothes are gifts or mistakes (and come back)."""
OTHER_GENDER = {"female": "男款", "male": "女款"}


@dataclass(frozen=True, slots=True)
class Item:
    """One SKU as a till prints it."""

    sku: str
    product_id: str
    name: LocalText
    category: str
    line: str
    price: int
    """In fen."""
    size: str | None
    replenish_days: int | None


@dataclass(slots=True)
class Line:
    """One position of a basket."""

    item: Item
    quantity: int

    @property
    def amount(self) -> int:
        """Its price in fen, before any discount."""
        return self.item.price * self.quantity


class Shelf:
    """All items, some products being more popular than others."""

    def __init__(self, seed: int) -> None:
        chance = Chance.of(seed, "shelf")
        self.items: dict[str, Item] = {}
        self._by_product: dict[str, list[Item]] = {}
        self._wheels: dict[tuple[str, str], Wheel[str]] = {}
        by_category: dict[str, list[Product]] = defaultdict(list)
        for product in catalogue():
            items = [_item(product, variant) for variant in product.variants]
            self._by_product[product.id] = items
            self.items.update((item.sku, item) for item in items)
            by_category[product.category].append(product)
        for category, products in by_category.items():
            chance.shuffle(products)
            for gender in TASTES:
                self._wheels[category, gender] = _popularity(products, gender)

    def basket(self, person: Person, at: datetime, chance: Chance) -> list[Line]:
        """Return what a person buys, and remember when they will need it again."""
        chosen = self._needed_again(person, at, chance)
        for _ in range(BASKET_SIZES.spin(chance) - min(1, len(chosen))):
            item = self.choose(person, chance)
            chosen.setdefault(item.sku, item)
        lines = [Line(item, _quantity(item, chance)) for item in chosen.values()]
        for line in lines:
            _remember(person, line, at, chance)
        return lines

    def choose(self, person: Person, chance: Chance) -> Item:
        """Return one item to a person's taste and size."""
        category = person.tastes.spin(chance)
        items = self._by_product[self._wheels[category, person.gender].spin(chance)]
        if items[0].line == "apparel" and chance.happens(FITTING_SHARE):
            own = person.shoe_size if category == "shoes" else person.size
            items = [item for item in items if item.size == own] or items
        return chance.pick(items)

    def _needed_again(self, person: Person, at: datetime, chance: Chance) -> dict[str, Item]:
        due = [sku for sku, when in person.due.items() if when <= at]
        again = [sku for sku in due if chance.happens(REPURCHASE_SHARE)][:MOST_REPURCHASED]
        for sku in due:
            del person.due[sku]
        return {sku: self.items[sku] for sku in again}


def _item(product: Product, variant: Variant) -> Item:
    words_zh = [product.name.zh, COLOURS_ZH.get(variant.colour or ""), variant.size]
    words_en = [product.name.en, variant.colour, variant.size]
    if len(product.variants) == 1:  # its name says everything
        words_zh, words_en = [product.name.zh], [product.name.en]
    return Item(
        sku=variant.sku,
        product_id=product.id,
        name=LocalText(" ".join(filter(None, words_zh)), ", ".join(filter(None, words_en))),
        category=product.category,
        line=product.line,
        price=int(variant.price * 100),
        size=variant.size,
        replenish_days=product.replenish_days,
    )


def _popularity(products: list[Product], gender: str) -> Wheel[str]:
    fitting = [product for product in products if _is_for(product, gender)]
    return Wheel((product.id, 1 / (rank + 4)) for rank, product in enumerate(fitting or products))


def _is_for(product: Product, gender: str) -> bool:
    suitable = product.attributes.get("suitable_for", LocalText())
    return OTHER_GENDER[gender] not in suitable.zh


def _quantity(item: Item, chance: Chance) -> int:
    return QUANTITIES.spin(chance) if item.line == "food" or item.replenish_days else 1


def _remember(person: Person, line: Line, at: datetime, chance: Chance) -> None:
    days = line.item.replenish_days
    if days:
        lasts = days * line.quantity * chance.between(0.8, 1.2)
        person.due[line.item.sku] = at + timedelta(days=lasts)
