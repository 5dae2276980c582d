"""Notices: what members are told without having asked at that moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crm_store.types.conversations import JSON, Conversation


class NoticeKind(StrEnum):
    """What happened."""

    SHIPPED = "shipped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    REFUND_ARRIVED = "refund_arrived"
    PICKUP_READY = "pickup_ready"
    PICKUP_EXPIRING = "pickup_expiring"
    REPAIR_APPOINTMENT = "repair_appointment"


@dataclass(frozen=True, slots=True)
class NewsWindow:
    """What counts as news."""

    now: datetime
    since: datetime
    """What happened before is none."""
    collect_by: datetime
    """Pickups whose deadline is before this are about to expire."""
    appointments_until: datetime


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to a member who agreed to be told."""

    event: str
    """Names it: ``shipment:12:delivered``. A member is told of an event once."""
    kind: NoticeKind
    member_id: int
    at: datetime
    """When it happened, or what it reminds of."""
    facts: Mapping[str, JSON] = field(default_factory=dict)
    """What its wording needs: numbers of orders and cases, amounts."""


@dataclass(frozen=True, slots=True)
class Notice:
    """News that a member was told."""

    event: str
    kind: NoticeKind
    conversation: Conversation
