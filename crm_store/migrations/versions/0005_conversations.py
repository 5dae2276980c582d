"""Conversations, messages, dialogue state, handoffs."""

import sqlalchemy as sa
from alembic import op

from crm_store.migrations.indexes import create_partial_index
from crm_store.models.types import CleanJSON, CleanText, UtcDateTime, Whole

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("channel", CleanText(), nullable=False),
        sa.Column("account", CleanText(), nullable=False),
        sa.Column("external_id", CleanText(), nullable=False),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=True),
        sa.Column("staff_id", Whole, sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("verification", sa.String(24), nullable=False),
        sa.Column("language", CleanText(), nullable=True),
        sa.Column("owner", sa.String(24), nullable=False),
        sa.Column("epoch", Whole, nullable=False),
        sa.Column("opened_orders", CleanJSON(), nullable=False),
        sa.Column("pending_since", UtcDateTime(), nullable=True),
        sa.Column("lease_worker", CleanText(), nullable=True),
        sa.Column("lease_token", Whole, nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("channel", "account", "external_id"),
    )
    op.create_index("ix_conversations_member_id", "conversations", ["member_id"])
    create_partial_index(
        "ix_conversations_pending",
        "conversations",
        ["pending_since"],
        where="pending_since IS NOT NULL",
    )

    op.create_table(
        "messages",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("conversation_id", Whole, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("direction", sa.String(24), nullable=False),
        sa.Column("author", sa.String(24), nullable=False),
        sa.Column("text", CleanText(), nullable=False),
        sa.Column("payload", CleanJSON(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("epoch", Whole, nullable=False),
        sa.Column("external_id", CleanText(), nullable=True),
        sa.Column("staff_id", Whole, sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("intent", CleanText(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("fingerprint", CleanText(), nullable=True),
        sa.Column("parse", CleanJSON(), nullable=True),
        sa.Column("in_reply_to", Whole, sa.ForeignKey("messages.id"), nullable=True),
        sa.Column("attempt", Whole, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("error", CleanText(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("handled_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.UniqueConstraint("conversation_id", "direction", "external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_conversation", "messages", ["conversation_id", "id"])
    op.create_index("ix_messages_created_at", "messages", ["created_at"])
    create_partial_index(
        "ix_messages_due",
        "messages",
        ["due_at"],
        where="state = 'queued'",
    )
    create_partial_index(
        "ix_messages_leased",
        "messages",
        ["lease_until"],
        where="state = 'sending'",
    )
    create_partial_index(
        "ix_messages_queued",
        "messages",
        ["conversation_id", "id"],
        where="state = 'queued'",
    )
    create_partial_index(
        "ix_messages_unhandled",
        "messages",
        ["conversation_id", "id"],
        where="state = 'received'",
    )
    create_partial_index(
        "uq_messages_sending",
        "messages",
        ["conversation_id"],
        where="state = 'sending'",
        unique=True,
    )

    op.create_table(
        "dialogue_states",
        sa.Column("conversation_id", Whole, sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("state", CleanJSON(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )

    op.create_table(
        "handoffs",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("conversation_id", Whole, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("packet", CleanJSON(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("taken_by", Whole, sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("resolution", CleanText(), nullable=True),
    )
    op.create_index("ix_handoffs_conversation_id", "handoffs", ["conversation_id"])
    op.create_index("ix_handoffs_state", "handoffs", ["state", "requested_at"])
    create_partial_index(
        "uq_handoffs_open",
        "handoffs",
        ["conversation_id"],
        where="state IN ('waiting', 'taken')",
        unique=True,
    )
