"""The clocks of a handoff: until the first answer, and until it is settled."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm_store.types.handoffs import Handoff
from crm_store.types.ownership import CLOSED


class SlaState(StrEnum):
    """How a promise stands."""

    OK = "ok"
    WARNING = "warning"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise."""

    due_at: datetime | None
    state: SlaState


@dataclass(frozen=True, slots=True)
class Clocks:
    """Both promises; a kept one is ``ok`` for ever, a broken one ``breached``."""

    answer: Clock
    resolve: Clock

    @property
    def worst(self) -> SlaState:
        """The colour to show."""
        states = (self.answer.state, self.resolve.state)
        return max(states, key=list(SlaState).index)

    @property
    def next_due(self) -> datetime | None:
        """When the next of the two is due."""
        return min(filter(None, (self.answer.due_at, self.resolve.due_at)), default=None)


def clocks(handoff: Handoff, now: datetime, warn_at: float) -> Clocks:
    """Return how a handoff's promises stand.

    ``warn_at`` is the share of the time after which there is a warning. A handoff that was
    answered or closed keeps what became of its clock.
    """
    answered = handoff.answered_at or (handoff.closed_at if handoff.state in CLOSED else None)
    began = handoff.requested_at
    return Clocks(
        _clock(began, handoff.needs.answer_by, answered, now, warn_at),
        _clock(began, handoff.needs.resolve_by, handoff.closed_at, now, warn_at),
    )


def sla_state(handoff: Handoff, now: datetime, warn_at: float) -> SlaState:
    """Return the worse of a handoff's two clocks."""
    return clocks(handoff, now, warn_at).worst


def _clock(
    began: datetime, due: datetime | None, kept: datetime | None, now: datetime, warn_at: float
) -> Clock:
    if due is None:
        return Clock(None, SlaState.OK)
    if (kept or now) > due:
        return Clock(None if kept else due, SlaState.BREACHED)
    if kept is not None:
        return Clock(None, SlaState.OK)
    late = now - began >= (due - began) * warn_at
    return Clock(due, SlaState.WARNING if late else SlaState.OK)
