"""Slot for the size and colour that a bought product shall be instead."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.dialogue.cards import variant_name
from bot.dialogue.errand import Errand
from bot.dialogue.products import fitting
from bot.dialogue.refusing import refused
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.asking import ask
from bot.dialogue.state import Option
from bot.policies import refuse
from crm_store.ports import UnitOfWork
from crm_store.types.catalog import Product, Variant
from crm_store.types.conversations import JSON
from nlu.language import to_simplified

VARIANT: Final = "sku"
"""The slot; its printed name is kept in `VARIANT_NAME` for confirmations."""
VARIANT_NAME: Final = "variant_name"
STEP: Final = "size_step"
"""The slot that says which way the size shall go: ``up`` or ``down``."""
_OFFERED: Final = 8
_STEPS: Final = {
    "up": re.compile(
        r"(?<!小)大一?[号码]|大[点些]儿?的|加大一?[号码]|"
        r"\b(?:(?:one|a|next) size (?:up|bigger|larger)|(?:bigger|larger)(?: size| one)|size up)\b",
        re.IGNORECASE,
    ),
    "down": re.compile(
        r"小一?[号码]|小[点些]儿?的|\b(?:(?:one|a|next) size (?:down|smaller)|"
        r"smaller(?: size| one)|size down)\b",
        re.IGNORECASE,
    ),
}
_TOLD_BY: Final = ("colour", "size")
_ROLES: Final = ("", "_to", "_from")


@dataclass(frozen=True, slots=True)
class VariantSlot:
    """Another variant of the position's product, of which enough is free."""

    units: Callable[[Errand], int]
    """How many are needed."""
    stores: Callable[[Errand], Sequence[str] | None] = lambda _: None
    """Where they must be free, all in one of these; ``None``: anywhere."""

    @property
    def name(self) -> str:
        """The SKU."""
        return VARIANT

    @property
    def kinds(self) -> tuple[str, ...]:
        """The SKU, and sizes and colours in their roles."""
        return (VARIANT, STEP, *(f"{kind}{role}" for kind in _TOLD_BY for role in _ROLES))

    def insists(self, said: str) -> Mapping[str, JSON]:
        """Return whether a larger or a smaller one is wanted: "大一号"."""
        step = size_step(said)
        return {} if step is None else {STEP: step}

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the variant, or ask which, with those that are free."""
        async with turn.reading() as uow:
            product = await uow.catalog.by_sku(errand.line.sku)
            free = await self._free(uow, errand, product)
        if product is None or not free:
            return refused(turn, refuse("no_variant_free", "return_item"), errand)
        wanted = _wanted(turn, errand, product)
        if len(wanted) == 1 and wanted[0] in free:
            return _filled(turn, errand, wanted[0])
        told = _told(turn, errand)
        if len(free) == 1 and not (wanted or told or errand.again == self.name):
            return _filled(turn, errand, free[0])
        return self._ask(turn, errand, wanted, free, told=told)

    async def _free(
        self, uow: UnitOfWork, errand: Errand, product: Product | None
    ) -> list[Variant]:
        """Return the other variants of which enough is free in one place."""
        if product is None:
            return []
        others = [one for one in product.variants if one.sku != errand.line.sku]
        stores = self.stores(errand)
        enough = {
            level.sku
            for level in await uow.catalog.stock([one.sku for one in others])
            if level.quantity >= self.units(errand) and (stores is None or level.store_id in stores)
        }
        return [one for one in others if one.sku in enough]

    def _ask(
        self, turn: Turn, errand: Errand, wanted: list[Variant], free: list[Variant], *, told: bool
    ) -> Outcome:
        """Ask which; of what was wanted those that are free, else what comes close to it."""
        narrowed = [one for one in wanted if one in free]
        problem = None
        if told and not narrowed:
            sold_out = [one for one in wanted if one.sku != errand.line.sku]
            key = (
                "variant_sold_out" if sold_out else "same_variant" if wanted else "no_such_variant"
            )
            label = variant_name(turn, (sold_out or wanted)[0]) if wanted else ""
            problem = turn.say(f"flow.{key}", variant=label)
        shown = narrowed or _closest(errand, wanted, free)
        options = tuple(Option(variant_name(turn, one), one.sku) for one in shown[:_OFFERED])
        return ask(turn, VARIANT, problem=problem, options=options)


def size_step(said: str) -> str | None:
    """Return which way a text wants the size to go; ``None`` when it says neither or both."""
    text = to_simplified(said)
    found = [way for way, words in _STEPS.items() if words.search(text)]
    return found[0] if len(found) == 1 else None


def _next_size(errand: Errand, product: Product, own: Variant) -> str | None:
    """Return the size beside the bought one, in the order in which the retailer lists them."""
    sizes = [*dict.fromkeys(one.size for one in product.variants if one.size)]
    step = {"up": 1, "down": -1}.get(errand.text(STEP), 0)
    if not step or own.size not in sizes:
        return None
    place = sizes.index(own.size) + step
    return sizes[place] if 0 <= place < len(sizes) else None


def _filled(turn: Turn, errand: Errand, variant: Variant) -> Errand:
    known = errand.with_slot(VARIANT, variant.sku)
    return known.with_slot(VARIANT_NAME, variant_name(turn, variant))


def _told(turn: Turn, errand: Errand) -> bool:
    filled = any(errand.slots.get(f"{kind}{role}") for kind in _TOLD_BY for role in ("", "_to"))
    return bool(turn.said) and (filled or any(turn.entities(kind) for kind in _TOLD_BY))


def _wanted(turn: Turn, errand: Errand, product: Product) -> list[Variant]:
    """Return the variants that the customer may mean: chosen, or told by size and colour.

    What was told just now goes before what was chosen; what was not told stays as it is.
    """
    by_sku = {one.sku: one for one in product.variants}
    base = by_sku.get(errand.text(VARIANT)) or by_sku[errand.line.sku]
    now = {
        "colour": _named(turn, "colour", base.colour),
        "size": _named(turn, "size", base.size),
    }
    if not any(now.values()) and base.sku != errand.line.sku:
        return [base]
    if not any(now.values()):
        now = {kind: _kept(errand, kind) for kind in _TOLD_BY}
    if not any(now.values()):
        now["size"] = _next_size(errand, product, base)
    if not any(now.values()):
        return []
    kept = fitting(
        product, None, now["colour"] or base.colour, now["size"] or base.size
    ) or fitting(product, None, now["colour"], now["size"])
    return [one for one in kept if one.sku != errand.line.sku] or kept


def _named(turn: Turn, kind: str, now: str | None) -> str | None:
    """Return the size or colour that this message wants: of several the one that is new."""
    own = (now or "").replace(" ", "").casefold()
    named = [
        (entity.role != "to", value.replace(" ", "").casefold() == own, value)
        for entity in turn.entities(kind)
        if entity.role != "from" and (value := str(entity.value))
    ]
    return min(named)[2] if named else None


def _kept(errand: Errand, kind: str) -> str | None:
    return errand.text(f"{kind}_to") or errand.text(kind) or None


def _closest(errand: Errand, wanted: Sequence[Variant], free: list[Variant]) -> list[Variant]:
    """Return the free ones, those that share a size or colour with what is wanted first."""
    sizes = {one.size for one in wanted}
    colours = {one.colour for one in wanted}
    own = errand.line.sku.rpartition("-")[0]
    return sorted(
        free,
        key=lambda one: (
            one.size not in sizes if wanted else True,
            one.colour not in colours if wanted else not one.sku.startswith(own),
        ),
    )
