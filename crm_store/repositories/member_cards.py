"""The member card: what staff see at a glance, gathered from many tables."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from crm_store.models import (
    CaseRow,
    IdentityRow,
    NoteRow,
    OrderRow,
)
from crm_store.repositories.context import Context
from crm_store.repositories.identities import to_identity
from crm_store.repositories.points_ledger import points_balance
from crm_store.repositories.preferences import preferences_of
from crm_store.repositories.spending import spent_by_currency
from crm_store.types.orders import OrderState
from crm_store.types.people import (
    Amount,
    Identity,
    Member,
    MemberCard,
    Note,
    OrderHeadline,
)

RECENT_ORDERS = 5
NOTES = 20


async def member_card(
    context: Context, member: Member, *, with_notes: bool, points: int | None = None
) -> MemberCard:
    """Return a member's card; notes are written for staff and left out for the member.

    ``points`` is the balance when the caller knows it already.
    """
    session = context.session
    count, last = await _orders(session, member.id)
    spent = await spent_by_currency(session, member.id) if count else {}
    return MemberCard(
        member=member,
        identities=await _identities(session, member.id),
        points_balance=await points_balance(session, member.id) if points is None else points,
        order_count=count,
        total_spent=context.rules.worth(spent),
        last_order_at=last,
        spent=tuple(Amount(value, currency) for currency, value in sorted(spent.items())),
        recent_orders=await _headlines(session, member),
        preferences=await preferences_of(session, member.id, member.language),
        notes=await _notes(session, member.id) if with_notes else (),
        open_cases=await _open_cases(session, member.id),
    )


async def _identities(session: AsyncSession, member_id: int) -> tuple[Identity, ...]:
    rows = await session.scalars(
        select(IdentityRow).where(IdentityRow.member_id == member_id).order_by(IdentityRow.id)
    )
    return tuple(to_identity(row) for row in rows)


async def _orders(session: AsyncSession, member_id: int) -> tuple[int, datetime | None]:
    count, last = (
        await session.execute(
            select(func.count(OrderRow.id), func.max(OrderRow.placed_at)).where(
                OrderRow.member_id == member_id, OrderRow.state != OrderState.CANCELLED
            )
        )
    ).one()
    return count, last


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
    return OrderHeadline(row.number, row.state.value, row.placed_at, row.total, items, row.currency)


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
