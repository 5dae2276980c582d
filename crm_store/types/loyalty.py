"""Points: a ledger whose sum is the balance."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from crm_store.types.text import LocalText


class PointsKind(StrEnum):
    """Why points moved."""

    EARN = "earn"
    SPEND = "spend"
    EXPIRE = "expire"
    ADJUST = "adjust"


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """One booking; ``points`` is signed."""

    id: int
    kind: PointsKind
    points: int
    at: datetime
    expires_on: date | None
    reference: str
    """What it was booked for, for instance an order number."""


@dataclass(frozen=True, slots=True)
class PointsSummary:
    """A member's points: the balance is always the sum of all entries."""

    balance: int
    expiring: int
    """Points that lapse on ``expiring_on``; 0 when none do within a year."""
    expiring_on: date | None
    recent: tuple[PointsEntry, ...]


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon in a member's wallet."""

    code: str
    title: LocalText
    state: str
    """``issued``, ``used`` or ``expired``."""
    valid_from: date
    valid_to: date
    min_spend: Decimal | None
    amount_off: Decimal | None
    percent_off: int | None
    category: str | None
