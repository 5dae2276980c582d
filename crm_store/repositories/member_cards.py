"""The member card: what staff see at a glance, gathered from many tables."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from crm_store.models import (
    CaseRow,
    IdentityRow,
    NoteRow,
    OrderRow,
    PointsEntryRow,
    PreferenceRow,
)
from crm_store.repositories.identities import to_identity
from crm_store.types.orders import OrderState
from crm_store.types.people import (
    Identity,
    Member,
    MemberCard,
    Note,
    OrderHeadline,
    Preference,
)

RECENT_ORDERS = 5
NOTES = 20


async def member_card(session: AsyncSession, member: Member, *, with_notes: bool) -> MemberCard:
    """Return a member's card; notes are written for staff and left out for the member."""
    count, spent, last = await _order_totals(session, member.id)
    return MemberCard(
        member=member,
        identities=await _identities(session, member.id),
        points_balance=await points_balance(session, member.id),
        order_count=count,
        total_spent=spent,
        last_order_at=last,
        recent_orders=await _headlines(session, member),
        preferences=await _preferences(session, member.id),
        notes=await _notes(session, member.id) if with_notes else (),
        open_cases=await _open_cases(session, member.id),
    )


async def points_balance(session: AsyncSession, member_id: int) -> int:
    """Return the sum of a member's points entries."""
    balance = await session.scalar(
        select(func.coalesce(func.sum(PointsEntryRow.points), 0)).where(
            PointsEntryRow.member_id == member_id
        )
    )
    return int(balance or 0)


async def _identities(session: AsyncSession, member_id: int) -> tuple[Identity, ...]:
    rows = await session.scalars(
        select(IdentityRow).where(IdentityRow.member_id == member_id).order_by(IdentityRow.id)
    )
    return tuple(to_identity(row) for row in rows)


async def _order_totals(
    session: AsyncSession, member_id: int
) -> tuple[int, Decimal, datetime | None]:
    count, spent, last = (
        await session.execute(
            select(
                func.count(OrderRow.id),
                func.sum(OrderRow.total),
                func.max(OrderRow.placed_at),
            ).where(OrderRow.member_id == member_id, OrderRow.state != OrderState.CANCELLED)
        )
    ).one()
    return count, spent or Decimal(0), last


async def _headlines(session: AsyncSession, member: Member) -> tuple[OrderHeadline, ...]:
    rows = await session.scalars(
        select(OrderRow)
        .where(OrderRow.member_id == member.id)
        .order_by(OrderRow.placed_at.desc(), OrderRow.id.desc())
        .limit(RECENT_ORDERS)
        .options(selectinload(OrderRow.lines))
    )
    return tuple(_headline(row, member.language) for row in rows)


def _headline(row: OrderRow, language: str) -> OrderHeadline:
    separator = ", " if language.startswith("en") else "、"
    items = separator.join(
        f"{line.name.in_language(language)} ×{line.quantity}" for line in row.lines
    )
    return OrderHeadline(row.number, row.state.value, row.placed_at, row.total, items)


async def _preferences(session: AsyncSession, member_id: int) -> tuple[Preference, ...]:
    rows = await session.scalars(
        select(PreferenceRow)
        .where(PreferenceRow.member_id == member_id)
        .order_by(PreferenceRow.stated.desc(), PreferenceRow.at.desc(), PreferenceRow.id)
    )
    return tuple(Preference(row.kind, row.value, row.stated, row.source, row.at) for row in rows)


async def _notes(session: AsyncSession, member_id: int) -> tuple[Note, ...]:
    rows = await session.scalars(
        select(NoteRow)
        .where(NoteRow.member_id == member_id)
        .order_by(NoteRow.at.desc(), NoteRow.id.desc())
        .limit(NOTES)
    )
    return tuple(Note(row.id, row.text, row.author, row.at) for row in rows)


async def _open_cases(session: AsyncSession, member_id: int) -> int:
    count = await session.scalar(
        select(func.count(CaseRow.id)).where(
            CaseRow.member_id == member_id, CaseRow.closed_at.is_(None)
        )
    )
    return count or 0
