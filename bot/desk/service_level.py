"""How urgent a handoff is by the clock, and how that is told."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from crm_store.types.handoffs import Handoff, HandoffState

UNPROMISED: Final = timedelta(minutes=5)
"""When a customer to whom no time was promised is marked as late."""
NEAR: Final = 1 / 3
"""The last part of the time that is left to answer or to resolve."""


class Level(StrEnum):
    """Green, amber, red."""

    CALM = "calm"
    SOON = "soon"
    LATE = "late"


def due_at(handoff: Handoff) -> datetime | None:
    """Return when the next promise runs out: the first answer, then the resolution."""
    if handoff.state is HandoffState.SNOOZED:
        return handoff.snoozed_until
    if handoff.answered_at is not None:
        return handoff.needs.resolve_by
    return handoff.needs.answer_by or handoff.requested_at + UNPROMISED


def level(handoff: Handoff, now: datetime) -> Level:
    """Return how near the next promise is."""
    due = due_at(handoff)
    if due is None:
        return Level.CALM
    if now >= due:
        return Level.LATE
    return Level.SOON if due - now <= (due - handoff.requested_at) * NEAR else Level.CALM


def minutes_between(moment: datetime, now: datetime) -> int:
    """Return whole minutes, never negative."""
    return max(0, int((now - moment).total_seconds() // 60))
