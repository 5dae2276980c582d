"""Tables of what each source says about a member's own fields."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base, key, personal, plain
from crm_store.models.sealed import SealedText


class ProfileFactRow(Base):
    """What one source says about one field; sources that contradict each other keep a row each.

    ``origin`` tells the records of one source apart, so that members may be merged and parted
    without two facts meeting in one row.
    """

    __tablename__ = "profile_facts"
    __table_args__ = (UniqueConstraint("source", "origin", "field"),)

    id: Mapped[int] = key()
    member_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    field: Mapped[str] = plain()
    value: Mapped[str] = personal(SealedText())
    value_index: Mapped[str] = personal()
    """Blind index of the value: tells a change from a repetition without decrypting."""
    source: Mapped[str] = plain()
    origin: Mapped[str] = personal()
    """Blind index of the identifier by which the source knows the person."""
    attested: Mapped[bool] = plain()
    confidence: Mapped[float] = plain()
    at: Mapped[datetime] = plain()
    """When the source first said so."""
    source_record_id: Mapped[int | None] = plain()
    """The raw record that says so, while it is kept."""
