"""Who gets what, by when, and how long one waits: pure functions over the rules of the house."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.handoff.packet import HandoffPacket
from bot.policies.service import Service
from crm_store.types.handoffs import (
    AgentOnDuty,
    Handoff,
    HandoffReason,
    Needs,
    Priority,
    QueueOutlook,
)

LONGEST_ESTIMATE: Final = 120
"""Minutes; beyond it an estimate would only pretend to know."""


def needs_of(packet: HandoffPacket, rules: Service, now: datetime) -> Needs:
    """Return what the agent must be able to do, and the promises made to the customer.

    Outside service hours the clocks begin to run when people are back.
    """
    store_id = store_of(packet)
    priority = _priority(packet, rules)
    promise = rules.promises.of(priority)
    begins = now
    if not rules.hours.is_open(store_id, now):
        begins = rules.hours.next_opening(store_id, now) or now
    return Needs(
        skill=rules.skill_for(packet.intent),
        language="en" if packet.language.startswith("en") else "zh",
        store_id=store_id,
        priority=priority,
        answer_by=begins + timedelta(minutes=promise.answer_minutes),
        resolve_by=begins + timedelta(hours=promise.resolve_hours),
    )


def store_of(packet: HandoffPacket) -> str | None:
    """Return the shop that it is about: where the order was bought or is collected."""
    return next((one.store_id for one in packet.order_facts if one.store_id), None)


def _priority(packet: HandoffPacket, rules: Service) -> Priority:
    reason = HandoffReason(packet.reason) if packet.reason else HandoffReason.ASKED
    if reason in rules.urgent:
        return Priority.URGENT
    if packet.person is not None and packet.person.tier in rules.vip.tiers:
        return Priority.VIP
    return Priority.HIGH if reason in rules.high else Priority.NORMAL


def best_agent(handoff: Handoff, agents: Sequence[AgentOnDuty]) -> AgentOnDuty | None:
    """Return whom to suggest a waiting handoff to; ``None`` when nobody fits and has room.

    Who knows the matter already, then who is a specialist for it, then who works in its shop, then
    who has the least to do.
    """
    able = [one for one in agents if one.has_room and is_able(one, handoff.needs)]
    return min(able, key=lambda one: _distance(one, handoff), default=None)


def is_able(agent: AgentOnDuty, needs: Needs) -> bool:
    """Whether somebody speaks the language and knows the matter."""
    speaks = needs.language is None or needs.language in agent.languages
    knows = needs.skill is None or not agent.skills or needs.skill in agent.skills
    return speaks and knows


def _distance(agent: AgentOnDuty, handoff: Handoff) -> tuple[bool, bool, bool, bool, float, int]:
    needs = handoff.needs
    return (
        needs.prefers != agent.staff_id,
        handoff.offered_to == agent.staff_id,  # it was offered to them before and they let it pass
        needs.skill not in agent.skills,
        needs.store_id is None or needs.store_id != agent.store_id,
        (agent.load + agent.offered) / max(1, agent.max_load),
        agent.staff_id,
    )


def estimated_minutes(outlook: QueueOutlook) -> int | None:
    """Return how long somebody who joins the queue now waits, in whole minutes.

    ``None`` when nobody knows: no desk is open, or nothing was handled lately.
    """
    if not outlook.known or not outlook.agents or outlook.handling_seconds is None:
        return None
    rounds = (outlook.waiting + 1) / outlook.agents
    minutes = math.ceil(rounds * outlook.handling_seconds / 60)
    return min(max(1, minutes), LONGEST_ESTIMATE)
