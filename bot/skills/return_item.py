"""Sending something back for money: the window, the condition, a label or a store to drop it at."""

from dataclasses import replace
from datetime import timedelta

from bot.dialogue.delivery import delivered_on
from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow
from bot.dialogue.proof import Proof
from bot.dialogue.slots import Choice, LineSlot, OrderSlot, fixed
from bot.policies import Decision, refuse
from bot.policies.returns import may_return, strictest
from crm_store.ports import UnitOfWork
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.orders import Order, OrderState

_ARRIVED = frozenset({OrderState.DELIVERED, OrderState.COMPLETED})
_REASONS = ("broken", "wrong_item", "not_as_described", "wrong_size", "changed_mind", "other")


def _arrived(order: Order) -> bool:
    return order.state in _ARRIVED


def _forbids(order: Order) -> Decision | None:
    if order.state is OrderState.CANCELLED:
        return refuse("order_cancelled")
    return None if _arrived(order) else refuse("not_delivered_yet", "cancel_order", "order_status")


def _condition_matters(errand: Errand) -> bool:
    return errand.text("reason") not in errand.policies.returns.shop_is_to_blame


async def _decide(uow: UnitOfWork, errand: Errand) -> Decision:
    order = errand.whole_order
    if no := _forbids(order):
        return no
    for case in await uow.cases.for_order(order.number, kinds={CaseKind.RETURN}):
        if case.line_id in {line.id for line in errand.lines} and case.closed_at is None:
            return refuse("already_returning", "refund_status", number=case.number)
    decision = strictest(await _by_line(uow, errand))
    amount = sum(line.unit_price * line.quantity for line in errand.lines)
    return replace(decision, facts={**decision.facts, "amount": amount, "currency": order.currency})


async def _by_line(uow: UnitOfWork, errand: Errand) -> list[Decision]:
    ids = [line.product_id for line in errand.lines if line.product_id]
    products = {product.id: product for product in await uow.catalog.products(ids)}
    decisions = []
    for line in errand.lines:
        product = products.get(line.product_id or "")
        decisions.append(
            may_return(
                errand.policies.returns,
                line=product.line if product else "",
                category=product.category if product else "",
                reason=errand.text("reason"),
                condition=errand.text("condition"),
                delivered=delivered_on(errand.whole_order, errand.time_zone),
                today=errand.today,
            )
        )
    return decisions


async def _open(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    due = errand.now + timedelta(days=errand.policies.returns.pick_up_days)
    for position, line in enumerate(errand.lines):
        await uow.cases.open(
            NewCase(
                CaseKind.RETURN,
                errand.ticket if position == 0 else f"{errand.ticket}-{position}",
                state="awaiting_goods",
                member_id=errand.member_id,
                order_number=errand.whole_order.number,
                line_id=line.id,
                conversation_id=errand.conversation_id,
                reason=errand.text("reason_words") or errand.text("reason"),
                detail={
                    "condition": errand.text("condition"),
                    "handover": errand.text("handover"),
                    "amount": str(line.unit_price * line.quantity),
                    "shipping": str(decision.facts.get("shipping", "")),
                },
                rule=decision.rule,
                opened_at=errand.now,
                due_at=due,
            )
        )


return_item = Flow(
    "return_item",
    CaseKind.RETURN,
    Proof.ORDER,
    slots=(
        OrderSlot(_arrived, _forbids),
        LineSlot(),
        Choice("reason", fixed("reason", *_REASONS), otherwise="other"),
        Choice("condition", fixed("condition", "sealed", "unused", "used"), _condition_matters),
        Choice("handover", fixed("handover", "courier", "store")),
    ),
    decide=_decide,
    carry_out=_open,
).skill()
