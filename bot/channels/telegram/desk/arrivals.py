"""What agents do on Telegram, read from updates: in the group's topics, on keys, by a link."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from aiogram.types import CallbackQuery, Message, Update

from bot.channels.telegram.updates import ATTACHMENTS, language_of


class Verb(StrEnum):
    """What keys and commands ask for."""

    CLAIM = "claim"
    RESOLVE = "resolve"
    BACK = "back"
    DETAILS = "details"


COMMANDS: Final = {verb.value: verb for verb in Verb} | {
    "接手": Verb.CLAIM,
    "解决": Verb.RESOLVE,
    "转回": Verb.BACK,
    "详情": Verb.DETAILS,
}
"""Telegram's menu offers Latin commands only; typed in Chinese they work as well."""
NOTE_MARK: Final = "//"
"""Begins a word to colleagues, which no customer gets."""
_KEY: Final = re.compile(r"d:(\d{1,18}):(claim|resolve|back|details)", re.ASCII)
_LINK: Final = re.compile(r"/start(?:@\w+)? desk-([A-Za-z0-9_-]{20,59})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AgentSaid:
    """A message in a topic."""

    user: int
    thread: int
    message: int
    external_id: str
    text: str
    attachment: str | None
    """What was attached, such as ``photo``."""
    file_id: str | None
    corrected: bool


@dataclass(frozen=True, slots=True)
class AgentAsked:
    """A key pressed or a command given."""

    user: int
    verb: Verb
    external_id: str
    handoff: int | None
    """On keys."""
    thread: int | None
    """Where a command was given."""
    query: str | None
    """The callback query, to be answered."""
    language: str | None
    words: str = ""
    """What stood behind the command."""


@dataclass(frozen=True, slots=True)
class LinkFollowed:
    """Somebody opened the private chat through a link that ties accounts."""

    user: int
    external_id: str
    token: str
    language: str | None


@dataclass(frozen=True, slots=True)
class TopicAppeared:
    """The bot made a topic: Telegram's own trace of it in the group."""

    thread: int
    name: str


AgentArrival: TypeAlias = AgentSaid | AgentAsked | LinkFollowed | TopicAppeared


def key_data(handoff_id: int, verb: Verb) -> str:
    """Return a key's callback data. It may be forged: who presses must be allowed to."""
    return f"d:{handoff_id}:{verb}"


def read_agent(update: Update, chat: int, bot: int) -> AgentArrival | None:
    """Return what an update says about the desk; ``None`` when it is not about it."""
    if update.callback_query is not None:
        return _pressed(update.callback_query, chat)
    message = update.message or update.edited_message
    if message is None or message.from_user is None:
        return None
    if message.chat.type == "private":
        return _link(message) if update.message is not None else None
    if message.chat.id != chat or message.message_thread_id is None:
        return None
    if message.forum_topic_created is not None:
        made_here = message.from_user.id == bot
        return (
            TopicAppeared(message.message_thread_id, message.forum_topic_created.name)
            if made_here
            else None
        )
    return None if message.from_user.is_bot or not message.is_topic_message else _said(message)


def _said(message: Message) -> AgentSaid | AgentAsked | None:
    if message.from_user is None or message.message_thread_id is None:
        return None
    edited = f"e{message.edit_date}" if message.edit_date else ""
    external_id = f"m{message.message_id}{edited}"
    text = message.text or message.caption or ""
    if message.text and (found := _command(message.text)):
        verb, words = found
        user = message.from_user
        return AgentAsked(
            user.id,
            verb,
            external_id,
            handoff=None,
            thread=message.message_thread_id,
            query=None,
            language=language_of(user.language_code),
            words=words,
        )
    attachment = next((kind for kind in ATTACHMENTS if getattr(message, kind, None)), None)
    if not text and attachment is None:
        return None
    return AgentSaid(
        message.from_user.id,
        message.message_thread_id,
        message.message_id,
        external_id,
        text,
        attachment,
        _photo(message),
        corrected=bool(edited),
    )


def _photo(message: Message) -> str | None:
    return message.photo[-1].file_id if message.photo else None


def _command(text: str) -> tuple[Verb, str] | None:
    """Return the verb of ``/claim``, ``/claim@our_bot`` or ``/接手``, and the words behind it."""
    if not text.startswith("/") or text.startswith(NOTE_MARK):
        return None
    word, _, rest = text[1:].partition(" ")
    verb = COMMANDS.get(word.partition("@")[0].strip().lower())
    return None if verb is None else (verb, rest.strip())


def _pressed(query: CallbackQuery, chat: int) -> AgentAsked | None:
    match = _KEY.fullmatch(query.data or "")
    if match is None or query.message is None or query.message.chat.id != chat:
        return None
    return AgentAsked(
        query.from_user.id,
        Verb(match[2]),
        f"c{query.id}",
        handoff=int(match[1]),
        thread=None,
        query=query.id,
        language=language_of(query.from_user.language_code),
    )


def _link(message: Message) -> LinkFollowed | None:
    match = _LINK.fullmatch((message.text or "").strip())
    user = message.from_user
    if match is None or user is None or user.is_bot:
        return None
    return LinkFollowed(
        user.id, f"m{message.message_id}", match[1], language_of(user.language_code)
    )
