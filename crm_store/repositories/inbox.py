"""The inbox: receiving messages, and working on a conversation under a fenced lease.

A lease is a row's ``lease_worker``, ``lease_token`` and ``lease_until``. Every claim raises the
token, and every write under a lease checks worker and token with the row locked: a worker that was
paused for too long finds its token outdated and can change nothing. A lease whose time has run out
stays good until somebody else claims the conversation, for nothing happened in between.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from crm_store.errors import ConflictError, InvalidRecordError, NotFoundError, NotPermittedError
from crm_store.models import ConversationRow, DialogueStateRow, MessageRow, StaffRow
from crm_store.models.types import clean_text
from crm_store.repositories.handoff_moves import HandoffMoves
from crm_store.repositories.timeline import in_state, to_message
from crm_store.types.actors import Role
from crm_store.types.conversations import (
    ConversationKey,
    Direction,
    InboundMessage,
    JSONObject,
    Lease,
    Message,
    MessageState,
    Owner,
    ParseRecord,
    Received,
    Verification,
)

LONGEST_KEY = 200
"""Characters of a channel's own ids."""


class Inbox(HandoffMoves):
    """Inbound messages."""

    async def receive(self, messages: Sequence[InboundMessage]) -> list[Received]:
        """Store inbound messages, making conversations as needed; replays are recognised.

        NUL and lone surrogates are left out of texts and payloads, for PostgreSQL cannot store
        them. In a channel's ids they are refused with `InvalidRecordError`, as are empty and
        overlong ids: two ids must not become one.
        """
        for message in messages:
            self._check(message)
        keys = {message.key for message in messages}
        rows = {key: await self._open(key) for key in sorted(keys, key=_locking_order)}
        return [await self._receive(rows[message.key], message) for message in messages]

    async def claim(self, worker: str, lease: timedelta) -> Lease | None:
        """Claim the conversation whose unhandled message has waited longest; system only."""
        self._context.require(Role.SYSTEM)
        now = self._now()
        row = await self._session.scalar(
            select(ConversationRow)
            .where(
                ConversationRow.pending_since.is_not(None),
                or_(ConversationRow.lease_until.is_(None), ConversationRow.lease_until <= now),
            )
            .order_by(ConversationRow.pending_since)
            .limit(1)
            .with_for_update(key_share=True, skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if row is None:
            return None
        row.lease_worker, row.lease_until = worker, now + lease
        row.lease_token += 1
        return Lease(row.id, worker, row.lease_token, row.lease_until)

    async def renew(self, held: Lease, lease: timedelta) -> Lease:
        """Extend a lease; raises `ConflictError` when it was lost."""
        row = await self._fenced(held)
        row.lease_until = self._now() + lease
        return Lease(row.id, held.worker, held.token, row.lease_until)

    async def release(self, held: Lease) -> None:
        """Give a lease back; a lost lease is ignored."""
        try:
            row = await self._fenced(held)
        except ConflictError:
            return
        row.lease_worker = row.lease_until = None

    async def unhandled(self, held: Lease, *, limit: int = 50) -> list[Message]:
        """Return the claimed conversation's unhandled messages in order."""
        row = await self._fenced(held)
        rows = await self._session.scalars(
            select(MessageRow)
            .where(MessageRow.conversation_id == row.id, in_state(MessageState.RECEIVED))
            .order_by(MessageRow.id)
            .limit(limit)
        )
        return [to_message(message) for message in rows]

    async def handled(
        self, held: Lease, message_id: int, *, parse: ParseRecord | None, language: str | None
    ) -> None:
        """Mark a message handled and store its parse; raises `ConflictError` on a lost lease."""
        row = await self._fenced(held)
        message = await self._session.get(MessageRow, message_id, populate_existing=True)
        if message is None or message.conversation_id != row.id:
            raise NotFoundError(f"no message {message_id} in conversation {row.id}")
        if message.state is not MessageState.RECEIVED:
            raise ConflictError(f"message {message_id} is handled already")
        message.state, message.handled_at = MessageState.HANDLED, self._now()
        if parse is not None:
            message.intent, message.confidence = parse.intent, parse.confidence
            message.fingerprint, message.parse = parse.fingerprint, dict(parse.detail)
        row.language = language or row.language
        row.pending_since = await self._oldest_unhandled(row.id)

    async def dialogue(self, conversation_id: int) -> JSONObject:
        """Return the dialogue state; an empty object at first."""
        if self._actor.role is not Role.SYSTEM:
            row = await self._row(conversation_id)
            if row is None or not await self._takes_part(row):
                return {}
        saved = await self._session.get(DialogueStateRow, conversation_id, populate_existing=True)
        return {} if saved is None else saved.state

    async def save_dialogue(self, held: Lease, state: JSONObject) -> None:
        """Replace the dialogue state; raises `ConflictError` on a lost lease."""
        row = await self._fenced(held)
        values = {"conversation_id": row.id, "state": dict(state), "updated_at": self._now()}
        await self._context.upsert(DialogueStateRow, [values])

    async def take_dialogue(self, conversation_id: int, lately: timedelta) -> JSONObject:
        """Return the dialogue state if it changed that lately, and leave none behind."""
        self._context.require(Role.SYSTEM)
        row = await self._locked(conversation_id)
        saved = await self._session.get(DialogueStateRow, row.id, populate_existing=True)
        if saved is None or saved.updated_at < self._now() - lately:
            return {}
        taken, saved.state = saved.state, {}
        await self._session.flush()
        return taken

    async def bind_member(self, conversation_id: int, member_id: int) -> None:
        """Attest that the conversation's customer is this member; system only."""
        self._context.require(Role.SYSTEM)
        await self._bind_member(await self._locked(conversation_id), member_id)

    async def add_opened_order(self, conversation_id: int, number: str) -> None:
        """Remember that an order was opened here, raising verification to ``order``."""
        row = await self._locked(conversation_id)
        if number not in row.opened_orders:
            row.opened_orders = [*row.opened_orders, number]
        if row.verification is Verification.GUEST:
            row.verification = Verification.ORDER

    async def _fenced(self, held: Lease) -> ConversationRow:
        row = await self._locked(held.conversation_id)
        if (row.lease_worker, row.lease_token) != (held.worker, held.token):
            raise ConflictError(f"the lease on conversation {row.id} was lost")
        return row

    async def _open(self, key: ConversationKey) -> ConversationRow:
        """Return the conversation with that key, locked; made when there is none."""
        now = self._now()
        same = {
            "channel": key.channel,
            "account": key.account,
            "external_id": key.external_id,
        }
        await self._session.execute(
            self._context.insert(ConversationRow)
            .values(
                **same,
                verification=Verification.GUEST,
                owner=Owner.BOT,
                epoch=0,
                opened_orders=[],
                lease_token=0,
                created_at=now,
                updated_at=now,
            )
            .on_conflict_do_nothing(index_elements=list(same))
        )
        rows = await self._session.scalars(
            select(ConversationRow)
            .filter_by(**same)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        return rows.one()

    async def _receive(self, row: ConversationRow, message: InboundMessage) -> Received:
        await self._bind(row, message)
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
            state=MessageState.RECEIVED,
            external_id=message.external_id,
            staff_id=message.staff_id,
        )
        row.pending_since = row.pending_since or now
        await self._session.flush()
        if row.owner is Owner.HUMAN:
            await self._wake_for_customer(row)
        return Received(row.id, stored.id, duplicate=False)

    async def _bind(self, row: ConversationRow, message: InboundMessage) -> None:
        if message.member_id is not None:
            await self._bind_member(row, message.member_id, message.attested_at)
        if message.staff_id is None:
            return
        if row.staff_id not in (None, message.staff_id) or row.member_id is not None:
            raise NotPermittedError("the conversation belongs to somebody else")
        if await self._session.get(StaffRow, message.staff_id) is None:
            raise NotFoundError(f"no staff account {message.staff_id}")
        row.staff_id, row.verification = message.staff_id, Verification.ATTESTED

    def _check(self, message: InboundMessage) -> None:
        """Refuse ids that are no ids, and attestations that the actor cannot give."""
        key = message.key
        for text in (key.channel, key.account, key.external_id, message.external_id):
            if not 0 < len(text) <= LONGEST_KEY or clean_text(text) != text:
                raise InvalidRecordError(f"a channel's id: expected 1 to {LONGEST_KEY} characters")
        if self._actor.role is Role.SYSTEM:
            return
        if message.member_id not in (None, self._actor.member_id):
            raise NotPermittedError("only the system attests who somebody else is")
        if message.staff_id not in (None, self._actor.staff_id):
            raise NotPermittedError("only the system attests who somebody else is")

    async def _oldest_unhandled(self, conversation_id: int) -> datetime | None:
        await self._session.flush()
        return await self._session.scalar(
            select(func.min(MessageRow.created_at)).where(
                MessageRow.conversation_id == conversation_id,
                in_state(MessageState.RECEIVED),
            )
        )


def _locking_order(key: ConversationKey) -> tuple[str, str, str]:
    """Everybody locks conversations in this order, so that nobody waits in a circle."""
    return key.channel, key.account, key.external_id
