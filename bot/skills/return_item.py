"""Sending something back for money: the window, the condition, a label or a store to drop it at."""

from dataclasses import replace
from datetime import timedelta

from bot.dialogue import goods
from bot.dialogue.delivery import delivered_on
from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow, always_ruled
from bot.dialogue.hints import hints_for
from bot.dialogue.proof import Proof
from bot.dialogue.slots import Choice, Hinted, LineSlot, OrderSlot, Permission, When, fixed
from bot.dialogue.slots.addresses import PICK_UP, PickUpSlot
from bot.dialogue.slots.reasons import ReasonSlot
from bot.dialogue.slots.shops import SHOP, ShopSlot
from bot.dialogue.slots.under_way import UnderWaySlot
from bot.dialogue.slots.units import UnitsSlot
from bot.policies import Decision, refuse
from bot.policies.goods import longest_window, strictest
from bot.policies.returns import may_return
from crm_store.ports import UnitOfWork
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.orders import Order, OrderLine

_INTENT = "return_item"
_REASONS = ("broken", "wrong_item", "not_as_described", "wrong_size", "changed_mind", "other")


def _condition_matters(errand: Errand) -> bool:
    return errand.text("reason") not in errand.policies.returns.shop_is_to_blame


def _in_time(errand: Errand, order: Order) -> bool:
    return goods.days_here(errand, order) <= longest_window(errand.policies.returns.rules)


def _of_several(errand: Errand) -> bool:
    return len(errand.lines) == 1 and errand.line.quantity > 1


async def _decide(uow: UnitOfWork, errand: Errand) -> Decision:
    order = errand.whole_order
    if no := goods.not_arrived(order):
        return no
    if case := await goods.under_way(uow, errand):
        return refuse("already_coming_back", "refund_status", number=case.number)
    decision = strictest(
        [
            may_return(
                errand.policies.returns,
                one,
                delivered=delivered_on(order, errand.time_zone),
                today=errand.today,
            )
            for one in await goods.goods_of(uow, errand)
        ]
    )
    facts = {
        "amount": goods.worth(errand),
        "currency": order.currency,
        "code": uow.stock.pickup_code(errand.ticket),
        "units": {line.id: goods.units_of(errand, line) for line in errand.lines},
    }
    return replace(decision, facts={**decision.facts, **facts})


async def _open(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    for position, line in enumerate(errand.lines):
        ticket = errand.ticket if position == 0 else f"{errand.ticket}-{position}"
        await uow.cases.open(_case(errand, decision, line, ticket))


def _case(errand: Errand, decision: Decision, line: OrderLine, ticket: str) -> NewCase:
    units = goods.units_of(errand, line)
    return NewCase(
        CaseKind.RETURN,
        ticket,
        state="awaiting_goods",
        member_id=errand.member_id,
        order_number=errand.whole_order.number,
        line_id=line.id,
        conversation_id=errand.conversation_id,
        reason=errand.text("reason_words") or errand.text("reason"),
        detail={
            "condition": errand.text("condition"),
            "handover": errand.text("handover"),
            "pick_up": errand.text(PICK_UP),
            "store": errand.text(SHOP),
            "code": str(decision.facts["code"]),
            "quantity": units,
            "amount": str(goods.paid_for(errand, line)),
            "shipping": str(decision.facts.get("shipping", "")),
        },
        rule=decision.rule,
        opened_at=errand.now,
        due_at=errand.now + timedelta(days=errand.policies.returns.pick_up_days),
    )


_handover = Choice("handover", fixed("handover", goods.COURIER, goods.STORE), usual=goods.COURIER)

return_item = Flow(
    _INTENT,
    CaseKind.RETURN,
    Proof.ORDER,
    slots=(
        UnderWaySlot(CaseKind.RETURN, hints_for(_INTENT, "under_way")),
        OrderSlot(goods.arrived, goods.not_arrived, _in_time),
        LineSlot(),
        When(_of_several, UnitsSlot(lambda errand: errand.line.quantity)),
        ReasonSlot(_REASONS, lambda policies: policies.returns.heard, hints_for(_INTENT, "reason")),
        Hinted(
            Choice("condition", fixed("condition", "sealed", "unused", "used"), _condition_matters),
            hints_for(_INTENT, "condition"),
            whenever=True,
        ),
        Permission(_decide),
        Hinted(_handover, hints_for(_INTENT, "handover"), whenever=True),
        When(goods.to_a_shop, ShopSlot(any_will_do=True)),
        When(goods.by_courier, PickUpSlot()),
    ),
    besides=_handover,
    ruled=always_ruled,
    decide=_decide,
    carry_out=_open,
).skill()
