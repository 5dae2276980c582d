"""Tables of what the retailer knows about a member beyond orders and conversations."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base, key, personal, plain
from crm_store.models.sealed import SealedText
from crm_store.models.types import CleanJSON
from crm_store.types.conversations import JSON


class ConsentRow(Base):
    """One decision about one purpose in one channel; the newest row counts."""

    __tablename__ = "consents"

    id: Mapped[int] = key()
    member_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    purpose: Mapped[str] = plain()
    channel: Mapped[str] = plain()
    granted: Mapped[bool] = plain()
    wording_version: Mapped[str] = plain()
    source: Mapped[str] = plain()
    at: Mapped[datetime] = plain()


class PreferenceRow(Base):
    """A fact about taste or need."""

    __tablename__ = "preferences"

    id: Mapped[int] = key()
    member_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    kind: Mapped[str] = plain()
    value: Mapped[str] = personal()
    stated: Mapped[bool] = plain()
    source: Mapped[str] = plain()
    at: Mapped[datetime] = plain()
    confidence: Mapped[float] = plain(default=1.0, server_default="1")
    """1 for what was stated; the share of purchases behind what was inferred."""


class NoteRow(Base):
    """What staff wrote about a member."""

    __tablename__ = "notes"

    id: Mapped[int] = key()
    member_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    staff_id: Mapped[int | None] = plain(ForeignKey("staff.id"))
    text: Mapped[str] = personal(SealedText())
    author: Mapped[str] = personal()
    """The name as it was when the note was written."""
    at: Mapped[datetime] = plain()


class FollowUpRow(Base):
    """A promise to contact a member."""

    __tablename__ = "follow_ups"
    __table_args__ = (Index("ix_follow_ups_staff_due", "staff_id", "status", "due_at"),)

    id: Mapped[int] = key()
    member_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    staff_id: Mapped[int | None] = plain(ForeignKey("staff.id"))
    store_id: Mapped[str | None] = plain()
    text: Mapped[str] = personal(SealedText())
    due_at: Mapped[datetime] = plain()
    status: Mapped[str] = plain(default="open")
    """``open``, ``done`` or ``cancelled``."""
    done_at: Mapped[datetime | None] = plain()


class InteractionRow(Base):
    """Something that reached us from another channel: a visit, a search, a cart, a campaign."""

    __tablename__ = "interactions"
    __table_args__ = (Index("ix_interactions_member_at", "member_id", "at"),)

    id: Mapped[int] = key()
    member_id: Mapped[int | None] = plain(ForeignKey("members.id"))
    source: Mapped[str] = plain()
    kind: Mapped[str] = plain()
    """``visit``, ``browse``, ``search``, ``favourite``, ``cart``, ``campaign``, ``ticket`` ..."""
    at: Mapped[datetime] = plain()
    detail: Mapped[Mapping[str, JSON]] = personal(CleanJSON(), default=dict)
    source_record_id: Mapped[int | None] = plain(ForeignKey("source_records.id"), index=True)
