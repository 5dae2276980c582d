"""What cleaning changed, a way to find what is held back, and answers to signed requests."""

import sqlalchemy as sa
from alembic import op

from crm_store.migrations.indexes import create_partial_index
from crm_store.models.types import CleanJSON, CleanText, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source_records", sa.Column("changes_enc", CleanText(), nullable=True))
    create_partial_index(
        "ix_source_records_held",
        "source_records",
        ["source", "id"],
        where="state = 'quarantined'",
    )
    op.create_table(
        "ingest_requests",
        sa.Column("digest", CleanText(), primary_key=True),
        sa.Column("source", CleanText(), nullable=False),
        sa.Column("answer", CleanJSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_ingest_requests_at", "ingest_requests", ["at"])
