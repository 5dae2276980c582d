"""What one agent's desk shows, read from the store under that agent's own rights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.desk.session import require_service
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import Actor
from crm_store.types.catalog import Product
from crm_store.types.conversations import Conversation, Direction, Message
from crm_store.types.handoffs import Handoff, HandoffState
from crm_store.types.people import MemberCard

TRANSCRIPT: Final = 100
"""Messages shown of a conversation, the latest."""
CARD_AGE: Final = timedelta(minutes=5)
"""How long a card is shown before it is read again; every reading of a member is audited."""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One line of the queue."""

    handoff: Handoff
    channel: str
    customer: str | None
    """The member's name; ``None`` for a guest."""
    preview: str
    """The customer's latest words."""
    agent: str | None
    """Who took it."""
    waited: int
    """Whole minutes since a human was asked for, while nobody has come; else 0."""


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """The conversation in the middle of the desk, with what is known about its customer."""

    handoff: Handoff
    conversation: Conversation
    messages: tuple[Message, ...]
    card: MemberCard | None
    products: tuple[Product, ...]
    """Those that the packet names."""
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


@dataclass(frozen=True, slots=True)
class _SeenCard:
    handoff_id: int
    member_id: int
    at: datetime
    card: MemberCard | None


class Lookout:
    """Looks at the store again and again for one open page.

    It remembers names and the card between two looks: a desk looks every few seconds, and each
    reading of a member is an audit row that should mean something.
    """

    def __init__(self, store: CrmStore, actor: Actor) -> None:
        self._store = store
        self._actor = actor
        self._names: dict[int, str] = {}
        self._card: _SeenCard | None = None

    async def look(self, handoff_id: int | None, now: datetime) -> Snapshot:
        """Read the queue and the chosen handoff in one unit of work.

        Raises `NotPermittedError` once the account may not use the desk any more.
        """
        async with self._store.reading(self._actor) as uow:
            await require_service(uow)
            queue = [await self._entry(uow, found, now) for found in await uow.handoffs.open()]
            chosen = await self._open(uow, handoff_id, now) if handoff_id is not None else None
        return Snapshot(tuple(queue), chosen)

    async def _entry(self, uow: UnitOfWork, handoff: Handoff, now: datetime) -> QueueEntry:
        conversation = await uow.conversations.get(handoff.conversation_id)
        last = await uow.conversations.tail(handoff.conversation_id, limit=10)
        said = [words_of(message) for message in last if message.direction is Direction.IN]
        waiting = handoff.state is HandoffState.WAITING
        return QueueEntry(
            handoff=handoff,
            channel=conversation.key.channel if conversation else "web",
            customer=await self._customer(uow, conversation.member_id) if conversation else None,
            preview=said[-1] if said else "",
            agent=await _agent(uow, handoff.taken_by),
            waited=minutes_between(handoff.requested_at, now) if waiting else 0,
        )

    async def _customer(self, uow: UnitOfWork, member_id: int | None) -> str | None:
        if member_id is None:
            return None
        if member_id not in self._names:
            member = await uow.members.get(member_id)
            self._names[member_id] = member.name if member else ""
        return self._names[member_id] or None

    async def _open(
        self, uow: UnitOfWork, handoff_id: int, now: datetime
    ) -> OpenConversation | None:
        handoff = await uow.handoffs.get(handoff_id)
        conversation = await uow.conversations.get(handoff.conversation_id) if handoff else None
        if handoff is None or conversation is None:
            return None
        return OpenConversation(
            handoff,
            conversation,
            tuple(await uow.conversations.tail(conversation.id, limit=TRANSCRIPT)),
            await self._card_of(uow, handoff_id, conversation.member_id, now),
            tuple(await uow.catalog.products(_named_products(handoff))),
            await _agent(uow, handoff.taken_by),
        )

    async def _card_of(
        self, uow: UnitOfWork, handoff_id: int, member_id: int | None, now: datetime
    ) -> MemberCard | None:
        if member_id is None:
            return None
        seen = self._card
        if (
            seen is None
            or (seen.handoff_id, seen.member_id) != (handoff_id, member_id)
            or now - seen.at > CARD_AGE
        ):
            card = await uow.members.card(member_id)
            self._card = seen = _SeenCard(handoff_id, member_id, now, card)
        return seen.card


def words_of(message: Message) -> str:
    """Return a message as its reader sees it: a pressed button is what stood on it."""
    title = message.payload.get("title") if message.direction is Direction.IN else None
    return str(title) if title else message.text


def _named_products(handoff: Handoff) -> list[str]:
    named = handoff.packet.get("products")
    return [str(product_id) for product_id in named] if isinstance(named, list) else []


async def _agent(uow: UnitOfWork, staff_id: int | None) -> str | None:
    staff = await uow.staff.get(staff_id) if staff_id is not None else None
    return staff.name if staff else None


def minutes_between(moment: datetime, now: datetime) -> int:
    """Return whole minutes, never negative."""
    return max(0, int((now - moment).total_seconds() // 60))
