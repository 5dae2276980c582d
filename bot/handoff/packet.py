"""The handoff packet: what an agent needs to know, in one versioned document.

It is stored as JSON with the handoff. Version 2 keeps every key of version 1 and adds to them, so
readers of the older one go on; `HandoffPacket.from_json` reads both. Its JSON Schema is published
at ``/api/v1/schemas/handoff-packet.json`` and in ``docs/handoff-packet.schema.json``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from crm_store.types.conversations import JSON, JSONObject
from crm_store.types.text import LocalText

VERSION: Final = 2


@dataclass(frozen=True, slots=True)
class CaseFact:
    """An open after-sales case."""

    number: str
    kind: str
    state: str
    order_number: str | None = None
    due_at: datetime | None = None
    attachments: tuple[int, ...] = ()
    """Messages that brought a picture or a voice for it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is, as far as anybody has proved; nothing here identifies them by itself."""

    name: str
    """Masked: ``林**``."""
    tier: str
    joined_on: date
    phone: str | None = None
    """Masked."""
    segment: LocalText | None = None
    """``None`` for who never bought."""
    lifecycle: LocalText | None = None
    churn_risk: float | None = None
    """0 to 1; ``None`` where there were too few purchases to tell."""
    spent: Decimal | None = None
    """What they bought for, with refunds taken off."""
    lifetime_value: Decimal | None = None
    currency: str = "CNY"
    orders: int = 0
    open_cases: tuple[CaseFact, ...] = ()
    preferences: tuple[str, ...] = ()
    """What they told about themselves, allergies first."""


@dataclass(frozen=True, slots=True)
class Want:
    """One understood message of the customer's."""

    intent: str
    confidence: float
    fingerprint: str
    """Of the model that understood it."""
    words: str
    """The customer's own; empty when a button was pressed."""
    message_id: int
    at: datetime


class Source(StrEnum):
    """Where the value of a slot comes from."""

    SAID = "said"
    PRESSED = "pressed"
    FOUND = "found"
    """The assistant looked it up, or concluded it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A slot that is filled: nobody needs to ask for it again."""

    slot: str
    value: JSON
    source: Source
    message_id: int | None = None
    """The message that brought it."""


class Result(StrEnum):
    """What came of a skill."""

    ANSWERED = "answered"
    DONE = "done"
    ASKED = "asked"
    """It was waiting for an answer."""
    REFUSED = "refused"
    FAILED = "failed"
    CALLED = "called"
    """It called the human."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A skill that ran, and what came of it."""

    skill: str
    result: Result
    rule: str = ""
    """The rule of the house that refused it."""
    told: str = ""
    """What the customer was told, cut short."""
    message_id: int | None = None
    slots: Mapping[str, JSON] = field(default_factory=dict)
    """What it knew."""


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order concerned, as it stood."""

    number: str
    state: str
    placed_at: datetime
    total: Decimal
    currency: str
    items: tuple[LocalText, ...]
    parcel: str | None = None
    """State of the parcel that is under way."""
    expected_on: date | None = None
    store_id: str | None = None


@dataclass(frozen=True, slots=True)
class ProductFact:
    """A product concerned, as it stood."""

    id: str
    name: LocalText
    price: Decimal | None
    currency: str
    in_stock: bool


class MoodLevel(StrEnum):
    """How upset somebody is."""

    CALM = "calm"
    UPSET = "upset"
    ANGRY = "angry"


@dataclass(frozen=True, slots=True)
class MoodFact:
    """How the customer sounded."""

    level: MoodLevel = MoodLevel.CALM
    signs: tuple[str, ...] = ()


CALM: Final = MoodFact()


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the transcript."""

    id: int
    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attached:
    """A picture, a voice message or the like that the customer sent."""

    message_id: int
    kind: str
    at: datetime
    case: str | None = None
    """The case that it was sent for."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The conversation by reference, and its last messages."""

    conversation_id: int
    until: int
    """Id of the last message before the handoff."""
    last: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something that an agent can have done with one tap: an instruction for the bot."""

    skill: str
    slots: Mapping[str, JSON] = field(default_factory=dict)
    """What the packet holds of what the skill takes."""
    payload: str = ""
    """The instruction of `Handoffs.hand_back`, a button's payload."""


@dataclass(frozen=True, slots=True)
class HandoffPacket:
    """What is known when a human is called."""

    language: str = "zh"
    """The customer's."""
    verification: Literal["guest", "order", "attested"] = "guest"
    member_id: int | None = None
    intent: str = ""
    confidence: float = 0.0
    fingerprint: str = ""
    asked: str = ""
    """The customer's own words in the message that led here."""
    slots: Mapping[str, JSON] = field(default_factory=dict)
    orders: tuple[str, ...] = ()
    """Numbers of orders spoken of."""
    products: tuple[str, ...] = ()
    """Ids of products last shown."""
    misunderstood: int = 0
    version: int = VERSION
    reason: str = ""
    detail: str = ""
    """The rule, skill or case that the reason is about."""
    made_at: datetime | None = None
    person: Person | None = None
    """``None`` for guests."""
    wants: tuple[Want, ...] = ()
    """Oldest first."""
    told: tuple[Told, ...] = ()
    """The slots, with where each came from."""
    attempts: tuple[Attempt, ...] = ()
    """Oldest first."""
    order_facts: tuple[OrderFact, ...] = ()
    product_facts: tuple[ProductFact, ...] = ()
    cases: tuple[CaseFact, ...] = ()
    """Opened in this conversation."""
    attachments: tuple[Attached, ...] = ()
    """Oldest first."""
    mood: MoodFact = CALM
    transcript: Transcript | None = None
    steps: tuple[NextStep, ...] = ()

    def to_json(self) -> JSONObject:
        """Return the packet as it is stored."""
        stored: JSONObject = _adapter().dump_python(self, mode="json")
        return stored

    @staticmethod
    def from_json(stored: JSONObject) -> "HandoffPacket":
        """Read a stored packet of any version; what cannot be read is empty."""
        try:
            return _adapter().validate_python(stored)
        except ValueError:
            return HandoffPacket()


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the packet as it is stored."""
    made = _adapter().json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


@cache
def _adapter() -> TypeAdapter[HandoffPacket]:
    return TypeAdapter(HandoffPacket)
