"""Members, what identifies them, and the staff who serve them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from crm_store.types.actors import Role
from crm_store.types.places import NOWHERE, Place


class IdentityKind(StrEnum):
    """What kind of identifier an identity is."""

    PHONE = "phone"
    EMAIL = "email"
    TELEGRAM = "telegram"
    SHOP_ACCOUNT = "shop_account"
    MINI_PROGRAM = "mini_program"
    SOCIAL = "social"
    LOYALTY_CARD = "loyalty_card"


class IdentityStatus(StrEnum):
    """Whether somebody only says so, or a trusted party vouches for it."""

    CLAIMED = "claimed"
    ATTESTED = "attested"


class MemberStatus(StrEnum):
    """A merged or erased member keeps its row, so that history stays consistent."""

    ACTIVE = "active"
    MERGED = "merged"
    ERASED = "erased"


class Tier(StrEnum):
    """Loyalty tiers, lowest first."""

    REGULAR = "regular"
    SILVER = "silver"
    GOLD = "gold"
    DIAMOND = "diamond"


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """An identifier as a caller hands it in; the store normalises the value (phones to E.164)."""

    kind: IdentityKind
    value: str
    status: IdentityStatus = IdentityStatus.CLAIMED
    source: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """One stored identifier of a member. ``masked`` is what screens show: ``138****1234``."""

    id: int
    member_id: int
    kind: IdentityKind
    masked: str
    status: IdentityStatus
    source: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person known to the retailer."""

    id: int
    name: str
    language: str
    tier: Tier
    status: MemberStatus
    joined_on: date
    gender: str | None = None
    birthday: date | None = None
    home_store_id: str | None = None
    place: Place = NOWHERE
    """Province, city and district where they have parcels sent, as far as they are known."""


@dataclass(frozen=True, slots=True)
class NewMember:
    """What is needed to enrol somebody."""

    name: str
    language: str = "zh"
    tier: Tier = Tier.REGULAR
    joined_on: date | None = None
    """Today (UTC) when omitted."""
    gender: str | None = None
    birthday: date | None = None
    home_store_id: str | None = None
    identities: tuple[NewIdentity, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberQuery:
    """What a clerk knows of the member; every given field must match."""

    phone: str | None = None
    phone_tail: str | None = None
    """Last four digits; asked together with a name."""
    name: str | None = None
    card_number: str | None = None
    order_number: str | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """A fact about taste or need: stated by the member, or inferred from what they did."""

    kind: str
    """For instance ``allergy``, ``skin_type``, ``size``, ``favourite_category``."""
    value: str
    stated: bool
    source: str
    at: datetime
    code: str = ""
    """What programs compare where ``value`` is worded for people: a category's slug."""
    confidence: float = 1.0
    """1 for what was stated; the share of purchases behind what was inferred."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in one currency."""

    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Note:
    """What staff wrote about a member."""

    id: int
    text: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberCard:
    """What a clerk or agent sees at a glance; identifiers are masked."""

    member: Member
    identities: tuple[Identity, ...]
    points_balance: int
    order_count: int
    total_spent: Decimal
    """Paid orders with refunds taken off, in the loyalty programme's currency at its rates."""
    last_order_at: datetime | None
    spent: tuple[Amount, ...] = ()
    """The same, currency by currency."""
    recent_orders: tuple["OrderHeadline", ...] = ()
    preferences: tuple[Preference, ...] = ()
    notes: tuple[Note, ...] = ()
    open_cases: int = 0


@dataclass(frozen=True, slots=True)
class OrderHeadline:
    """One line about an order on a member card."""

    number: str
    state: str
    placed_at: datetime
    total: Decimal
    items: str
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works for the retailer."""

    id: int
    login: str
    name: str
    role: Role
    store_id: str | None
    active: bool
    languages: tuple[str, ...] = field(default=("zh", "en"))
    skills: tuple[str, ...] = ()
    """What handoffs they are given; empty: all."""
    max_load: int = 6
    """Conversations that they have at a time."""
