"""What understanding a sentence yields: intents, entities and the values they carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["zh", "zh-Hant", "en"]
"""Simplified Chinese, Traditional Chinese, English."""

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

OUT_OF_SCOPE: Final = "out_of_scope"
"""The intent of everything the assistant has no skill for."""


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days from `start` to `end`, both included; one day when they are equal."""

    start: date
    end: date
    at: time | None = None
    """The time of day, where the sentence names one ("tomorrow at 3 pm")."""
    until: time | None = None
    """Where it names two, the later one ("between 2 and 4 pm tomorrow"): they are no moment."""

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"date range ends before it starts: {self.start}..{self.end}")


@dataclass(frozen=True, slots=True)
class PriceRange:
    """A price or a bound on it, in units of `currency` (not cents), both ends included."""

    min: Decimal | None
    """None: no lower bound."""
    max: Decimal | None
    """None: no upper bound."""
    currency: str | None = None
    """ISO 4217 code, or None when the sentence does not say."""

    def __post_init__(self) -> None:
        if self.min is None and self.max is None:
            raise ValueError("a price range needs at least one bound")
        if self.min is not None and self.max is not None and self.max < self.min:
            raise ValueError(f"price range ends below its start: {self.min}..{self.max}")


EntityValue: TypeAlias = str | int | Decimal | DateRange | PriceRange


@dataclass(frozen=True, slots=True)
class IntentScore:
    """An intent and the calibrated probability, 0 to 1, that it is the right one."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Entity:
    """A piece of the sentence with a meaning of its own.

    `text == sentence[start:end]` always holds for the sentence as it was received.
    """

    entity: str
    """The kind: order_number, phone, phone_tail, card_number, verification_code, pickup_code,
    coupon_code, tax_number, sku, email, address (old, new), person_name, company, price, date
    (before, after), duration, quantity, size (from, to), colour (from, to), product, category,
    brand, store, city, tier, skin_type, ingredient (allergy, without), recipient, occasion, reason,
    invoice_type, or a kind of the training data; in brackets the roles."""
    value: EntityValue
    """The normalised value: "HK2024010001", 2, a `PriceRange`, the canonical product name."""
    text: str
    """The words as they were written."""
    start: int
    end: int
    role: str | None = None
    """Tells two entities of one kind apart: "from" and "to" in "from M to L"."""
    group: str | None = None
    """Entities that belong together carry the same group."""
    confidence: float = 1.0
    extractor: str = "pattern"
    """Which rule found it: "pattern", "gazetteer", "lookup", "regex" or an engine's name."""
    candidates: tuple[str, ...] = ()
    """All values that the words may mean, likeliest first, where they may mean several."""

    def to_json(self) -> dict[str, JsonValue]:
        """The entity in Rasa's shape; `role`, `group` and `candidates` only where they are set."""
        shape: dict[str, JsonValue] = {
            "entity": self.entity,
            "value": value_to_json(self.value),
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "confidence_entity": self.confidence,
            "extractor": self.extractor,
        }
        if self.role is not None:
            shape["role"] = self.role
        if self.group is not None:
            shape["group"] = self.group
        if self.candidates:
            shape["candidates"] = list(self.candidates)
        return shape


@dataclass(frozen=True, slots=True)
class Segment:
    """A further wish in the same message, and the piece of the text that says it."""

    text: str
    start: int
    end: int
    intent: IntentScore
    entities: tuple[Entity, ...]
    """Those of the parse that lie in the piece; positions are those of the whole text."""

    def to_json(self) -> dict[str, JsonValue]:
        """The segment in the shape of a parse in Rasa's answer."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "intent": _score_to_json(self.intent),
            "entities": [entity.to_json() for entity in self.entities],
        }


@dataclass(frozen=True, slots=True)
class Parse:
    """One sentence, understood."""

    text: str
    """The sentence as it was received."""
    language: Language
    intent: IntentScore
    """The decision; `out_of_scope` when no intent reaches the threshold."""
    ranking: tuple[IntentScore, ...]
    """Every intent that was considered, best first."""
    entities: tuple[Entity, ...]
    """By position in the text."""
    in_scope: bool
    ambiguous: tuple[IntentScore, ...] = ()
    """The candidates to choose from when the best are too close to call; otherwise empty."""
    fingerprint: str = ""
    """Which model said so."""
    also: tuple[Segment, ...] = ()
    """Further wishes in the message, in order; `intent` is then the first one's."""

    def to_rasa(self) -> dict[str, JsonValue]:
        """The parse as Rasa's HTTP API answers it; `also` only where there are further wishes."""
        shape: dict[str, JsonValue] = {
            "text": self.text,
            "intent": _score_to_json(self.intent),
            "intent_ranking": [_score_to_json(score) for score in self.ranking],
            "entities": [entity.to_json() for entity in self.entities],
        }
        if self.also:
            shape["also"] = [segment.to_json() for segment in self.also]
        return shape


def _score_to_json(score: IntentScore) -> JsonValue:
    return {"name": score.name, "confidence": score.confidence}


def value_to_json(value: EntityValue) -> JsonValue:
    """The one JSON form of an entity's value; `value_from_json` reads it back."""
    match value:
        case Decimal():
            return {"kind": "number", "value": str(value)}
        case DateRange(start, end, at, until):
            hours = {"at": at, "until": until}
            return {
                "kind": "date",
                "start": start.isoformat(),
                "end": end.isoformat(),
                **{k: hour.isoformat("minutes") for k, hour in hours.items() if hour is not None},
            }
        case PriceRange(low, high, currency):
            return {
                "kind": "price",
                "min": None if low is None else str(low),
                "max": None if high is None else str(high),
                "currency": currency,
            }
        case _:
            return value


def value_from_json(value: JsonValue) -> EntityValue:
    """The value whose JSON form this is; ValueError if it is none."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, dict):
        return _tagged_from_json(value)
    raise ValueError(f"not an entity value: {value!r}")


def _tagged_from_json(value: Mapping[str, JsonValue]) -> EntityValue:
    match value:
        case {"kind": "number", "value": str(number)}:
            return Decimal(number)
        case {"kind": "date", "start": str(start), "end": str(end)}:
            hours = (value.get(name) for name in ("at", "until"))
            at, until = (time.fromisoformat(one) if isinstance(one, str) else None for one in hours)
            return DateRange(date.fromisoformat(start), date.fromisoformat(end), at, until)
        case {"kind": "price", "min": low, "max": high, "currency": currency}:
            return PriceRange(
                Decimal(low) if isinstance(low, str) else None,
                Decimal(high) if isinstance(high, str) else None,
                currency if isinstance(currency, str) else None,
            )
        case _:
            raise ValueError(f"not an entity value: {value!r}")
