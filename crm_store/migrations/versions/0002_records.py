"""Raw source records and the audit."""

import sqlalchemy as sa
from alembic import op

from crm_store.models.types import CleanJSON, CleanText, UtcDateTime, Whole

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_records",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("source", CleanText(), nullable=False),
        sa.Column("record_key", CleanText(), nullable=False),
        sa.Column("file", CleanText(), nullable=False),
        sa.Column("line", Whole, nullable=False),
        sa.Column("checksum", CleanText(), nullable=False),
        sa.Column("raw_enc", CleanText(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("reason", CleanText(), nullable=True),
        sa.Column("entity", CleanText(), nullable=True),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("source", "record_key"),
    )

    op.create_table(
        "audit",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_role", CleanText(), nullable=False),
        sa.Column("actor_id", Whole, nullable=True),
        sa.Column("action", CleanText(), nullable=False),
        sa.Column("subject", CleanText(), nullable=False),
        sa.Column("purpose", CleanText(), nullable=False),
        sa.Column("detail", CleanJSON(), nullable=False),
        sa.Column("conversation_id", Whole, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_subject", "audit", ["subject", "at"])
