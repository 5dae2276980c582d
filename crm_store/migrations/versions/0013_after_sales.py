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
        "appointments",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("reference", CleanText(), nullable=False, unique=True),
        sa.Column("place", CleanText(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("seat", Whole, nullable=False),
        sa.Column("case_id", Whole, sa.ForeignKey("cases.id"), nullable=True),
        sa.UniqueConstraint("place", "starts_at", "seat"),
    )
    op.create_index("ix_appointments_case_id", "appointments", ["case_id"])
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

    op.create_table(
        "surveys",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("conversation_id", Whole, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=True),
        sa.Column("handoff_id", Whole, sa.ForeignKey("handoffs.id"), nullable=True),
        sa.Column("about", CleanText(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("score", Whole, nullable=True),
        sa.Column("word", CleanText(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.UniqueConstraint("conversation_id", "day", name="uq_surveys_conversation_id_day"),
        sa.UniqueConstraint("member_id", "day", name="uq_surveys_member_id_day"),
    )
    op.create_index("ix_surveys_handoff_id", "surveys", ["handoff_id"])
    op.create_table(
        "notices",
        sa.Column("event", CleanText(), primary_key=True),
        sa.Column("kind", CleanText(), nullable=False),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=False),
        sa.Column("conversation_id", Whole, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_notices_member_id", "notices", ["member_id"])
    op.create_index("ix_notices_conversation_id", "notices", ["conversation_id"])
