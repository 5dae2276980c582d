"""Orders of a web shop, each with the customer's account.

The shop vouches for the account, for the phone of its verified login and for the loyalty card
that is bound to the account; an e-mail address is only claimed. An order and its customer are
written together: first the members of a batch, then its orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from crm_store.errors import InvalidRecordError
from crm_store.identifiers import normalise
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_members import save_members
from crm_store.sources.fields import Fields
from crm_store.sources.loaders.base import Loader, Outcome, Record
from crm_store.sources.loaders.identities import identity, said
from crm_store.sources.loaders.sales import (
    Refund,
    order_of,
    receiver,
    refund_case,
    save_sales,
    shipment,
)
from crm_store.sources.words import Language, ParcelState, PaymentKind, PaymentState
from crm_store.types.imports import (
    Bearer,
    CaseDraft,
    MemberDraft,
    OrderDraft,
    PaymentDraft,
    ShipmentDraft,
)
from crm_store.types.orders import OrderState, ShipmentState
from crm_store.types.people import IdentityKind, NewIdentity

CARD_TAG = "loyalty:"
SUCCESS = "success"


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order and who placed it; a guest's order has no member."""

    order: OrderDraft
    buyer: MemberDraft | None


def _draft(records: Sequence[Record]) -> Purchase:
    record = records[-1]
    return Purchase(_order(record), _buyer(record))


def _order(record: Record) -> OrderDraft:
    fields = record.fields
    shipments = tuple(shipment(entry) for entry in fields.many("shipments"))
    order = order_of(record, fields, fields.need("placed_at", datetime), _state(fields, shipments))
    return replace(
        order,
        shipments=shipments,
        payments=tuple(_payment(entry) for entry in fields.many("payments")),
        cases=_refunds(order.number, fields),
    )


def _state(fields: Fields, shipments: Sequence[ShipmentDraft]) -> OrderState:
    """Return the state an export names, or the one that follows from payment and parcels."""
    said_state = fields.get("state", OrderState)
    if said_state is not None:
        return said_state
    if fields.get("cancelled_at", datetime) is not None:
        return OrderState.CANCELLED
    if fields.need("payment_state", PaymentState) is PaymentState.PENDING:
        return OrderState.PENDING_PAYMENT
    return _parcel_state(fields, shipments)


def _parcel_state(fields: Fields, shipments: Sequence[ShipmentDraft]) -> OrderState:
    """Return how far a paid order is on its way."""
    parcels = fields.get("parcel_state", ParcelState) or ParcelState.UNFULFILLED
    if parcels is ParcelState.UNFULFILLED:
        return OrderState.PAID
    if parcels is ParcelState.IN_PROGRESS:
        return OrderState.PACKED
    if not (shipments and all(_arrived(parcel) for parcel in shipments)):
        return OrderState.SHIPPED
    closed = fields.get("closed_at", datetime) is not None
    return OrderState.COMPLETED if closed else OrderState.DELIVERED


def _arrived(parcel: ShipmentDraft) -> bool:
    return bool(parcel.events) and parcel.events[-1].state is ShipmentState.DELIVERED


def _payment(entry: Fields) -> PaymentDraft:
    amount = entry.need("amount", Decimal)
    given_back = entry.need("kind", PaymentKind) is PaymentKind.REFUND
    return PaymentDraft(
        method=entry.need("method", str),
        amount=-amount if given_back else amount,
        state=entry.need("state", str),
        at=entry.need("at", datetime),
    )


def _refunds(number: str, fields: Fields) -> tuple[CaseDraft, ...]:
    skus = {entry.text("id"): entry.text("sku") for entry in fields.many("lines")}
    unsettled = {
        entry.need("amount", Decimal)
        for entry in fields.many("payments")
        if entry.get("kind", PaymentKind) is PaymentKind.REFUND and entry.text("state") != SUCCESS
    }
    cases = []
    for entry in fields.many("refunds"):
        amount = entry.need("amount", Decimal)
        goods = tuple(
            (_sku(skus, line.text("line")), line.need("quantity", int))
            for line in entry.many("lines")
        )
        refund = Refund(
            number=f"{number}-R{entry.text('id')}",
            at=entry.need("at", datetime),
            amount=amount,
            reason=entry.text("reason"),
            goods=goods,
            settled=amount not in unsettled,
        )
        cases.append(refund_case(number, refund))
    return tuple(cases)


def _sku(skus: dict[str, str], line: str) -> str:
    if line not in skus:
        raise InvalidRecordError("refunds.lines.line: expected a line of the order")
    return skus[line]


def _buyer(record: Record) -> MemberDraft | None:
    fields, before = record.fields, record.before
    customer = fields.one("customer")
    if customer is None:
        return None
    identities = _identities(customer)
    to = receiver(fields.one("receiver"))
    return MemberDraft(
        name=customer.get("name", str) or to.name or customer.need("account", str),
        identities=identities,
        joined_on=customer.get("joined_on", date) or fields.need("placed_at", datetime).date(),
        language=fields.get("language", Language) or Language.CHINESE,
        withdrawn=said(before and before.one("customer"), _identities, identities),
        record_id=record.id,
        said_at=fields.get("updated_at", datetime) or fields.need("placed_at", datetime),
    )


def _identities(customer: Fields) -> tuple[NewIdentity, ...]:
    tags = customer.get("tags", tuple) or ()
    cards = (str(tag).removeprefix(CARD_TAG) for tag in tags if str(tag).startswith(CARD_TAG))
    account = customer.need("account", str)
    return (
        *identity(IdentityKind.SHOP_ACCOUNT, account, attested=True),
        *(
            one
            for card in cards
            for one in identity(
                IdentityKind.LOYALTY_CARD,
                normalise(IdentityKind.LOYALTY_CARD, card),
                attested=True,
            )
        ),
        *identity(IdentityKind.PHONE, customer.get("phone", str), attested=True),
        *identity(IdentityKind.EMAIL, customer.get("email", str)),
    )


async def _save(batch: Batch, purchases: Sequence[Purchase]) -> list[Outcome]:
    buyers = [one.buyer for one in purchases if one.buyer is not None]
    members = iter(await save_members(batch, buyers))
    orders = [
        one.order
        if one.buyer is None
        else replace(one.order, bearer=Bearer(member_id=next(members)))
        for one in purchases
    ]
    return await save_sales(batch, orders)


SHOP_ORDERS = Loader(_draft, _save)
