"""Handoffs: who owns a conversation, and who is asked to."""

from datetime import datetime, timedelta

from sqlalchemy import select

from crm_store.errors import (
    ConflictError,
    InvalidRecordError,
    NotFoundError,
    NotPermittedError,
)
from crm_store.models import ConversationRow, HandoffRow, StaffRow
from crm_store.repositories.handoff_moves import to_handoff
from crm_store.repositories.handoff_queue import SERVING, HandoffQueue
from crm_store.repositories.timeline import require_epoch
from crm_store.types.actors import Role
from crm_store.types.conversations import (
    Author,
    Direction,
    JSONObject,
    Message,
    MessageState,
    NewReply,
)
from crm_store.types.handoffs import ANYBODY, Handoff, HandoffReason, HandoffState, Needs
from crm_store.types.ownership import Move, Ownership, Step

_AGENTS_CLOSED = (HandoffState.RESOLVED, HandoffState.HANDED_BACK)


class HandoffsRepository(HandoffQueue):
    """The port's `Handoffs`."""

    async def request(
        self,
        conversation_id: int,
        reason: HandoffReason,
        packet: JSONObject,
        *,
        epoch: int,
        detail: str = "",
        needs: Needs = ANYBODY,
        reopening: timedelta | None = None,
    ) -> Handoff:
        """Ask for a human: owner becomes ``waiting``. Asking again returns the open handoff."""
        row = await self._locked(conversation_id)
        known = await self._open_in(conversation_id)
        if known is not None:
            return to_handoff(known)
        require_epoch(row, epoch)
        handoff = await self._closed_lately(row.id, reopening)
        step, before = Step(Move.REOPEN), None  # as the row stands
        if handoff is None:
            handoff = HandoffRow(conversation_id=row.id, state=HandoffState.WAITING)
            self._session.add(handoff)
            step, before = Step(Move.REQUEST), Ownership(epoch=row.epoch)
        else:
            handoff.reopened += 1
            handoff.prefers = handoff.taken_by
        handoff.reason, handoff.detail, handoff.packet = reason, detail, dict(packet)
        handoff.requested_at = self._now()
        _need(handoff, needs)
        return await self._move(row, handoff, step, before=before)

    async def take(self, handoff_id: int) -> Handoff:
        """The acting agent takes it: owner becomes ``human``.

        Taking what one has already changes nothing.
        """
        self._context.require(*SERVING)
        conversation, handoff = await self._locked_handoff(handoff_id)
        if handoff.state is HandoffState.TAKEN and self._is_taker(handoff):
            return to_handoff(handoff)
        return await self._take(conversation, handoff, Move.TAKE)

    async def take_next(self) -> Handoff | None:
        """The acting agent takes what comes first of what fits them."""
        self._context.require(*SERVING)
        found = await self._first_fitting()
        return None if found is None else await self._take(*found, Move.TAKE)

    async def take_over(self, handoff_id: int) -> Handoff:
        """The acting manager takes it, whoever has it."""
        self._context.require(Role.MANAGER)
        conversation, handoff = await self._locked_handoff(handoff_id)
        return await self._take(conversation, handoff, Move.TAKE_OVER)

    async def reassign(self, handoff_id: int, staff_id: int) -> Handoff:
        """Give it to an agent; raises `NotFoundError` when there is no such agent in service."""
        conversation, handoff = await self._locked_handoff(handoff_id)
        self._require_own(handoff)
        agent = await self._session.get(StaffRow, staff_id)
        if agent is None or not agent.active or agent.role not in SERVING:
            raise NotFoundError(f"no agent {staff_id} in service")
        return await self._move(
            conversation, handoff, Step(Move.REASSIGN, agent=staff_id), before=None
        )

    async def requeue(
        self, handoff_id: int, *, skill: str | None = None, store_id: str | None = None
    ) -> Handoff:
        """Let it wait again, for a skill or a shop where one is given."""
        conversation, handoff = await self._locked_handoff(handoff_id)
        self._require_own(handoff)
        handoff.skill, handoff.store_id = skill or handoff.skill, store_id or handoff.store_id
        handoff.prefers = None
        return await self._move(conversation, handoff, Step(Move.REQUEUE))

    async def snooze(self, handoff_id: int, until: datetime) -> Handoff:
        """Put it aside until a time, which must be to come (`InvalidRecordError`)."""
        conversation, handoff = await self._locked_handoff(handoff_id)
        self._require_own(handoff)
        if until <= self._now():
            raise InvalidRecordError("a time to come is needed")
        return await self._move(conversation, handoff, Step(Move.SNOOZE, until=until), before=None)

    async def wake(self, handoff_id: int) -> Handoff:
        """Take a snoozed one up again."""
        conversation, handoff = await self._locked_handoff(handoff_id)
        self._require_own(handoff)
        return await self._move(conversation, handoff, Step(Move.WAKE))

    async def answer(
        self, handoff_id: int, text: str, payload: JSONObject | None = None
    ) -> Message:
        """Queue an agent's message; only the agent who took it, else `NotPermittedError`.

        Raises `ConflictError` when it was closed or put aside meanwhile.
        """
        conversation, handoff = await self._locked_handoff(handoff_id)
        if not self._is_taker(handoff):
            raise NotPermittedError("only the agent who took the handoff answers")
        if handoff.state is not HandoffState.TAKEN:
            raise ConflictError(f"handoff {handoff_id} is {handoff.state}")
        handoff.answered_at = handoff.answered_at or self._now()
        reply = NewReply(text, payload or {}, author=Author.AGENT)
        return await self._add_outbound(conversation, reply, staff_id=self._actor.staff_id)

    async def resolve(
        self, handoff_id: int, resolution: str, *, code: str | None = None
    ) -> Handoff:
        """Close it: owner becomes ``bot`` again, the case being settled."""
        conversation, handoff = await self._locked_handoff(handoff_id)
        self._require_own(handoff)
        await self._move(conversation, handoff, Step(Move.RESOLVE))
        handoff.resolution, handoff.resolution_code = resolution, code
        await self._session.flush()
        return to_handoff(handoff)

    async def hand_back(self, handoff_id: int, instruction: str = "") -> Handoff:
        """Give the conversation back to the bot, with what it is to do where that is said."""
        conversation, handoff = await self._locked_handoff(handoff_id)
        self._require_own(handoff)
        handoff.instruction = instruction.strip() or None
        given = await self._move(conversation, handoff, Step(Move.HAND_BACK))
        if given.instruction:
            await self._instruct(conversation, given)
        return given

    async def reopen(self, handoff_id: int) -> Handoff:
        """The agent who closed it takes it up again, or a manager."""
        self._context.require(*SERVING)
        conversation, handoff = await self._locked_handoff(handoff_id)
        self._require_own(handoff)
        if await self._open_in(conversation.id) is not None:
            raise ConflictError("the conversation has an open handoff already")
        return await self._take(conversation, handoff, Move.REOPEN)

    async def withdraw(self, conversation_id: int) -> Handoff | None:
        """The customer leaves the queue: a waiting handoff closes, the bot owns again."""
        conversation = await self._locked(conversation_id)
        handoff = await self._open_in(conversation_id)
        if handoff is None or handoff.state is not HandoffState.WAITING:
            return None
        return await self._move(conversation, handoff, Step(Move.WITHDRAW))

    async def _take(
        self, conversation: ConversationRow, handoff: HandoffRow, move: Move
    ) -> Handoff:
        await self._saw([conversation])
        step = Step(move, agent=self._actor.staff_id)
        return await self._move(conversation, handoff, step)

    async def _closed_lately(
        self, conversation_id: int, within: timedelta | None
    ) -> HandoffRow | None:
        """Return the latest handoff when an agent closed it that lately."""
        if within is None:
            return None
        latest = await self._session.scalar(
            select(HandoffRow)
            .where(HandoffRow.conversation_id == conversation_id)
            .order_by(HandoffRow.id.desc())
            .limit(1)
            .execution_options(populate_existing=True)
        )
        if latest is None or latest.state not in _AGENTS_CLOSED or latest.closed_at is None:
            return None
        return latest if latest.closed_at > self._now() - within else None

    async def _instruct(self, row: ConversationRow, handoff: Handoff) -> None:
        """Leave the instruction where the bot finds its work: in the inbox."""
        now = self._now()
        self._add_message(
            row,
            now,
            direction=Direction.IN,
            author=Author.AGENT,
            text=handoff.instruction,
            payload={"event": "handoff_instruction", "handoff_id": handoff.id},
            state=MessageState.RECEIVED,
            external_id=f"handoff-{handoff.id}-{row.epoch}",
            staff_id=self._actor.staff_id,
        )
        row.pending_since = row.pending_since or now
        await self._session.flush()


def _need(row: HandoffRow, needs: Needs) -> None:
    row.skill, row.language, row.store_id = needs.skill, needs.language, needs.store_id
    row.priority, row.answer_by = int(needs.priority), needs.answer_by
    row.resolve_by, row.prefers = needs.resolve_by, needs.prefers or row.prefers
    row.escalated_at = None
