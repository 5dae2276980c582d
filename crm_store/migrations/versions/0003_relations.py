"""Consents, preferences, notes, follow-ups, interactions."""

import sqlalchemy as sa
from alembic import op

from crm_store.models.types import CleanJSON, CleanText, UtcDateTime, Whole

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("purpose", CleanText(), nullable=False),
        sa.Column("channel", CleanText(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("wording_version", CleanText(), nullable=False),
        sa.Column("source", CleanText(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_consents_member_id", "consents", ["member_id"])

    op.create_table(
        "preferences",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("kind", CleanText(), nullable=False),
        sa.Column("value", CleanText(), nullable=False),
        sa.Column("stated", sa.Boolean(), nullable=False),
        sa.Column("source", CleanText(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_preferences_member_id", "preferences", ["member_id"])

    op.create_table(
        "notes",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("staff_id", Whole, sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("text", CleanText(), nullable=False),
        sa.Column("author", CleanText(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_notes_member_id", "notes", ["member_id"])

    op.create_table(
        "follow_ups",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("staff_id", Whole, sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("store_id", CleanText(), nullable=True),
        sa.Column("text", CleanText(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("status", CleanText(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_follow_ups_member_id", "follow_ups", ["member_id"])
    op.create_index("ix_follow_ups_staff_due", "follow_ups", ["staff_id", "status", "due_at"])

    op.create_table(
        "interactions",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=True),
        sa.Column("source", CleanText(), nullable=False),
        sa.Column("kind", CleanText(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("detail", CleanJSON(), nullable=False),
        sa.Column("source_record_id", Whole, sa.ForeignKey("source_records.id"), nullable=True),
    )
    op.create_index("ix_interactions_member_at", "interactions", ["member_id", "at"])
    op.create_index("ix_interactions_source_record_id", "interactions", ["source_record_id"])
