"""Tables of agents on a messenger: whose account it is, and which topic belongs to a handoff."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base, plain
from crm_store.models.types import Word
from crm_store.types.handoffs import HandoffState
from crm_store.types.topics import TopicState


class TelegramLinkRow(Base):
    """An invitation to tie a Telegram account to a staff account; only its digest is kept."""

    __tablename__ = "telegram_links"

    digest: Mapped[str] = plain(primary_key=True)
    staff_id: Mapped[int] = plain(ForeignKey("staff.id"), index=True)
    expires_at: Mapped[datetime] = plain()
    used_at: Mapped[datetime | None] = plain()


class TopicRow(Base):
    """The topic of a handoff in the agents' forum group."""

    __tablename__ = "desk_topics"
    __table_args__ = (
        Index("uq_desk_topics_thread", "chat", "thread", unique=True),
        Index("ix_desk_topics_state", "state"),
    )

    handoff_id: Mapped[int] = plain(
        ForeignKey("handoffs.id"), primary_key=True, autoincrement=False
    )
    conversation_id: Mapped[int] = plain(ForeignKey("conversations.id"), index=True)
    chat: Mapped[int] = plain()
    state: Mapped[TopicState] = plain(Word(TopicState))
    changed_at: Mapped[datetime] = plain()
    relayed: Mapped[int] = plain()
    version: Mapped[int] = plain(default=0)
    thread: Mapped[int | None] = plain()
    line_id: Mapped[int | None] = plain(ForeignKey("conversations.id"), index=True)
    packet_id: Mapped[int | None] = plain()
    pinned: Mapped[bool] = plain(default=False)
    shown: Mapped[HandoffState | None] = plain(Word(HandoffState))
