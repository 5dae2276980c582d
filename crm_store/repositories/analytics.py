"""What analytics runs found, as it is read."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.analytics.naming import lifecycle_name, segment_named, segments_ranked
from crm_store.models import AnalyticsRunRow, MemberAnalyticsRow, MemberRow
from crm_store.repositories.context import Repository
from crm_store.types.actors import Role
from crm_store.types.analytics import (
    AnalyticsRun,
    Lifecycle,
    MemberAnalytics,
    Rfm,
    SegmentCount,
)
from crm_store.types.places import AREA, Place

NEWEST_FIRST = (MemberAnalyticsRow.run_id.desc(), MemberAnalyticsRow.id.desc())
"""Right after a merge a member may have two rows."""


class AnalyticsRepository(Repository):
    """The port's `Analytics`."""

    async def of_member(self, member_id: int) -> MemberAnalytics | None:
        """Return what the last run found about a buyer; staff and system only."""
        kept = await self._context.visible_member(member_id) if self._context.is_trusted else None
        if kept is None:
            return None
        await self._context.saw("member.analytics", [f"member:{kept}"])
        return await analytics_of(self._session, kept, self._context.rules.currency)

    async def last_run(self) -> AnalyticsRun | None:
        """Return the last finished run; staff and system only."""
        row = await last_run_row(self._session) if self._context.is_trusted else None
        return None if row is None else to_run(row)

    async def segments(self, place: Place | None = None) -> list[SegmentCount]:
        """Return every segment in numbers, best first; staff and system only."""
        if not self._context.is_trusted:
            return []
        row = MemberAnalyticsRow
        query = select(
            row.segment,
            func.count(row.id),
            func.sum(row.spent),
            func.avg(row.alive),
            func.sum(row.clv),
        ).group_by(row.segment)
        if place is not None:
            query = query.join(MemberRow, MemberRow.id == row.member_id).where(*_within(place))
        found = await self._session.execute(query)
        counts = {
            slug: SegmentCount(
                segment_named(slug), members, spent, None if alive is None else 1 - alive, clv
            )
            for slug, members, spent, alive, clv in found
        }
        return [counts[one.slug] for one in segments_ranked() if one.slug in counts]

    async def members_in(self, segment: str, *, limit: int = 100) -> list[int]:
        """Return members of a segment, the most valuable first; manager and system only."""
        if self._actor.role not in (Role.MANAGER, Role.SYSTEM):
            return []
        row = MemberAnalyticsRow
        rows = await self._session.scalars(
            select(row.member_id)
            .where(row.segment == segment)
            .order_by(func.coalesce(row.clv, 0).desc(), row.spent.desc(), row.member_id)
            .limit(limit)
        )
        members = list(rows)
        await self._context.saw("member.analytics", [f"member:{one}" for one in members])
        return members


def _within(place: Place) -> list[ColumnElement[bool]]:
    """Return the conditions that the parts make which a place names."""
    told = ((getattr(MemberRow, part), getattr(place, part)) for part in AREA)
    return [column == name for column, name in told if name]


async def analytics_of(
    session: AsyncSession, member_id: int, currency: str
) -> MemberAnalytics | None:
    """Return a buyer's figures of the last run that looked at them."""
    row = await session.scalar(
        select(MemberAnalyticsRow)
        .where(MemberAnalyticsRow.member_id == member_id)
        .order_by(*NEWEST_FIRST)
        .limit(1)
    )
    return None if row is None else to_analytics(row, currency)


async def last_run_row(session: AsyncSession, *, full: bool = False) -> AnalyticsRunRow | None:
    """Return the last finished run (the last full one)."""
    query = select(AnalyticsRunRow).where(AnalyticsRunRow.finished_at.is_not(None))
    if full:
        query = query.where(AnalyticsRunRow.full)
    found: AnalyticsRunRow | None = await session.scalar(
        query.order_by(AnalyticsRunRow.id.desc()).limit(1)
    )
    return found


def to_run(row: AnalyticsRunRow) -> AnalyticsRun:
    """Return a row as its domain type."""
    return AnalyticsRun(
        row.id, row.full, row.as_of, row.started_at, row.finished_at, row.buyers, row.recomputed
    )


def to_analytics(row: MemberAnalyticsRow, currency: str) -> MemberAnalytics:
    """Return a row as its domain type, its amounts in a currency."""
    return MemberAnalytics(
        as_of=row.as_of,
        segment=segment_named(row.segment),
        rfm=Rfm(row.recency, row.frequency, row.monetary),
        lifecycle=Lifecycle(row.lifecycle),
        lifecycle_name=lifecycle_name(row.lifecycle),
        purchases=row.purchases,
        first_on=row.first_on,
        last_on=row.last_on,
        spent=row.spent,
        currency=currency,
        churn_risk=None if row.alive is None else 1 - row.alive,
        expected_purchases=row.expected,
        clv=row.clv,
    )
