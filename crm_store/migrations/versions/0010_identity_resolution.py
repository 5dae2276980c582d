"""Candidate matches for review."""

import sqlalchemy as sa
from alembic import op

from crm_store.models.types import CleanJSON, CleanText, UtcDateTime, Whole

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "match_candidates",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("left_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("right_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("explained", CleanJSON(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", CleanText(), nullable=True),
        sa.UniqueConstraint("left_id", "right_id"),
        sa.CheckConstraint("left_id < right_id", name="ck_match_candidates_order"),
    )
    op.create_index("ix_match_candidates_right_id", "match_candidates", ["right_id"])
    op.create_index("ix_match_candidates_state", "match_candidates", ["state", "weight"])
