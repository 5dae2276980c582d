"""Cases and refunds name the confirmation they come from, so that each happens once."""

import sqlalchemy as sa
from alembic import op

from crm_store.models.types import CleanText

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
