"""Province, city and district of members."""

import sqlalchemy as sa
from alembic import op

from crm_store.models.types import CleanText

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; the next import or word about an address fills them."""
    for name in ("province", "city", "district"):
        op.add_column("members", sa.Column(name, CleanText(), nullable=True))
