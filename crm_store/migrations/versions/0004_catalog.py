"""Shops, products, stock, promotions."""

import sqlalchemy as sa
from alembic import op

from crm_store.models.types import CleanJSON, CleanText, Money, UtcDateTime, Whole

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stores",
        sa.Column("id", CleanText(), primary_key=True),
        sa.Column("name_zh", CleanText(), nullable=False),
        sa.Column("name_en", CleanText(), nullable=False),
        sa.Column("city", CleanText(), nullable=False),
        sa.Column("address_zh", CleanText(), nullable=False),
        sa.Column("address_en", CleanText(), nullable=False),
        sa.Column("phone", CleanText(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("time_zone", CleanText(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
    )

    op.create_table(
        "products",
        sa.Column("id", CleanText(), primary_key=True),
        sa.Column("name_zh", CleanText(), nullable=False),
        sa.Column("name_en", CleanText(), nullable=False),
        sa.Column("brand", CleanText(), nullable=False),
        sa.Column("category", CleanText(), nullable=False),
        sa.Column("category_zh", CleanText(), nullable=False),
        sa.Column("category_en", CleanText(), nullable=False),
        sa.Column("line", CleanText(), nullable=False),
        sa.Column("description_zh", CleanText(), nullable=False),
        sa.Column("description_en", CleanText(), nullable=False),
        sa.Column("attributes", CleanJSON(), nullable=False),
        sa.Column("replenish_days", Whole, nullable=True),
        sa.Column("image_url", CleanText(), nullable=True),
        sa.Column("checksum", CleanText(), nullable=False),
    )
    op.create_index("ix_products_category", "products", ["category"])

    op.create_table(
        "variants",
        sa.Column("sku", CleanText(), primary_key=True),
        sa.Column("product_id", CleanText(), sa.ForeignKey("products.id"), nullable=False),
        sa.Column("position", Whole, nullable=False),
        sa.Column("colour", CleanText(), nullable=True),
        sa.Column("size", CleanText(), nullable=True),
        sa.Column("price", Money(), nullable=False),
        sa.Column("currency", CleanText(), nullable=False),
    )
    op.create_index("ix_variants_product_id", "variants", ["product_id"])

    op.create_table(
        "stock",
        sa.Column("store_id", CleanText(), sa.ForeignKey("stores.id"), primary_key=True),
        sa.Column("sku", CleanText(), sa.ForeignKey("variants.sku"), primary_key=True),
        sa.Column("quantity", Whole, nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_stock_sku", "stock", ["sku"])

    op.create_table(
        "promotions",
        sa.Column("id", CleanText(), primary_key=True),
        sa.Column("name_zh", CleanText(), nullable=False),
        sa.Column("name_en", CleanText(), nullable=False),
        sa.Column("terms_zh", CleanText(), nullable=False),
        sa.Column("terms_en", CleanText(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("category", CleanText(), nullable=True),
        sa.Column("min_spend", Money(), nullable=True),
        sa.Column("percent_off", Whole, nullable=True),
        sa.Column("amount_off", Money(), nullable=True),
        sa.Column("tier", CleanText(), nullable=True),
    )
    op.create_index("ix_promotions_ends_at", "promotions", ["ends_at"])
