"""A complaint: a case with severity, owner and due time; what is grave calls a human at once.

Late parcels are made up for within what `compensation` of the policies allows. Words of harm to
somebody's health, of an injury or of the law lead here from any place in a conversation
(`bot.turn.feeling`): then nothing is asked, and a human joins.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow
from bot.dialogue.human import offer_human
from bot.dialogue.packet import call_human
from bot.dialogue.proof import Proof
from bot.dialogue.refusing import facts_of
from bot.dialogue.reply import Reply
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots.told import MaybeOrderSlot, StorySlot
from bot.policies import Decision
from bot.policies.compensation import days_late, may_compensate
from bot.policies.complaints import Subject, judge
from crm_store.ports import UnitOfWork
from crm_store.types.cases import Case, CaseKind, NewCase
from crm_store.types.handoffs import HandoffReason
from crm_store.types.loyalty import BookingKey
from crm_store.types.orders import Order, OrderState
from nlu.language import to_simplified
from nlu.types import PriceRange

URGENT: Final = "urgent"
_EMPTY: Final = re.compile(
    r"我?(?:要|想|想要|需要)|投诉|一下|举报|你们?|差评|给|你好|非常|很|太|生气|气死我?了?|的|了|啊|吧|吗|"
    r"\b(?:i|i'd|i'm|we|want|would|like|need|to|make|file|lodge|submit|raise|have|a|an|formal|complaint|"
    r"complain|complaints|about|you|your|shop|please|hello|hi|am|very|so|really|angry|unhappy|"
    r"this|is|it|something)\b"
)  # fmt: skip
_LEAST: Final = 3
_CLAIMED: Final = re.compile(
    r"\W*(?:你们?|必须|需要|要|得|给|我|怎么|就|那)*赔(?:钱|款|偿|付)?(?:给?我)?(?:钱|点钱)?(?:吧|啊|呗)?\W*|"
    r"\W*(?:i (?:want|demand) )?(?:compensation|compensate me)\W*",
    re.IGNORECASE,
)
_TIMELY: Final = frozenset({OrderState.CANCELLED, OrderState.PENDING_PAYMENT})
"""States in which nothing can be late."""


def _claimed(said: str) -> Mapping[str, str] | None:
    """Return no slots for "赔钱" alone: to a model it looks like a refund."""
    return {} if _CLAIMED.fullmatch(to_simplified(said)) else None


def _subject(errand: Errand) -> Subject:
    story = to_simplified(errand.text("story")).casefold()
    return errand.policies.complaints.subject(story, errand.text(URGENT))


def _asks_for_order(errand: Errand) -> bool:
    return _subject(errand).about_order and not errand.text(URGENT)


async def _decide(uow: UnitOfWork, errand: Errand) -> Decision:
    judged = judge(errand.policies.complaints, _subject(errand))
    facts = {
        **judged.facts,
        "due": errand.now + timedelta(hours=int(str(judged.facts["hours"]))),
        "known": await _open_complaint(uow, errand),
        "grant": await _compensation(uow, errand),
    }
    return replace(judged, facts=facts)


async def _open_complaint(uow: UnitOfWork, errand: Errand) -> Case | None:
    """Return the open complaint of the conversation about the same thing."""
    since = errand.now - timedelta(hours=errand.policies.complaints.one_case_hours)
    for case in await uow.cases.for_conversation(errand.conversation_id):
        fresh = case.closed_at is None and case.opened_at >= since
        same = case.detail.get("subject") == _subject(errand).id
        if case.kind is CaseKind.COMPLAINT and fresh and same:
            return case
    return None


async def _compensation(uow: UnitOfWork, errand: Errand) -> Decision | None:
    """Return what is granted or why not; ``None`` where there is nothing to decide."""
    rules = errand.policies.compensation
    asked = rules.is_asked_for(to_simplified(errand.text("story")).casefold())
    late = 0 if errand.order is None else _days_late(errand, errand.order)
    if _subject(errand).id != "delivery" and not asked:
        return None
    # A guest who knows an order sees nothing of its member, so nothing can be promised to them.
    member_id = errand.actor.member_id
    if member_id is None or errand.order is None or not (late or asked):
        return None
    given = [
        case
        for case in await uow.cases.for_member(member_id, open_only=False)
        if case.kind is CaseKind.COMPENSATION
    ]
    since = errand.now - timedelta(days=rules.within_days)
    return may_compensate(
        rules,
        late=late,
        for_this_order=any(case.order_number == errand.order.number for case in given),
        recently=sum(case.opened_at >= since for case in given),
        point_value=uow.loyalty.rules.point_value,
        wanted=_wanted(errand) if asked else None,
    )


def _wanted(errand: Errand) -> Decimal | None:
    """Return the sum that the customer names."""
    named = errand.value("price")
    return (named.max or named.min) if isinstance(named, PriceRange) else None


def _days_late(errand: Errand, order: Order) -> int:
    if order.state in _TIMELY:
        return 0
    zone = errand.time_zone
    parcels = [
        (one.expected_on, one.delivered_at and one.delivered_at.astimezone(zone).date())
        for one in order.shipments
    ]
    return days_late(parcels, errand.today)


async def _open(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    known = decision.facts["known"]
    if isinstance(known, Case):
        said = known.detail.get("also")
        also = [*(said if isinstance(said, list) else []), errand.text("story")]
        await uow.cases.change(known.number, state=known.state, detail={"also": also})
    else:
        await uow.cases.open(_case(errand, decision))
    grant = decision.facts["grant"]
    if isinstance(grant, Decision) and grant.allowed:
        await _grant(uow, errand, grant)


def _case(errand: Errand, decision: Decision) -> NewCase:
    facts = decision.facts
    return NewCase(
        CaseKind.COMPLAINT,
        errand.ticket,
        member_id=errand.member_id,
        order_number=errand.order.number if errand.order else None,
        conversation_id=errand.conversation_id,
        reason=errand.text("story"),
        detail={name: str(facts[name]) for name in ("subject", "severity", "owner")},
        rule=decision.rule,
        opened_at=errand.now,
        due_at=errand.now + timedelta(hours=int(str(facts["hours"]))),
    )


async def _grant(uow: UnitOfWork, errand: Errand, grant: Decision) -> None:
    """Book the points and file why; each order is made up for once."""
    order, member_id = errand.whole_order, errand.actor.member_id
    if member_id is None:
        raise LookupError("points need a member")
    ticket = f"compensation-{order.number}"
    points = int(str(grant.facts["points"]))
    await uow.loyalty.earn(member_id, points, BookingKey("huike", ticket), reference=order.number)
    await uow.cases.open(
        NewCase(
            CaseKind.COMPENSATION,
            ticket,
            state="granted",
            member_id=member_id,
            order_number=order.number,
            conversation_id=errand.conversation_id,
            detail={"points": points, "worth": str(grant.facts["worth"])},
            rule=grant.rule,
            opened_at=errand.now,
            closed_at=errand.now,
        )
    )


def _answer(turn: Turn, errand: Errand, decision: Decision, done: Outcome) -> Outcome:
    """Return what the customer is told, with a human where it is grave."""
    grant = decision.facts["grant"]
    facts = facts_of(turn, errand, decision)
    if isinstance(decision.facts["known"], Case):
        done = replace(done, replies=(Reply(turn.words("added", **facts)),))
    made_up = _made_up(turn, grant) if isinstance(grant, Decision) else ""
    reply = Reply("\n".join(filter(None, (done.replies[0].text, made_up))))
    if urgent := errand.text(URGENT):
        advice = turn.words(urgent, **facts)
        calm = Reply(f"{advice}\n{reply.text}")
        return _calling(turn, replace(done, replies=(calm,)), HandoffReason(urgent))
    if isinstance(grant, Decision) and grant.rule == "compensation_above_limit":
        return _calling(turn, replace(done, replies=(reply,)), HandoffReason.COMPENSATION)
    if decision.facts["joins"] == "offer":
        asking = Reply(f"{reply.text}\n{turn.words('offer')}")
        offered = offer_human(turn, asking, HandoffReason.COMPLAINT)
        return replace(offered, effects=done.effects, resolved=done.resolved)
    return replace(done, replies=(reply,))


def _made_up(turn: Turn, grant: Decision) -> str:
    rule = turn.words(f"rules.{grant.rule}", **grant.facts)
    key = "granted" if grant.allowed else "not_granted"
    if grant.rule == "compensation_above_limit":
        key = "above_limit"
    return turn.words(key, rule=rule, **{"points": 0, **grant.facts})


def _calling(turn: Turn, done: Outcome, reason: HandoffReason) -> Outcome:
    return replace(done, effects=(*done.effects, call_human(turn, reason)))


complaint = Flow(
    "complaint",
    CaseKind.COMPLAINT,
    Proof.GUEST,
    slots=(StorySlot("story", _EMPTY, _LEAST, besides=("price",)), MaybeOrderSlot(_asks_for_order)),
    decide=_decide,
    carry_out=_open,
    confirms=False,
    claims=_claimed,
    afterwards=_answer,
).skill()
