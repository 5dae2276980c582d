"""Slot for something that is sold: the product, and which of its variants."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.dialogue.cards import variant_name
from bot.dialogue.errand import Errand
from bot.dialogue.products import all_shown, fitting, named_products, product_options
from bot.dialogue.refusing import refused
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.answers import Needed, always
from bot.dialogue.slots.asking import ask
from bot.dialogue.state import Option
from bot.policies import refuse
from crm_store.types.catalog import Product, Variant

GOODS: Final = "sku"
GOODS_NAME: Final = "goods"
"""The slot with the printed name, for confirmations."""
_PRODUCT: Final = "product"
_TOLD_BY: Final = ("colour", "size")
_OFFERED: Final = 8


@dataclass(frozen=True, slots=True)
class GoodsSlot:
    """One variant that is on stock somewhere, by name, number, or as one of those shown last."""

    needed: Needed = always

    @property
    def name(self) -> str:
        """The SKU."""
        return GOODS

    @property
    def kinds(self) -> tuple[str, ...]:
        """The SKU, the product, and what tells its variants apart."""
        return (GOODS, _PRODUCT, *_TOLD_BY)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with a variant, or ask for the product or the variant."""
        if not self.needed(errand):
            return errand
        products = await named_products(turn, turn.said) or await all_shown(turn)
        if not products:
            return ask(turn, _PRODUCT, free=True)
        if len(products) > 1:
            return ask(turn, _PRODUCT, options=product_options(turn, products))
        return await self._variant(turn, errand.with_slot(_PRODUCT, products[0].id), products[0])

    async def _variant(self, turn: Turn, errand: Errand, product: Product) -> Errand | Outcome:
        free = await _free(turn, product)
        if not free:
            return refused(turn, refuse("sold_out", "stock_check", "search_product"), errand)
        wanted = [one for one in _meant(turn, errand, product) if one in free]
        if len(wanted) == 1:
            [variant] = wanted
            several = len(product.variants) > 1
            label = f" {variant_name(turn, variant)}" if several else ""
            known = errand.with_slot(GOODS, variant.sku)
            return known.with_slot(GOODS_NAME, f"{turn.local(product.name)}{label}")
        options = tuple(Option(variant_name(turn, one), one.sku) for one in wanted or free)
        problem = turn.say("flow.no_such_goods") if not wanted else None
        # What no variant fits must not stand in the way of what is chosen next.
        gone = () if wanted else _TOLD_BY
        kept = {name: value for name, value in errand.slots.items() if name not in gone}
        return ask(replace(turn, slots=kept), GOODS, problem=problem, options=options[:_OFFERED])


def _meant(turn: Turn, errand: Errand, product: Product) -> list[Variant]:
    """Return the variants that fit what was told; what is told now goes before what was chosen."""
    colour, size = (errand.text(kind) or None for kind in _TOLD_BY)
    told_now = any(turn.entities(kind) for kind in _TOLD_BY)
    sku = None if told_now else errand.text(GOODS) or None
    return fitting(product, sku, *((None, None) if sku else (colour, size)))


async def _free(turn: Turn, product: Product) -> Sequence[Variant]:
    async with turn.reading() as uow:
        levels = await uow.catalog.stock([one.sku for one in product.variants])
    there = {level.sku for level in levels if level.quantity > 0}
    return [one for one in product.variants if one.sku in there]
