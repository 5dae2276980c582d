"""The outbox: queueing replies and handing them to senders, one in flight a conversation.

The partial unique index ``uq_messages_sending`` holds that rule in the database itself.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, or_, select, update
from sqlalchemy.orm import aliased

from crm_store.errors import ConflictError
from crm_store.models import ConversationRow, MessageRow
from crm_store.repositories.timeline import Timeline, in_state, require_epoch, to_message
from crm_store.types.actors import Role
from crm_store.types.conversations import (
    Author,
    ConversationKey,
    Delivery,
    Direction,
    Message,
    MessageState,
    NewReply,
)

IN_FLIGHT = (MessageState.SENDING, MessageState.UNCERTAIN)


class Outbox(Timeline):
    """Outbound messages."""

    async def reply(
        self,
        conversation_id: int,
        replies: Sequence[NewReply],
        *,
        epoch: int,
        in_reply_to: int | None = None,
    ) -> list[Message]:
        """Queue replies made under an epoch; raises `ConflictError` when it has passed.

        Where clients fetch what is stored (`PULLED_CHANNELS`), they are sent with the commit.
        """
        if any(reply.author is not Author.BOT for reply in replies):
            self._context.require(Role.SYSTEM)
        row = await self._locked(conversation_id)
        require_epoch(row, epoch)
        return [await self._add_outbound(row, one, in_reply_to=in_reply_to) for one in replies]

    async def next_deliveries(
        self, channels: Collection[str], lease: timedelta, *, limit: int = 20
    ) -> list[Delivery]:
        """Move due queued messages to ``sending``, one in flight per conversation; system only.

        Messages whose epoch has passed become ``dropped``. Messages left in ``sending`` by a
        process that died (their lease ran out) become ``uncertain`` first.
        """
        self._context.require(Role.SYSTEM)
        now = self._now()
        await self._give_up_lost(now)
        await self._drop_outdated()
        rows = (await self._session.execute(_due(channels, now, limit))).all()
        deliveries = [_start(message, owner, now + lease) for message, owner in rows]
        await self._session.flush()
        return deliveries

    async def delivered(self, message_id: int, external_id: str | None) -> None:
        """Mark a message sent; system only. Late news about an uncertain one is welcome.

        Raises `ConflictError` when the message is not in flight.
        """
        message = await self._in_flight(message_id, IN_FLIGHT)
        message.state, message.sent_at = MessageState.SENT, self._now()
        message.external_id, message.lease_until = external_id, None

    async def retry_delivery(self, message_id: int, at: datetime, error: str) -> None:
        """Put a message back into the queue for later (the channel asked to wait); system only.

        Raises `ConflictError` when the message is not in flight: it became uncertain, and sending
        it again might show it twice.
        """
        message = await self._in_flight(message_id, (MessageState.SENDING,))
        message.state, message.due_at = MessageState.QUEUED, at
        message.error, message.lease_until = error, None

    async def failed(self, message_id: int, error: str, *, uncertain: bool = False) -> None:
        """Give up on a message; system only. Raises `ConflictError` when it is not in flight."""
        message = await self._in_flight(message_id, IN_FLIGHT)
        message.state = MessageState.UNCERTAIN if uncertain else MessageState.FAILED
        message.error, message.lease_until = error, None

    async def _in_flight(self, message_id: int, states: Collection[MessageState]) -> MessageRow:
        self._context.require(Role.SYSTEM)
        message = await self._session.scalar(
            select(MessageRow)
            .where(MessageRow.id == message_id, MessageRow.direction == Direction.OUT)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if message is None or message.state not in states:
            raise ConflictError(f"message {message_id} is not in flight")
        return message

    async def _give_up_lost(self, now: datetime) -> None:
        await self._change(
            in_state(MessageState.SENDING) & (MessageRow.lease_until <= now),
            state=MessageState.UNCERTAIN,
            lease_until=None,
            error="the sender vanished before it told the outcome",
        )

    async def _drop_outdated(self) -> None:
        """Drop what the bot said before somebody else took over; people's words stay good."""
        current = (
            select(ConversationRow.epoch)
            .where(ConversationRow.id == MessageRow.conversation_id)
            .scalar_subquery()
        )
        await self._change(
            in_state(MessageState.QUEUED)
            & (MessageRow.author == Author.BOT)
            & (MessageRow.epoch < current),
            state=MessageState.DROPPED,
        )

    async def _change(self, condition: ColumnElement[bool], **values: object) -> None:
        """Change messages that nobody else is changing: two senders must not wait in a circle."""
        free = select(MessageRow.id).where(condition).with_for_update(skip_locked=True)
        await self._session.execute(
            update(MessageRow)
            .where(MessageRow.id.in_(free))
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _due(
    channels: Collection[str], now: datetime, limit: int
) -> Select[MessageRow, ConversationRow]:
    """Return the query for the first message of every queue that is due and has none in flight.

    A message further back waits even if it is due: order counts for more than speed.
    """
    flying, ahead = aliased(MessageRow), aliased(MessageRow)
    one_flies = exists().where(
        flying.conversation_id == MessageRow.conversation_id,
        in_state(MessageState.SENDING, flying),
    )
    one_is_ahead = exists().where(
        ahead.conversation_id == MessageRow.conversation_id,
        in_state(MessageState.QUEUED, ahead),
        ahead.id < MessageRow.id,
    )
    return (
        select(MessageRow, ConversationRow)
        .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
        .where(
            in_state(MessageState.QUEUED),
            MessageRow.due_at <= now,
            ConversationRow.channel.in_(channels),
            or_(MessageRow.author != Author.BOT, MessageRow.epoch == ConversationRow.epoch),
            ~one_flies,
            ~one_is_ahead,
        )
        .order_by(MessageRow.due_at, MessageRow.id)
        .limit(limit)
        .with_for_update(of=MessageRow, skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _start(message: MessageRow, owner: ConversationRow, until: datetime) -> Delivery:
    message.state, message.lease_until = MessageState.SENDING, until
    message.attempt += 1
    key = ConversationKey(owner.channel, owner.account, owner.external_id)
    return Delivery(to_message(message), key, message.attempt)
