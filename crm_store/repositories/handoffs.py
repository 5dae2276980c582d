"""Handoffs: who owns a conversation.

Every change of owner locks the conversation, raises its epoch, and leaves a message by the system
in the timeline, so that everybody who reads it sees who spoke for the shop, and from when on.
"""

from collections.abc import Collection

from sqlalchemy import select

from crm_store.errors import ConflictError, NotFoundError, NotPermittedError
from crm_store.models import ConversationRow, HandoffRow
from crm_store.repositories.context import REPEATED_LOOK
from crm_store.repositories.timeline import Timeline, require_epoch, subject_of
from crm_store.types.actors import Role
from crm_store.types.conversations import (
    Author,
    Direction,
    JSONObject,
    Message,
    MessageState,
    NewReply,
    Owner,
)
from crm_store.types.handoffs import Handoff, HandoffReason, HandoffState
from crm_store.types.text import LocalText

OPEN = (HandoffState.WAITING, HandoffState.TAKEN)

EVENTS = {
    HandoffState.WAITING: LocalText("已请求人工客服", "A colleague was asked to join"),
    HandoffState.TAKEN: LocalText("人工客服已接入", "A colleague has joined"),
    HandoffState.RESOLVED: LocalText("人工服务已结束", "The colleague has finished"),
    HandoffState.HANDED_BACK: LocalText("已转回智能助手", "The assistant is back"),
    HandoffState.WITHDRAWN: LocalText("已取消人工服务", "The request was withdrawn"),
}


class HandoffsRepository(Timeline):
    """The port's `Handoffs`."""

    async def request(
        self, conversation_id: int, reason: HandoffReason, packet: JSONObject, *, epoch: int
    ) -> Handoff:
        """Ask for a human: owner becomes ``waiting``. Asking again returns the open handoff."""
        row = await self._locked(conversation_id)
        known = await self._open_in(conversation_id)
        if known is not None:
            return to_handoff(known)
        require_epoch(row, epoch)
        handoff = HandoffRow(
            conversation_id=row.id,
            reason=reason,
            state=HandoffState.WAITING,
            packet=dict(packet),
            requested_at=self._now(),
        )
        self._session.add(handoff)
        await self._session.flush()
        return await self._pass_on(row, handoff, HandoffState.WAITING, Owner.WAITING)

    async def open(self, *, states: Collection[str] = ("waiting", "taken")) -> list[Handoff]:
        """Return handoffs in these states, longest waiting first; staff and system only."""
        if not self._context.is_trusted:
            return []
        rows = (
            await self._session.execute(
                select(HandoffRow, ConversationRow)
                .join(ConversationRow, ConversationRow.id == HandoffRow.conversation_id)
                .where(HandoffRow.state.in_(states))
                .order_by(HandoffRow.requested_at, HandoffRow.id)
            )
        ).all()
        await self._saw([conversation for _, conversation in rows])
        return [to_handoff(handoff) for handoff, _ in rows]

    async def get(self, handoff_id: int) -> Handoff | None:  # type: ignore[override]
        """Return one handoff; staff and system only."""
        row = await self._session.get(HandoffRow, handoff_id, populate_existing=True)
        if row is None or not self._context.is_trusted:
            return None
        conversation = await self._row(row.conversation_id)
        await self._saw([conversation] if conversation is not None else [])
        return to_handoff(row)

    async def current(self, conversation_id: int) -> Handoff | None:
        """Return the conversation's open handoff."""
        conversation = await self._row(conversation_id)
        if await self._shown(conversation) is None:
            return None
        row = await self._open_in(conversation_id)
        return None if row is None else to_handoff(row)

    async def take(self, handoff_id: int) -> Handoff:
        """The acting agent takes it: owner becomes ``human``.

        Raises `ConflictError` when somebody else has it or it is closed. Taking what one has
        already changes nothing.
        """
        self._context.require(Role.AGENT, Role.MANAGER)
        conversation, handoff = await self._locked_handoff(handoff_id)
        if handoff.state is HandoffState.TAKEN and self._is_taker(handoff):
            return to_handoff(handoff)
        if handoff.state is not HandoffState.WAITING:
            raise ConflictError(f"handoff {handoff_id} is {handoff.state}")
        handoff.taken_at, handoff.taken_by = self._now(), self._actor.staff_id
        await self._saw([conversation])
        return await self._pass_on(conversation, handoff, HandoffState.TAKEN, Owner.HUMAN)

    async def answer(self, handoff_id: int, text: str) -> Message:
        """Queue an agent's message; only the agent who took it, else `NotPermittedError`.

        Raises `ConflictError` when it was closed meanwhile.
        """
        conversation, handoff = await self._locked_handoff(handoff_id)
        if not self._is_taker(handoff):
            raise NotPermittedError("only the agent who took the handoff answers")
        if handoff.state is not HandoffState.TAKEN:
            raise ConflictError(f"handoff {handoff_id} is {handoff.state}")
        reply = NewReply(text, author=Author.AGENT)
        return await self._add_outbound(conversation, reply, staff_id=self._actor.staff_id)

    async def resolve(self, handoff_id: int, resolution: str) -> Handoff:
        """Close it: owner becomes ``bot`` again, the case being settled.

        For the agent who took it; managers and the system may close any.
        """
        return await self._close(handoff_id, HandoffState.RESOLVED, resolution)

    async def hand_back(self, handoff_id: int) -> Handoff:
        """Give the conversation back to the bot; who may is as for `resolve`."""
        return await self._close(handoff_id, HandoffState.HANDED_BACK, None)

    async def withdraw(self, conversation_id: int) -> Handoff | None:
        """The customer leaves the queue: a waiting handoff closes, the bot owns again."""
        conversation = await self._locked(conversation_id)
        handoff = await self._open_in(conversation_id)
        if handoff is None or handoff.state is not HandoffState.WAITING:
            return None
        handoff.closed_at = self._now()
        return await self._pass_on(conversation, handoff, HandoffState.WITHDRAWN, Owner.BOT)

    async def _close(self, handoff_id: int, state: HandoffState, resolution: str | None) -> Handoff:
        conversation, handoff = await self._locked_handoff(handoff_id)
        if not (self._is_taker(handoff) or self._actor.role in (Role.MANAGER, Role.SYSTEM)):
            raise NotPermittedError("only the agent who took the handoff closes it")
        if handoff.state not in OPEN:
            raise ConflictError(f"handoff {handoff_id} is {handoff.state}")
        handoff.closed_at, handoff.resolution = self._now(), resolution
        return await self._pass_on(conversation, handoff, state, Owner.BOT)

    async def _pass_on(
        self, row: ConversationRow, handoff: HandoffRow, state: HandoffState, owner: Owner
    ) -> Handoff:
        """Change the owner: a new epoch, and an event in the timeline."""
        handoff.state, row.owner = state, owner
        row.epoch += 1
        event: JSONObject = {
            "event": f"handoff_{state.value}",
            "handoff_id": handoff.id,
            "owner": owner.value,
        }
        self._add_message(
            row,
            self._now(),
            direction=Direction.OUT,
            author=Author.SYSTEM,
            text=EVENTS[state].in_language(row.language or "zh"),
            payload=event,
            state=MessageState.HANDLED,
            staff_id=self._actor.staff_id if self._actor.is_staff else None,
        )
        await self._session.flush()
        return to_handoff(handoff)

    async def _locked_handoff(self, handoff_id: int) -> tuple[ConversationRow, HandoffRow]:
        """Lock a handoff's conversation, then read both as they stand."""
        if not self._context.is_trusted:
            raise NotPermittedError("handoffs are for staff")
        handoff = await self._session.get(HandoffRow, handoff_id)
        conversation = (
            None if handoff is None else await self._row(handoff.conversation_id, lock=True)
        )
        if handoff is None or conversation is None:
            raise NotFoundError(f"no handoff {handoff_id}")
        await self._session.refresh(handoff)
        return conversation, handoff

    async def _open_in(self, conversation_id: int) -> HandoffRow | None:
        return await self._session.scalar(
            select(HandoffRow)
            .where(HandoffRow.conversation_id == conversation_id, HandoffRow.state.in_(OPEN))
            .execution_options(populate_existing=True)
        )

    def _is_taker(self, handoff: HandoffRow) -> bool:
        return (
            self._actor.is_staff
            and handoff.taken_by is not None
            and handoff.taken_by == self._actor.staff_id
        )

    async def _saw(self, conversations: Collection[ConversationRow]) -> None:
        subjects = [subject_of(row) for row in conversations]
        await self._context.saw("handoff.view", subjects, repeated=REPEATED_LOOK)


def to_handoff(row: HandoffRow) -> Handoff:
    """Return a row as its domain type."""
    return Handoff(
        id=row.id,
        conversation_id=row.conversation_id,
        reason=row.reason,
        state=row.state,
        packet=row.packet,
        requested_at=row.requested_at,
        taken_at=row.taken_at,
        taken_by=row.taken_by,
        closed_at=row.closed_at,
        resolution=row.resolution,
    )
