"""The member card: what staff see at a glance, gathered from many tables.

Its statements are built once: building one anew takes longer than the database needs to answer it.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.errors import NotFoundError
from crm_store.models import (
    CaseRow,
    IdentityRow,
    MemberAnalyticsRow,
    MemberRow,
    NoteRow,
    OrderLineRow,
    OrderRow,
    PointsEntryRow,
)
from crm_store.repositories.analytics import NEWEST_FIRST
from crm_store.repositories.context import Context
from crm_store.repositories.identities import SHOWN_IDENTITY
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
from crm_store.types.places import Place
from crm_store.types.text import LocalText

RECENT_ORDERS = 5
NOTES = 20
MEMBER: BindParameter[int] = bindparam("member_id")


@dataclass(frozen=True, slots=True)
class Head:
    """A member with what is counted and summed of them, and what analytics last found."""

    member: Member
    points: int
    open_cases: int
    analytics: MemberAnalyticsRow | None
    spending: Spending


def _head() -> Select[MemberRow, int, int, MemberAnalyticsRow | None]:
    row, points, cases = MemberAnalyticsRow, PointsEntryRow, CaseRow
    newest = select(row.id).where(row.member_id == MEMBER).order_by(*NEWEST_FIRST).limit(1)
    balance = select(func.coalesce(func.sum(points.points), 0)).where(points.member_id == MEMBER)
    opened = select(func.count(cases.id)).where(
        cases.member_id == MEMBER, cases.closed_at.is_(None)
    )
    return (
        select(MemberRow, balance.scalar_subquery(), opened.scalar_subquery(), row)
        .outerjoin(row, row.id == newest.scalar_subquery())
        .where(MemberRow.id == MEMBER)
    )


def _recent_orders() -> Select[*tuple[Any, ...]]:
    """Return the newest orders' headlines, a row for each line."""
    order, line = OrderRow, OrderLineRow
    newest = (
        select(order.id)
        .where(order.member_id == MEMBER)
        .order_by(order.placed_at.desc(), order.id.desc())
        .limit(RECENT_ORDERS)
    )
    return (
        select(
            order.id,
            order.number,
            order.state,
            order.placed_at,
            order.total,
            order.currency,
            line.name_zh,
            line.name_en,
            line.quantity,
        )
        .outerjoin(line, line.order_id == order.id)
        .where(order.id.in_(newest))
        .order_by(order.placed_at.desc(), order.id.desc(), line.id)
    )


HEAD = _head()
IDENTITIES = select(*SHOWN_IDENTITY).where(IdentityRow.member_id == MEMBER).order_by(IdentityRow.id)
HEADLINES = _recent_orders()
NEWEST_NOTES = (
    select(NoteRow.id, NoteRow.text, NoteRow.author, NoteRow.at)
    .where(NoteRow.member_id == MEMBER)
    .order_by(NoteRow.at.desc(), NoteRow.id.desc())
    .limit(NOTES)
)


def to_member(row: MemberRow) -> Member:
    """Return a row as its domain type."""
    return Member(
        id=row.id,
        name=row.name,
        language=row.language,
        tier=row.tier,
        status=row.status,
        joined_on=row.joined_on,
        gender=row.gender,
        birthday=row.birthday,
        home_store_id=row.home_store_id,
        place=Place(row.province or "", row.city or "", row.district or ""),
    )


async def head_of(context: Context, member_id: int) -> Head:
    """Return a member that is there, in figures; raises `NotFoundError`."""
    found = (await context.session.execute(HEAD, {"member_id": member_id})).one_or_none()
    if found is None:
        raise NotFoundError(f"no member {member_id}")
    row, points, open_cases, analytics = found
    since = window_start(context.clock(), context.rules.window_months)
    spending = await spending_of(context.session, member_id, since=since)
    return Head(to_member(row), int(points), open_cases, analytics, spending)


async def member_card(context: Context, head: Head, *, with_notes: bool) -> MemberCard:
    """Return a member's card; notes are written for staff and left out for the member."""
    session, spending, member = context.session, head.spending, head.member
    return MemberCard(
        member=member,
        identities=await _identities(session, member.id),
        points_balance=head.points,
        order_count=spending.orders,
        total_spent=context.rules.worth(spending.spent),
        last_order_at=spending.last,
        spent=tuple(Amount(value, currency) for currency, value in sorted(spending.spent.items())),
        recent_orders=await _headlines(session, member),
        preferences=await preferences_of(session, member.id, member.language),
        notes=await _notes(session, member.id) if with_notes else (),
        open_cases=head.open_cases,
    )


async def _identities(session: AsyncSession, member_id: int) -> tuple[Identity, ...]:
    rows = await session.execute(IDENTITIES, {"member_id": member_id})
    return tuple(Identity(*row) for row in rows)


async def _headlines(session: AsyncSession, member: Member) -> tuple[OrderHeadline, ...]:
    rows = await session.execute(HEADLINES, {"member_id": member.id})
    orders = groupby(rows, key=lambda row: row.id)
    return tuple(_headline(list(lines), member.language) for _, lines in orders)


def _headline(lines: list[Row[Any]], language: str) -> OrderHeadline:
    """Return an order's headline; one without lines comes as a single row that names nothing."""
    order = lines[0]
    separator = ", " if language.startswith("en") else "、"
    items = separator.join(
        f"{LocalText(line.name_zh, line.name_en).in_language(language)} ×{line.quantity}"
        for line in lines
        if line.quantity is not None
    )
    return OrderHeadline(
        order.number, order.state.value, order.placed_at, order.total, items, order.currency
    )


async def _notes(session: AsyncSession, member_id: int) -> tuple[Note, ...]:
    rows = await session.execute(NEWEST_NOTES, {"member_id": member_id})
    return tuple(Note(row.id, row.text, row.author, row.at) for row in rows)
