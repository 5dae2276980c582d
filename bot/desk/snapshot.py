"""What one agent's desk shows, read from the store under that agent's own rights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.desk.service_level import Level, due_at, level, minutes_between
from bot.desk.session import require_service
from crm_store.ports import CrmStore, UnitOfWork
from crm_store.types.actors import Actor
from crm_store.types.catalog import Product
from crm_store.types.conversations import Author, Conversation, Direction, Message
from crm_store.types.desk import Glance
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
    level: Level
    """How near the next promise is."""
    due_in: int | None
    """Minutes until it runs out, negative when it has; ``None`` without one."""
    mentioned: bool
    """Whether a colleague's note calls for me."""
    unanswered: bool
    """Whether the customer spoke last."""


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
    writers: tuple[tuple[int, str], ...]
    """Staff ids and names of those who wrote or noted something in it."""


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
        return [
            e
            for e in self.queue
            if e.handoff.taken_by == staff_id and e.handoff.state is HandoffState.TAKEN
        ]

    def snoozed_by(self, staff_id: int) -> Sequence[QueueEntry]:
        """Return what this agent has put aside."""
        return [
            e
            for e in self.queue
            if e.handoff.taken_by == staff_id and e.handoff.state is HandoffState.SNOOZED
        ]

    def taken_by_others(self, staff_id: int) -> Sequence[QueueEntry]:
        """Return what colleagues have taken."""
        return [
            e
            for e in self.queue
            if e.handoff.state is not HandoffState.WAITING and e.handoff.taken_by != staff_id
        ]


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
        async with self._store.watching(self._actor) as uow:
            await require_service(uow)
            queue = await self._queue(uow, now)
            chosen = await self._open(uow, handoff_id, now) if handoff_id is not None else None
        return Snapshot(queue, chosen)

    async def look_at(self, handoff_id: int, now: datetime) -> OpenConversation | None:
        """Read the chosen handoff alone: what is written there has to show at once."""
        async with self._store.watching(self._actor) as uow:
            await require_service(uow)
            return await self._open(uow, handoff_id, now)

    async def _queue(self, uow: UnitOfWork, now: datetime) -> tuple[QueueEntry, ...]:
        handoffs = await uow.handoffs.open()
        glances = await uow.desk.glances([one.conversation_id for one in handoffs])
        return tuple(
            [
                await self._entry(uow, one, glances[one.conversation_id], now)
                for one in handoffs
                if one.conversation_id in glances
            ]
        )

    async def _entry(
        self, uow: UnitOfWork, handoff: Handoff, glance: Glance, now: datetime
    ) -> QueueEntry:
        due = due_at(handoff)
        waiting = handoff.state is HandoffState.WAITING
        return QueueEntry(
            handoff=handoff,
            channel=glance.channel,
            customer=glance.member or None,
            preview=glance.words,
            agent=await self._agent(uow, handoff.taken_by),
            waited=minutes_between(handoff.requested_at, now) if waiting else 0,
            level=level(handoff, now),
            due_in=None if due is None else int((due - now).total_seconds() // 60),
            mentioned=self._actor.staff_id in glance.mentioned,
            unanswered=glance.last_by is Author.CUSTOMER,
        )

    async def _agent(self, uow: UnitOfWork, staff_id: int | None) -> str | None:
        if staff_id is None:
            return None
        if staff_id not in self._names:
            staff = await uow.staff.get(staff_id)
            self._names[staff_id] = staff.name if staff else ""
        return self._names[staff_id] or None

    async def _open(
        self, uow: UnitOfWork, handoff_id: int, now: datetime
    ) -> OpenConversation | None:
        handoff = await uow.handoffs.get(handoff_id)
        conversation = await uow.conversations.get(handoff.conversation_id) if handoff else None
        if handoff is None or conversation is None:
            return None
        messages = tuple(await uow.conversations.tail(conversation.id, limit=TRANSCRIPT))
        return OpenConversation(
            handoff,
            conversation,
            messages,
            await self._card_of(uow, handoff_id, conversation.member_id, now),
            tuple(await uow.catalog.products(_named_products(handoff))),
            await self._agent(uow, handoff.taken_by),
            await self._writers(uow, messages),
        )

    async def _writers(
        self, uow: UnitOfWork, messages: Sequence[Message]
    ) -> tuple[tuple[int, str], ...]:
        wrote = sorted({one.staff_id for one in messages if one.staff_id is not None})
        return tuple([(one, await self._agent(uow, one) or "") for one in wrote])

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
