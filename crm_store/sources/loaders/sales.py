"""What web shop and mini-program orders have in common."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from crm_store.profile.places import place_of
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_orders import save_orders
from crm_store.sources.fields import Fields
from crm_store.sources.loaders.base import Outcome, Record, named
from crm_store.sources.words import SaleChannel
from crm_store.types.cases import CaseKind
from crm_store.types.conversations import JSON
from crm_store.types.imports import (
    Bearer,
    CaseDraft,
    EventDraft,
    LineDraft,
    OrderDraft,
    ShipmentDraft,
)
from crm_store.types.orders import OrderState, ShipmentState
from crm_store.types.places import AREA, NOWHERE, Place
from crm_store.types.text import LocalText

SETTLED, PROCESSING = "settled", "processing"
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who gets the parcel, where."""

    name: str | None = None
    phone: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back, perhaps for goods that came back."""

    number: str
    at: datetime
    amount: Decimal
    reason: str
    goods: tuple[tuple[str, int], ...]
    """SKU and quantity of what came back."""
    settled: bool


def receiver(fields: Fields | None) -> Receiver:
    """Return who receives an order; nobody when it is collected."""
    if fields is None:
        return Receiver()
    said = fields.get("address", Place) or NOWHERE
    named = Place(*(fields.text(part) for part in AREA))
    known = place_of(named.area)  # 浙江 杭州 is 浙江省 杭州市
    place = Place(
        said.province or known.province or named.province,
        said.city or known.city or named.city,
        said.district or named.district or known.district,
        said.line,
    )
    return Receiver(fields.get("name", str), fields.get("phone", str), place)


def order_of(record: Record, fields: Fields, placed_at: datetime, state: OrderState) -> OrderDraft:
    """Return what every order says alike; parcels, payments and refunds are for the caller.

    Its bearer is left open until the member is known.
    """
    to = receiver(fields.one("receiver"))
    return OrderDraft(
        number=fields.need("number", str),
        bearer=Bearer(),
        channel=fields.need("channel", SaleChannel),
        store_id=fields.get("store", str),
        state=state,
        placed_at=placed_at,
        total=fields.need("total", Decimal),
        discount=fields.get("discount", Decimal) or NOTHING,
        shipping_fee=fields.get("shipping_fee", Decimal) or NOTHING,
        currency=fields.get("currency", str) or "CNY",
        recipient=to.name,
        phone=to.phone,
        address=to.place.text or None,
        place=to.place,
        record_id=record.id,
        remark=fields.get("remark", str),
        lines=lines(fields.many("lines")),
    )


def lines(entries: Iterable[Fields]) -> tuple[LineDraft, ...]:
    """Return the positions of an order."""
    return tuple(
        LineDraft(
            sku=entry.need("sku", str),
            name=entry.need("name", LocalText),
            quantity=entry.need("quantity", int),
            unit_price=entry.need("price", Decimal),
        )
        for entry in entries
    )


def shipment(fields: Fields) -> ShipmentDraft:
    """Return a parcel with its track."""
    events = tuple(
        EventDraft(
            at=event.need("at", datetime),
            state=event.need("state", ShipmentState),
            place=event.get("place", LocalText) or LocalText(),
        )
        for event in fields.many("events")
    )
    return ShipmentDraft(
        carrier=fields.need("carrier", str),
        tracking_number=fields.need("tracking_number", str),
        shipped_at=fields.get("shipped_at", datetime),
        expected_on=fields.get("expected_on", date),
        events=events,
    )


def refund_case(order_number: str, refund: Refund) -> CaseDraft:
    """Return the case of a refund: a return when goods came back, else a refund alone.

    Its bearer is left open: it is the order's.
    """
    goods: list[JSON] = [{"sku": sku, "quantity": count} for sku, count in refund.goods]
    return CaseDraft(
        number=refund.number,
        kind=CaseKind.RETURN if refund.goods else CaseKind.REFUND,
        state=SETTLED if refund.settled else PROCESSING,
        bearer=Bearer(),
        opened_at=refund.at,
        closed_at=refund.at if refund.settled else None,
        order_number=order_number,
        sku=refund.goods[0][0] if refund.goods else None,
        reason=refund.reason,
        detail={"amount": str(refund.amount), "lines": goods},
    )


async def save_sales(batch: Batch, drafts: list[OrderDraft]) -> list[Outcome]:
    """Write orders; return what they became."""
    return named("order", await save_orders(batch, drafts))
