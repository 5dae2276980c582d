"""Handoffs: the bot passes a conversation to a human."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from crm_store.types.conversations import JSONObject


class HandoffReason(StrEnum):
    """Why a human was called; `Handoff.detail` names the rule, the skill or the case."""

    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"
    NOT_SUPPORTED = "not_supported"
    """Understood, but no skill can finish it."""
    RULE = "rule"
    """A rule of the house: an amount above the bot's authority, signs of fraud, a VIP at risk."""
    SKILL_FAILED = "skill_failed"
    PROMISE = "promise"
    """Something promised is about to be missed."""
    HEALTH_HARM = "health_harm"
    """A product did harm to somebody's health; called by rule."""
    INJURY = "injury"
    LEGAL_THREAT = "legal_threat"
    COMPLAINT = "complaint"
    """A grave complaint."""
    COMPENSATION = "compensation"
    """Asks for more than the assistant may grant by itself."""
    UPSET = "upset"
    """The customer is angry and took the offer."""
    UNHAPPY = "unhappy"
    """A bad score, and they want to talk about it."""


class HandoffState(StrEnum):
    """Life of a handoff; `crm_store.types.ownership` says what leads where."""

    WAITING = "waiting"
    TAKEN = "taken"
    SNOOZED = "snoozed"
    """Its agent comes back to it at a time, or when the customer writes."""
    RESOLVED = "resolved"
    HANDED_BACK = "handed_back"
    WITHDRAWN = "withdrawn"
    """The customer went on with the bot before anybody took it."""


class Priority(IntEnum):
    """Who comes first in the queue."""

    NORMAL = 0
    HIGH = 1
    VIP = 2
    URGENT = 3
    """Harm to somebody, or a first answer that is overdue."""


class Presence(StrEnum):
    """Whether somebody at the desk can be given work."""

    ONLINE = "online"
    AWAY = "away"
    """Keeps what they have, gets nothing new."""
    OFFLINE = "offline"


MAX_LOAD = 6
"""Conversations that somebody has at a time, unless their account says otherwise."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a handoff asks of the agent who gets it, and by when."""

    skill: str | None = None
    """One of the skills in ``bot/policies/service.yml``; ``None``: anybody's."""
    language: str | None = None
    """``zh`` or ``en``."""
    store_id: str | None = None
    """Whose shop it concerns; ``None``: the service centre's."""
    priority: Priority = Priority.NORMAL
    answer_by: datetime | None = None
    """When the first answer is due."""
    resolve_by: datetime | None = None
    prefers: int | None = None
    """The agent who knows it already."""


ANYBODY = Needs()


@dataclass(frozen=True, slots=True)
class Handoff:
    """One request for a human. A conversation has at most one that is open."""

    id: int
    conversation_id: int
    reason: HandoffReason
    state: HandoffState
    packet: JSONObject
    """What the agent needs to know, made when the handoff was requested."""
    requested_at: datetime
    """When it began to wait; anew when it is reopened."""
    taken_at: datetime | None
    taken_by: int | None
    closed_at: datetime | None
    resolution: str | None
    detail: str = ""
    """Which rule, skill or case the reason is about."""
    needs: Needs = ANYBODY
    answered_at: datetime | None = None
    """When an agent first wrote to the customer."""
    resolution_code: str | None = None
    """One of ``resolutions`` in ``bot/policies/service.yml``."""
    instruction: str | None = None
    """What the bot was told when it got the conversation back."""
    snoozed_until: datetime | None = None
    offered_to: int | None = None
    """Whom it is suggested to; anybody may take it still."""
    offered_until: datetime | None = None
    escalated_at: datetime | None = None
    """When a manager was told that its first answer is overdue."""
    reopened: int = 0
    """How often the customer came back with it."""


@dataclass(frozen=True, slots=True)
class QueueOutlook:
    """The queue in numbers, which anybody may be told."""

    waiting: int
    agents: int
    """Who is online, with room or not."""
    known: bool
    """Whether any desk ever said who is there; else ``agents`` means nothing."""
    handling_seconds: float | None
    """Median time from taking to closing of what was closed lately; ``None`` without any."""


@dataclass(frozen=True, slots=True)
class AgentOnDuty:
    """Somebody at the desk, and how much they have."""

    staff_id: int
    name: str
    store_id: str | None
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    """Empty: everything."""
    max_load: int
    presence: Presence
    """As it counts now: who was not heard of for long is offline."""
    seen_at: datetime | None
    load: int
    """Handoffs they have taken and not snoozed."""
    offered: int
    """Suggested to them and not yet taken."""

    @property
    def has_room(self) -> bool:
        """Whether they can be given one more."""
        return self.presence is Presence.ONLINE and self.load + self.offered < self.max_load
