"""What visitors of a mini-program did: registrations, looks, carts, orders.

The platform vouches for the account (openid), for the phone that it hands over itself and for the
bound card. Registrations of a batch are written first, so that what follows finds its member.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from crm_store.errors import InvalidRecordError
from crm_store.repositories.imports import Batch
from crm_store.repositories.imports_events import save_interactions
from crm_store.repositories.imports_members import save_members
from crm_store.repositories.imports_orders import save_orders
from crm_store.repositories.imports_people import owners_of
from crm_store.sources.fields import Fields
from crm_store.sources.loaders.base import Loader, Outcome, Record
from crm_store.sources.loaders.identities import identity, said
from crm_store.sources.loaders.sales import (
    Refund,
    order_of,
    refund_case,
    shipment,
)
from crm_store.sources.words import Language, VisitKind
from crm_store.types.conversations import JSON
from crm_store.types.imports import (
    Bearer,
    CaseDraft,
    InteractionDraft,
    MemberDraft,
    OrderDraft,
    PaymentDraft,
)
from crm_store.types.orders import OrderState
from crm_store.types.people import IdentityKind, NewIdentity

DETAILS: Mapping[VisitKind, tuple[str, ...]] = {
    VisitKind.BROWSE: ("product_id",),
    VisitKind.FAVOURITE: ("product_id",),
    VisitKind.SEARCH: ("query",),
    VisitKind.CART: ("sku", "quantity"),
    VisitKind.COUPON: ("code", "action"),
}
"""What each kind of visit must tell beside its time."""
DEFAULT_METHOD = "wechat_pay"


@dataclass(frozen=True, slots=True)
class Visit:
    """One event; exactly one of the three last fields is set."""

    record: Record
    account: str
    profile: MemberDraft | None = None
    order: OrderDraft | None = None
    detail: Mapping[str, JSON] | None = None


def _draft(records: Sequence[Record]) -> Visit:
    record, fields = records[-1], records[-1].fields
    account, kind = fields.need("account", str), fields.need("event", VisitKind)
    if kind is VisitKind.REGISTER:
        return Visit(record, account, profile=_profile(record))
    if kind is VisitKind.ORDER:
        return Visit(record, account, order=_order(record))
    return Visit(record, account, detail={name: _detail(fields, name) for name in DETAILS[kind]})


def _detail(fields: Fields, name: str) -> str | int:
    return fields.need(name, int) if name == "quantity" else fields.need(name, str)


def _profile(record: Record) -> MemberDraft:
    fields = record.fields
    user = fields.one("user")
    if user is None:
        raise InvalidRecordError("user: expected an object")
    identities = _identities(fields)
    account = fields.need("account", str)
    return MemberDraft(
        name=user.get("name", str) or user.get("nickname", str) or account,
        identities=identities,
        joined_on=fields.need("at", datetime).date(),
        language=user.get("language", Language) or Language.CHINESE,
        withdrawn=said(record.before, _identities, identities),
        record_id=record.id,
        said_at=fields.need("at", datetime),
    )


def _identities(fields: Fields) -> tuple[NewIdentity, ...]:
    user = fields.one("user") or Fields({})
    account = fields.need("account", str)
    return (
        *identity(IdentityKind.MINI_PROGRAM, account, attested=True),
        *identity(IdentityKind.LOYALTY_CARD, user.get("card", str), attested=True),
        *identity(IdentityKind.PHONE, user.get("phone", str), attested=True),
    )


def _order(record: Record) -> OrderDraft:
    event, fields = record.fields, record.fields.one("order")
    if fields is None:
        raise InvalidRecordError("order: expected an object")
    parcel, refund = fields.one("shipment"), fields.one("refund")
    state = fields.need("state", OrderState)
    order = order_of(record, fields, event.need("at", datetime), state)
    return replace(
        order,
        shipments=(shipment(parcel),) if parcel else (),
        payments=_payments(fields, refund),
        cases=(_refund(order.number, refund),) if refund else (),
    )


def _payments(fields: Fields, refund: Fields | None) -> tuple[PaymentDraft, ...]:
    paid_at, method = fields.get("paid_at", datetime), fields.text("method") or DEFAULT_METHOD
    paid = []
    if paid_at is not None:
        paid.append(PaymentDraft(method, fields.need("total", Decimal), "success", paid_at))
    if refund is not None:
        amount = -refund.need("amount", Decimal)
        paid.append(PaymentDraft(method, amount, "success", refund.need("at", datetime)))
    return tuple(paid)


def _refund(number: str, fields: Fields) -> CaseDraft:
    goods = tuple(
        (line.need("sku", str), line.need("quantity", int)) for line in fields.many("lines")
    )
    return refund_case(
        number,
        Refund(
            number=f"{number}-R1",
            at=fields.need("at", datetime),
            amount=fields.need("amount", Decimal),
            reason=fields.text("reason"),
            goods=goods,
            settled=True,
        ),
    )


async def _save(batch: Batch, visits: Sequence[Visit]) -> list[Outcome]:
    profiled = [one for one in visits if one.profile is not None]
    registered = await save_members(batch, [one.profile for one in profiled if one.profile])
    entities = {
        one.record.id: f"member:{member_id}"
        for one, member_id in zip(profiled, registered, strict=True)
    }
    owners = await owners_of(batch, IdentityKind.MINI_PROGRAM, (one.account for one in visits))
    orders = [
        (one.record, replace(one.order, bearer=Bearer(member_id=owners.get(one.account))))
        for one in visits
        if one.order is not None
    ]
    ids = await save_orders(batch, [order for _, order in orders])
    entities |= {record.id: f"order:{key}" for (record, _), key in zip(orders, ids, strict=True)}
    await _save_events(batch, visits, owners)
    return [entities.get(one.record.id) for one in visits]


async def _save_events(batch: Batch, visits: Sequence[Visit], owners: Mapping[str, int]) -> None:
    """Write what is neither an order nor kept elsewhere as interactions."""
    events = [
        InteractionDraft(
            member_id=owners.get(one.account),
            kind=one.record.fields.need("event", VisitKind),
            at=one.record.fields.need("at", datetime),
            detail=one.detail or {},
            record_id=one.record.id,
        )
        for one in visits
        if one.order is None
    ]
    corrected = [one.record.id for one in visits if one.record.before is not None]
    await save_interactions(batch, events, corrected)


MINI_PROGRAM = Loader(_draft, _save)
