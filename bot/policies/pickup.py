"""Goods that wait in a shop: how long, how many, and for which orders."""

from datetime import datetime, time, timedelta, tzinfo
from typing import Annotated

from pydantic import Field

from bot.policies.decision import Decision, allow, refuse
from bot.policies.section import Section
from crm_store.types.orders import Order, OrderState


class Pickup(Section):
    """Collecting in a shop."""

    reserve_days: Annotated[int, Field(ge=0)]
    """Days, today not counted, that goods are kept for somebody who has not paid."""
    order_days: Annotated[int, Field(ge=0)]
    """Days that a paid order waits."""
    most_units: Annotated[int, Field(ge=1)]
    """Units of one variant that somebody may reserve at once."""
    most_open: Annotated[int, Field(ge=1)]
    """Reservations that somebody may have at the same time."""


def collect_by(now: datetime, days: int, closes: time, zone: tzinfo) -> datetime:
    """Return the deadline: when the shop closes, so many days after today.

    A shop that closes after midnight still counts as that day's.
    """
    day = now.astimezone(zone).date() + timedelta(days=days)
    closing = datetime.combine(day, closes, zone)
    return closing if closing > now else closing + timedelta(days=1)


def may_reserve(policy: Pickup, *, free: int, units: int, open_already: int) -> Decision:
    """Decide about goods on a shop's shelf."""
    if open_already >= policy.most_open:
        return refuse("too_many_reservations", "store_info", most=policy.most_open)
    if units > policy.most_units:
        return refuse("too_many_units", most=policy.most_units)
    if units > free:
        return refuse("sold_out_there", "stock_check", left=free)
    return allow("reserved", days=policy.reserve_days)


def not_collectable(order: Order) -> Decision | None:
    """Return why an order cannot be collected instead of sent; ``None`` when it can."""
    match order.state:
        case OrderState.PAID | OrderState.PACKED:
            return None
        case OrderState.PENDING_PAYMENT:
            return refuse("collected_after_payment", "payment_issue")
        case OrderState.CANCELLED:
            return refuse("order_cancelled", "search_product")
        case OrderState.SHIPPED:
            return refuse("order_on_its_way", "order_status")
        case _:
            return refuse("order_has_arrived", "return_item", "order_status")


def may_collect(policy: Pickup, order: Order) -> Decision:
    """Decide whether an order can be collected instead of sent."""
    return not_collectable(order) or allow("order_collected", days=policy.order_days)
