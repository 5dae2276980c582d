"""Replies as Telegram messages: plain text in pieces, keyboards on the last of them.

Text is never parsed for markup: what customers, products and agents say is data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from bot.channels.telegram.buttons import MOST_BUTTONS, cards_are_numbered, keys, reference, rows
from bot.channels.telegram.splitting import pieces
from bot.channels.text import card_lines, objects
from bot.replies import Speaker
from crm_store.types.conversations import JSON, Author, JSONObject, Message

Keyboard: TypeAlias = InlineKeyboardMarkup | ReplyKeyboardMarkup


@dataclass(frozen=True, slots=True)
class Copied:
    """A message whose picture, voice or file is sent again, without fetching it."""

    chat: int
    message: int


@dataclass(frozen=True, slots=True)
class Part:
    """One Telegram message of a reply."""

    text: str
    """Of a copied message: what stands under it."""
    keyboard: Keyboard | None = None
    copied: Copied | None = None


def render(message: Message, speaker: Speaker) -> list[Part]:
    """Return a stored reply as the messages to send, in order; none for an empty reply.

    A message has room for one keyboard: a reply with buttons that also asks for the contact
    asks for it in a message of its own.
    """
    if (copied := copied_from(message)) is not None:
        return [Part(_text(message), copied=copied)]
    texts = pieces(_text(message))
    last: list[Keyboard] = []
    if inline := _inline_keyboard(message):
        last.append(inline)
    if message.payload.get("contact_request"):
        last.append(_contact_keyboard(speaker))
    if last and (not texts or len(last) > 1):
        texts.append(
            speaker.words("telegram.share_contact" if len(last) > 1 else "telegram.choose")
        )
    plain = len(texts) - len(last)
    return [
        Part(text, last[place - plain] if place >= plain else None)
        for place, text in enumerate(texts)
    ]


def copied_from(message: Message) -> Copied | None:
    """Return where an agent's attachment lies on Telegram; ``None`` when there is none."""
    place = message.payload.get("copied")
    if not isinstance(place, dict):
        return None
    chat, number = place.get("chat"), place.get("message")
    return Copied(chat, number) if isinstance(chat, int) and isinstance(number, int) else None


def _text(message: Message) -> str:
    lead = "👤 " if message.author is Author.AGENT else ""
    numbered = cards_are_numbered(message.payload)
    cards = enumerate(objects(message.payload, "cards"), 1)
    blocks = [_card(card, number if numbered else None) for number, card in cards]
    return "\n\n".join(block for block in (lead + message.text, *blocks) if block.strip())


def _card(card: Mapping[str, JSON], number: int | None) -> str:
    title, *rest = card_lines(card)
    heading = title if number is None else f"{number}. {card.get('title', '')}"
    return "\n".join([heading, *rest])


def _inline_keyboard(message: Message) -> InlineKeyboardMarkup | None:
    payload: JSONObject = message.payload
    found = [
        [
            InlineKeyboardButton(text=key.title, callback_data=reference(message.id, key))
            for key in row
            if key.index < MOST_BUTTONS
        ]
        for group in keys(payload)
        for row in rows(group)
    ]
    filled = [row for row in found if row]
    return InlineKeyboardMarkup(inline_keyboard=filled) if filled else None


def _contact_keyboard(speaker: Speaker) -> ReplyKeyboardMarkup:
    key = KeyboardButton(text=speaker.words("telegram.contact_key"), request_contact=True)
    return ReplyKeyboardMarkup(keyboard=[[key]], resize_keyboard=True, one_time_keyboard=True)
