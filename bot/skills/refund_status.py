"""Where money is that goes back: asked for, waiting for goods, sent, there, or late."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from bot.dialogue import which_order
from bot.dialogue.cards import order_line
from bot.dialogue.human import human_button, offer_human
from bot.dialogue.levels import Proof
from bot.dialogue.reply import Button, Card, Reply, payload
from bot.dialogue.skill import Outcome, Turn, skill
from bot.policies.cancelling import may_cancel
from bot.policies.refunds import goods_late, stage_of
from crm_store.types.cases import Case, CaseKind
from crm_store.types.handoffs import HandoffReason
from crm_store.types.orders import Order, Payment

_WITH_MONEY: Final = frozenset(
    {
        CaseKind.RETURN,
        CaseKind.CANCELLATION,
        CaseKind.REFUND,
        CaseKind.ORDER_CHANGE,
        CaseKind.COMPENSATION,
        CaseKind.PAYMENT_CHECK,
    }
)
_NOT_REFUNDS: Final = frozenset({"done", "payment_due"})
_WORST_FIRST: Final = (
    "failed", "late", "goods_late", "by_hand", "sent", "awaiting_goods", "in_check", "arrived"
)  # fmt: skip
_PAID_BACK_BY: Final = frozenset({"cancel_order", "return_item"})
"""Errands that end in a refund."""
_FOR_HUMANS: Final = frozenset({"failed", "late", "goods_late"})


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a refund's way."""

    stage: str
    at: date
    facts: dict[str, object]


@skill("refund_status", slots=which_order.SLOTS, proof=Proof.ORDER, ruled=True)
async def refund_status(turn: Turn) -> Outcome:
    """Find the order whose money is meant, and tell how far it is."""
    if before := await _not_yet(turn):
        return before
    numbers = await _numbers(turn)
    found = await which_order.which_order(
        turn, about=lambda order: order.number in numbers or _goes_back(order), last_one=True
    )
    if isinstance(found, Outcome):
        return found
    async with turn.reading() as uow:
        cases = await uow.cases.for_order(found.order.number, kinds=_WITH_MONEY)
    told = _told(turn, found.order, [case for case in cases if case.state not in _NOT_REFUNDS])
    return replace(told, effects=found.effects).remember(order_number=found.order.number)


async def _not_yet(turn: Turn) -> Outcome | None:
    """Return when money would come, of what the customer is just about to confirm."""
    asked, number = turn.state.question, turn.state.slots.get("order_number")
    if asked is None or asked.skill not in _PAID_BACK_BY or turn.entities("order_number"):
        return None
    policies = turn.services.policies
    if asked.skill == "return_item":
        return turn.done(turn.say("after_return_item", days=policies.returns.refund_days))
    async with turn.reading() as uow:
        order = await uow.orders.by_number(str(number))
    decision = may_cancel(policies.cancelling, order.state) if order is not None else None
    if decision is None or not decision.allowed:
        return None
    return turn.done(turn.say("after_cancel_order", days=decision.facts["days"]))


async def _numbers(turn: Turn) -> frozenset[str]:
    """Return the orders of the member for which money is being paid back."""
    if turn.actor.member_id is None:
        return frozenset()
    async with turn.reading() as uow:
        cases = await uow.cases.for_member(turn.actor.member_id)
    return frozenset(
        case.order_number
        for case in cases
        if case.order_number and case.kind in _WITH_MONEY and case.state not in _NOT_REFUNDS
    )


def _goes_back(order: Order) -> bool:
    return any(paid.amount < 0 for paid in order.payments)


def _told(turn: Turn, order: Order, cases: list[Case]) -> Outcome:
    steps = [*_of_payments(turn, order), *_of_cases(turn, order, cases)]
    if not steps:
        return turn.done(turn.say("none", buttons=_instead(turn, order), number=order.number))
    now = min(steps, key=lambda step: _WORST_FIRST.index(step.stage))
    card = _card(turn, order, cases, steps)
    reply = Reply(turn.words(now.stage, **now.facts), (card,))
    if now.stage in _FOR_HUMANS:
        text = reply.text + turn.words("offer")
        return offer_human(turn, Reply(text, reply.cards), HandoffReason.ASKED)
    button = human_button(turn, HandoffReason.ASKED, turn.skill)
    return turn.done(replace(reply, buttons=(button,)))


def _of_payments(turn: Turn, order: Order) -> list[Step]:
    return [_of_payment(turn, order, paid) for paid in order.payments if paid.amount < 0]


def _of_payment(turn: Turn, order: Order, paid: Payment) -> Step:
    started = _day(turn, paid.at)
    stage = stage_of(
        turn.services.policies.refunds,
        method=paid.method,
        state=paid.state,
        started=started,
        today=_day(turn, turn.now),
    )
    name = "late" if stage.late and stage.stage == "sent" else stage.stage
    facts: dict[str, object] = {
        "amount": -paid.amount,
        "currency": order.currency,
        "method": turn.name_of("payment_methods", paid.method),
        "expected": stage.expected,
        "at": started,
    }
    return Step(name, started, facts)


def _of_cases(turn: Turn, order: Order, cases: list[Case]) -> list[Step]:
    """Return the step of each case for which no money has been sent yet."""
    paid_back = _goes_back(order)
    today = _day(turn, turn.now)
    steps = []
    for case in cases:
        due = _day(turn, case.due_at) if case.due_at else None
        facts: dict[str, object] = {
            "amount": Decimal(str(case.detail.get("amount", 0))),
            "currency": order.currency,
            "number": case.number,
            "due": due,
            "days": turn.services.policies.returns.refund_days,
            "refund_on": _date(case.detail.get("refund_on")),
        }
        opened = _day(turn, case.opened_at)
        if case.state == "refund_by_hand":
            steps.append(Step("by_hand", opened, facts))
        elif case.state == "awaiting_goods":
            stage = "goods_late" if goods_late(case.detail, due, today) else "awaiting_goods"
            steps.append(Step(stage, opened, facts))
        elif case.closed_at is None and not paid_back:
            steps.append(Step("in_check", opened, facts))
    return steps


def _card(turn: Turn, order: Order, cases: list[Case], steps: list[Step]) -> Card:
    """Return the refund's way, oldest step first."""
    asked = [
        (
            _day(turn, case.opened_at),
            turn.words(
                "step_asked",
                at=_day(turn, case.opened_at),
                number=case.number,
                kind=turn.words(f"kind_{case.kind.value}"),
            ),
        )
        for case in cases
    ]
    received = [
        (day, turn.words("step_received", at=day))
        for case in cases
        if (day := _date(case.detail.get("received_on"))) is not None
    ]
    moved = [
        (step.at, turn.words(f"step_{step.stage}", **{**step.facts, "at": step.at}))
        for step in steps
    ]
    track = sorted([*asked, *received, *moved], key=lambda one: one[0])
    return Card(
        title=turn.words("card_title", number=order.number),
        subtitle=order_line(turn, order),
        facts=tuple(line for _, line in track),
        icon="order",
    )


def _instead(turn: Turn, order: Order) -> tuple[Button, ...]:
    about = {"order_number": order.number}
    ways = [
        Button(turn.words(f"topics.{intent}"), payload(intent, about))
        for intent in ("return_item", "cancel_order")
    ]
    return (*ways, human_button(turn, HandoffReason.ASKED, turn.skill))


def _day(turn: Turn, at: datetime) -> date:
    return at.astimezone(turn.services.phrasebook.time_zone).date()


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
