"""What is repaired, who pays for it, and when somebody has time for it."""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from bot.policies.decision import Decision, allow, refuse
from bot.policies.section import Section
from crm_store.types.orders import Order, OrderState

FREE, PAID, UNCLEAR = "free", "paid", "unclear"
"""Who pays: the shop, the customer, or whom the inspection says."""


class Term(Section):
    """How long goods are under warranty, and what a repair costs after it."""

    id: str
    """Its name; the wording is in ``replies/*/rules.yml``."""
    lines: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """Business lines and categories of the product; none: all of them."""
    months: Annotated[int, Field(ge=0)]
    labour: Annotated[Decimal, Field(ge=0)]
    """What a paid repair costs at least; parts are quoted before they are fitted."""

    def fits(self, line: str, category: str) -> bool:
        """Whether the term is about goods like these."""
        return (not self.lines or line in self.lines) and (
            not self.categories or category in self.categories
        )


class Hours(Section):
    """When visits are possible, and how many at once."""

    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...]
    """1 is Monday."""
    starts: tuple[time, ...]
    hours: Annotated[int, Field(ge=1)]
    """How long a visit may take."""
    capacity: Annotated[int, Field(ge=1)]


class Warranty(Section):
    """Warranty and repairs."""

    terms: tuple[Term, ...]
    """The first that fits counts; goods without one are not repaired."""
    caused_by_customer: tuple[str, ...]
    """Faults that no warranty covers."""
    inspected_first: tuple[str, ...]
    """Faults of which one has to see whether it does."""
    dangerous: tuple[str, ...]
    """Faults with which a thing must not be used any more."""
    desks: tuple[str, ...]
    """Shops with a repair desk."""
    home_cities: tuple[str, ...]
    home_categories: tuple[str, ...]
    """Where, and for what, a technician comes to the house."""
    visit_fee: Annotated[Decimal, Field(ge=0)]
    """For coming, when the repair is a paid one."""
    desk: Hours
    home: Hours
    ahead_days: Annotated[int, Field(ge=1)]
    notice_hours: Annotated[int, Field(ge=0)]
    """An appointment begins so many hours from now at the earliest."""
    send_in_days: Annotated[int, Field(ge=1)]
    """Days within which goods that are sent in have to arrive."""

    def term(self, line: str, category: str) -> Term | None:
        """Return the term for goods like these."""
        return next((one for one in self.terms if one.fits(line, category)), None)


@dataclass(frozen=True, slots=True)
class Window:
    """A time for a visit."""

    starts_at: datetime
    ends_at: datetime


def under_warranty(
    policy: Warranty, *, line: str, category: str, fault: str, bought: date, today: date
) -> Decision:
    """Decide who pays for the repair of goods bought on a day."""
    term = policy.term(line, category)
    if term is None:
        return refuse("not_repairable", "return_item", "complaint")
    ends = add_months(bought, term.months)
    facts = {"months": term.months, "bought": bought, "ends": ends, "labour": term.labour}
    if fault in policy.caused_by_customer:
        return allow("damage_not_covered", charge=PAID, **facts)
    if today > ends:
        return allow("out_of_warranty", charge=PAID, **facts)
    if fault in policy.inspected_first:
        return allow("inspected_first", charge=UNCLEAR, **facts)
    return allow(term.id, charge=FREE, **facts)


def not_repairable_yet(order: Order) -> Decision | None:
    """Return why nothing of an order can be repaired; ``None`` when it can."""
    if order.state is OrderState.CANCELLED:
        return refuse("order_cancelled")
    if order.state in (OrderState.DELIVERED, OrderState.COMPLETED):
        return None
    return refuse("not_delivered_yet", "order_status")


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def windows(
    policy: Warranty, hours: Hours, *, now: datetime, zone: tzinfo, opens: time, closes: time
) -> Iterator[Window]:
    """Return the times of the coming days at which a visit may begin, soonest first.

    A visit lies within the opening hours of the place; one that closes at midnight or later is
    open for the rest of the day.
    """
    earliest = now + timedelta(hours=policy.notice_hours)
    today = now.astimezone(zone).date()
    for ahead in range(policy.ahead_days + 1):
        day = today + timedelta(days=ahead)
        if day.isoweekday() not in hours.weekdays:
            continue
        closing = datetime.combine(day, closes, zone) + timedelta(days=closes <= opens)
        for begins in hours.starts:
            starts_at = datetime.combine(day, begins, zone)
            ends_at = starts_at + timedelta(hours=hours.hours)
            if begins >= opens and ends_at <= closing and starts_at >= earliest:
                yield Window(starts_at, ends_at)


def free_windows(
    every: Iterator[Window], taken: Mapping[datetime, int], capacity: int
) -> dict[date, list[Window]]:
    """Return by day the times at which there is room for one more."""
    free: dict[date, list[Window]] = {}
    for window in every:
        if taken.get(window.starts_at, 0) < capacity:
            free.setdefault(window.starts_at.date(), []).append(window)
    return free
