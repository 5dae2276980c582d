"""Everything that happened with a member, from every channel, in the order of time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from crm_store.types.conversations import JSON


class TimelineKind(StrEnum):
    """What an entry tells."""

    VISIT = "visit"
    BROWSE = "browse"
    SEARCH = "search"
    FAVOURITE = "favourite"
    CART = "cart"
    ORDER = "order"
    SHIPMENT = "shipment"
    RETURN = "return"
    """A return, an exchange, a refund or a repair."""
    POINTS = "points"
    COUPON = "coupon"
    CAMPAIGN = "campaign"
    CONVERSATION = "conversation"
    NOTE = "note"
    COMPLAINT = "complaint"
    SERVICE = "service"
    """Any other case, and tickets of the service centre."""


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """What is wanted; an empty set and ``None`` mean all."""

    kinds: frozenset[TimelineKind] = frozenset()
    channels: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    """Before this time."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry. What is empty does not apply."""

    ref: str
    """What it is about, for instance ``order:42``; unique within a timeline."""
    kind: TimelineKind
    at: datetime
    channel: str
    subject: str = ""
    """A number, code or name: order, parcel, case, product, campaign."""
    state: str = ""
    text: str = ""
    """Words of a person: a note, a reason, what was searched for."""
    amount: Decimal | None = None
    currency: str = ""
    points: int | None = None
    detail: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Entries, newest first."""

    entries: tuple[TimelineEntry, ...]
    next: str | None
    """The cursor of the page after this one; ``None`` on the last."""
