"""Moving a handoff: the one way in which a conversation changes hands.

Every move locks the conversation, asks the pure machine of `crm_store.types.ownership` what comes
of it, raises the epoch, and leaves a message by the system in the timeline, so that everybody who
reads it sees who spoke for the shop, and from when on.
"""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import select

from crm_store.errors import NotFoundError, NotPermittedError
from crm_store.models import ConversationRow, HandoffRow
from crm_store.repositories.context import REPEATED_LOOK
from crm_store.repositories.timeline import Timeline, subject_of
from crm_store.types.actors import Role
from crm_store.types.conversations import Author, Direction, JSONObject, MessageState
from crm_store.types.handoffs import Handoff, HandoffState, Needs, Priority
from crm_store.types.ownership import CLOSED, OPEN, Move, Ownership, Step, after
from crm_store.types.text import LocalText

EVENTS: Final[Mapping[Move, tuple[str, LocalText]]] = {
    Move.REQUEST: ("waiting", LocalText("已请求人工客服", "A colleague was asked to join")),
    Move.TAKE: ("taken", LocalText("人工客服已接入", "A colleague has joined")),
    Move.TAKE_OVER: ("taken_over", LocalText("主管已接手", "A supervisor has taken over")),
    Move.REASSIGN: ("reassigned", LocalText("已转给另一位客服", "Another colleague takes over")),
    Move.REQUEUE: ("requeued", LocalText("已重新排队", "Back in the queue")),
    Move.SNOOZE: ("snoozed", LocalText("客服稍后继续处理", "The colleague will come back to it")),
    Move.WAKE: ("woken", LocalText("客服继续处理", "The colleague is back on it")),
    Move.HAND_BACK: ("handed_back", LocalText("已转回智能助手", "The assistant is back")),
    Move.RESOLVE: ("resolved", LocalText("人工服务已结束", "The colleague has finished")),
    Move.REOPEN: ("reopened", LocalText("已重新联系人工客服", "The matter is open again")),
    Move.WITHDRAW: ("withdrawn", LocalText("已取消人工服务", "The request was withdrawn")),
}
"""What the timeline calls a move, and says of it."""


class HandoffMoves(Timeline):
    """What all changes of owner have in common."""

    async def _move(
        self,
        row: ConversationRow,
        handoff: HandoffRow,
        step: Step,
        *,
        before: Ownership | None = None,
    ) -> Handoff:
        """Make a step of a locked conversation; ``before`` is where it stands if not the row's."""
        then = after(before or standing(row, handoff), step)
        if then.state is None:
            raise AssertionError("no step leads to nothing")
        handoff.state, handoff.taken_by, handoff.snoozed_until = then.state, then.agent, then.until
        row.owner, row.epoch = then.owner, then.epoch
        self._stamp(handoff, step)
        await self._session.flush()
        await self._tell(row, handoff, step)
        return to_handoff(handoff)

    def _stamp(self, handoff: HandoffRow, step: Step) -> None:
        """Note when it was taken and closed; offers and what was learned count no longer."""
        now, state = self._now(), handoff.state
        handoff.offered_to = handoff.offered_until = handoff.learned_at = None
        handoff.closed_at = now if state in CLOSED else None
        if state is HandoffState.WAITING:
            handoff.taken_at = handoff.answered_at = None
        elif state is HandoffState.TAKEN and step.move is not Move.WAKE:
            handoff.taken_at = now

    async def _tell(self, row: ConversationRow, handoff: HandoffRow, step: Step) -> None:
        name, words = EVENTS[step.move]
        event: JSONObject = {
            "event": f"handoff_{name}",
            "move": step.move.value,
            "handoff_id": handoff.id,
            "owner": row.owner.value,
            "by": self._actor.staff_id if self._actor.is_staff else None,
            "to": handoff.taken_by if handoff.state is HandoffState.TAKEN else None,
        }
        self._add_message(
            row,
            self._now(),
            direction=Direction.OUT,
            author=Author.SYSTEM,
            text=words.in_language(row.language or "zh"),
            payload=event,
            state=MessageState.HANDLED,
            staff_id=self._actor.staff_id if self._actor.is_staff else None,
        )
        await self._session.flush()

    async def _wake_for_customer(self, row: ConversationRow) -> None:
        """Take a snoozed handoff of a locked conversation up again: its customer has written."""
        handoff = await self._open_in(row.id)
        if handoff is not None and handoff.state is HandoffState.SNOOZED:
            await self._move(row, handoff, Step(Move.WAKE))

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

    def _require_own(self, handoff: HandoffRow) -> None:
        """Raise `NotPermittedError` unless it is the actor's, or the actor may act on any."""
        if not (self._is_taker(handoff) or self._actor.role in (Role.MANAGER, Role.SYSTEM)):
            raise NotPermittedError("only the agent who took the handoff may do this")

    async def _saw(self, conversations: Collection[ConversationRow]) -> None:
        subjects = [subject_of(row) for row in conversations]
        await self._context.saw("handoff.view", subjects, repeated=REPEATED_LOOK)


def standing(row: ConversationRow, handoff: HandoffRow) -> Ownership:
    """Return where a locked conversation stands by its handoff."""
    return Ownership(handoff.state, handoff.taken_by, row.epoch, handoff.snoozed_until)


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
        detail=row.detail,
        needs=_needs_of(row),
        answered_at=row.answered_at,
        resolution_code=row.resolution_code,
        instruction=row.instruction,
        snoozed_until=row.snoozed_until,
        offered_to=row.offered_to,
        offered_until=row.offered_until,
        escalated_at=row.escalated_at,
        reopened=row.reopened,
    )


def _needs_of(row: HandoffRow) -> Needs:
    return Needs(
        skill=row.skill,
        language=row.language,
        store_id=row.store_id,
        priority=Priority(row.priority),
        answer_by=row.answer_by,
        resolve_by=row.resolve_by,
        prefers=row.prefers,
    )
