"""Table of appointments."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base, key, plain


class AppointmentRow(Base):
    """A time that is kept for somebody.

    Seats are numbered, so that the database itself lets nobody in beyond the last one.
    """

    __tablename__ = "appointments"
    __table_args__ = (UniqueConstraint("place", "starts_at", "seat"),)

    id: Mapped[int] = key()
    reference: Mapped[str] = plain(unique=True)
    place: Mapped[str] = plain()
    starts_at: Mapped[datetime] = plain()
    ends_at: Mapped[datetime] = plain()
    seat: Mapped[int] = plain()
    case_id: Mapped[int | None] = plain(ForeignKey("cases.id"), index=True)
