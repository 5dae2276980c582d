"""The queue of the desk: what a handoff needs and by when, and who is there to take it."""

import sqlalchemy as sa
from alembic import op

from crm_store.migrations.indexes import create_partial_index
from crm_store.models.types import CleanJSON, CleanText, UtcDateTime, Whole

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MAX_LOAD = "6"


def upgrade() -> None:
    """Add the columns, and let a snoozed handoff count as open."""
    for name in ("resolution_code", "instruction", "skill", "language", "store_id"):
        op.add_column("handoffs", sa.Column(name, CleanText(), nullable=True))
    op.add_column("handoffs", sa.Column("detail", CleanText(), nullable=False, server_default=""))
    for name in ("priority", "reopened"):
        op.add_column("handoffs", sa.Column(name, Whole, nullable=False, server_default="0"))
    for name in ("prefers", "offered_to"):
        op.add_column("handoffs", sa.Column(name, Whole, nullable=True))
    for name in (
        "answer_by",
        "resolve_by",
        "answered_at",
        "snoozed_until",
        "offered_until",
        "escalated_at",
    ):
        op.add_column("handoffs", sa.Column(name, UtcDateTime(), nullable=True))
    op.drop_index("uq_handoffs_open", "handoffs")
    create_partial_index(
        "uq_handoffs_open",
        "handoffs",
        ["conversation_id"],
        where="state IN ('waiting', 'taken', 'snoozed')",
        unique=True,
    )
    create_partial_index("ix_handoffs_taken_by", "handoffs", ["taken_by"], where="state = 'taken'")
    op.create_index("ix_handoffs_closed_at", "handoffs", ["closed_at"])

    op.add_column("staff", sa.Column("skills", CleanJSON(), nullable=False, server_default="[]"))
    op.add_column("staff", sa.Column("max_load", Whole, nullable=False, server_default=MAX_LOAD))
    op.add_column(
        "staff", sa.Column("presence", sa.String(24), nullable=False, server_default="offline")
    )
    op.add_column("staff", sa.Column("seen_at", UtcDateTime(), nullable=True))
    _agents_on_telegram()


def _agents_on_telegram() -> None:
    """Whose Telegram account it is, and the topic of each handoff."""
    op.add_column("staff", sa.Column("telegram_user", sa.String(), nullable=True))
    op.create_index("uq_staff_telegram_user", "staff", ["telegram_user"], unique=True)
    op.create_table(
        "telegram_links",
        sa.Column("digest", CleanText(), primary_key=True),
        sa.Column("staff_id", Whole, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_telegram_links_staff_id", "telegram_links", ["staff_id"])
    op.create_table(
        "desk_topics",
        sa.Column(
            "handoff_id",
            Whole,
            sa.ForeignKey("handoffs.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("conversation_id", Whole, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("chat", Whole, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("relayed", Whole, nullable=False),
        sa.Column("version", Whole, nullable=False),
        sa.Column("thread", Whole, nullable=True),
        sa.Column("line_id", Whole, sa.ForeignKey("conversations.id"), nullable=True),
        sa.Column("packet_id", Whole, nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("shown", sa.String(24), nullable=True),
    )
    op.create_index("uq_desk_topics_thread", "desk_topics", ["chat", "thread"], unique=True)
    op.create_index("ix_desk_topics_state", "desk_topics", ["state"])
    op.create_index("ix_desk_topics_conversation_id", "desk_topics", ["conversation_id"])
    op.create_index("ix_desk_topics_line_id", "desk_topics", ["line_id"])
