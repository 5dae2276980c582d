"""Which bought goods a customer's words name: "那条裙子", "the perfume".

By their number, by words of their printed name, or by their category: the first of these that any
of the goods answers to decides. What was named is kept with the errand, so that the order that is
asked for next and the position in it need not be told again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.dialogue.correcting import NAMED
from bot.dialogue.skill import Turn
from crm_store.types.conversations import JSON
from crm_store.types.orders import Order, OrderLine

_BY_NAME: Final = ("product", "category")


@dataclass(frozen=True, slots=True)
class GoodsNamed:
    """What goods were called; empty when they were not spoken of."""

    products: tuple[str, ...] = ()
    """Ids of products."""
    words: tuple[str, ...] = ()
    """What the customer said for them, in lower case."""
    categories: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was named."""
        return bool(self.products or self.words or self.categories)

    def to_json(self) -> JSON:
        """Return it as the slot keeps it."""
        return {
            "products": [*self.products],
            "words": [*self.words],
            "categories": [*self.categories],
        }


def with_goods_named(turn: Turn) -> Turn:
    """Return the turn with the goods that its message names kept in a slot."""
    named = _told(turn)
    return replace(turn, slots={**turn.slots, NAMED: named.to_json()}) if named else turn


async def lines_named(turn: Turn, lines: Iterable[OrderLine]) -> list[OrderLine]:
    """Return those of the positions that were named, now or before; none when none was."""
    lines, named = [*lines], _told(turn) or _kept(turn.slots.get(NAMED))
    if not named:
        return []
    by_number = [line for line in lines if line.product_id in named.products]
    if by_number:
        return by_number
    printed = [line for line in lines if any(word in _printed(line) for word in named.words)]
    return printed or await _of_categories(turn, lines, named.categories)


async def orders_named(turn: Turn, orders: Sequence[Order]) -> list[Order]:
    """Return the orders that hold goods that were named."""
    lines = await lines_named(turn, (line for order in orders for line in order.lines))
    ids = {line.id for line in lines}
    return [order for order in orders if any(line.id in ids for line in order.lines)]


def _told(turn: Turn) -> GoodsNamed:
    chosen = turn.slots.get("product")
    products = [str(entity.value) for entity in turn.entities("product")]
    return GoodsNamed(
        tuple(dict.fromkeys([*products, *([str(chosen)] if chosen else [])])),
        tuple(one.text.casefold() for kind in _BY_NAME for one in turn.entities(kind)),
        tuple(str(entity.value) for entity in turn.entities("category")),
    )


def _kept(slot: JSON) -> GoodsNamed:
    if not isinstance(slot, Mapping):
        return GoodsNamed()
    return GoodsNamed(*(_texts(slot.get(part)) for part in ("products", "words", "categories")))


def _texts(value: JSON) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _printed(line: OrderLine) -> str:
    return f"{line.name.zh} {line.name.en}".casefold()


async def _of_categories(
    turn: Turn, lines: Sequence[OrderLine], categories: Sequence[str]
) -> list[OrderLine]:
    if not categories:
        return []
    ids = sorted({line.product_id for line in lines if line.product_id})
    async with turn.reading() as uow:
        products = await uow.catalog.products(ids)
    right = {product.id for product in products if product.category in categories}
    return [line for line in lines if line.product_id in right]
