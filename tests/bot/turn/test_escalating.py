"""An upset VIP whom the shop is about to lose gets a human without asking."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from heguang import NOW, Assistant

from bot.turn.escalating import VIP_AT_RISK
from bot.turn.worker import Worker
from crm_store.analytics.run import recompute
from crm_store.models import MemberRow, OrderRow
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import ConversationKey, InboundMessage, Owner
from crm_store.types.handoffs import Handoff, HandoffReason, Priority
from crm_store.types.orders import OrderState

pytestmark = pytest.mark.timeout(1200)
ANGRY = "你们太差劲了，气死我了！！！我的快递到哪了"


async def after_saying(
    assistant: Assistant, who: str, words: str, at_risk: float
) -> tuple[Owner, Handoff | None]:
    """Say it where churn from that risk on counts."""
    service = assistant.services.service
    rules = service.model_copy(update={"vip": service.vip.model_copy(update={"at_risk": at_risk})})
    services = replace(assistant.services, service=rules)
    worker = Worker(assistant.store, replace(assistant.runner, services=services), assistant.bell)
    key = ConversationKey("console", "test", f"{who}-{at_risk}-{words}")
    member = assistant.people.members[who]
    said = InboundMessage(key, "1", words, member_id=member, attested_at=NOW)
    [receipt] = await assistant.inbox.accept([said])
    while await worker.step():
        pass
    async with assistant.store.reading(SYSTEM) as uow:
        conversation = await uow.conversations.get(receipt.conversation_id)
        handoff = await uow.handoffs.current(receipt.conversation_id)
    assert conversation is not None
    return conversation.owner, handoff


async def a_crowd(assistant: Assistant, buyers: int = 50) -> None:
    """Let so many people buy once that churn can be told at all."""
    async with assistant.store.importing() as context:
        members = [
            MemberRow(name=f"路人{number}", joined_on=NOW.date()) for number in range(buyers)
        ]
        context.session.add_all(members)
        await context.session.flush()
        context.session.add_all(
            OrderRow(
                number=f"CROWD-{member.id}",
                member_id=member.id,
                channel="pos",
                state=OrderState.COMPLETED,
                placed_at=NOW - timedelta(days=200 + member.id),
                total=Decimal(100),
            )
            for member in members
        )


async def test_only_who_is_vip_and_at_risk_and_upset(assistant: Assistant) -> None:
    await a_crowd(assistant)
    await recompute(assistant.store, zone=ZoneInfo("Asia/Shanghai"))
    async with assistant.store.reading(SYSTEM) as uow:
        known = await uow.analytics.of_member(assistant.people.members["waiting"])
    risk = known.churn_risk if known else None
    assert risk is not None
    owner, handoff = await after_saying(assistant, "waiting", ANGRY, risk)
    assert handoff is not None
    assert (owner, handoff.reason, handoff.detail) == (
        Owner.WAITING,
        HandoffReason.RULE,
        VIP_AT_RISK,
    )
    assert handoff.needs.priority is Priority.VIP
    for who, words, at_risk in (
        ("waiting", ANGRY, min(1.0, risk + 0.01)),
        ("waiting", "我的快递到哪了", risk),
        ("waiting_for_two", ANGRY, 0.0),
    ):
        assert await after_saying(assistant, who, words, at_risk) == (Owner.BOT, None)
