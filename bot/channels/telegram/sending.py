"""Sending: one stored reply as one or more Telegram messages, and what failures mean.

``sendMessage`` has no idempotency key. What Telegram refused was certainly not delivered; what got
no answer may have been, and is never sent again.
"""

import logging
from collections.abc import Sequence
from typing import Any, Final

from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import CopyMessage, SendMessage, TelegramMethod
from aiogram.types import LinkPreviewOptions
from aiohttp import ClientConnectorError

from bot.channels.telegram.pacing import Pacer
from bot.channels.telegram.rendering import Part
from bot.turn.outbox import DeliveryError, Outbox, RetryLaterError

log = logging.getLogger(__name__)

SEND_SECONDS: Final = 15
_LONGEST_WAIT: Final = 60

_REFUSED = (
    TelegramForbiddenError,
    TelegramBadRequest,
    TelegramMigrateToChat,
    TelegramEntityTooLarge,
)


class TelegramSender:
    """Sends parts in order, at the pace that Telegram allows."""

    def __init__(self, bot: Bot, pacer: Pacer) -> None:
        self._bot = bot
        self._pacer = pacer
        self._done: dict[int, int] = {}
        """Parts sent of a message that has to wait before the rest of it can go."""

    async def send(
        self,
        message_id: int,
        chat: int,
        parts: Sequence[Part],
        attempt: int,
        *,
        thread: int | None = None,
    ) -> str:
        """Send what is left of a message and return the last part's id, as ``m12``.

        ``thread`` is the topic of a forum group.

        Raises `RetryLaterError` or `DeliveryError`.
        """
        sent = None
        first = self._done.pop(message_id, 0)
        for place, part in enumerate(parts[first:], first):
            await self._pacer.turn(chat)
            try:
                sent = await self._bot(_request(chat, thread, part), request_timeout=SEND_SECONDS)
            except AiogramError as trouble:
                problem = meaning(trouble, attempt)
                if isinstance(problem, RetryLaterError) and attempt < Outbox.MAX_ATTEMPTS:
                    self._done[message_id] = place
                raise problem from trouble
        if sent is None:
            raise DeliveryError("there is nothing to send")
        return f"m{sent.message_id}"


def _request(chat: int, thread: int | None, part: Part) -> TelegramMethod[Any]:
    if part.copied is not None:
        return CopyMessage(
            chat_id=chat,
            message_thread_id=thread,
            from_chat_id=part.copied.chat,
            message_id=part.copied.message,
            caption=part.text or None,
            parse_mode=None,
            reply_markup=part.keyboard,
        )
    return SendMessage(
        chat_id=chat,
        message_thread_id=thread,
        text=part.text,
        parse_mode=None,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=part.keyboard,
    )


def meaning(trouble: AiogramError, attempt: int) -> RetryLaterError | DeliveryError:
    """Return what an error of the client says about the message's fate."""
    match trouble:
        case TelegramRetryAfter():
            return RetryLaterError(trouble.retry_after, str(trouble))
        case TelegramUnauthorizedError() | TelegramNotFound():
            return RetryLaterError(_LONGEST_WAIT, f"the token is refused: {trouble}")
        case _ if isinstance(trouble, _REFUSED):
            return DeliveryError(str(trouble))
        case TelegramNetworkError() if isinstance(trouble.__cause__, ClientConnectorError):
            return RetryLaterError(min(2.0**attempt, _LONGEST_WAIT), str(trouble))
        case ClientDecodeError():
            # Its text repeats the answer, which holds the customer's words.
            return DeliveryError("the answer cannot be read", uncertain=True)
        case _:
            return DeliveryError(str(trouble), uncertain=True)
