"""Topics of handoffs on a messenger, and the lines to them."""

from dataclasses import asdict

from sqlalchemy import ColumnElement, exists, func, or_, select, update

from crm_store.errors import ConflictError, NotPermittedError
from crm_store.models import HandoffRow, MessageRow, TopicRow
from crm_store.repositories.inbox import Inbox
from crm_store.repositories.timeline import in_state
from crm_store.types.actors import Role
from crm_store.types.conversations import (
    ConversationKey,
    Direction,
    InboundMessage,
    Message,
    MessageState,
    NewReply,
    Received,
)
from crm_store.types.handoffs import HandoffState
from crm_store.types.topics import Topic, TopicState, TopicWork

_CLOSED = (HandoffState.RESOLVED, HandoffState.HANDED_BACK, HandoffState.WITHDRAWN)
_DESK = (Role.AGENT, Role.MANAGER, Role.SYSTEM)


class TopicsRepository(Inbox):
    """The port's `Topics`."""

    async def plan(self, chat: int) -> None:
        """Want a topic for every open handoff that has none; system only."""
        self._context.require(Role.SYSTEM)
        newest = (
            select(func.coalesce(func.max(MessageRow.id), 0))
            .where(MessageRow.conversation_id == HandoffRow.conversation_id)
            .scalar_subquery()
        )
        found = await self._session.execute(
            select(HandoffRow.id, HandoffRow.conversation_id, newest)
            .where(
                HandoffRow.state.not_in(_CLOSED),
                ~exists().where(TopicRow.handoff_id == HandoffRow.id),
            )
            .order_by(HandoffRow.id)
        )
        now = self._now()
        for handoff_id, conversation_id, last in found.all():
            await self._session.execute(
                self._context.insert(TopicRow)
                .values(
                    handoff_id=handoff_id,
                    conversation_id=conversation_id,
                    chat=chat,
                    state=TopicState.WANTED,
                    changed_at=now,
                    relayed=last,
                    version=0,
                    pinned=False,
                )
                .on_conflict_do_nothing(index_elements=["handoff_id"])
            )

    async def working(self, chat: int) -> list[TopicWork]:
        """Return the group's topics, unless both they and their handoffs are closed."""
        self._context.require(Role.SYSTEM)
        newest = (
            select(func.coalesce(func.max(MessageRow.id), 0))
            .where(MessageRow.conversation_id == TopicRow.conversation_id)
            .scalar_subquery()
        )
        on_its_way = exists().where(
            MessageRow.conversation_id == TopicRow.line_id,
            in_state(MessageState.QUEUED) | in_state(MessageState.SENDING),
        )
        rows = await self._session.execute(
            select(TopicRow, HandoffRow.state, newest, on_its_way)
            .join(HandoffRow, HandoffRow.id == TopicRow.handoff_id)
            .where(
                TopicRow.chat == chat,
                or_(TopicRow.state != TopicState.CLOSED, HandoffRow.state.not_in(_CLOSED)),
            )
            .order_by(TopicRow.handoff_id)
            .execution_options(populate_existing=True)
        )
        return [TopicWork(_to_topic(row), *rest) for row, *rest in rows.all()]

    async def of(self, handoff_id: int) -> Topic | None:
        """Return a handoff's topic; agents, managers and system only."""
        return await self._one(TopicRow.handoff_id == handoff_id)

    async def at(self, chat: int, thread: int) -> Topic | None:
        """Return the topic with the messenger's id; agents, managers and system only."""
        return await self._one(TopicRow.chat == chat, TopicRow.thread == thread)

    async def change(self, topic: Topic) -> Topic:
        """Store a changed topic and return it with its new version; system only."""
        self._context.require(Role.SYSTEM)
        values = asdict(topic) | {"version": topic.version + 1}
        done = await self._session.execute(
            update(TopicRow)
            .where(TopicRow.handoff_id == topic.handoff_id, TopicRow.version == topic.version)
            .values(**values)
            .returning(TopicRow.handoff_id)
            .execution_options(synchronize_session=False)
        )
        if done.scalar_one_or_none() is None:
            raise ConflictError(f"the topic of handoff {topic.handoff_id} was changed meanwhile")
        return Topic(**values)

    async def note(self, message: InboundMessage) -> Received:
        """Store what an agent did on a line, as handled; a replay is recognised."""
        self._context.require(*_DESK)
        if self._actor.role is not Role.SYSTEM and message.staff_id != self._actor.staff_id:
            raise NotPermittedError("only the system attests who somebody else is")
        row = await self._open(message.key)
        known = await self._session.scalar(
            select(MessageRow.id).where(
                MessageRow.conversation_id == row.id,
                MessageRow.direction == Direction.IN,
                MessageRow.external_id == message.external_id,
            )
        )
        if known is not None:
            return Received(row.id, known, duplicate=True)
        now = self._now()
        stored = self._add_message(
            row,
            now,
            direction=Direction.IN,
            author=message.author,
            text=message.text,
            payload=dict(message.payload),
            state=MessageState.HANDLED,
            external_id=message.external_id,
            staff_id=message.staff_id,
            handled_at=now,
        )
        await self._session.flush()
        return Received(row.id, stored.id, duplicate=False)

    async def post(self, line: ConversationKey, reply: NewReply) -> Message:
        """Queue a message for a line; agents, managers and system only."""
        self._context.require(*_DESK)
        return await self._add_outbound(await self._open(line), reply)

    async def _one(self, *conditions: ColumnElement[bool]) -> Topic | None:
        if self._actor.role not in _DESK:
            return None
        row = await self._session.scalar(
            select(TopicRow).where(*conditions).execution_options(populate_existing=True)
        )
        return None if row is None else _to_topic(row)


def _to_topic(row: TopicRow) -> Topic:
    return Topic(
        handoff_id=row.handoff_id,
        conversation_id=row.conversation_id,
        chat=row.chat,
        state=row.state,
        changed_at=row.changed_at,
        relayed=row.relayed,
        version=row.version,
        thread=row.thread,
        line_id=row.line_id,
        packet_id=row.packet_id,
        pinned=row.pinned,
        shown=row.shown,
    )
