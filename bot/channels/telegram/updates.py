"""Updates read: what Telegram tells us, in the few shapes that matter here.

Only private chats count. Whatever a bot cannot be asked with (a pinned message, somebody's edited
game score) is ``None``: it is acknowledged and forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update

from crm_store.types.conversations import JSON

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")

COMMANDS: Final[Mapping[str, str]] = {
    "start": "/greet",
    "help": "/bot_help",
    "human": "/talk_to_human",
    "stop": "/stop",
}
"""Telegram's commands and the button payloads they stand for."""

ATTACHMENTS: Final = (
    "photo",
    "voice",
    "audio",
    "video_note",
    "animation",
    "video",
    "sticker",
    "document",
    "location",
    "venue",
    "poll",
    "dice",
    "story",
)
"""In this order: an animation is a document and a venue a location, too."""

_GONE: Final = frozenset({"kicked", "left"})


@dataclass(frozen=True, slots=True)
class Sender:
    """Who acts in a private chat; the chat's id is the user's."""

    chat: int
    user: int
    language: str | None
    """``zh``, ``zh-Hant`` or ``en``, by the user's interface; a hint."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message."""

    sender: Sender
    external_id: str
    text: str
    extras: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A press on a key of an inline keyboard."""

    sender: Sender
    query: str
    """The callback query's id, to be answered."""
    data: str


@dataclass(frozen=True, slots=True)
class ContactShared:
    """A phone number; ``own`` when Telegram vouches that it is the sender's."""

    sender: Sender
    external_id: str
    phone: str
    """In international form."""
    own: bool
    at: datetime
    """When it was shared."""


@dataclass(frozen=True, slots=True)
class Presence:
    """The user blocked the bot, or came back."""

    sender: Sender
    blocked: bool


Arrival: TypeAlias = Said | KeyPressed | ContactShared | Presence


def read(update: Update) -> Arrival | None:
    """Return what an update says; ``None`` when it is nothing for us."""
    if update.message is not None:
        return _message(update.message)
    if update.edited_message is not None:
        return _edited(update.edited_message)
    if update.callback_query is not None:
        return _press(update.callback_query)
    if update.my_chat_member is not None:
        return _presence(update.my_chat_member)
    return None


def language_of(code: str | None) -> str | None:
    """Return the language to begin in for an interface language (IETF tag)."""
    if not code:
        return None
    tag = code.lower()
    if not tag.startswith("zh"):
        return "en"
    return "zh-Hant" if any(part in tag for part in ("hant", "-tw", "-hk", "-mo")) else "zh"


def _message(message: Message) -> Said | ContactShared | None:
    sender = _sender(message)
    if sender is None:
        return None
    external_id = f"m{message.message_id}"
    if message.text is not None:
        return Said(sender, external_id, _command(message.text) or message.text, {})
    if message.contact is not None:
        return _contact(sender, external_id, message)
    kind = next((kind for kind in ATTACHMENTS if getattr(message, kind, None)), None)
    if kind is None:
        return None
    extras: dict[str, JSON] = {"attachment": kind}
    if file_id := _file_id(message, kind):
        extras["file_id"] = file_id
    return Said(sender, external_id, message.caption or "", extras)


def _edited(message: Message) -> Said | None:
    """Take a corrected text as said anew: an address put right must reach whoever reads it."""
    sender = _sender(message)
    if sender is None or message.text is None:
        return None
    original = f"m{message.message_id}"
    external_id = f"{original}e{message.edit_date or 0}"
    return Said(sender, external_id, message.text, {"edited": original})


def _press(query: CallbackQuery) -> KeyPressed | None:
    """Read a press. Without a message it came from elsewhere than a chat with us."""
    if query.message is None or query.message.chat.type != "private" or query.data is None:
        return None
    user = query.from_user
    sender = Sender(query.message.chat.id, user.id, language_of(user.language_code))
    return KeyPressed(sender, query.id, query.data)


def _presence(change: ChatMemberUpdated) -> Presence | None:
    if change.chat.type != "private":
        return None
    user = change.from_user
    sender = Sender(change.chat.id, user.id, language_of(user.language_code))
    return Presence(sender, blocked=change.new_chat_member.status in _GONE)


def _sender(message: Message) -> Sender | None:
    user = message.from_user
    if message.chat.type != "private" or user is None or user.is_bot:
        return None
    return Sender(message.chat.id, user.id, language_of(user.language_code))


def _contact(sender: Sender, external_id: str, message: Message) -> ContactShared | None:
    contact = message.contact
    if contact is None:
        return None
    # A forwarded contact may have been written by anybody, whomever it names.
    own = contact.user_id == sender.user and message.forward_origin is None
    phone = "+" + contact.phone_number.lstrip("+")
    return ContactShared(sender, external_id, phone, own, message.date)


def _command(text: str) -> str | None:
    """Return the payload of a command: ``/start``, ``/start shop42``, ``/help@our_bot``."""
    word = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    return COMMANDS.get(word[1:].partition("@")[0].lower()) if word else None


def _file_id(message: Message, kind: str) -> str | None:
    found = message.photo[-1] if kind == "photo" and message.photo else getattr(message, kind)
    file_id = getattr(found, "file_id", None)
    return str(file_id) if file_id else None
