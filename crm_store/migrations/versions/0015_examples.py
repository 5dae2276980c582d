"""Training examples for review, and which handoffs were looked through for them."""

import sqlalchemy as sa
from alembic import op

from crm_store.migrations.indexes import create_partial_index
from crm_store.models.types import CleanText, UtcDateTime, Whole

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, and the mark on handoffs."""
    op.add_column("handoffs", sa.Column("learned_at", UtcDateTime(), nullable=True))
    create_partial_index(
        "ix_handoffs_unlearned",
        "handoffs",
        ["closed_at"],
        where="closed_at IS NOT NULL AND learned_at IS NULL",
    )
    op.create_table(
        "examples",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("message_id", Whole, sa.ForeignKey("messages.id"), nullable=False, unique=True),
        sa.Column("conversation_id", Whole, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("handoff_id", Whole, sa.ForeignKey("handoffs.id"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", CleanText(), nullable=False),
        sa.Column("failure", sa.String(24), nullable=False),
        sa.Column("understood", CleanText(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("fingerprint", CleanText(), nullable=False),
        sa.Column("suggested", CleanText(), nullable=True),
        sa.Column("evidence", sa.String(24), nullable=False),
        sa.Column("evidence_of", CleanText(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("intent", CleanText(), nullable=True),
        sa.Column("accepted_text", sa.String(), nullable=True),
        sa.Column("staff_id", Whole, sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("decided_role", CleanText(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("exported_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_examples_state", "examples", ["state", "id"])
    op.create_index("ix_examples_conversation_id", "examples", ["conversation_id"])
    op.create_index("ix_examples_handoff_id", "examples", ["handoff_id"])
