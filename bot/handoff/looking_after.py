"""What the queue needs done now: a pure function over what is open and who is there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.handoff.routing import best_agent
from bot.handoff.service_levels import SlaState, clocks
from bot.policies.service import Service
from crm_store.types.handoffs import AgentOnDuty, Handoff, HandoffState, Presence


class Chore(StrEnum):
    """What is done to a handoff."""

    WAKE = "wake"
    REQUEUE = "requeue"
    """Its agent has gone."""
    ESCALATE = "escalate"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do."""

    chore: Chore
    handoff_id: int
    agent: int | None = None
    """To whom it is offered."""


def todos(
    handoffs: Sequence[Handoff], agents: Sequence[AgentOnDuty], now: datetime, rules: Service
) -> list[Todo]:
    """Return what is to be done, in order; ``handoffs`` stand as they are to be served."""
    gone = {one.staff_id for one in agents if has_left(one)}
    found: list[Todo] = []
    for one in handoffs:
        if one.state is HandoffState.TAKEN and one.taken_by in gone:
            found.append(Todo(Chore.REQUEUE, one.id))
        elif one.state is HandoffState.SNOOZED and _is_due(one.snoozed_until, now):
            found.append(Todo(Chore.WAKE, one.id))
        elif _is_overdue(one, now, rules):
            found.append(Todo(Chore.ESCALATE, one.id))
    return [*found, *_offers(handoffs, agents, now)]


def has_left(agent: AgentOnDuty) -> bool:
    """Whether somebody was at their desk and is no more; a desk never opened tells nothing."""
    return agent.presence is Presence.OFFLINE and agent.seen_at is not None


def _offers(
    handoffs: Sequence[Handoff], agents: Sequence[AgentOnDuty], now: datetime
) -> list[Todo]:
    """Suggest everything that waits and is suggested to nobody, as long as there is room."""
    room = {one.staff_id: one for one in agents}
    found = []
    for one in handoffs:
        if one.state is not HandoffState.WAITING or not _is_due(one.offered_until or now, now):
            continue
        agent = best_agent(one, list(room.values()))
        if agent is not None:
            room[agent.staff_id] = replace(agent, offered=agent.offered + 1)
            found.append(Todo(Chore.OFFER, one.id, agent.staff_id))
    return found


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _is_overdue(handoff: Handoff, now: datetime, rules: Service) -> bool:
    waits = handoff.state is HandoffState.WAITING and handoff.escalated_at is None
    return waits and clocks(handoff, now, rules.warn_at).answer.state is SlaState.BREACHED
