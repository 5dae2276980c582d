"""Conversations and their messages, as they are read, and the lock under which they change."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal, select

from crm_store.errors import ConflictError, NotFoundError, NotPermittedError
from crm_store.models import ConversationRow, MessageRow
from crm_store.repositories.context import REPEATED_LOOK, Repository
from crm_store.types.actors import Role
from crm_store.types.conversations import (
    PULLED_CHANNELS,
    Conversation,
    ConversationKey,
    Direction,
    Message,
    MessageState,
    NewReply,
    ParseRecord,
    Verification,
)


class Timeline(Repository):
    """Reading conversations, and what all changes to them have in common."""

    async def find(self, key: ConversationKey) -> Conversation | None:
        """Return the conversation with that key."""
        row = await self._session.scalar(
            select(ConversationRow).where(
                ConversationRow.channel == key.channel,
                ConversationRow.account == key.account,
                ConversationRow.external_id == key.external_id,
            )
        )
        return await self._shown(row)

    async def get(self, conversation_id: int) -> Conversation | None:
        """Return a conversation; customers and guests only their own."""
        return await self._shown(await self._row(conversation_id))

    async def messages(
        self, conversation_id: int, *, after: int = 0, limit: int = 200
    ) -> list[Message]:
        """Return messages with an id above ``after``, oldest first."""
        if await self.get(conversation_id) is None:
            return []
        rows = await self._session.scalars(
            select(MessageRow)
            .where(MessageRow.conversation_id == conversation_id, MessageRow.id > after)
            .order_by(MessageRow.id)
            .limit(limit)
        )
        return [to_message(row) for row in rows]

    async def tail(self, conversation_id: int, *, limit: int = 50) -> list[Message]:
        """Return the last messages, oldest first."""
        if await self.get(conversation_id) is None:
            return []
        rows = await self._session.scalars(
            select(MessageRow)
            .where(MessageRow.conversation_id == conversation_id)
            .order_by(MessageRow.id.desc())
            .limit(limit)
        )
        return [to_message(row) for row in reversed(rows.all())]

    async def understood(
        self, since: datetime, until: datetime, *, after: int = 0, limit: int = 1000
    ) -> list[Message]:
        """Return inbound messages of all conversations that were parsed, by id above ``after``."""
        self._context.require(Role.SYSTEM, Role.MANAGER)
        rows = await self._session.execute(
            select(MessageRow, ConversationRow)
            .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
            .where(
                MessageRow.created_at >= since,
                MessageRow.created_at < until,
                MessageRow.id > after,
                MessageRow.direction == Direction.IN,
                MessageRow.intent.is_not(None),
            )
            .order_by(MessageRow.id)
            .limit(limit)
        )
        found = rows.all()
        subjects = {subject_of(conversation) for _, conversation in found}
        await self._context.saw("messages.review", subjects, repeated=REPEATED_LOOK)
        return [to_message(message) for message, _ in found]

    async def _row(self, conversation_id: int, *, lock: bool = False) -> ConversationRow | None:
        held = self._context.locked.get(conversation_id)
        if held is not None:
            return held
        query = select(ConversationRow).where(ConversationRow.id == conversation_id)
        if lock:
            query = query.with_for_update(key_share=True)
        row = await self._session.scalar(query.execution_options(populate_existing=True))
        if lock and row is not None:
            self._context.locked[conversation_id] = row
        return row

    async def _shown(self, row: ConversationRow | None) -> Conversation | None:
        if row is None or not (self._context.is_trusted or await self._takes_part(row)):
            return None
        if not await self._takes_part(row):
            await self._context.saw("conversation.view", [subject_of(row)], repeated=REPEATED_LOOK)
        return to_conversation(row)

    async def _takes_part(self, row: ConversationRow) -> bool:
        """Whether the conversation is the actor's own; the system takes part in all.

        A guest's conversation stops being a guest's when a member is attested in it: whoever
        comes back to it without proof must not read what the member wrote.
        """
        actor = self._actor
        if actor.role is Role.SYSTEM:
            return True
        if actor.is_staff:
            return row.staff_id is not None and row.staff_id == actor.staff_id
        if row.staff_id is not None:
            return False
        if row.member_id is None:
            return actor.conversation_id == row.id
        return (
            actor.role is Role.CUSTOMER
            and await self._context.visible_member(row.member_id) is not None
        )

    async def _locked(self, conversation_id: int) -> ConversationRow:
        """Lock a conversation of the actor's own until the end of the unit of work.

        Whoever adds a message holds this lock, so a conversation's ids rise in commit order.
        """
        row = await self._row(conversation_id, lock=True)
        if row is not None and await self._takes_part(row):
            return row
        if self._actor.role is Role.SYSTEM:
            raise NotFoundError(f"no conversation {conversation_id}")
        raise NotPermittedError("not your own conversation")

    async def _bind_member(
        self, row: ConversationRow, member_id: int, attested_at: datetime | None = None
    ) -> None:
        """Attest who the customer of a locked conversation is, proved just now unless told."""
        kept = await self._context.kept_member(member_id)
        if kept is None:
            raise NotFoundError(f"no member {member_id}")
        bound = None if row.member_id is None else await self._context.kept_member(row.member_id)
        if row.staff_id is not None or bound not in (None, kept):
            raise NotPermittedError("the conversation belongs to somebody else")
        row.member_id = kept
        row.verification = Verification.ATTESTED
        row.attested_at = attested_at or self._now()

    async def _add_outbound(
        self,
        row: ConversationRow,
        reply: NewReply,
        *,
        staff_id: int | None = None,
        in_reply_to: int | None = None,
    ) -> Message:
        """Add a message for the customer to a locked conversation.

        Where clients fetch what is stored it is sent with the commit; elsewhere it is queued.
        """
        now = self._now()
        pulled = row.channel in PULLED_CHANNELS
        message = self._add_message(
            row,
            now,
            direction=Direction.OUT,
            author=reply.author,
            text=reply.text,
            payload=dict(reply.payload),
            state=MessageState.SENT if pulled else MessageState.QUEUED,
            staff_id=reply.staff_id if staff_id is None else staff_id,
            in_reply_to=in_reply_to,
            due_at=None if pulled else now,
            sent_at=now if pulled else None,
        )
        await self._session.flush()
        return to_message(message)

    def _add_message(
        self,
        row: ConversationRow,
        now: datetime,
        **values: Any,  # noqa: ANN401 - columns
    ) -> MessageRow:
        """Add a message to a locked conversation."""
        message = MessageRow(
            conversation_id=row.id, epoch=row.epoch, created_at=now, attempt=0, **values
        )
        row.updated_at = now
        self._session.add(message)
        return message


def in_state(state: MessageState, message: type[MessageRow] = MessageRow) -> ColumnElement[bool]:
    """Return the condition that a message is in a state, written out in the statement.

    As a parameter it would hide from SQLite that a partial index fits.
    """
    return message.state == literal(state, message.state.type, literal_execute=True)


def require_epoch(row: ConversationRow, epoch: int) -> None:
    """Raise `ConflictError` unless the locked conversation is still in that epoch."""
    if row.epoch != epoch:
        raise ConflictError(f"epoch {epoch} has passed, it is {row.epoch}")


def subject_of(row: ConversationRow) -> str:
    """Return how the audit calls a conversation: by its member as soon as there is one."""
    return f"conversation:{row.id}" if row.member_id is None else f"member:{row.member_id}"


def to_conversation(row: ConversationRow) -> Conversation:
    """Return a row as its domain type."""
    return Conversation(
        id=row.id,
        key=ConversationKey(row.channel, row.account, row.external_id),
        member_id=row.member_id,
        staff_id=row.staff_id,
        verification=row.verification,
        language=row.language,
        owner=row.owner,
        epoch=row.epoch,
        opened_orders=tuple(row.opened_orders),
        created_at=row.created_at,
        updated_at=row.updated_at,
        attested_at=row.attested_at,
    )


def to_message(row: MessageRow) -> Message:
    """Return a row as its domain type."""
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        direction=row.direction,
        author=row.author,
        text=row.text,
        payload=row.payload,
        state=row.state,
        epoch=row.epoch,
        created_at=row.created_at,
        parse=_to_parse(row),
        staff_id=row.staff_id,
        external_id=row.external_id,
        in_reply_to=row.in_reply_to,
        error=row.error,
    )


def _to_parse(row: MessageRow) -> ParseRecord | None:
    if row.intent is None:
        return None
    return ParseRecord(row.intent, row.confidence or 0.0, row.fingerprint or "", row.parse or {})
