"""What a catalogue file yields, and the checks every kind of file shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from knowledge.errors import KnowledgeError
from knowledge.types import LocalText

_CENTS = Decimal("0.01")


class CatalogFileError(KnowledgeError):
    """The file as a whole cannot be read."""


class BadRowError(ValueError):
    """What is wrong with a row, in words."""


@dataclass(frozen=True, slots=True)
class RowError:
    """A row left out, and why."""

    line: int
    """Counted from 1; of a CSV record over several lines, the last."""
    reason: str


@dataclass(frozen=True, slots=True)
class VariantRecord:
    """One SKU of a product in a file."""

    sku: str
    price: Decimal
    currency: str = "CNY"
    colour: str = ""
    size: str = ""


@dataclass(frozen=True, slots=True)
class CatalogRecord:
    """One product in a file, with at least one name and one variant. Raises BadRowError."""

    product_id: str
    names: LocalText
    variants: tuple[VariantRecord, ...]
    brand: str = ""
    category: str = ""
    category_names: LocalText = field(default_factory=dict)
    descriptions: LocalText = field(default_factory=dict)
    attributes: Mapping[str, LocalText] = field(default_factory=dict)
    """Language -> {attribute name: text}."""
    replenish_days: int | None = None
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    pairs_with: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.names:
            raise BadRowError(f"product {self.product_id} has no name")
        if not self.variants:
            raise BadRowError(f"product {self.product_id} has no variant")
        skus = [variant.sku for variant in self.variants]
        if len(set(skus)) < len(skus):
            raise BadRowError(f"product {self.product_id} has one SKU twice")


def text(row: Mapping[str, object], key: str, default: str | None = None) -> str:
    """A text of one line, trimmed. Without a default it must be there. Raises BadRowError."""
    value = row.get(key)
    if value is None or value == "":
        if default is None:
            raise BadRowError(f"{key} is missing")
        return default
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadRowError(f"{key} must be a text")
    found = str(value).strip()
    if not found and default is None:
        raise BadRowError(f"{key} is missing")
    return found


def texts(row: Mapping[str, object], key: str) -> tuple[str, ...]:
    """A list of texts. Raises BadRowError."""
    value = row.get(key) or []
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise BadRowError(f"{key} must be a list of texts")
    return tuple(part.strip() for part in value if part.strip())


def local_text(value: object, name: str) -> dict[str, str]:
    """An object of texts, empty ones left out. Raises BadRowError."""
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(part, str) for part in value.values()):
        raise BadRowError(f"{name} must be an object of texts")
    return {key: part.strip() for key, part in value.items() if part.strip()}


def price(value: object) -> Decimal:
    """An amount of money, not negative, rounded to cents. Raises BadRowError."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadRowError("price is missing" if value is None else "price must be a number")
    try:
        amount = Decimal(str(value).strip())
        rounded = amount.quantize(_CENTS)
    except InvalidOperation as error:
        raise BadRowError(f"price {value!r} is not a number") from error
    if not amount.is_finite():
        raise BadRowError(f"price {value!r} is not a number")
    if amount < 0:
        raise BadRowError(f"price {value!r} is negative")
    return rounded


def whole_number(value: object, name: str) -> int | None:
    """A positive whole number or nothing. Raises BadRowError."""
    if value is None:
        return None
    try:
        number = int(str(value))
    except ValueError as error:
        raise BadRowError(f"{name} {value!r} is not a whole number") from error
    if number <= 0:
        raise BadRowError(f"{name} must be positive")
    return number
