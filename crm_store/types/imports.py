"""What importers hand to the store: records of other systems, cleaned but without our ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from crm_store.types.cases import CaseKind
from crm_store.types.conversations import JSON
from crm_store.types.loyalty import PointsKind
from crm_store.types.orders import OrderState, ShipmentState
from crm_store.types.people import NewIdentity, Tier
from crm_store.types.places import NOWHERE, Place
from crm_store.types.text import LocalText


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """A person as one source knows them. Identities stand in the order in which they decide."""

    name: str
    identities: tuple[NewIdentity, ...]
    joined_on: date
    language: str = "zh"
    gender: str | None = None
    birthday: date | None = None
    tier: Tier | None = None
    home_store_id: str | None = None
    place: Place = NOWHERE
    consent: bool | None = None
    """Whether marketing is allowed; ``None`` when the source does not say."""
    withdrawn: tuple[NewIdentity, ...] = ()
    """What the same record said before it was corrected, and says no more."""
    leading: bool = False
    """Whether this source is the one to be believed about the member's own fields."""
    record_id: int | None = None
    """The raw record that says all this."""
    said_at: datetime | None = None
    """When the source knew it, as it says itself; ``None``: when it was imported."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a record that is no profile says about whom it belongs to."""

    card: str | None = None
    phone: str | None = None
    name: str | None = None
    order_number: str | None = None
    member_id: int | None = None
    """Set when the member is known already."""


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One position of an order."""

    sku: str
    name: LocalText
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class EventDraft:
    """One entry of a parcel's track."""

    at: datetime
    state: ShipmentState
    place: LocalText


@dataclass(frozen=True, slots=True)
class ShipmentDraft:
    """One parcel."""

    carrier: str
    tracking_number: str
    shipped_at: datetime | None
    expected_on: date | None
    events: tuple[EventDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentDraft:
    """Money moved; refunds are negative."""

    method: str
    amount: Decimal
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """An after-sales case that another system handled, wholly or in part."""

    number: str
    kind: CaseKind
    state: str
    bearer: Bearer
    opened_at: datetime
    closed_at: datetime | None
    order_number: str | None = None
    sku: str | None = None
    """The line it is about, when it is about one."""
    reason: str = ""
    detail: Mapping[str, JSON] = field(default_factory=dict)
    payment: PaymentDraft | None = None
    """Money that moved for the case, when the order's own record does not tell."""


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """An order with everything that hangs on it."""

    number: str
    bearer: Bearer
    channel: str
    store_id: str | None
    state: OrderState
    placed_at: datetime
    total: Decimal
    discount: Decimal
    shipping_fee: Decimal
    currency: str
    recipient: str | None = None
    phone: str | None = None
    address: str | None = None
    place: Place = NOWHERE
    """The address taken apart."""
    remark: str | None = None
    lines: tuple[LineDraft, ...] = ()
    shipments: tuple[ShipmentDraft, ...] = ()
    payments: tuple[PaymentDraft, ...] = ()
    cases: tuple[CaseDraft, ...] = ()
    record_id: int | None = None
    """The raw record that says all this."""


@dataclass(frozen=True, slots=True)
class PointsDraft:
    """One booking of points for a card."""

    key: str
    card: str
    kind: PointsKind
    points: int
    at: datetime
    expires_on: date | None
    reference: str


@dataclass(frozen=True, slots=True)
class CouponDraft:
    """A coupon in the wallet of a card, or a public code."""

    code: str
    card: str | None
    title: LocalText
    state: str
    valid_from: date
    valid_to: date
    min_spend: Decimal | None
    amount_off: Decimal | None
    percent_off: int | None
    category: str | None


@dataclass(frozen=True, slots=True)
class InteractionDraft:
    """Something that happened in another channel; ``record_id`` is the raw record's id."""

    member_id: int | None
    kind: str
    at: datetime
    detail: Mapping[str, JSON]
    record_id: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom a campaign was sent, by whatever of these the export has."""

    card: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class RefusalDraft:
    """A member who wants no more marketing in a channel."""

    member_id: int
    channel: str
    at: datetime
