"""Agents on Telegram: a forum group in which every handoff has a topic.

What the bot has to say in a topic, or in an agent's private chat, is a message in the store like
any other; its account is ``desk`` and it holds references to words, not the words themselves.
Those are read when it is sent, under the rights of whoever will see them
(docs/decisions/0025-agents-on-telegram.md).
"""

from dataclasses import dataclass
from typing import Final

from bot.channels.telegram import NAME
from crm_store.types.actors import Actor, Surface
from crm_store.types.conversations import ConversationKey
from crm_store.types.people import Staff

ACCOUNT: Final = "desk"
"""The account of lines to agents in conversation keys; customers' is the bot's id."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The forum group and how it is spoken to."""

    chat: int
    """The group's id; groups with topics have ids below -1000000000000."""
    language: str
    """``zh`` or ``en``."""
    media_key: str
    """Signs the addresses under which customers on the web see agents' pictures."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where a message for agents goes."""

    chat: int
    thread: int | None = None
    """``None``: an agent's private chat."""

    @property
    def key(self) -> ConversationKey:
        """The conversation that holds what goes there."""
        place = str(self.chat) if self.thread is None else f"{self.chat}/{self.thread}"
        return ConversationKey(NAME, ACCOUNT, place)


def line_of(key: ConversationKey) -> Line:
    """Return the line whose key this is."""
    chat, _, thread = key.external_id.partition("/")
    return Line(int(chat), int(thread) if thread else None)


def actor_of(staff: Staff) -> Actor:
    """Return on whose behalf a linked agent's acts are done."""
    surface = Surface.TELEGRAM_DESK
    return Actor(staff.role, staff_id=staff.id, store_id=staff.store_id, surface=surface)
