"""The queue: what waits, in which order, and who is there to take it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from crm_store.errors import ConflictError, NotFoundError
from crm_store.models import ConversationRow, HandoffRow, StaffRow
from crm_store.privacy.retaining import take_chore
from crm_store.repositories.handoff_moves import HandoffMoves, to_handoff
from crm_store.types.actors import Role
from crm_store.types.handoffs import (
    AgentOnDuty,
    Handoff,
    HandoffReason,
    HandoffState,
    Presence,
    Priority,
    QueueOutlook,
)

CHORE: Final = "dispatch"
LAST_CLOSED: Final = 200
"""Closed handoffs whose handling times are looked at, the latest."""
SERVING: Final = (Role.AGENT, Role.MANAGER)
"""Who answers customers."""


class HandoffQueue(HandoffMoves):
    """Reading the queue, and arranging it without anybody's epoch changing."""

    async def open(
        self, *, states: Collection[str] = ("waiting", "taken", "snoozed")
    ) -> list[Handoff]:
        """Return handoffs in these states as they are to be served; staff and system only."""
        if not self._context.is_trusted:
            return []
        query = _with_conversation().where(HandoffRow.state.in_(states)).order_by(*_service_order())
        return await self._shown_all(query)

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

    async def closed(self, since: datetime, *, limit: int = 1000) -> list[Handoff]:
        """Return handoffs closed since, newest first; staff and system only."""
        if not self._context.is_trusted:
            return []
        query = (
            _with_conversation()
            .where(HandoffRow.closed_at >= since)
            .order_by(HandoffRow.closed_at.desc(), HandoffRow.id.desc())
            .limit(limit)
        )
        return await self._shown_all(query)

    async def offer(self, handoff_id: int, staff_id: int, until: datetime) -> Handoff:
        """Suggest a waiting handoff to an agent until a time; system only."""
        handoff = await self._waiting(handoff_id)
        handoff.offered_to, handoff.offered_until = staff_id, until
        await self._session.flush()
        return to_handoff(handoff)

    async def escalate(self, handoff_id: int) -> Handoff:
        """Mark a waiting handoff as overdue: it is urgent now; system only."""
        handoff = await self._waiting(handoff_id)
        handoff.escalated_at = handoff.escalated_at or self._now()
        handoff.priority = int(Priority.URGENT)
        await self._session.flush()
        return to_handoff(handoff)

    async def urge(self, handoff_id: int, reason: HandoffReason, answer_by: datetime) -> Handoff:
        """Give a waiting handoff a graver reason; system only."""
        handoff = await self._waiting(handoff_id)
        handoff.reason, handoff.priority = reason, int(Priority.URGENT)
        handoff.answer_by = min(handoff.answer_by or answer_by, answer_by)
        await self._session.flush()
        return to_handoff(handoff)

    async def take_turn(self, worker: str, every: timedelta) -> bool:
        """Whether this worker is to look after the queue now; system only."""
        self._context.require(Role.SYSTEM)
        return await take_chore(self._context, CHORE, worker, self._now(), every)

    async def heartbeat(self, presence: Presence) -> None:
        """Note that the acting agent or manager is there (or away, or leaving)."""
        self._context.require(*SERVING)
        row = await self._session.get(StaffRow, self._actor.staff_id)
        if row is None:
            raise NotFoundError("no such account")
        row.presence, row.seen_at = presence, self._now()
        await self._session.flush()

    async def on_duty(self, idle: timedelta) -> list[AgentOnDuty]:
        """Return active agents and managers with their load; staff and system only."""
        if not self._context.is_trusted:
            return []
        rows = await self._session.scalars(
            select(StaffRow)
            .where(StaffRow.active, StaffRow.role.in_(SERVING))
            .order_by(StaffRow.id)
            .execution_options(populate_existing=True)
        )
        taken = await self._counted(HandoffRow.taken_by, HandoffRow.state == HandoffState.TAKEN)
        waiting = HandoffRow.state == HandoffState.WAITING
        offered = await self._counted(
            HandoffRow.offered_to, waiting & (HandoffRow.offered_until > self._now())
        )
        before = self._now() - idle
        return [_on_duty(row, before, taken.get(row.id, 0), offered.get(row.id, 0)) for row in rows]

    async def outlook(self, idle: timedelta, within: timedelta) -> QueueOutlook:
        """Return the queue in numbers, with the handling times of ``within``; for everybody."""
        now = self._now()
        waiting = await self._session.scalar(
            select(func.count(HandoffRow.id)).where(HandoffRow.state == HandoffState.WAITING)
        )
        serving = select(func.count(StaffRow.id)).where(
            StaffRow.active, StaffRow.role.in_(SERVING), StaffRow.seen_at.is_not(None)
        )
        there = serving.where(StaffRow.presence == Presence.ONLINE, StaffRow.seen_at > now - idle)
        return QueueOutlook(
            waiting=waiting or 0,
            agents=await self._session.scalar(there) or 0,
            known=bool(await self._session.scalar(serving)),
            handling_seconds=await self._handling_seconds(now - within),
        )

    async def _handling_seconds(self, since: datetime) -> float | None:
        rows = await self._session.execute(
            select(HandoffRow.taken_at, HandoffRow.closed_at)
            .where(HandoffRow.closed_at >= since, HandoffRow.taken_at.is_not(None))
            .order_by(HandoffRow.closed_at.desc())
            .limit(LAST_CLOSED)
        )
        lasted = [(closed - taken).total_seconds() for taken, closed in rows if taken and closed]
        return median(lasted) if lasted else None

    async def _first_fitting(self) -> tuple[ConversationRow, HandoffRow] | None:
        """Return what the acting agent is to take next, with its conversation, both locked.

        What somebody else is about to take is passed over rather than waited for.
        """
        agent = await self._session.get(StaffRow, self._actor.staff_id, populate_existing=True)
        if agent is None or await self._load(agent.id) >= agent.max_load:
            return None
        found = (
            await self._session.execute(
                _with_conversation()
                .where(HandoffRow.state == HandoffState.WAITING, *_fits(agent))
                .order_by(*_service_order(agent.id))
                .limit(1)
                .with_for_update(of=(ConversationRow, HandoffRow), key_share=True, skip_locked=True)
                .execution_options(populate_existing=True)
            )
        ).one_or_none()
        if found is None:
            return None
        handoff, conversation = found
        self._context.locked[conversation.id] = conversation
        return conversation, handoff

    async def _load(self, staff_id: int) -> int:
        query = select(func.count(HandoffRow.id)).where(
            HandoffRow.taken_by == staff_id, HandoffRow.state == HandoffState.TAKEN
        )
        return await self._session.scalar(query) or 0

    async def _counted(
        self, column: InstrumentedAttribute[int | None], condition: ColumnElement[bool]
    ) -> dict[int, int]:
        rows = await self._session.execute(
            select(column, func.count(HandoffRow.id)).where(condition).group_by(column)
        )
        return {staff_id: count for staff_id, count in rows if staff_id is not None}

    async def _waiting(self, handoff_id: int) -> HandoffRow:
        self._context.require(Role.SYSTEM)
        _, handoff = await self._locked_handoff(handoff_id)
        if handoff.state is not HandoffState.WAITING:
            raise ConflictError(f"handoff {handoff_id} is {handoff.state}")
        return handoff

    async def _shown_all(self, query: Select[HandoffRow, ConversationRow]) -> list[Handoff]:
        rows = (await self._session.execute(query)).all()
        await self._saw([conversation for _, conversation in rows])
        return [to_handoff(handoff) for handoff, _ in rows]


def _with_conversation() -> Select[HandoffRow, ConversationRow]:
    return select(HandoffRow, ConversationRow).join(
        ConversationRow, ConversationRow.id == HandoffRow.conversation_id
    )


def _service_order(agent: int | None = None) -> Sequence[ColumnElement[object]]:
    """Return VIPs first, then what is due, then age; for an agent what is meant for them first."""
    meant = or_(HandoffRow.prefers == agent, HandoffRow.offered_to == agent).is_not(True)
    return (
        HandoffRow.priority.desc(),
        *(() if agent is None else (meant,)),
        HandoffRow.answer_by.is_(None),
        HandoffRow.answer_by,
        HandoffRow.requested_at,
        HandoffRow.id,
    )


def _fits(agent: StaffRow) -> Sequence[ColumnElement[bool]]:
    speaks = or_(HandoffRow.language.is_(None), HandoffRow.language.in_(agent.languages))
    if not agent.skills:
        return (speaks,)
    return speaks, or_(HandoffRow.skill.is_(None), HandoffRow.skill.in_(agent.skills))


def _on_duty(row: StaffRow, before: datetime, load: int, offered: int) -> AgentOnDuty:
    heard = row.seen_at is not None and row.seen_at > before
    return AgentOnDuty(
        staff_id=row.id,
        name=row.name,
        store_id=row.store_id,
        languages=tuple(row.languages),
        skills=tuple(row.skills),
        max_load=row.max_load,
        presence=row.presence if heard else Presence.OFFLINE,
        seen_at=row.seen_at,
        load=load,
        offered=offered,
    )
