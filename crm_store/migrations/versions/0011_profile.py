"""Facts with provenance, and the analytics and tiers of members."""

import sqlalchemy as sa
from alembic import op

from crm_store.models.types import CleanJSON, CleanText, Money, UtcDateTime, Whole

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_facts()
    _create_analytics()
    _create_tier_changes()
    op.add_column(
        "preferences", sa.Column("confidence", sa.Float(), nullable=False, server_default="1")
    )
    op.create_index("ix_points_entries_member_at", "points_entries", ["member_id", "at"])
    op.drop_index("ix_points_entries_member_id", "points_entries")
    for name in ("issued_at", "used_at"):
        op.add_column("coupons", sa.Column(name, UtcDateTime(), nullable=True))
    _date_issued_coupons()


def _create_facts() -> None:
    op.create_table(
        "profile_facts",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("field", CleanText(), nullable=False),
        sa.Column("value", CleanText(), nullable=False),
        sa.Column("value_index", CleanText(), nullable=False),
        sa.Column("source", CleanText(), nullable=False),
        sa.Column("origin", CleanText(), nullable=False),
        sa.Column("attested", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("source_record_id", Whole, nullable=True),
        sa.UniqueConstraint("source", "origin", "field"),
    )
    op.create_index("ix_profile_facts_member_id", "profile_facts", ["member_id"])


def _create_analytics() -> None:
    op.create_table(
        "analytics_runs",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("buyers", Whole, nullable=False),
        sa.Column("recomputed", Whole, nullable=False),
        sa.Column("parameters", CleanJSON(), nullable=False),
    )
    op.create_table(
        "member_analytics",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("run_id", Whole, sa.ForeignKey("analytics_runs.id"), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("seen_orders", Whole, nullable=False),
        sa.Column("seen_total", Money(), nullable=False),
        sa.Column("seen_last", UtcDateTime(), nullable=False),
        sa.Column("purchases", Whole, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("spent", Money(), nullable=False),
        sa.Column("recency", Whole, nullable=False),
        sa.Column("frequency", Whole, nullable=False),
        sa.Column("monetary", Whole, nullable=False),
        sa.Column("segment", CleanText(), nullable=False),
        sa.Column("lifecycle", CleanText(), nullable=False),
        sa.Column("alive", sa.Float(), nullable=True),
        sa.Column("expected", sa.Float(), nullable=True),
        sa.Column("clv", Money(), nullable=True),
    )
    for column in ("member_id", "run_id", "segment"):
        op.create_index(f"ix_member_analytics_{column}", "member_analytics", [column])


def _create_tier_changes() -> None:
    op.create_table(
        "tier_changes",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("before", sa.String(24), nullable=False),
        sa.Column("after", sa.String(24), nullable=False),
        sa.Column("spend", Money(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_tier_changes_member_id", "tier_changes", ["member_id"])


def _date_issued_coupons() -> None:
    """Coupons that are there already were issued on the first day on which they count."""
    midnight = "valid_from || ' 00:00:00.000000'"
    if op.get_bind().dialect.name == "postgresql":
        midnight = "valid_from::timestamp AT TIME ZONE 'UTC'"
    op.execute(f"UPDATE coupons SET issued_at = {midnight}")  # noqa: S608 - two constants
