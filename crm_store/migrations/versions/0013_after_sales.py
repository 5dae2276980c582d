"""Cases, refunds and reservations name the confirmation they come from: each happens once."""

import sqlalchemy as sa
from alembic import op

from crm_store.models.types import CleanText, UtcDateTime, Whole

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the references and their uniqueness."""
    op.add_column("cases", sa.Column("ticket", CleanText()))
    op.create_index("uq_cases_ticket", "cases", ["ticket"], unique=True)
    op.add_column("payments", sa.Column("reference", CleanText()))
    op.create_index("uq_payments_reference", "payments", ["reference"], unique=True)
    op.add_column("conversations", sa.Column("attested_at", UtcDateTime()))

    op.create_table(
        "reservations",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("reference", CleanText(), nullable=False, unique=True),
        sa.Column("store_id", CleanText(), nullable=False),
        sa.Column("sku", CleanText(), nullable=False),
        sa.Column("quantity", Whole, nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("case_id", Whole, sa.ForeignKey("cases.id"), nullable=True),
    )
    op.create_index("ix_reservations_sku_state", "reservations", ["sku", "state"])
    op.create_index("ix_reservations_case_id", "reservations", ["case_id"])
