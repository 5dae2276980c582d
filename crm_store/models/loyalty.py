"""Tables of points, coupons and tiers."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, composite

from crm_store.models.base import Base, key, plain
from crm_store.models.types import Word
from crm_store.types.loyalty import PointsKind
from crm_store.types.people import Tier
from crm_store.types.text import LocalText


class PointsEntryRow(Base):
    """One signed booking. ``source`` and ``source_key`` keep an import from booking twice."""

    __tablename__ = "points_entries"
    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        Index("ix_points_entries_member_at", "member_id", "at"),
    )

    id: Mapped[int] = key()
    member_id: Mapped[int] = plain(ForeignKey("members.id"))
    kind: Mapped[PointsKind] = plain(Word(PointsKind))
    points: Mapped[int] = plain()
    at: Mapped[datetime] = plain()
    expires_on: Mapped[date | None] = plain()
    reference: Mapped[str] = plain(default="")
    source: Mapped[str] = plain()
    source_key: Mapped[str] = plain()


class CouponRow(Base):
    """A coupon in a wallet; without a member it is a code that anybody may use."""

    __tablename__ = "coupons"

    code: Mapped[str] = plain(primary_key=True)
    member_id: Mapped[int | None] = plain(ForeignKey("members.id"), index=True)
    title_zh: Mapped[str] = plain()
    title_en: Mapped[str] = plain()
    title: Mapped[LocalText] = composite("title_zh", "title_en")
    state: Mapped[str] = plain(default="issued")
    valid_from: Mapped[date] = plain()
    valid_to: Mapped[date] = plain()
    min_spend: Mapped[Decimal | None] = plain()
    amount_off: Mapped[Decimal | None] = plain()
    percent_off: Mapped[int | None] = plain()
    category: Mapped[str | None] = plain()
    issued_at: Mapped[datetime | None] = plain()
    used_at: Mapped[datetime | None] = plain()


class TierChangeRow(Base):
    """One decision of a tier review."""

    __tablename__ = "tier_changes"

    id: Mapped[int] = key()
    member_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    before: Mapped[Tier] = plain(Word(Tier))
    after: Mapped[Tier] = plain(Word(Tier))
    spend: Mapped[Decimal] = plain()
    """The qualifying spend that decided."""
    at: Mapped[datetime] = plain()
