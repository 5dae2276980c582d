"""The domain types of catalogue search: what is indexed, what is asked, what comes back.

Every mapping that holds text for people is keyed by language ("zh", "en"). A language the shop
does not print is simply absent; nothing here invents a translation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
"""Rows of float32 vectors, shape (n, dimension)."""

Progress = Callable[[int, int], None]
"""Told (done, total) during long work."""

LocalText = Mapping[str, str]
"""Language -> text."""


@dataclass(frozen=True, slots=True)
class VariantRef:
    """One sellable variant of a product, by the SKU the retailer prints on it."""

    sku: str
    colour: str = ""
    """The shop's own key of the colour ("black"); what colour filters are matched with."""
    size: str = ""
    colour_names: LocalText = field(default_factory=dict)
    """How the colour is printed, per language ("黑色"); filters match these too."""


@dataclass(frozen=True, slots=True)
class CatalogItem:
    """A product as search sees it. Stock is live data of the store and is never in here."""

    product_id: str
    names: LocalText
    brand: str = ""
    category: str = ""
    """Slug of the category ("running-shoes")."""
    category_names: LocalText = field(default_factory=dict)
    price: Decimal = Decimal(0)
    """Price of the cheapest variant."""
    currency: str = "CNY"
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Language -> {attribute name: text}: {"zh": {"材质": "羊毛"}, "en": {"material": "wool"}}."""
    descriptions: LocalText = field(default_factory=dict)
    skus: tuple[VariantRef, ...] = ()
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other words customers use for exactly this product: nickname, model number, barcode."""
    replenish_days: int | None = None
    """Days one unit usually lasts. None: a durable product, bought once."""
    pairs_with: tuple[str, ...] = ()
    """Product ids or category slugs the merchandiser says go with this product, best first."""
    company: tuple[str, ...] = ()
    """Categories that go with its own, best first; nothing else is paired with it."""


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """Hard conditions. An empty set or None means "any"; words compare without case."""

    price_min: Decimal | None = None
    price_max: Decimal | None = None
    categories: frozenset[str] = frozenset()
    """Category slugs, or category names in any language."""
    brands: frozenset[str] = frozenset()
    colours: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    """Colour and size must be met by one and the same variant."""
    allowed: frozenset[str] | None = None
    """Product ids the caller established as in stock; None when stock does not matter."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a customer looks for, in their words."""

    text: str
    language: str = "zh"
    filters: SearchFilters = SearchFilters()
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """A product found, best first; scores compare only within one answer."""

    product_id: str
    score: float
    matched: tuple[str, ...] = ()
    """Why: "sku", "name", "brand", "words" (BM25), "meaning" (vectors); strongest first."""


@dataclass(frozen=True, slots=True)
class Article:
    """An answer in every language that the shop speaks."""

    id: str
    """`topic.name`: stable, for buttons and reports."""
    topic: LocalText
    title: LocalText
    body: LocalText
    questions: Mapping[str, tuple[str, ...]]
    """Language -> some ways in which people ask for it; never shown."""
    updated: date
    intent: str | None = None
    """The errand that the article speaks of, which the assistant can do."""
    general: bool = False
    """Whether who asks nearly in its words wants to know the rule rather than begin an errand."""


class Nearness(IntEnum):
    """How near an article is to a question."""

    FAR = 0
    LIKELY = 1
    """Near enough to be offered as what may have been meant."""
    SURE = 2
    """Near enough to be given as the answer."""
    CERTAIN = 3
    """Nearly the article's own words."""


@dataclass(frozen=True, slots=True)
class FaqHit:
    """An article that may answer a question."""

    article: Article
    score: float
    """Closeness, from below 0 to 1.2; compares between questions."""
    nearness: Nearness


class ReasonKind(StrEnum):
    """Why a product is recommended; the caller words it in the customer's language."""

    REPLENISH = "replenish"
    """The customer's own product is about to run out; refers to that product."""
    MATCHES_REQUEST = "matches_request"
    FREQUENTLY_BOUGHT_TOGETHER = "frequently_bought_together"
    PAIRS_WITH = "pairs_with"
    """The merchandiser says so; refers to the product it goes with."""
    SIMILAR_TO_PURCHASE = "similar_to_purchase"
    SAME_CATEGORY = "same_category"
    POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class Reason:
    """The one strongest reason for a recommendation and what it refers to."""

    kind: ReasonKind
    product_id: str | None = None
    """The product bought or asked about, where the reason speaks of one."""
    category: str | None = None
    """The category slug, where the reason speaks of one."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A product to suggest and why."""

    product_id: str
    score: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Purchase:
    """One product the customer bought; quantity is what was kept (returns taken off)."""

    product_id: str
    bought_on: date
    quantity: int = 1
