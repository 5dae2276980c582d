"""Products, variants, stock, stores and promotions as the retailer keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal

from crm_store.types.text import LocalText

ONLINE_STORE_ID = "ONLINE"
"""The warehouse behind web shop and mini-program; it has stock but no door."""


@dataclass(frozen=True, slots=True)
class Store:
    """A shop with a door, or the online warehouse."""

    id: str
    name: LocalText
    city: str
    """Slug such as ``shanghai``."""
    address: LocalText
    phone: str
    opens: time
    closes: time
    time_zone: str = "Asia/Shanghai"
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """What is actually sold: one SKU."""

    sku: str
    product_id: str
    colour: str | None
    """Canonical English name such as ``black``."""
    size: str | None
    price: Decimal
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class Product:
    """A product with its variants."""

    id: str
    name: LocalText
    brand: str
    category: str
    """Slug such as ``skincare``."""
    category_name: LocalText
    line: str
    """Business line: ``cosmetics``, ``apparel``, ``appliances``, ``food`` or an importer's own."""
    description: LocalText
    attributes: Mapping[str, LocalText] = field(default_factory=dict)
    """Attribute name (English slug) to its text."""
    variants: tuple[Variant, ...] = ()
    replenish_days: int | None = None
    """How long one unit usually lasts; ``None`` for durable goods."""
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class StockLevel:
    """How many units of a variant a store holds."""

    store_id: str
    sku: str
    quantity: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Promotion:
    """A current or coming offer. ``percent_off`` and ``amount_off`` exclude each other."""

    id: str
    name: LocalText
    terms: LocalText
    starts_at: datetime
    ends_at: datetime
    category: str | None = None
    min_spend: Decimal | None = None
    percent_off: int | None = None
    amount_off: Decimal | None = None
    tier: str | None = None
