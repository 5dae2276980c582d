"""Payments that went wrong: checked against what is booked, put right, or looked into."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow
from bot.dialogue.hints import hinted, hints_for
from bot.dialogue.human import human_button
from bot.dialogue.proof import Proof
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots import Choice, Hinted, OrderSlot, fixed
from bot.policies import Decision
from bot.policies.payments import charged_twice, monthly, paid_or_not
from crm_store.ports import UnitOfWork
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.handoffs import HandoffReason
from crm_store.types.orders import Order, OrderState

INTENT: Final = "payment_issue"
_ISSUES: Final = ("charged_twice", "paid_unpaid", "failed", "instalments", "other")
_SETTLED: Final = {"duplicate_refunded": "refunding", "payment_found": "put_right"}
"""Rules after which nothing is left to look into, and the state of their cases."""


def _unpaid(order: Order) -> bool:
    return order.state is OrderState.PENDING_PAYMENT


async def _decide(_: UnitOfWork, errand: Errand) -> Decision:
    policy, order = errand.policies.payments, errand.whole_order
    if errand.text("issue") == "charged_twice":
        return charged_twice(policy, order)
    return paid_or_not(policy, order)


async def _look_into(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    order = errand.whole_order
    settled = decision.rule in _SETTLED
    hours = errand.policies.payments.check_hours
    amount = Decimal(str(decision.facts["amount"]))
    await uow.cases.open(
        NewCase(
            CaseKind.PAYMENT_CHECK,
            errand.ticket,
            state=_SETTLED.get(decision.rule, "checking"),
            member_id=errand.member_id,
            order_number=order.number,
            conversation_id=errand.conversation_id,
            reason=errand.text("issue_words") or errand.text("issue"),
            detail={
                "issue": errand.text("issue"),
                "amount": str(amount),
                "paid": str(decision.facts["paid"]),
                "total": str(decision.facts["total"]),
            },
            rule=decision.rule,
            opened_at=errand.now,
            due_at=None if settled else errand.now + timedelta(hours=hours),
            closed_at=errand.now if settled else None,
        )
    )
    if decision.rule == "duplicate_refunded":
        await uow.orders.refund(order.number, amount, reference=errand.ticket)
    if decision.rule == "payment_found":
        await uow.orders.mark_paid(order.number)


@dataclass(frozen=True, slots=True)
class Instalments:
    """Not a question: who asks about instalments is told, and nothing has to be done."""

    name: str = "instalments"
    kinds: tuple[str, ...] = ()

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand, or what instalments there are and what they come to a month."""
        if errand.text("issue") != "instalments":
            return errand
        policy = errand.policies.payments.instalments
        order = await _waiting_for_payment(turn)
        rates = monthly(policy, order.total) if order else {}
        button = human_button(turn, HandoffReason.ASKED, INTENT)
        reply = turn.say("instalments", policy=policy, order=order, rates=rates, buttons=(button,))
        return turn.done(reply)


async def _waiting_for_payment(turn: Turn) -> Order | None:
    """Return the member's newest order that is not paid."""
    if turn.actor.member_id is None:
        return None
    async with turn.reading() as uow:
        orders = await uow.orders.for_member(turn.actor.member_id)
    return next(filter(_unpaid, orders), None)


def _asks_for_a_rule(said: str) -> bool:
    """Instalments are told here, with what an order comes to a month."""
    return hinted(hints_for(INTENT, "issue"), said) != "instalments"


payment_issue = Flow(
    INTENT,
    CaseKind.PAYMENT_CHECK,
    Proof.ORDER,
    slots=(
        Hinted(
            Choice("issue", fixed("issue", *_ISSUES), otherwise="other"),
            hints_for(INTENT, "issue"),
        ),
        Instalments(),
        OrderSlot(_unpaid),
    ),
    ruled=_asks_for_a_rule,
    decide=_decide,
    carry_out=_look_into,
    # What is done here is in the customer's favour: their own money, or a human's look at it.
    confirms=False,
).skill()
