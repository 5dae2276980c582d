"""Calling a human without being asked: for somebody the shop is about to lose."""

from dataclasses import replace

from bot.dialogue.effects import RequestHandoff
from bot.dialogue.mood import Level
from bot.dialogue.packet import call_human
from bot.dialogue.skill import Outcome, Turn
from crm_store.types.actors import SYSTEM
from crm_store.types.handoffs import HandoffReason

VIP_AT_RISK = "vip_at_risk"


async def escalated(turn: Turn, outcome: Outcome) -> Outcome:
    """Return the answer; an upset VIP at risk of leaving gets a human besides."""
    called = any(isinstance(effect, RequestHandoff) for effect in outcome.effects)
    if called or turn.state.mood.level is Level.CALM or turn.actor.member_id is None:
        return outcome
    if not await _is_vip_at_risk(turn, turn.actor.member_id):
        return outcome
    calling = call_human(turn, HandoffReason.RULE, VIP_AT_RISK)
    settled = replace(outcome, state=outcome.state.settled())
    return replace(
        settled,
        replies=(*outcome.replies, turn.say("handoff.vip_called")),
        effects=(*outcome.effects, calling),
    ).remember(tried=(), heard=())


async def _is_vip_at_risk(turn: Turn, member_id: int) -> bool:
    rules = turn.services.service.vip
    async with turn.services.store.reading(SYSTEM) as uow:
        member = await uow.members.get(member_id)
        if member is None or member.tier.value not in rules.tiers:
            return False
        analytics = await uow.analytics.of_member(member_id)
    risk = analytics.churn_risk if analytics else None
    return risk is not None and risk >= rules.at_risk
