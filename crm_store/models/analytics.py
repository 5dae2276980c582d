"""Tables of the analytics runs and of what they computed about each member."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base, key, plain
from crm_store.models.types import CleanJSON
from crm_store.types.conversations import JSON


class AnalyticsRunRow(Base):
    """One run, and the parameters of the models that it fitted or used."""

    __tablename__ = "analytics_runs"

    id: Mapped[int] = key()
    full: Mapped[bool] = plain()
    as_of: Mapped[date] = plain()
    started_at: Mapped[datetime] = plain()
    finished_at: Mapped[datetime | None] = plain()
    buyers: Mapped[int] = plain(default=0)
    recomputed: Mapped[int] = plain(default=0)
    parameters: Mapped[Mapping[str, JSON]] = plain(CleanJSON(), default=dict)


class MemberAnalyticsRow(Base):
    """What the last run that looked at a buyer found. Derived: it may be computed anew any time.

    Right after a merge the kept member may have two; the next run makes them one.
    """

    __tablename__ = "member_analytics"

    id: Mapped[int] = key()
    member_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    run_id: Mapped[int] = plain(ForeignKey("analytics_runs.id"), index=True)
    as_of: Mapped[date] = plain()
    seen_orders: Mapped[int] = plain()
    """Orders, their sum and the newest one as the run saw them: what tells a change."""
    seen_total: Mapped[Decimal] = plain()
    seen_last: Mapped[datetime] = plain()
    purchases: Mapped[int] = plain()
    """Days with a purchase."""
    first_on: Mapped[date] = plain()
    last_on: Mapped[date] = plain()
    spent: Mapped[Decimal] = plain()
    recency: Mapped[int] = plain()
    frequency: Mapped[int] = plain()
    monetary: Mapped[int] = plain()
    segment: Mapped[str] = plain(index=True)
    lifecycle: Mapped[str] = plain()
    alive: Mapped[float | None] = plain()
    expected: Mapped[float | None] = plain()
    clv: Mapped[Decimal | None] = plain()
