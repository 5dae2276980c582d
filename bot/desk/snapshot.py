"""What one agent's desk shows, read from the store under that agent's own rights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import Actor
from crm_store.types.conversations import Conversation, Direction, Message
from crm_store.types.handoffs import Handoff, HandoffState
from crm_store.types.people import MemberCard

TRANSCRIPT = 100
"""Messages shown of a conversation, the latest."""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One line of the queue."""

    handoff: Handoff
    channel: str
    preview: str
    """The customer's latest words."""
    agent: str | None
    """Who took it."""


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """The conversation in the middle of the desk, with what is known about its customer."""

    handoff: Handoff
    conversation: Conversation
    messages: tuple[Message, ...]
    card: MemberCard | None
    agent: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a desk shows at one moment; equal snapshots need no redrawing."""

    queue: tuple[QueueEntry, ...] = ()
    open: OpenConversation | None = None

    def waiting(self) -> Sequence[QueueEntry]:
        """Return what nobody has taken."""
        return [e for e in self.queue if e.handoff.state is HandoffState.WAITING]

    def taken_by(self, staff_id: int) -> Sequence[QueueEntry]:
        """Return what this agent has taken."""
        return [e for e in self.queue if e.handoff.taken_by == staff_id]

    def taken_by_others(self, staff_id: int) -> Sequence[QueueEntry]:
        """Return what colleagues have taken."""
        return [e for e in self.queue if e.handoff.taken_by not in (None, staff_id)]


async def look(store: CrmStore, actor: Actor, handoff_id: int | None) -> Snapshot:
    """Read the queue and the chosen handoff in one unit of work."""
    async with store.reading(actor) as uow:
        queue = [await _entry(uow, handoff) for handoff in await uow.handoffs.open()]
        chosen = await _open(uow, handoff_id) if handoff_id is not None else None
    return Snapshot(tuple(queue), chosen)


async def _entry(uow: UnitOfWork, handoff: Handoff) -> QueueEntry:
    conversation = await uow.conversations.get(handoff.conversation_id)
    last = await uow.conversations.tail(handoff.conversation_id, limit=10)
    said = [message.text for message in last if message.direction is Direction.IN]
    return QueueEntry(
        handoff,
        conversation.key.channel if conversation else "web",
        said[-1] if said else "",
        await _name(uow, handoff.taken_by),
    )


async def _open(uow: UnitOfWork, handoff_id: int) -> OpenConversation | None:
    handoff = await uow.handoffs.get(handoff_id)
    conversation = await uow.conversations.get(handoff.conversation_id) if handoff else None
    if handoff is None or conversation is None:
        return None
    member_id = conversation.member_id
    return OpenConversation(
        handoff,
        conversation,
        tuple(await uow.conversations.tail(conversation.id, limit=TRANSCRIPT)),
        await uow.members.card(member_id) if member_id is not None else None,
        await _name(uow, handoff.taken_by),
    )


async def _name(uow: UnitOfWork, staff_id: int | None) -> str | None:
    staff = await uow.staff.get(staff_id) if staff_id is not None else None
    return staff.name if staff else None


def minutes_since(moment: datetime, now: datetime) -> int:
    """Return whole minutes, never negative."""
    return max(0, int((now - moment).total_seconds() // 60))
