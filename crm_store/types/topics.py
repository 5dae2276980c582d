"""Topics: where agents follow a handoff in a messenger's forum group."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm_store.types.handoffs import HandoffState


class TopicState(StrEnum):
    """Life of a topic."""

    WANTED = "wanted"
    CREATING = "creating"
    """The messenger was asked for it; unless an answer or a trace of it comes, nobody knows."""
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Topic:
    """The one topic of a handoff."""

    handoff_id: int
    conversation_id: int
    """The customer's conversation."""
    chat: int
    state: TopicState
    changed_at: datetime
    """When the state changed last."""
    relayed: int
    """Id of the last message of the customer's conversation that was passed on to the topic."""
    version: int = 0
    """Rises with every change; a change of an older version is refused."""
    thread: int | None = None
    """The messenger's id of the topic."""
    line_id: int | None = None
    """The conversation that holds what goes to the topic and what comes from it."""
    packet_id: int | None = None
    """The message in it that carries the packet."""
    pinned: bool = False
    shown: HandoffState | None = None
    """For which state of the handoff the packet offers its buttons."""


@dataclass(frozen=True, slots=True)
class TopicWork:
    """A topic with what tells whether there is anything to do for it."""

    topic: Topic
    handoff: HandoffState
    newest: int
    """Id of the newest message of the customer's conversation."""
    busy: bool
    """Whether something for the topic is still on its way."""
