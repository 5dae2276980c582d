"""Table of training examples that come from handoffs."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base, key, personal, plain
from crm_store.models.sealed import SealedText
from crm_store.models.types import Word
from crm_store.types.examples import Evidence, ExampleState, Failure


class ExampleRow(Base):
    """A message that is proposed as an example; the database itself keeps it to one a message.

    The text is masked, and sealed nevertheless: masking can miss.
    """

    __tablename__ = "examples"
    __table_args__ = (
        Index("ix_examples_state", "state", "id"),
        Index("ix_examples_conversation_id", "conversation_id"),
        Index("ix_examples_handoff_id", "handoff_id"),
    )

    id: Mapped[int] = key()
    message_id: Mapped[int] = plain(ForeignKey("messages.id"), unique=True)
    conversation_id: Mapped[int] = plain(ForeignKey("conversations.id"))
    handoff_id: Mapped[int] = plain(ForeignKey("handoffs.id"))
    text: Mapped[str] = personal(SealedText())
    language: Mapped[str] = plain()
    failure: Mapped[Failure] = plain(Word(Failure))
    understood: Mapped[str] = plain()
    confidence: Mapped[float] = plain()
    fingerprint: Mapped[str] = plain()
    suggested: Mapped[str | None] = plain()
    evidence: Mapped[Evidence] = plain(Word(Evidence))
    evidence_of: Mapped[str] = plain()
    said_at: Mapped[datetime] = plain()
    state: Mapped[ExampleState] = plain(Word(ExampleState))
    intent: Mapped[str | None] = plain()
    accepted_text: Mapped[str | None] = personal(SealedText())
    staff_id: Mapped[int | None] = plain(ForeignKey("staff.id"))
    decided_role: Mapped[str | None] = plain()
    decided_at: Mapped[datetime | None] = plain()
    exported_at: Mapped[datetime | None] = plain()
