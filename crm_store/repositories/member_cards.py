"""The member card: what staff see at a glance, gathered from many tables."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from crm_store.models import (
    CaseRow,
    IdentityRow,
    NoteRow,
    OrderRow,
    PointsEntryRow,
)
from crm_store.repositories.context import Context
from crm_store.repositories.identities import to_identity
from crm_store.repositories.loyalty import window_start
from crm_store.repositories.preferences import preferences_of
from crm_store.repositories.spending import Spending, spending_of
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


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted and summed of a member."""

    spending: Spending
    points: int
    open_cases: int


async def figures_of(context: Context, member_id: int) -> Figures:
    """Return a member's figures."""
    since = window_start(context.clock(), context.rules.window_months)
    points = select(func.coalesce(func.sum(PointsEntryRow.points), 0)).where(
        PointsEntryRow.member_id == member_id
    )
    cases = select(func.count(CaseRow.id)).where(
        CaseRow.member_id == member_id, CaseRow.closed_at.is_(None)
    )
    counted = await context.session.execute(
        select(points.scalar_subquery(), cases.scalar_subquery())
    )
    balance, open_cases = counted.one()
    spending = await spending_of(context.session, member_id, since=since)
    return Figures(spending, int(balance), open_cases)


async def member_card(
    context: Context, member: Member, figures: Figures, *, with_notes: bool
) -> MemberCard:
    """Return a member's card; notes are written for staff and left out for the member."""
    session, spending = context.session, figures.spending
    return MemberCard(
        member=member,
        identities=await _identities(session, member.id),
        points_balance=figures.points,
        order_count=spending.orders,
        total_spent=context.rules.worth(spending.spent),
        last_order_at=spending.last,
        spent=tuple(Amount(value, currency) for currency, value in sorted(spending.spent.items())),
        recent_orders=await _headlines(session, member),
        preferences=await preferences_of(session, member.id, member.language),
        notes=await _notes(session, member.id) if with_notes else (),
        open_cases=figures.open_cases,
    )


async def _identities(session: AsyncSession, member_id: int) -> tuple[Identity, ...]:
    rows = await session.scalars(
        select(IdentityRow).where(IdentityRow.member_id == member_id).order_by(IdentityRow.id)
    )
    return tuple(to_identity(row) for row in rows)


async def _headlines(session: AsyncSession, member: Member) -> tuple[OrderHeadline, ...]:
    rows = await session.scalars(
        select(OrderRow)
        .where(OrderRow.member_id == member.id)
        .order_by(OrderRow.placed_at.desc(), OrderRow.id.desc())
        .limit(RECENT_ORDERS)
        .options(joinedload(OrderRow.lines))
    )
    return tuple(_headline(row, member.language) for row in rows.unique())


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
