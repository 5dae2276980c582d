"""Who owns a conversation: a pure machine over the states of its handoff.

`after` takes where a handoff stands and one step, and returns where it stands then. Every step
raises the conversation's epoch by one: whatever was written for the customer under an older epoch
must not reach them any more. The store keeps the rules that need more than one handoff: a
conversation has at most one open, and each step is an event in its timeline.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from crm_store.errors import ConflictError
from crm_store.types.conversations import Owner
from crm_store.types.handoffs import HandoffState


class Move(StrEnum):
    """What can happen to a handoff; also the name of the event in the timeline."""

    REQUEST = "request"
    TAKE = "take"
    """An agent takes what waits."""
    TAKE_OVER = "take_over"
    """A manager takes it, whoever has it."""
    REASSIGN = "reassign"
    """It goes to another agent at once."""
    REQUEUE = "requeue"
    """It waits again: for a skill, a shop, or because its agent has gone."""
    SNOOZE = "snooze"
    """Its agent comes back to it later; the bot keeps silent meanwhile."""
    WAKE = "wake"
    """The time has come, or the customer wrote."""
    HAND_BACK = "hand_back"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    """The customer calls for a human again soon after it was closed: it waits; or its agent has
    more to say: it is theirs."""
    WITHDRAW = "withdraw"
    """The customer goes on with the bot before anybody came."""


@dataclass(frozen=True, slots=True)
class Step:
    """One move, by whom and to whom."""

    move: Move
    agent: int | None = None
    """Whose the conversation is afterwards; for moves that end with an agent."""
    until: datetime | None = None
    """When a snoozed one is looked at again."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Where a conversation stands."""

    state: HandoffState | None = None
    """Of its latest handoff; ``None`` before the first."""
    agent: int | None = None
    """Who has it, or had it last."""
    epoch: int = 0
    until: datetime | None = None

    @property
    def owner(self) -> Owner:
        """Who answers."""
        return OWNERS.get(self.state, Owner.BOT)


OWNERS: Final[Mapping[HandoffState | None, Owner]] = {
    HandoffState.WAITING: Owner.WAITING,
    HandoffState.TAKEN: Owner.HUMAN,
    HandoffState.SNOOZED: Owner.HUMAN,
}
"""Owners by state; everywhere else the bot owns."""

OPEN: Final = (HandoffState.WAITING, HandoffState.TAKEN, HandoffState.SNOOZED)
CLOSED: Final = (HandoffState.RESOLVED, HandoffState.HANDED_BACK, HandoffState.WITHDRAWN)

_S = HandoffState
_FROM: Final[Mapping[Move, tuple[HandoffState | None, ...]]] = {
    Move.REQUEST: (None, *CLOSED),
    Move.TAKE: (_S.WAITING,),
    Move.TAKE_OVER: OPEN,
    Move.REASSIGN: OPEN,
    Move.REQUEUE: (_S.TAKEN, _S.SNOOZED),
    Move.SNOOZE: (_S.TAKEN,),
    Move.WAKE: (_S.SNOOZED,),
    Move.HAND_BACK: OPEN,
    Move.RESOLVE: OPEN,
    Move.REOPEN: (_S.RESOLVED, _S.HANDED_BACK),
    Move.WITHDRAW: (_S.WAITING,),
}
_TO: Final[Mapping[Move, HandoffState]] = {
    Move.REQUEST: _S.WAITING,
    Move.TAKE: _S.TAKEN,
    Move.TAKE_OVER: _S.TAKEN,
    Move.REASSIGN: _S.TAKEN,
    Move.REQUEUE: _S.WAITING,
    Move.SNOOZE: _S.SNOOZED,
    Move.WAKE: _S.TAKEN,
    Move.HAND_BACK: _S.HANDED_BACK,
    Move.RESOLVE: _S.RESOLVED,
    Move.REOPEN: _S.WAITING,
    Move.WITHDRAW: _S.WITHDRAWN,
}
_NAMES_AN_AGENT: Final = frozenset({Move.TAKE, Move.TAKE_OVER, Move.REASSIGN})


def after(now: Ownership, step: Step) -> Ownership:
    """Return where a conversation stands after a step.

    Raises `ConflictError` for a step that is not possible from there, and `ValueError` for one
    that lacks its agent or its time.
    """
    if now.state not in _FROM[step.move]:
        raise ConflictError(f"{step.move} is not possible: {now.state or 'not requested'}")
    if step.move in _NAMES_AN_AGENT and step.agent is None:
        raise ValueError(f"{step.move} names an agent")
    if (step.move is Move.SNOOZE) != (step.until is not None):
        raise ValueError("snooze, and nothing else, names a time")
    state = _TO[step.move]
    if step.move is Move.REOPEN and step.agent is not None:
        state = HandoffState.TAKEN
    return Ownership(state, _agent(now, step, state), now.epoch + 1, step.until)


def _agent(now: Ownership, step: Step, state: HandoffState) -> int | None:
    """Return whose it is then: what waits is nobody's, what is closed remembers whose it was."""
    if state is HandoffState.WAITING:
        return None
    return step.agent if state is HandoffState.TAKEN and step.agent is not None else now.agent
