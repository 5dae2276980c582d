"""Collecting in a shop: goods put aside there, paid orders sent there, and the code for both."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow, always_ruled
from bot.dialogue.hints import hinted, hints_for
from bot.dialogue.human import human_button
from bot.dialogue.proof import Proof
from bot.dialogue.refusing import refused
from bot.dialogue.reply import Button, Reply, payload
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots import Choice, GoodsSlot, OrderSlot, When, fixed
from bot.dialogue.slots.goods import GOODS, GOODS_NAME
from bot.dialogue.slots.phones import PhoneSlot
from bot.dialogue.slots.shops import SHOP, SHOP_NAME, ShopSlot
from bot.dialogue.slots.units import UNITS, UnitsSlot, number_told
from bot.dialogue.which_order import LOOKED_AT
from bot.policies import Decision, refuse
from bot.policies.pickup import collect_by, may_collect, may_reserve, not_collectable
from crm_store.ports import UnitOfWork
from crm_store.types.cases import Case, CaseKind, NewCase
from crm_store.types.catalog import ONLINE_STORE_ID
from crm_store.types.handoffs import HandoffReason
from crm_store.types.orders import Order, OrderState
from crm_store.types.reservations import NewReservation

INTENT: Final = "pickup_in_store"
_SUBJECT: Final = "pickup_of"
_GOODS, _ORDER = "goods", "order"
_POS: Final = "pos"
_READY: Final = "ready"
"""State of the case while the goods wait."""


def _not_sent(order: Order) -> bool:
    return order.state in (OrderState.PAID, OrderState.PACKED)


def _of_goods(errand: Errand) -> bool:
    return errand.text(_SUBJECT) == _GOODS


def _of_order(errand: Errand) -> bool:
    return errand.text(_SUBJECT) == _ORDER


def _sent_there(order: Order) -> str | None:
    """Return the shop that an order is to be collected in anyway."""
    return order.store_id if order.channel != _POS else None


async def waiting_for(uow: UnitOfWork, errand: Errand) -> list[Case]:
    """Return the actor's pickups that still wait, newest first."""
    found = await uow.cases.for_conversation(errand.conversation_id)
    if errand.actor.member_id is not None:
        found += await uow.cases.for_member(errand.actor.member_id)
    cases = {case.number: case for case in found if case.kind is CaseKind.PICKUP}
    return [case for case in cases.values() if _still_waits(case, errand.now)]


def _still_waits(case: Case, now: datetime) -> bool:
    return case.closed_at is None and case.due_at is not None and case.due_at > now


@dataclass(frozen=True, slots=True)
class Subject:
    """Goods to put aside, an order to send to the shop, or what waits there already."""

    name: str = _SUBJECT
    kinds: tuple[str, ...] = (_SUBJECT,)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with what it is about, the code of what waits, or the question."""
        if errand.text(self.name) in (_GOODS, _ORDER):
            return errand
        meant = hinted(hints_for(INTENT, self.name), errand.said)
        named_order = errand.text("order_number") or errand.text("phone_tail")
        named_goods = any(errand.text(kind) for kind in (GOODS, "product", "colour", "size"))
        if meant != _GOODS and not named_order and not named_goods:
            async with turn.reading() as uow:
                waiting = await waiting_for(uow, errand)
            if waiting:
                return turn.done(_codes(turn, waiting))
        if not named_order and await _orders_nothing(turn, errand):
            if meant == _ORDER:
                return turn.done(_nothing_waits(turn))
            return errand.with_slot(self.name, _GOODS)
        if named_order or named_goods or meant is not None:
            subject = _ORDER if named_order or not (named_goods or meant == _GOODS) else _GOODS
            return errand.with_slot(self.name, subject)
        return await Choice(self.name, fixed(self.name, _GOODS, _ORDER)).fill(turn, errand)


@dataclass(frozen=True, slots=True)
class KnownPickup:
    """Not a question: an order that waits in a shop has its code already."""

    name: str = "known_pickup"
    kinds: tuple[str, ...] = ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand, or the code of the order."""
        async with turn.reading() as uow:
            cases = await uow.cases.for_order(errand.whole_order.number, kinds={CaseKind.PICKUP})
        waiting = [case for case in cases if _still_waits(case, errand.now)]
        return turn.done(_codes(turn, waiting)) if waiting else errand


async def _orders_nothing(turn: Turn, errand: Errand) -> bool:
    """Whether a member has no order that could be sent to a shop; of guests nobody knows."""
    if errand.actor.member_id is None or turn.conversation.opened_orders:
        return False
    async with turn.reading() as uow:
        orders = await uow.orders.for_member(errand.actor.member_id, limit=LOOKED_AT)
    return not any(_not_sent(order) for order in orders)


def _nothing_waits(turn: Turn) -> Reply:
    more = Button(turn.words("pickup_of_goods"), payload(INTENT, {_SUBJECT: _GOODS}))
    return turn.say("nothing_waits", buttons=(more,))


def _codes(turn: Turn, cases: Sequence[Case]) -> Reply:
    more = Button(turn.words("another"), payload(INTENT, {_SUBJECT: _GOODS}))
    human = human_button(turn, HandoffReason.ASKED, INTENT)
    return turn.say("codes", cases=cases, buttons=(more, human))


def _units(turn: Turn, errand: Errand) -> int | None:
    """Return how many are wanted: one, unless something else was said or is to be said anew."""
    if (told := number_told(turn)) is not None:
        return told
    question = turn.state.question
    asked = question is not None and question.slot == UNITS
    if errand.number(UNITS) is None and (asked or UNITS in turn.state.slots):
        return None
    return errand.number(UNITS) or 1


async def _shops(uow: UnitOfWork, errand: Errand) -> Collection[str]:
    """Return the shops with a door that have everything."""
    if errand.order is not None and (there := _sent_there(errand.order)):
        return {there}
    wanted = dict(_wanted(errand))
    free: dict[str, set[str]] = {}
    for level in await uow.catalog.stock(list(wanted)):
        if level.quantity >= wanted[level.sku] and level.store_id != ONLINE_STORE_ID:
            free.setdefault(level.store_id, set()).add(level.sku)
    return {store for store, skus in free.items() if skus == wanted.keys()}


def _wanted(errand: Errand) -> list[tuple[str, int]]:
    if errand.order is not None:
        units: dict[str, int] = {}
        for line in errand.order.lines:
            units[line.sku] = units.get(line.sku, 0) + line.quantity
        return list(units.items())
    return [(errand.text(GOODS), errand.number(UNITS) or 1)]


@dataclass(frozen=True, slots=True)
class SomewhereFree:
    """Not a question: where no shop has everything, nobody is asked for a shop."""

    name: str = "somewhere_free"
    kinds: tuple[str, ...] = ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand, or that no shop has it."""
        async with turn.reading() as uow:
            shops = await _shops(uow, errand)
        if shops:
            return errand
        return refused(turn, refuse("in_no_shop", "stock_check", "order_status"), errand)


async def _decide(uow: UnitOfWork, errand: Errand) -> Decision:
    policy, order = errand.policies.pickup, errand.order
    shop = next(one for one in await uow.catalog.shops() if one.id == errand.text(SHOP))
    if order is not None:
        decision = may_collect(policy, order)
        if decision.allowed and shop.id not in await _shops(uow, errand):
            decision = refuse("sold_out_there", "order_status", left=0)
    else:
        [(sku, units)] = _wanted(errand)
        levels = await uow.catalog.stock([sku])
        free = sum(level.quantity for level in levels if level.store_id == shop.id)
        open_already = [one for one in await waiting_for(uow, errand) if not one.order_number]
        decision = may_reserve(policy, free=free, units=units, open_already=len(open_already))
    if not decision.allowed:
        return decision
    days = int(str(decision.facts["days"]))
    until = collect_by(errand.now, days, shop.closes, errand.time_zone)
    code = uow.stock.pickup_code(errand.ticket)
    return replace(decision, facts={**decision.facts, "until": until, "code": code, "shop": shop})


async def _put_aside(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    until = decision.facts["until"]
    if not isinstance(until, datetime):
        raise TypeError("the decision has no deadline")
    order, store = errand.order, errand.text(SHOP)
    case = await uow.cases.open(
        NewCase(
            CaseKind.PICKUP,
            errand.ticket,
            state=_READY,
            member_id=errand.member_id,
            order_number=order.number if order else None,
            conversation_id=errand.conversation_id,
            detail={
                "store_id": store,
                "store_name": errand.text(SHOP_NAME),
                "code": str(decision.facts["code"]),
                "goods": errand.text(GOODS_NAME) or _names(errand),
                "items": [{"sku": sku, "quantity": units} for sku, units in _wanted(errand)],
                "phone": errand.text("phone"),
            },
            rule=decision.rule,
            opened_at=errand.now,
            due_at=until,
        )
    )
    if order is not None and _sent_there(order):
        return  # the shop has put it aside when it was sold
    for place, (sku, units) in enumerate(_wanted(errand)):
        reference = f"{errand.ticket}-{place}" if place else errand.ticket
        await uow.stock.reserve(NewReservation(reference, store, sku, units, until, case.number))
    if order is not None:
        await uow.orders.collect_in(order.number, store)


def _names(errand: Errand) -> str:
    names = [line.name.in_language(errand.language) for line in errand.whole_order.lines]
    return ("、" if errand.language.startswith("zh") else ", ").join(names)


pickup_in_store = Flow(
    INTENT,
    CaseKind.PICKUP,
    Proof.GUEST,
    slots=(
        Subject(),
        When(_of_order, OrderSlot(_not_sent, not_collectable)),
        When(_of_order, KnownPickup()),
        GoodsSlot(_of_goods),
        When(_of_goods, UnitsSlot(lambda one: one.policies.pickup.most_units, _units)),
        SomewhereFree(),
        ShopSlot(_shops),
        PhoneSlot(lambda one: _of_goods(one) and one.actor.member_id is None),
    ),
    ruled=always_ruled,
    decide=_decide,
    carry_out=_put_aside,
).skill()
