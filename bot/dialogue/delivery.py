"""When an order reached its customer."""

from datetime import date, tzinfo

from crm_store.types.orders import Order


def delivered_on(order: Order, time_zone: tzinfo) -> date:
    """Return the day the last parcel was signed for; what was bought in a shop, the day of sale."""
    arrived = [parcel.delivered_at for parcel in order.shipments if parcel.delivered_at]
    return (max(arrived) if arrived else order.placed_at).astimezone(time_zone).date()
