"""Tables of members, their identities, and staff."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base, key, personal, plain
from crm_store.models.sealed import SealedJSON, SealedKey
from crm_store.models.types import CleanJSON, Word
from crm_store.types.actors import Role
from crm_store.types.conversations import JSON
from crm_store.types.handoffs import MAX_LOAD, Presence
from crm_store.types.people import IdentityKind, IdentityStatus, MemberStatus, Tier


class StaffRow(Base):
    """Somebody who works for the retailer."""

    __tablename__ = "staff"
    __table_args__ = (Index("uq_staff_telegram_user", "telegram_user", unique=True),)

    id: Mapped[int] = key()
    login: Mapped[str] = personal(unique=True)
    name: Mapped[str] = personal()
    password_hash: Mapped[str] = plain()
    role: Mapped[Role] = plain(Word(Role))
    store_id: Mapped[str | None] = plain()
    languages: Mapped[list[str]] = plain(CleanJSON())
    active: Mapped[bool] = plain(default=True)
    telegram_user: Mapped[str | None] = personal(SealedKey("staff"))
    """The Telegram account that acts for this one."""
    skills: Mapped[list[str]] = plain(CleanJSON(), default=list)
    """What handoffs they are given; empty: all."""
    max_load: Mapped[int] = plain(default=MAX_LOAD)
    presence: Mapped[Presence] = plain(Word(Presence), default=Presence.OFFLINE)
    seen_at: Mapped[datetime | None] = plain()
    """When their desk was last heard of; NULL before they first opened it."""


class MemberRow(Base):
    """A member. A merged one points at the member that was kept."""

    __tablename__ = "members"

    id: Mapped[int] = key()
    name: Mapped[str] = personal(index=True)
    gender: Mapped[str | None] = personal()
    birthday: Mapped[date | None] = personal()
    language: Mapped[str] = plain(default="zh")
    tier: Mapped[Tier] = plain(Word(Tier), default=Tier.REGULAR)
    home_store_id: Mapped[str | None] = plain(index=True)
    province: Mapped[str | None] = personal()
    """Province, city and district follow the fact ``region`` that is believed."""
    city: Mapped[str | None] = personal()
    district: Mapped[str | None] = personal()
    joined_on: Mapped[date] = plain()
    status: Mapped[MemberStatus] = plain(Word(MemberStatus), default=MemberStatus.ACTIVE)
    merged_into_id: Mapped[int | None] = plain(ForeignKey("members.id"), index=True)


class IdentityRow(Base):
    """One identifier: encrypted, found through its blind index, shown masked."""

    __tablename__ = "identities"
    __table_args__ = (
        Index(
            "uq_identities_attested",
            "kind",
            "value_index",
            unique=True,
            sqlite_where=text("status = 'attested'"),
            postgresql_where=text("status = 'attested'"),
        ),
        Index("ix_identities_value", "kind", "value_index"),
    )

    id: Mapped[int] = key()
    member_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    kind: Mapped[IdentityKind] = plain(Word(IdentityKind))
    value_enc: Mapped[str] = personal()
    value_index: Mapped[str] = personal()
    tail_index: Mapped[str | None] = personal(index=True)
    """Blind index of a phone's last four digits."""
    masked: Mapped[str] = personal()
    status: Mapped[IdentityStatus] = plain(Word(IdentityStatus))
    source: Mapped[str] = plain(default="")
    verified_at: Mapped[datetime | None] = plain()


class MergeRow(Base):
    """Two members found to be one person; ``moved`` lists what to put back to undo it."""

    __tablename__ = "merges"

    id: Mapped[int] = key()
    kept_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    merged_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    moved: Mapped[JSON] = plain(CleanJSON())
    reason: Mapped[str] = plain()
    explained: Mapped[JSON] = personal(SealedJSON())
    """Why they are one person, comparison by comparison."""
    made_by: Mapped[str] = plain()
    """``staff:7`` or ``system``."""
    made_at: Mapped[datetime] = plain()
    undone_at: Mapped[datetime | None] = plain()


class AddressRow(Base):
    """A delivery address."""

    __tablename__ = "addresses"

    id: Mapped[int] = key()
    member_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    label: Mapped[str] = plain(default="")
    recipient_enc: Mapped[str] = personal()
    phone_enc: Mapped[str] = personal()
    line_enc: Mapped[str] = personal()
    province: Mapped[str] = personal(default="")
    city: Mapped[str] = personal(default="")
    district: Mapped[str] = personal(default="")
    is_default: Mapped[bool] = plain(default=False)
