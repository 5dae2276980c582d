"""Changing an order that was not sent yet: where it goes, how many, which size or colour."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from bot.dialogue.changing import (
    ADDRESS,
    NEW_NAME,
    NEW_PHONE,
    PHONE,
    QUANTITY,
    RECIPIENT,
    VARIANT_WANTED,
    NewPhoneTold,
    NewUnits,
    WhatSlot,
    units_wanted,
    wanted_changes,
    wants,
)
from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow, always_ruled
from bot.dialogue.goods import money_in, warehouse
from bot.dialogue.proof import Proof
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Turn
from bot.dialogue.slots import EntitySlot, LineSlot, OrderSlot, When
from bot.dialogue.slots.addresses import NEW_ADDRESS, AddressSlot
from bot.dialogue.slots.variants import VARIANT, VariantSlot
from bot.policies import Decision, refuse
from bot.policies.changes import may_change, too_late
from bot.policies.exchanges import price_after
from crm_store.ports import UnitOfWork
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.catalog import ONLINE_STORE_ID
from crm_store.types.conversations import JSON
from crm_store.types.orders import LineChange, NewDelivery, Order, OrderState
from nlu.types import EntityValue

_NOT_SENT: Final = frozenset({OrderState.PENDING_PAYMENT, OrderState.PAID, OrderState.PACKED})
_CONTENTS: Final = frozenset({QUANTITY, VARIANT_WANTED})


@dataclass(frozen=True, slots=True)
class Contents:
    """What a position becomes, and what that does to price and stock."""

    change: LineChange
    difference: Decimal
    """What the order costs more; below 0 what it costs less."""
    free: int
    """Units that the warehouse has left of it."""
    missing: int
    """Units that it would have to add."""


def _not_sent(order: Order) -> bool:
    return order.state in _NOT_SENT


def _forbids(order: Order) -> Decision | None:
    return too_late(order.state)


def _warehouse(errand: Errand) -> tuple[str, ...]:
    return (warehouse(errand.whole_order),)


async def _contents(uow: UnitOfWork, errand: Errand) -> Contents | None:
    """Return what becomes of the position; ``None`` when only the delivery changes."""
    if not wanted_changes(errand) & _CONTENTS:
        return None
    line, store = errand.line, warehouse(errand.whole_order)
    sku, units = errand.text(VARIANT) or line.sku, units_wanted(errand)
    product = await uow.catalog.by_sku(line.sku)
    prices = {one.sku: one.price for one in product.variants} if product else {}
    unit = line.unit_price
    if sku != line.sku:
        unit = price_after(line.unit_price, prices.get(line.sku), prices.get(sku, unit))
    levels = await uow.catalog.stock([sku])
    return Contents(
        change=LineChange(sku, units, unit),
        difference=unit * units - line.unit_price * line.quantity,
        free=sum(level.quantity for level in levels if level.store_id == store),
        missing=units - (line.quantity if sku == line.sku else 0),
    )


async def _decide(uow: UnitOfWork, errand: Errand) -> Decision:
    order, what = errand.whole_order, wanted_changes(errand)
    decision = may_change(errand.policies.changes, what, order.state)
    if not decision.allowed:
        return decision
    if ADDRESS in what and order.store_id not in (None, ONLINE_STORE_ID):
        return refuse("collected_in_store", "pickup_in_store")
    contents = await _contents(uow, errand)
    if contents is not None:
        line, change = errand.line, contents.change
        if (change.sku, change.quantity) == (line.sku, line.quantity) and what <= _CONTENTS:
            return refuse("nothing_changes", "order_status")
        if contents.missing > contents.free:
            return refuse("not_enough_stock", "cancel_order", free=contents.free)
    return replace(decision, facts={**decision.facts, **_facts(errand, contents)})


def _facts(errand: Errand, contents: Contents | None) -> dict[str, object]:
    order = errand.whole_order
    difference = contents.difference if contents is not None else Decimal(0)
    return {
        "address": errand.text(NEW_ADDRESS),
        "phone": errand.text(NEW_PHONE),
        "recipient": errand.text(NEW_NAME),
        "contents": contents,
        "difference": difference,
        "total": order.total + difference,
        "paid": order.state is not OrderState.PENDING_PAYMENT,
        "currency": order.currency,
    }


async def _change(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    contents = await _contents(uow, errand)
    order, state = errand.whole_order, "done"
    if contents is not None:
        order = await _move(uow, errand, contents)
        state = await _settle(uow, errand, contents.difference)
    new = NewDelivery(
        errand.text(NEW_NAME) or None,
        errand.text(NEW_PHONE) or None,
        errand.text(NEW_ADDRESS) or None,
    )
    if new != NewDelivery():
        order = await uow.orders.deliver_to(order.number, new)
    await uow.cases.open(
        NewCase(
            CaseKind.ORDER_CHANGE,
            errand.ticket,
            state=state,
            member_id=errand.member_id,
            order_number=order.number,
            line_id=errand.line.id if contents is not None else None,
            conversation_id=errand.conversation_id,
            reason=", ".join(sorted(wanted_changes(errand))),
            detail=_detail(errand, order, contents),
            rule=decision.rule,
            opened_at=errand.now,
            closed_at=errand.now if state == "done" else None,
        )
    )


async def _move(uow: UnitOfWork, errand: Errand, contents: Contents) -> Order:
    """Move the stock between the variants, and change the position."""
    line, change, store = errand.line, contents.change, warehouse(errand.whole_order)
    if contents.missing > 0:
        await uow.stock.take(store, change.sku, contents.missing)
    back = line.quantity if change.sku != line.sku else line.quantity - change.quantity
    if back > 0:
        await uow.stock.put_back(store, line.sku, back)
    return await uow.orders.change_line(errand.whole_order.number, line.id, change)


async def _settle(uow: UnitOfWork, errand: Errand, difference: Decimal) -> str:
    """Move the money of a paid order; returns the state of the case."""
    order = errand.whole_order
    if order.state is OrderState.PENDING_PAYMENT or not difference:
        return "done"
    if difference > 0:
        await uow.orders.charge(order.number, difference, reference=errand.ticket)
        return "payment_due"
    back = min(-difference, money_in(errand))
    if not back:
        return "refund_by_hand"
    await uow.orders.refund(order.number, back, reference=errand.ticket)
    return "refunding"


def _detail(errand: Errand, order: Order, contents: Contents | None) -> Mapping[str, JSON]:
    """Return what was changed to what; the delivery as it may be shown."""
    known = {
        ADDRESS: order.delivery.address,
        PHONE: order.delivery.phone,
        RECIPIENT: order.delivery.recipient,
    }
    detail: dict[str, JSON] = {
        what: known[what] for what in sorted(wanted_changes(errand)) if what in known
    }
    if contents is None:
        return detail
    return detail | {
        "sku": contents.change.sku,
        "quantity": contents.change.quantity,
        "instead_of": f"{errand.line.sku} x{errand.line.quantity}",
        "difference": str(contents.difference),
    }


async def _name_length(turn: Turn, errand: Errand, value: EntityValue) -> Reply | None:
    longest = errand.policies.changes.longest_name
    fits = 0 < len(str(value).strip()) <= longest
    return None if fits else turn.say("name_too_long", longest=longest)


change_order = Flow(
    "change_order",
    CaseKind.ORDER_CHANGE,
    Proof.ORDER,
    slots=(
        NewPhoneTold(),
        OrderSlot(_not_sent, _forbids),
        WhatSlot(),
        When(wants(QUANTITY, VARIANT_WANTED), LineSlot(several=False)),
        When(wants(VARIANT_WANTED), VariantSlot(units_wanted, _warehouse)),
        When(wants(QUANTITY), NewUnits()),
        When(wants(ADDRESS), AddressSlot()),
        When(wants(PHONE), EntitySlot(NEW_PHONE)),
        When(wants(RECIPIENT), EntitySlot(NEW_NAME, _name_length, free=True)),
    ),
    ruled=always_ruled,
    decide=_decide,
    carry_out=_change,
).skill()
