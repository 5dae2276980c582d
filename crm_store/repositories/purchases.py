"""What analytics runs read: the purchases of buyers, and who changed since the last look."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby, pairwise
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, type_coerce

from crm_store.models import MemberAnalyticsRow, MemberRow, OrderRow
from crm_store.models.types import Money
from crm_store.repositories.context import Context
from crm_store.repositories.spending import UNPAID, refunded
from crm_store.types.analytics import Buyer
from crm_store.types.people import MemberStatus

FEWEST_FOR_A_CYCLE = 3


@dataclass(frozen=True, slots=True)
class Span:
    """Members by id, from ``first`` up to but not including ``end``."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Seen:
    """The orders of a member in three figures; others mean that something changed."""

    orders: int
    total: Decimal
    last: datetime


@dataclass(frozen=True, slots=True)
class Purchase:
    """One paid order, refunds taken off."""

    at: datetime
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Whose figures are out of date within a span."""

    changed: frozenset[int]
    gone: frozenset[int]
    """Members with figures but without orders: merged or erased since."""
    buyers: int


def spans(last_id: int, size: int) -> list[Span]:
    """Return the spans that cover all ids."""
    return [Span(first, first + size) for first in range(1, last_id + 1, size)]


async def last_member(context: Context) -> int:
    """Return the highest id of a member."""
    return await context.session.scalar(select(func.max(MemberRow.id))) or 0


async def changes(context: Context, span: Span) -> Changes:
    """Compare the orders of a span with what the last run saw."""
    now = await _seen(context, span)
    row = MemberAnalyticsRow
    stored: dict[int, list[Seen]] = {}
    for member_id, orders, total, last in await context.session.execute(
        select(row.member_id, row.seen_orders, row.seen_total, row.seen_last).where(
            row.member_id >= span.first, row.member_id < span.end
        )
    ):
        stored.setdefault(member_id, []).append(Seen(orders, total, last))
    return Changes(
        changed=frozenset(key for key, seen in now.items() if stored.get(key) != [seen]),
        gone=frozenset(stored.keys() - now.keys()),
        buyers=len(now),
    )


async def _seen(context: Context, span: Span) -> dict[int, Seen]:
    orders = _paid().subquery()
    found = await context.session.execute(
        select(
            orders.c.member_id,
            func.count(),
            type_coerce(func.sum(orders.c.total + orders.c.refunded), Money()),
            func.max(orders.c.placed_at),
        )
        .where(orders.c.member_id >= span.first, orders.c.member_id < span.end)
        .group_by(orders.c.member_id)
    )
    return {member_id: Seen(count, total, last) for member_id, count, total, last in found}


def _paid() -> Select[int | None, datetime, str, Decimal, Decimal]:
    """Select paid orders of active members; what was paid back is looked up order by order."""
    return (
        select(
            OrderRow.member_id,
            OrderRow.placed_at,
            OrderRow.currency,
            OrderRow.total,
            refunded().label("refunded"),
        )
        .join(MemberRow, MemberRow.id == OrderRow.member_id)
        .where(MemberRow.status == MemberStatus.ACTIVE, OrderRow.state.not_in(UNPAID))
    )


async def buyers_in(
    context: Context, span: Span, zone: ZoneInfo, only: Collection[int] | None = None
) -> list[tuple[Buyer, Seen]]:
    """Return the buyers of a span (those in ``only``), with what was seen of them."""
    query = _paid().where(OrderRow.member_id >= span.first, OrderRow.member_id < span.end)
    if only is not None:
        query = query.where(OrderRow.member_id.in_(only))
    rows = await context.session.execute(query.order_by(OrderRow.member_id, OrderRow.placed_at))
    return [
        (_buyer(member_id, purchases, context, zone), _seen_in(purchases))
        for member_id, purchases in _by_member(rows)
    ]


def _by_member(rows: object) -> Iterator[tuple[int, list[Purchase]]]:
    for member_id, group in groupby(rows, key=lambda row: row.member_id):  # type: ignore[call-overload]
        yield (
            member_id,
            [Purchase(row.placed_at, row.total + row.refunded, row.currency) for row in group],
        )


def _seen_in(purchases: list[Purchase]) -> Seen:
    total = sum((one.amount for one in purchases), Decimal(0))
    return Seen(len(purchases), total, purchases[-1].at)


def _buyer(member_id: int, purchases: list[Purchase], context: Context, zone: ZoneInfo) -> Buyer:
    days: dict[date, float] = {}
    for one in purchases:
        day = one.at.astimezone(zone).date()
        rate = context.rules.rates.get(one.currency, Decimal(0))
        days[day] = days.get(day, 0.0) + float(one.amount * rate)
    dates, values = list(days), list(days.values())
    gaps = [(later - earlier).days for earlier, later in pairwise(dates)]
    return Buyer(
        member_id=member_id,
        purchases=len(dates),
        first_on=dates[0],
        last_on=dates[-1],
        spent=sum(values),
        repeat_mean=sum(values[1:]) / (len(values) - 1) if len(values) > 1 else 0.0,
        cycle=float(median(gaps)) if len(dates) >= FEWEST_FOR_A_CYCLE else None,
    )


async def qualifying_spend(
    context: Context, span: Span, since: datetime
) -> Mapping[int, Mapping[str, Decimal]]:
    """Return what the members of a span spent since a time, by currency."""
    orders = _paid().where(OrderRow.placed_at >= since).subquery()
    found = await context.session.execute(
        select(
            orders.c.member_id,
            orders.c.currency,
            type_coerce(func.sum(orders.c.total + orders.c.refunded), Money()),
        )
        .where(orders.c.member_id >= span.first, orders.c.member_id < span.end)
        .group_by(orders.c.member_id, orders.c.currency)
    )
    spent: dict[int, dict[str, Decimal]] = {}
    for member_id, currency, amount in found:
        spent.setdefault(member_id, {})[currency] = amount
    return spent
