"""Tables of conversations, messages, dialogue state and handoffs."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from crm_store.models.base import Base, key, personal, plain
from crm_store.models.sealed import SealedJSON, SealedKey, SealedText
from crm_store.models.types import CleanJSON, Word
from crm_store.types.conversations import (
    JSON,
    Author,
    Direction,
    MessageState,
    Owner,
    Verification,
)
from crm_store.types.handoffs import HandoffReason, HandoffState


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index over the rows that meet a condition, on both databases."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


class ConversationRow(Base):
    """One conversation; also the lock and the lease under which its messages are handled."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "account", "external_id"),
        partial("ix_conversations_pending", "pending_since", where="pending_since IS NOT NULL"),
    )

    id: Mapped[int] = key()
    channel: Mapped[str] = plain()
    account: Mapped[str] = plain()
    external_id: Mapped[str] = personal(SealedKey("conversations"))
    """A Telegram number identifies a person as a phone number does."""
    member_id: Mapped[int | None] = plain(ForeignKey("members.id"), index=True)
    staff_id: Mapped[int | None] = plain(ForeignKey("staff.id"))
    verification: Mapped[Verification] = plain(Word(Verification), default=Verification.GUEST)
    attested_at: Mapped[datetime | None] = plain()
    """When the customer proved last who they are; NULL for guests."""
    language: Mapped[str | None] = plain()
    owner: Mapped[Owner] = plain(Word(Owner), default=Owner.BOT)
    epoch: Mapped[int] = plain(default=0)
    opened_orders: Mapped[list[str]] = plain(CleanJSON(), default=list)
    pending_since: Mapped[datetime | None] = plain()
    """When the oldest unhandled message came in; NULL when there is none."""
    lease_worker: Mapped[str | None] = plain()
    lease_token: Mapped[int] = plain(default=0)
    lease_until: Mapped[datetime | None] = plain()
    created_at: Mapped[datetime] = plain()
    updated_at: Mapped[datetime] = plain()


class MessageRow(Base):
    """One message: inbox, outbox and interaction log in one table.

    Ids rise in the order of commits within a conversation, because whoever inserts locks the
    conversation first; readers may therefore resume after the last id they saw.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "direction", "external_id"),
        Index("ix_messages_conversation", "conversation_id", "id"),
        partial("ix_messages_unhandled", "conversation_id", "id", where="state = 'received'"),
        partial("ix_messages_queued", "conversation_id", "id", where="state = 'queued'"),
        partial("ix_messages_due", "due_at", where="state = 'queued'"),
        partial("ix_messages_leased", "lease_until", where="state = 'sending'"),
        partial("uq_messages_sending", "conversation_id", where="state = 'sending'", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = key()
    conversation_id: Mapped[int] = plain(ForeignKey("conversations.id"))
    direction: Mapped[Direction] = plain(Word(Direction))
    author: Mapped[Author] = plain(Word(Author))
    text: Mapped[str] = personal(SealedText())
    payload: Mapped[Mapping[str, JSON]] = personal(SealedJSON(), default=dict)
    state: Mapped[MessageState] = plain(Word(MessageState))
    epoch: Mapped[int] = plain()
    external_id: Mapped[str | None] = plain()
    staff_id: Mapped[int | None] = plain(ForeignKey("staff.id"))
    intent: Mapped[str | None] = plain()
    confidence: Mapped[float | None] = plain()
    fingerprint: Mapped[str | None] = plain()
    parse: Mapped[Mapping[str, JSON] | None] = personal(SealedJSON())
    in_reply_to: Mapped[int | None] = plain(ForeignKey("messages.id"))
    attempt: Mapped[int] = plain(default=0)
    due_at: Mapped[datetime | None] = plain()
    lease_until: Mapped[datetime | None] = plain()
    error: Mapped[str | None] = plain()
    created_at: Mapped[datetime] = plain(index=True)
    handled_at: Mapped[datetime | None] = plain()
    sent_at: Mapped[datetime | None] = plain()


class DialogueStateRow(Base):
    """What the bot remembers between two turns."""

    __tablename__ = "dialogue_states"

    conversation_id: Mapped[int] = plain(ForeignKey("conversations.id"), primary_key=True)
    state: Mapped[Mapping[str, JSON]] = personal(SealedJSON())
    updated_at: Mapped[datetime] = plain()


class HandoffRow(Base):
    """A request for a human; a conversation has at most one open."""

    __tablename__ = "handoffs"
    __table_args__ = (
        partial(
            "uq_handoffs_open",
            "conversation_id",
            where="state IN ('waiting', 'taken', 'snoozed')",
            unique=True,
        ),
        Index("ix_handoffs_state", "state", "requested_at"),
        Index("ix_handoffs_closed_at", "closed_at"),
        partial("ix_handoffs_taken_by", "taken_by", where="state = 'taken'"),
        partial(
            "ix_handoffs_unlearned",
            "closed_at",
            where="closed_at IS NOT NULL AND learned_at IS NULL",
        ),
    )

    id: Mapped[int] = key()
    conversation_id: Mapped[int] = plain(ForeignKey("conversations.id"), index=True)
    reason: Mapped[HandoffReason] = plain(Word(HandoffReason))
    state: Mapped[HandoffState] = plain(Word(HandoffState))
    packet: Mapped[Mapping[str, JSON]] = personal(SealedJSON())
    requested_at: Mapped[datetime] = plain()
    taken_at: Mapped[datetime | None] = plain()
    taken_by: Mapped[int | None] = plain(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None] = plain()
    resolution: Mapped[str | None] = personal(SealedText())
    resolution_code: Mapped[str | None] = plain()
    instruction: Mapped[str | None] = personal(SealedText())
    detail: Mapped[str] = plain(default="")
    skill: Mapped[str | None] = plain()
    language: Mapped[str | None] = plain()
    store_id: Mapped[str | None] = plain()
    priority: Mapped[int] = plain(default=0)
    answer_by: Mapped[datetime | None] = plain()
    resolve_by: Mapped[datetime | None] = plain()
    prefers: Mapped[int | None] = plain()
    answered_at: Mapped[datetime | None] = plain()
    snoozed_until: Mapped[datetime | None] = plain()
    offered_to: Mapped[int | None] = plain()
    offered_until: Mapped[datetime | None] = plain()
    escalated_at: Mapped[datetime | None] = plain()
    reopened: Mapped[int] = plain(default=0)
    learned_at: Mapped[datetime | None] = plain()
    """When its failed messages were proposed as training examples."""
