"""Members, identities, staff."""

import sqlalchemy as sa
from alembic import op

from crm_store.migrations.indexes import create_partial_index
from crm_store.models.types import CleanJSON, CleanText, UtcDateTime, Whole

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("login", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("password_hash", CleanText(), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("store_id", CleanText(), nullable=True),
        sa.Column("languages", CleanJSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("login"),
    )

    op.create_table(
        "members",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("gender", CleanText(), nullable=True),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("language", CleanText(), nullable=False),
        sa.Column("tier", sa.String(24), nullable=False),
        sa.Column("home_store_id", CleanText(), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("merged_into_id", Whole, sa.ForeignKey("members.id"), nullable=True),
    )
    op.create_index("ix_members_home_store_id", "members", ["home_store_id"])
    op.create_index("ix_members_merged_into_id", "members", ["merged_into_id"])
    op.create_index("ix_members_name", "members", ["name"])

    op.create_table(
        "identities",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("value_enc", CleanText(), nullable=False),
        sa.Column("value_index", CleanText(), nullable=False),
        sa.Column("tail_index", CleanText(), nullable=True),
        sa.Column("masked", CleanText(), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("source", CleanText(), nullable=False),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_identities_member_id", "identities", ["member_id"])
    op.create_index("ix_identities_tail_index", "identities", ["tail_index"])
    op.create_index("ix_identities_value", "identities", ["kind", "value_index"])
    create_partial_index(
        "uq_identities_attested",
        "identities",
        ["kind", "value_index"],
        where="status = 'attested'",
        unique=True,
    )

    op.create_table(
        "merges",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("kept_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("merged_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("moved", CleanJSON(), nullable=False),
        sa.Column("reason", CleanText(), nullable=False),
        sa.Column("explained", CleanJSON(), nullable=False),
        sa.Column("made_by", CleanText(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_merges_kept_id", "merges", ["kept_id"])
    op.create_index("ix_merges_merged_id", "merges", ["merged_id"])

    op.create_table(
        "addresses",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("label", CleanText(), nullable=False),
        sa.Column("recipient_enc", CleanText(), nullable=False),
        sa.Column("phone_enc", CleanText(), nullable=False),
        sa.Column("line_enc", CleanText(), nullable=False),
        sa.Column("province", CleanText(), nullable=False),
        sa.Column("city", CleanText(), nullable=False),
        sa.Column("district", CleanText(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_addresses_member_id", "addresses", ["member_id"])
