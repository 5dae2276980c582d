"""Tables of surveys and of notices."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base, key, personal, plain
from crm_store.models.sealed import SealedText


class SurveyRow(Base):
    """One question how it was, and the answer; the database itself keeps it to one a day."""

    __tablename__ = "surveys"
    __table_args__ = (
        UniqueConstraint("conversation_id", "day"),
        UniqueConstraint("member_id", "day"),
        Index("ix_surveys_handoff_id", "handoff_id"),
    )

    id: Mapped[int] = key()
    conversation_id: Mapped[int] = plain(ForeignKey("conversations.id"))
    member_id: Mapped[int | None] = plain(ForeignKey("members.id"))
    handoff_id: Mapped[int | None] = plain(ForeignKey("handoffs.id"))
    about: Mapped[str] = plain()
    day: Mapped[date] = plain()
    asked_at: Mapped[datetime] = plain()
    score: Mapped[int | None] = plain()
    word: Mapped[str | None] = personal(SealedText())
    answered_at: Mapped[datetime | None] = plain()


class NoticeRow(Base):
    """Something that a member was told unasked; its event keeps it to once."""

    __tablename__ = "notices"

    event: Mapped[str] = plain(primary_key=True)
    kind: Mapped[str] = plain()
    member_id: Mapped[int] = plain(ForeignKey("members.id"), index=True)
    conversation_id: Mapped[int] = plain(ForeignKey("conversations.id"), index=True)
    sent_at: Mapped[datetime] = plain()
