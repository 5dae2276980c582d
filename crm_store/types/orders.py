"""Orders and everything that happens to them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from crm_store.types.text import LocalText


class OrderState(StrEnum):
    """Where an order stands."""

    PENDING_PAYMENT = "pending_payment"
    PAID = "paid"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ShipmentState(StrEnum):
    """Where a parcel stands."""

    CREATED = "created"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class ShipmentEvent:
    """One entry of a parcel's track."""

    at: datetime
    state: ShipmentState
    place: LocalText


@dataclass(frozen=True, slots=True)
class Shipment:
    """One parcel of an order, its events oldest first."""

    id: int
    carrier: str
    tracking_number: str
    state: ShipmentState
    shipped_at: datetime | None
    delivered_at: datetime | None
    expected_on: date | None
    events: tuple[ShipmentEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One position of an order; the name is what was printed when it was sold."""

    id: int
    sku: str
    product_id: str | None
    name: LocalText
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """Money moved for an order; refunds are negative."""

    id: int
    method: str
    amount: Decimal
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """To whom and where an order goes, as it may be shown: masked; empty where nothing is known."""

    recipient: str = ""
    """``林**``."""
    phone: str = ""
    """``138****8000``."""
    address: str = ""
    """``上海市徐汇区****``."""


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """What changes about where an order goes, in the clear; ``None``: it stays."""

    recipient: str | None = None
    phone: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class LineChange:
    """What a position of an order becomes."""

    sku: str
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """An order with its lines, parcels and payments."""

    id: int
    number: str
    member_id: int | None
    channel: str
    """``web``, ``mini_program`` or ``pos``."""
    store_id: str | None
    state: OrderState
    placed_at: datetime
    total: Decimal
    currency: str
    lines: tuple[OrderLine, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    payments: tuple[Payment, ...] = ()
    delivery: Delivery = Delivery()
    shipping_fee: Decimal = Decimal(0)
    """Part of the total; what the lines cost beyond the rest of it was taken off as a discount."""
