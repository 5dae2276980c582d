"""Orders between their rows and their domain types."""

from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from crm_store.identifiers import mask, mask_address, mask_name
from crm_store.models import OrderRow, PaymentRow, ShipmentRow
from crm_store.types.orders import (
    Delivery,
    Order,
    OrderLine,
    Payment,
    Shipment,
    ShipmentEvent,
)
from crm_store.types.people import IdentityKind
from crm_store.vault import Vault


def whole_orders() -> Select[OrderRow]:
    """Return the query of orders with everything that belongs to them."""
    return select(OrderRow).options(
        selectinload(OrderRow.lines),
        selectinload(OrderRow.payments),
        selectinload(OrderRow.shipments).selectinload(ShipmentRow.events),
    )


def to_order(row: OrderRow, vault: Vault) -> Order:
    """Return a wholly loaded row as its domain type, its delivery masked."""
    return Order(
        id=row.id,
        number=row.number,
        member_id=row.member_id,
        channel=row.channel,
        store_id=row.store_id,
        state=row.state,
        placed_at=row.placed_at,
        total=row.total,
        shipping_fee=row.shipping_fee,
        currency=row.currency,
        lines=tuple(
            OrderLine(line.id, line.sku, line.product_id, line.name, line.quantity, line.unit_price)
            for line in row.lines
        ),
        shipments=tuple(_to_shipments(row.shipments)),
        payments=tuple(to_payment(paid) for paid in row.payments),
        delivery=_delivery(row, vault),
    )


def _delivery(row: OrderRow, vault: Vault) -> Delivery:
    return Delivery(
        recipient=mask_name(vault.decrypt(row.recipient_enc or "")),
        phone=mask(IdentityKind.PHONE, vault.decrypt(row.phone_enc)) if row.phone_enc else "",
        address=mask_address(vault.decrypt(row.address_enc or "")),
    )


def _to_shipments(rows: Iterable[ShipmentRow]) -> Iterable[Shipment]:
    for row in rows:
        yield Shipment(
            id=row.id,
            carrier=row.carrier,
            tracking_number=row.tracking_number,
            state=row.state,
            shipped_at=row.shipped_at,
            delivered_at=row.delivered_at,
            expected_on=row.expected_on,
            events=tuple(ShipmentEvent(event.at, event.state, event.place) for event in row.events),
        )


def to_payment(row: PaymentRow) -> Payment:
    """Return a payment's row as its domain type."""
    return Payment(row.id, row.method, row.amount, row.state, row.at)
