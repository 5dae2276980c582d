"""Handoffs: the bot passes a conversation to a human."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm_store.types.conversations import JSONObject


class HandoffReason(StrEnum):
    """Why a human was called."""

    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"
    NOT_SUPPORTED = "not_supported"
    """Understood, but no skill can finish it."""
    RULE = "rule"
    SKILL_FAILED = "skill_failed"


class HandoffState(StrEnum):
    """Life of a handoff."""

    WAITING = "waiting"
    TAKEN = "taken"
    RESOLVED = "resolved"
    HANDED_BACK = "handed_back"
    WITHDRAWN = "withdrawn"
    """The customer went on with the bot before anybody took it."""


@dataclass(frozen=True, slots=True)
class Handoff:
    """One request for a human. A conversation has at most one that is waiting or taken."""

    id: int
    conversation_id: int
    reason: HandoffReason
    state: HandoffState
    packet: JSONObject
    """What the agent needs to know, made when the handoff was requested."""
    requested_at: datetime
    taken_at: datetime | None
    taken_by: int | None
    closed_at: datetime | None
    resolution: str | None
