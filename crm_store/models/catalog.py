"""Tables of shops, products, stock and promotions. Nothing here is personal."""

from datetime import datetime, time
from decimal import Decimal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, composite, relationship

from crm_store.models.base import Base, key, plain
from crm_store.models.types import CleanJSON, Word
from crm_store.types.reservations import HoldState
from crm_store.types.text import LocalText


class StoreRow(Base):
    """A shop with a door, or the online warehouse."""

    __tablename__ = "stores"

    id: Mapped[str] = plain(primary_key=True)
    name_zh: Mapped[str] = plain()
    name_en: Mapped[str] = plain()
    name: Mapped[LocalText] = composite("name_zh", "name_en")
    city: Mapped[str] = plain()
    address_zh: Mapped[str] = plain()
    address_en: Mapped[str] = plain()
    address: Mapped[LocalText] = composite("address_zh", "address_en")
    phone: Mapped[str] = plain()
    opens: Mapped[time] = plain()
    closes: Mapped[time] = plain()
    time_zone: Mapped[str] = plain(default="Asia/Shanghai")
    latitude: Mapped[float | None] = plain()
    longitude: Mapped[float | None] = plain()


class ProductRow(Base):
    """A product. ``checksum`` is over everything it says, its variants included."""

    __tablename__ = "products"

    id: Mapped[str] = plain(primary_key=True)
    name_zh: Mapped[str] = plain()
    name_en: Mapped[str] = plain()
    name: Mapped[LocalText] = composite("name_zh", "name_en")
    brand: Mapped[str] = plain()
    category: Mapped[str] = plain(index=True)
    category_zh: Mapped[str] = plain()
    category_en: Mapped[str] = plain()
    category_name: Mapped[LocalText] = composite("category_zh", "category_en")
    line: Mapped[str] = plain()
    description_zh: Mapped[str] = plain()
    description_en: Mapped[str] = plain()
    description: Mapped[LocalText] = composite("description_zh", "description_en")
    attributes: Mapped[dict[str, dict[str, str]]] = plain(CleanJSON(), default=dict)
    """Attribute slug to ``{"zh": ..., "en": ...}``."""
    replenish_days: Mapped[int | None] = plain()
    image_url: Mapped[str | None] = plain()
    checksum: Mapped[str] = plain()

    variants: Mapped[list["VariantRow"]] = relationship(
        order_by="VariantRow.position", lazy="raise", viewonly=True
    )


class VariantRow(Base):
    """One SKU, in the order in which the product shows its variants."""

    __tablename__ = "variants"

    sku: Mapped[str] = plain(primary_key=True)
    product_id: Mapped[str] = plain(ForeignKey("products.id"), index=True)
    position: Mapped[int] = plain(default=0)
    colour: Mapped[str | None] = plain()
    size: Mapped[str | None] = plain()
    price: Mapped[Decimal] = plain()
    currency: Mapped[str] = plain(default="CNY")


class StockRow(Base):
    """How many units of a SKU a store holds."""

    __tablename__ = "stock"

    store_id: Mapped[str] = plain(ForeignKey("stores.id"), primary_key=True)
    sku: Mapped[str] = plain(ForeignKey("variants.sku"), primary_key=True, index=True)
    quantity: Mapped[int] = plain()
    updated_at: Mapped[datetime] = plain()


class ReservationRow(Base):
    """Goods held for somebody. SKU and store are kept as codes: it outlives the catalogue."""

    __tablename__ = "reservations"
    __table_args__ = (Index("ix_reservations_sku_state", "sku", "state"),)

    id: Mapped[int] = key()
    reference: Mapped[str] = plain(unique=True)
    """The confirmation that it comes from."""
    store_id: Mapped[str] = plain()
    sku: Mapped[str] = plain()
    quantity: Mapped[int] = plain()
    until: Mapped[datetime] = plain()
    state: Mapped[HoldState] = plain(Word(HoldState))
    case_id: Mapped[int | None] = plain(ForeignKey("cases.id"), index=True)


class PromotionRow(Base):
    """A current or coming offer."""

    __tablename__ = "promotions"

    id: Mapped[str] = plain(primary_key=True)
    name_zh: Mapped[str] = plain()
    name_en: Mapped[str] = plain()
    name: Mapped[LocalText] = composite("name_zh", "name_en")
    terms_zh: Mapped[str] = plain()
    terms_en: Mapped[str] = plain()
    terms: Mapped[LocalText] = composite("terms_zh", "terms_en")
    starts_at: Mapped[datetime] = plain()
    ends_at: Mapped[datetime] = plain(index=True)
    category: Mapped[str | None] = plain()
    min_spend: Mapped[Decimal | None] = plain()
    percent_off: Mapped[int | None] = plain()
    amount_off: Mapped[Decimal | None] = plain()
    tier: Mapped[str | None] = plain()
