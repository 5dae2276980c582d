"""Exchanging for another size or colour, or for what was ordered: the new one is held."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.dialogue import goods
from bot.dialogue.delivery import delivered_on
from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow, always_ruled
from bot.dialogue.hints import hints_for
from bot.dialogue.proof import Proof
from bot.dialogue.skill import Turn
from bot.dialogue.slots import Choice, Hinted, LineSlot, OrderSlot, Permission, When, fixed
from bot.dialogue.slots.addresses import PICK_UP, PickUpSlot
from bot.dialogue.slots.reasons import ReasonSlot
from bot.dialogue.slots.shops import SHOP, ShopSlot
from bot.dialogue.slots.under_way import UnderWaySlot
from bot.dialogue.slots.units import UnitsSlot
from bot.dialogue.slots.variants import VARIANT, VariantSlot
from bot.dialogue.state import Option
from bot.policies import Decision, refuse
from bot.policies.exchanges import may_exchange, price_after
from bot.policies.goods import longest_window
from crm_store.ports import UnitOfWork
from crm_store.types.cases import CaseKind, NewCase, case_number
from crm_store.types.catalog import ONLINE_STORE_ID
from crm_store.types.orders import Order
from crm_store.types.reservations import NewReservation
from nlu.language import to_simplified

_INTENT = "exchange_item"
_REASONS = ("wrong_size", "changed_mind", "wrong_item", "broken", "other")


def _to_blame(errand: Errand) -> bool:
    return errand.text("reason") in errand.policies.exchanges.shop_is_to_blame


def _another(errand: Errand) -> bool:
    """Whether it is to be another variant than the one ordered."""
    return not _to_blame(errand)


def _in_time(errand: Errand, order: Order) -> bool:
    return goods.days_here(errand, order) <= longest_window(errand.policies.exchanges.rules)


def _not_arrived(order: Order) -> Decision | None:
    """Return the no to what has not come yet: until it is sent, the order itself is changed."""
    return goods.not_arrived(order, "change_order")


def _of_several(errand: Errand) -> bool:
    return errand.line.quantity > 1


def _sku(errand: Errand) -> str:
    return errand.line.sku if _to_blame(errand) else errand.text(VARIANT)


def _units(errand: Errand) -> int:
    return goods.units_of(errand, errand.line)


async def _places(uow: UnitOfWork, errand: Errand) -> frozenset[str]:
    """Return the stores that have enough of the new one."""
    levels = await uow.catalog.stock([_sku(errand)])
    return frozenset(level.store_id for level in levels if level.quantity >= _units(errand))


async def _shops(uow: UnitOfWork, errand: Errand) -> Collection[str] | None:
    return await _places(uow, errand) - {ONLINE_STORE_ID}


async def _handovers(turn: Turn, errand: Errand) -> list[Option]:
    """Return the ways that there is stock for; all of them where there is none at all."""
    async with turn.reading() as uow:
        places = await _places(uow, errand)
    there = {goods.COURIER: ONLINE_STORE_ID in places, goods.STORE: places - {ONLINE_STORE_ID}}
    ways = [way for way, enough in there.items() if enough] or [goods.COURIER]
    return [Option(turn.words(f"handover_{way}"), way) for way in ways]


def _from(errand: Errand) -> str:
    return errand.text(SHOP) if goods.to_a_shop(errand) else ONLINE_STORE_ID


async def _rules(uow: UnitOfWork, errand: Errand) -> Decision:
    """Decide whether it may be exchanged, whatever is on stock."""
    order = errand.whole_order
    if no := _not_arrived(order):
        return no
    if case := await goods.under_way(uow, errand):
        return refuse("already_coming_back", "refund_status", number=case.number)
    [one] = await goods.goods_of(uow, errand)
    return may_exchange(
        errand.policies.exchanges,
        one,
        delivered=delivered_on(order, errand.time_zone),
        today=errand.today,
    )


async def _decide(uow: UnitOfWork, errand: Errand) -> Decision:
    decision = await _rules(uow, errand)
    if decision.allowed and _from(errand) not in await _places(uow, errand):
        return refuse("exchange_sold_out", "return_item", "stock_check")
    facts = {
        "difference": await _difference(uow, errand),
        "currency": errand.whole_order.currency,
        "code": uow.stock.pickup_code(errand.ticket),
        "until": errand.today + timedelta(days=errand.policies.exchanges.hold_days),
        "same": _to_blame(errand),
        "units": _units(errand),
    }
    return replace(decision, facts={**decision.facts, **facts})


async def _difference(uow: UnitOfWork, errand: Errand) -> Decimal:
    """Return what the new ones cost more than the old ones; below 0 what is paid back."""
    line = errand.line
    product = await uow.catalog.by_sku(line.sku)
    prices = {one.sku: one.price for one in product.variants} if product else {}
    new = prices.get(_sku(errand))
    if new is None or _to_blame(errand):
        return Decimal(0)
    unit = price_after(line.unit_price, prices.get(line.sku), new)
    return (unit - line.unit_price) * _units(errand)


async def _open(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    until = errand.now + timedelta(days=errand.policies.exchanges.hold_days)
    await uow.cases.open(
        NewCase(
            CaseKind.EXCHANGE,
            errand.ticket,
            state="awaiting_goods",
            member_id=errand.member_id,
            order_number=errand.whole_order.number,
            line_id=errand.line.id,
            conversation_id=errand.conversation_id,
            reason=errand.text("reason_words") or errand.text("reason"),
            detail={
                "sku": _sku(errand),
                "quantity": _units(errand),
                "from": _from(errand),
                "handover": errand.text("handover"),
                "pick_up": errand.text(PICK_UP),
                "condition": errand.text("condition"),
                "code": str(decision.facts["code"]),
                "difference": str(decision.facts["difference"]),
                "shipping": str(decision.facts["shipping"]),
            },
            rule=decision.rule,
            opened_at=errand.now,
            due_at=until,
        )
    )
    number = case_number(CaseKind.EXCHANGE, errand.ticket, errand.now)
    await uow.stock.reserve(
        NewReservation(errand.ticket, _from(errand), _sku(errand), _units(errand), until, number)
    )


_CLAIMED: Final = re.compile(
    r"\W*(?:我?[要想])?\W*(?:HK\d{10})?\W*(?:我?[要想]|申请|办理?)?换货\W*", re.IGNORECASE
)


def _claimed(said: str) -> Mapping[str, str] | None:
    """Return no slots for "换货" alone or with an order: to a model it looks like any change."""
    return {} if _CLAIMED.fullmatch(to_simplified(said)) else None


_handover = Choice("handover", _handovers, usual=goods.COURIER)

exchange_item = Flow(
    _INTENT,
    CaseKind.EXCHANGE,
    Proof.ORDER,
    slots=(
        UnderWaySlot(CaseKind.EXCHANGE, hints_for(_INTENT, "under_way")),
        OrderSlot(goods.arrived, _not_arrived, _in_time),
        LineSlot(several=False),
        When(_of_several, UnitsSlot(lambda errand: errand.line.quantity)),
        ReasonSlot(
            _REASONS, lambda policies: policies.exchanges.heard, hints_for(_INTENT, "reason")
        ),
        When(_another, VariantSlot(_units)),
        Hinted(
            Choice("condition", fixed("condition", "sealed", "unused", "used"), _another),
            hints_for(_INTENT, "condition"),
            whenever=True,
        ),
        Permission(_rules),
        Hinted(_handover, hints_for(_INTENT, "handover"), whenever=True),
        When(goods.to_a_shop, ShopSlot(_shops)),
        When(goods.by_courier, PickUpSlot()),
    ),
    besides=_handover,
    claims=_claimed,
    ruled=always_ruled,
    decide=_decide,
    carry_out=_open,
).skill()
