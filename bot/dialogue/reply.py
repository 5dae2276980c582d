"""What the bot says: text, cards and buttons, in a form that every channel can degrade.

A channel that has no cards prints their titles and facts as lines; one that has no buttons numbers
them. A button's payload is Rasa's ``/intent{"slot": "value"}``, so that pressing it needs no NLU.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from crm_store.types.conversations import JSON, JSONObject

LONGEST_SLOT = 300
"""Characters of a text in a button's payload."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""JSON can spell characters that no database takes."""

TemplateValue: TypeAlias = object
"""Anything Jinja can print: text, numbers, dates, domain objects. Never markup."""


@dataclass(frozen=True, slots=True)
class Button:
    """A choice the customer can press."""

    title: str
    payload: str

    def to_json(self) -> dict[str, JSON]:
        """Return the button in Rasa's shape."""
        return {"title": self.title, "payload": self.payload}


def payload(intent: str, slots: Mapping[str, JSON] | None = None) -> str:
    """Return the button payload that runs a skill with slots already filled."""
    filled = json.dumps(dict(slots), ensure_ascii=False, sort_keys=True) if slots else ""
    return f"/{intent}{filled}"


@dataclass(frozen=True, slots=True)
class Card:
    """A product, order, shop or member at a glance."""

    title: str
    subtitle: str = ""
    facts: tuple[str, ...] = ()
    """Short lines, most important first."""
    image_url: str | None = None
    icon: str = ""
    """What to draw where there is no picture: a category slug, ``order``, ``store``, ``member``."""
    buttons: tuple[Button, ...] = ()

    def to_json(self) -> dict[str, JSON]:
        """Return the card as channels and the message log keep it."""
        return {
            "title": self.title,
            "subtitle": self.subtitle,
            "facts": list(self.facts),
            "image_url": self.image_url,
            "icon": self.icon,
            "buttons": [button.to_json() for button in self.buttons],
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of the bot."""

    text: str
    cards: tuple[Card, ...] = ()
    buttons: tuple[Button, ...] = ()
    contact_request: bool = False
    """Ask the channel for its own attested contact (Telegram's share-contact key)."""

    def to_payload(self) -> JSONObject:
        """Return cards and buttons as the messages table keeps them."""
        stored: dict[str, JSON] = {}
        if self.cards:
            stored["cards"] = [card.to_json() for card in self.cards]
        if self.buttons:
            stored["buttons"] = [button.to_json() for button in self.buttons]
        if self.contact_request:
            stored["contact_request"] = True
        return stored


@dataclass(frozen=True, slots=True)
class Pressed:
    """A pressed button, or a command typed in the same form."""

    intent: str
    slots: Mapping[str, JSON] = field(default_factory=dict)

    @staticmethod
    def from_text(text: str) -> "Pressed | None":
        """Read ``/intent{"slot": "value"}``; anything else is ``None``.

        Of the slots, texts of a moderate length, whole numbers and yes or no are kept.
        """
        if not text.startswith("/"):
            return None
        intent, brace, rest = text[1:].strip().partition("{")
        if not intent.isidentifier():
            return None
        if not brace:
            return Pressed(intent)
        try:
            slots = json.loads(brace + rest)
        except (ValueError, RecursionError):
            return None
        return Pressed(intent, {name: value for name, value in slots.items() if _plain(value)})


def _plain(value: object) -> bool:
    """Whether a slot of a button may be that: people can type payloads of their own."""
    return isinstance(value, bool | int) or (
        isinstance(value, str) and len(value) <= LONGEST_SLOT and not _UNSTORABLE.search(value)
    )
