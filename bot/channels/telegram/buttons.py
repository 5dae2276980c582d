"""Buttons on Telegram: what a key says, and how a press leads back to its button.

A callback's data may have 64 bytes and can be forged by a modified client, so it carries no payload
but a reference, ``b:<message id>:<index>``, that is looked up in the conversation it came from.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.channels.text import objects
from crm_store.types.conversations import JSONObject

LONGEST_TITLE: Final = 64
MOST_BUTTONS: Final = 100
"""In one inline keyboard."""
_ROW_COLUMNS: Final = 30
_ROW_BUTTONS: Final = 3
_REFERENCE: Final = re.compile(r"b:(\d{1,18}):(\d{1,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Key:
    """A button as it stands in a message: what it says and what pressing it means."""

    title: str
    payload: str
    index: int
    """Its place among all buttons of the message."""


def keys(payload: JSONObject) -> list[list[Key]]:
    """Return the buttons of a message: a list for each card with buttons, then the reply's own.

    Where several cards have buttons, their keys say which card they belong to, by its number.
    """
    cards = objects(payload, "cards")
    numbered = cards_are_numbered(payload)
    groups: list[list[Key]] = []
    count = 0
    for number, holder in enumerate([*cards, payload], 1):
        prefix = f"{number} · " if numbered and number <= len(cards) else ""
        group = [
            Key(_title(prefix, button.get("title")), str(button.get("payload", "")), index)
            for index, button in enumerate(objects(holder, "buttons"), count)
        ]
        count += len(group)
        groups += [group] if group else []
    return groups


def cards_are_numbered(payload: JSONObject) -> bool:
    """Whether cards carry numbers, for their buttons to be told apart."""
    return sum(bool(objects(card, "buttons")) for card in objects(payload, "cards")) > 1


def rows(group: Sequence[Key]) -> Iterator[list[Key]]:
    """Yield a group's keys in rows that a phone can show without cutting them."""
    row: list[Key] = []
    for key in group:
        widest = max(_columns(other.title) for other in [*row, key])
        if row and (len(row) == _ROW_BUTTONS or widest * (len(row) + 1) > _ROW_COLUMNS):
            yield row
            row = []
        row.append(key)
    if row:
        yield row


def reference(message_id: int, key: Key) -> str:
    """Return a key's callback data."""
    return f"b:{message_id}:{key.index}"


def referred(data: str) -> tuple[int, int] | None:
    """Return message id and index that callback data names; ``None`` when it is not ours."""
    match = _REFERENCE.fullmatch(data)
    return (int(match[1]), int(match[2])) if match else None


def button_at(payload: JSONObject, index: int) -> Key | None:
    """Return a message's button."""
    return next((key for group in keys(payload) for key in group if key.index == index), None)


def _title(prefix: str, title: object) -> str:
    text = prefix + (" ".join(str(title or "").split()) or "•")
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1] + "…"


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
