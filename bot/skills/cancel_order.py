"""Cancelling an order: at once while it is unpaid, with the refund started when it is paid."""

from dataclasses import replace
from decimal import Decimal

from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow, always_ruled
from bot.dialogue.goods import money_in, warehouse
from bot.dialogue.proof import Proof
from bot.dialogue.slots import OrderSlot
from bot.policies import Decision
from bot.policies.cancelling import may_cancel
from bot.policies.refunds import working_days
from crm_store.ports import UnitOfWork
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.loyalty import BookingKey
from crm_store.types.orders import Order, OrderState

_NOT_SENT = frozenset({OrderState.PENDING_PAYMENT, OrderState.PAID, OrderState.PACKED})
_SOURCE = "assistant"


def _not_sent(order: Order) -> bool:
    return order.state in _NOT_SENT


async def _decide(_uow: UnitOfWork, errand: Errand) -> Decision:
    order = errand.whole_order
    decision = may_cancel(errand.policies.cancelling, order.state)
    facts = {
        "amount": money_in(errand),
        "total": order.total,
        "paid": order.state is not OrderState.PENDING_PAYMENT,
        "currency": order.currency,
        "collected": order.store_id is not None,
    }
    return replace(decision, facts={**decision.facts, **facts})


async def _cancel(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    order = await uow.orders.cancel(errand.whole_order.number)
    for line in order.lines:
        await uow.stock.put_back(warehouse(order), line.sku, line.quantity)
    amount = money_in(errand)
    if amount:
        await uow.orders.refund(order.number, amount, reference=errand.ticket)
    if order.member_id is not None:
        key = BookingKey(_SOURCE, f"cancel:{order.number}")
        await uow.loyalty.reverse(order.member_id, order.number, key)
    await uow.cases.open(_case(errand, decision, amount))


def _case(errand: Errand, decision: Decision, amount: Decimal) -> NewCase:
    paid = bool(decision.facts["paid"])
    state = "refunding" if amount else "refund_by_hand" if paid else "done"
    due = working_days(errand.today, int(str(decision.facts["days"])))
    return NewCase(
        CaseKind.CANCELLATION,
        errand.ticket,
        state=state,
        member_id=errand.member_id,
        order_number=errand.whole_order.number,
        conversation_id=errand.conversation_id,
        detail={"amount": str(amount), "refund_on": due.isoformat() if paid else ""},
        rule=decision.rule,
        opened_at=errand.now,
        closed_at=None if paid else errand.now,
    )


cancel_order = Flow(
    "cancel_order",
    CaseKind.CANCELLATION,
    Proof.ORDER,
    slots=(OrderSlot(_not_sent),),
    ruled=always_ruled,
    decide=_decide,
    carry_out=_cancel,
).skill()
