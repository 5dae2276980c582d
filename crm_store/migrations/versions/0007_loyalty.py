"""Points and coupons."""

import sqlalchemy as sa
from alembic import op

from crm_store.models.types import CleanText, Money, UtcDateTime, Whole

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "points_entries",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("points", Whole, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("reference", CleanText(), nullable=False),
        sa.Column("source", CleanText(), nullable=False),
        sa.Column("source_key", CleanText(), nullable=False),
        sa.UniqueConstraint("source", "source_key"),
    )
    op.create_index("ix_points_entries_member_id", "points_entries", ["member_id"])

    op.create_table(
        "coupons",
        sa.Column("code", CleanText(), primary_key=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=True),
        sa.Column("title_zh", CleanText(), nullable=False),
        sa.Column("title_en", CleanText(), nullable=False),
        sa.Column("state", CleanText(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("min_spend", Money(), nullable=True),
        sa.Column("amount_off", Money(), nullable=True),
        sa.Column("percent_off", Whole, nullable=True),
        sa.Column("category", CleanText(), nullable=True),
    )
    op.create_index("ix_coupons_member_id", "coupons", ["member_id"])
