"""The console: a conversation on standard input and output, one message a line."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Final

from bot.channels.text import objects, plain_text
from bot.turn.inbox import Inbox
from bot.turn.worker import Worker
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import (
    JSON,
    Author,
    ConversationKey,
    Direction,
    InboundMessage,
    Message,
    MessageState,
)

PAUSE: Final = 0.05
"""Seconds between looks at a message that another process answers."""
SHOWN = frozenset({MessageState.SENT, MessageState.UNCERTAIN})
"""Events of the conversation's ownership are handled, never sent: they are for the desk."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One line and what came of it."""

    message: Message
    """As it was understood and stored."""
    owner: str
    replies: tuple[Message, ...]

    def to_json(self) -> dict[str, JSON]:
        """Return the exchange as `huike chat --json` prints it."""
        parse = self.message.parse
        return {
            "intent": parse.intent if parse else None,
            "confidence": round(parse.confidence, 4) if parse else None,
            "entities": parse.detail.get("entities", []) if parse else [],
            "owner": self.owner,
            "replies": [_reply_json(reply) for reply in self.replies],
        }


def _reply_json(reply: Message) -> JSON:
    return {
        "text": reply.text,
        "cards": [dict(card) for card in objects(reply.payload, "cards")],
        "buttons": [dict(button) for button in objects(reply.payload, "buttons")],
    }


class Console:
    """A conversation of its own; a number picks a button of the last reply."""

    def __init__(
        self,
        store: CrmStore,
        inbox: Inbox,
        worker: Worker,
        *,
        member_id: int | None = None,
        staff_id: int | None = None,
        language: str | None = None,
    ) -> None:
        self._store = store
        self._inbox = inbox
        self._worker = worker
        self._member_id = member_id
        self._staff_id = staff_id
        self._language = language
        self._key = ConversationKey("console", "local", secrets.token_hex(8))
        self._buttons: tuple[str, ...] = ()
        self._seen = 0

    async def say(self, line: str) -> Exchange:
        """Hand in one line and return what the assistant made of it."""
        [receipt] = await self._inbox.accept([self._message(line)])
        while await self._is_unanswered(receipt.conversation_id, receipt.message_id):
            if not await self._worker.step():
                await asyncio.sleep(PAUSE)
        return await self._exchange(receipt.conversation_id, receipt.message_id)

    async def _is_unanswered(self, conversation_id: int, message_id: int) -> bool:
        """Whether a line still has to be answered, by us or by a server on the same database."""
        async with self._store.reading(SYSTEM) as uow:
            news = await uow.conversations.messages(conversation_id, after=message_id - 1, limit=1)
        return any(one.id == message_id and one.state is MessageState.RECEIVED for one in news)

    def _message(self, line: str) -> InboundMessage:
        payload: dict[str, JSON] = {"language": self._language} if self._language else {}
        return InboundMessage(
            key=self._key,
            external_id=secrets.token_hex(8),
            text=self._pressed(line),
            author=Author.CLERK if self._staff_id else Author.CUSTOMER,
            payload=payload,
            member_id=self._member_id,
            staff_id=self._staff_id,
        )

    def _pressed(self, line: str) -> str:
        number = int(line) if line.isascii() and line.isdigit() and len(line) < 3 else 0  # noqa: PLR2004
        return self._buttons[number - 1] if 0 < number <= len(self._buttons) else line

    async def _exchange(self, conversation_id: int, message_id: int) -> Exchange:
        async with self._store.reading(SYSTEM) as uow:
            conversation = await uow.conversations.get(conversation_id)
            news = await uow.conversations.messages(conversation_id, after=self._seen)
        self._seen = max((message.id for message in news), default=self._seen)
        said = next(message for message in news if message.id == message_id)
        replies = tuple(m for m in news if m.direction is Direction.OUT and m.state in SHOWN)
        self._buttons = tuple(
            str(button.get("payload"))
            for reply in replies
            for button in objects(reply.payload, "buttons")
        )
        return Exchange(said, conversation.owner.value if conversation else "bot", replies)


def as_text(exchange: Exchange) -> str:
    """Return the replies as a person reads them."""
    return "\n".join(plain_text(reply.text, reply.payload) for reply in exchange.replies)
