"""What analytics runs find out about buyers."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from crm_store.types.text import LocalText


class Lifecycle(StrEnum):
    """Where a buyer stands in their life with the shop."""

    NEW = "new"
    ACTIVE = "active"
    COOLING = "cooling"
    DORMANT = "dormant"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Buyer:
    """One buyer's purchases; a purchase is a day on which something was bought."""

    member_id: int
    purchases: int
    first_on: date
    last_on: date
    spent: float
    """In the programme's currency."""
    repeat_mean: float
    """What an average purchase after the first came to; 0 without any."""
    cycle: float | None
    """Median days between purchases, from three purchases on."""


@dataclass(frozen=True, slots=True)
class Rfm:
    """Quintiles from 1 to 5 (best): how recently, how often and how much somebody bought."""

    recency: int
    frequency: int
    monetary: int


@dataclass(frozen=True, slots=True)
class SegmentName:
    """A segment as `crm_store/analytics/segments.yml` names it."""

    slug: str
    name: LocalText
    advice: LocalText
    """What to do about it, for clerks."""


@dataclass(frozen=True, slots=True)
class MemberAnalytics:
    """What the last run that looked at a buyer found."""

    as_of: date
    segment: SegmentName
    rfm: Rfm
    lifecycle: Lifecycle
    lifecycle_name: LocalText
    purchases: int
    """Days with a purchase."""
    first_on: date
    last_on: date
    spent: Decimal
    currency: str
    churn_risk: float | None
    """1 - P(alive); ``None`` where there were too few purchases for a model."""
    expected_purchases: float | None
    """Within the next twelve months."""
    clv: Decimal | None
    """Discounted value of the purchases expected within the horizon."""


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """One segment in numbers."""

    segment: SegmentName
    members: int
    spent: Decimal
    churn_risk: float | None
    """Mean."""
    clv: Decimal | None
    """Sum."""


@dataclass(frozen=True, slots=True)
class AnalyticsRun:
    """One run."""

    id: int
    full: bool
    as_of: date
    started_at: datetime
    finished_at: datetime | None
    buyers: int
    recomputed: int
    """Members whose figures were written."""
