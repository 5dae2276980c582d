"""Orders, parcels, payments, after-sales cases."""

import sqlalchemy as sa
from alembic import op

from crm_store.models.types import CleanJSON, CleanText, Money, UtcDateTime, Whole

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("number", CleanText(), nullable=False),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=True),
        sa.Column("channel", CleanText(), nullable=False),
        sa.Column("store_id", CleanText(), nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("total", Money(), nullable=False),
        sa.Column("discount", Money(), nullable=False),
        sa.Column("shipping_fee", Money(), nullable=False),
        sa.Column("currency", CleanText(), nullable=False),
        sa.Column("recipient_enc", CleanText(), nullable=True),
        sa.Column("phone_enc", CleanText(), nullable=True),
        sa.Column("phone_tail_index", CleanText(), nullable=True),
        sa.Column("address_enc", CleanText(), nullable=True),
        sa.Column("remark", CleanText(), nullable=True),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_orders_member_placed", "orders", ["member_id", "placed_at"])
    op.create_index("ix_orders_placed_at", "orders", ["placed_at"])
    op.create_index("ix_orders_store_id", "orders", ["store_id"])

    op.create_table(
        "order_lines",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("order_id", Whole, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("sku", CleanText(), nullable=False),
        sa.Column("product_id", CleanText(), nullable=True),
        sa.Column("name_zh", CleanText(), nullable=False),
        sa.Column("name_en", CleanText(), nullable=False),
        sa.Column("quantity", Whole, nullable=False),
        sa.Column("unit_price", Money(), nullable=False),
    )
    op.create_index("ix_order_lines_order_id", "order_lines", ["order_id"])
    op.create_index("ix_order_lines_product_id", "order_lines", ["product_id"])
    op.create_index("ix_order_lines_sku", "order_lines", ["sku"])

    op.create_table(
        "shipments",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("order_id", Whole, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("carrier", CleanText(), nullable=False),
        sa.Column("tracking_number", CleanText(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("shipped_at", UtcDateTime(), nullable=True),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
    )
    op.create_index("ix_shipments_order_id", "shipments", ["order_id"])
    op.create_index("ix_shipments_tracking_number", "shipments", ["tracking_number"])

    op.create_table(
        "shipment_events",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("shipment_id", Whole, sa.ForeignKey("shipments.id"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("place_zh", CleanText(), nullable=False),
        sa.Column("place_en", CleanText(), nullable=False),
    )
    op.create_index("ix_shipment_events_shipment_id", "shipment_events", ["shipment_id"])

    op.create_table(
        "payments",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("order_id", Whole, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("method", CleanText(), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("state", CleanText(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_payments_order_id", "payments", ["order_id"])

    op.create_table(
        "cases",
        sa.Column("id", Whole, primary_key=True, autoincrement=True),
        sa.Column("number", CleanText(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("state", CleanText(), nullable=False),
        sa.Column("member_id", Whole, sa.ForeignKey("members.id"), nullable=True),
        sa.Column("order_id", Whole, sa.ForeignKey("orders.id"), nullable=True),
        sa.Column("line_id", Whole, sa.ForeignKey("order_lines.id"), nullable=True),
        sa.Column("conversation_id", Whole, sa.ForeignKey("conversations.id"), nullable=True),
        sa.Column("reason", CleanText(), nullable=False),
        sa.Column("detail", CleanJSON(), nullable=False),
        sa.Column("rule", CleanText(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_cases_conversation_id", "cases", ["conversation_id"])
    op.create_index("ix_cases_member_opened", "cases", ["member_id", "opened_at"])
    op.create_index("ix_cases_order_id", "cases", ["order_id"])
