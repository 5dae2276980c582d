"""The review of tiers, and the booking of lapsed points, for many members at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import case, func, insert, select, update

from crm_store.models import MemberRow, PointsEntryRow, TierChangeRow
from crm_store.repositories.context import Context
from crm_store.repositories.loyalty import window_start
from crm_store.repositories.points_ledger import PointsLedger
from crm_store.repositories.purchases import Span, qualifying_spend
from crm_store.types.people import MemberStatus, Tier


@dataclass(frozen=True, slots=True)
class _Holder:
    """A member's tier, and what may speak for it."""

    member_id: int
    tier: Tier
    joined_on: date


async def review_tiers(context: Context, span: Span) -> int:
    """Raise and lower tiers as the rules say; return how many changed."""
    rules, now = context.rules, context.clock()
    since = window_start(now, rules.window_months)
    spent = await qualifying_spend(context, span, since)
    kept = await _raised_since(context, span, since)
    changed = 0
    for holder in await _holders(context, span):
        spend = rules.worth(spent.get(holder.member_id, {}))
        recent = holder.joined_on >= since.date() or holder.member_id in kept
        tier = _reviewed(context, holder.tier, spend, recent=recent)
        if tier is not holder.tier:
            await _change(context, holder, tier, spend)
            changed += 1
    return changed


def _reviewed(context: Context, tier: Tier, spend: Decimal, *, recent: bool) -> Tier:
    rules = context.rules
    earned = rules.earned_by(spend).tier
    if rules.rank(earned) > rules.rank(tier):
        return earned if rules.may_raise else tier
    lowered = rules.may_lower and not recent and rules.rank(earned) < rules.rank(tier)
    return earned if lowered else tier


async def _holders(context: Context, span: Span) -> list[_Holder]:
    row = MemberRow
    found = await context.session.execute(
        select(row.id, row.tier, row.joined_on).where(
            row.id >= span.first, row.id < span.end, row.status == MemberStatus.ACTIVE
        )
    )
    return [_Holder(member_id, tier, joined_on) for member_id, tier, joined_on in found]


async def _raised_since(context: Context, span: Span, since: datetime) -> set[int]:
    row = TierChangeRow
    found = await context.session.scalars(
        select(row.member_id).where(
            row.member_id >= span.first, row.member_id < span.end, row.at >= since
        )
    )
    return set(found)


async def _change(context: Context, holder: _Holder, tier: Tier, spend: Decimal) -> None:
    await context.session.execute(
        update(MemberRow).where(MemberRow.id == holder.member_id).values(tier=tier)
    )
    change: Mapping[str, object] = {
        "member_id": holder.member_id,
        "before": holder.tier,
        "after": tier,
        "spend": spend,
        "at": context.clock(),
    }
    await context.session.execute(insert(TierChangeRow), [change])
    await context.record("tier.review", f"member:{holder.member_id}", {"tier": tier.value})


async def expire_points(context: Context, span: Span) -> int:
    """Book lapsed points; return for how many members.

    Whatever takes points takes them from the lot that lapses first, so something is left of lapsed
    lots exactly where more was credited to them than was ever taken.
    """
    if not context.rules.book_expiry:
        return 0
    row, today = PointsEntryRow, context.clock().date()
    credited = (row.points > 0) & (row.expires_on < today)
    lapsed = func.sum(case((credited, row.points), (row.points < 0, row.points), else_=0))
    members = await context.session.scalars(
        select(row.member_id)
        .where(row.member_id >= span.first, row.member_id < span.end)
        .group_by(row.member_id)
        .having(lapsed > 0)
    )
    found = list(members)
    for member_id in found:
        ledger = await PointsLedger.open(context, member_id)
        await ledger.expire()
    return len(found)
