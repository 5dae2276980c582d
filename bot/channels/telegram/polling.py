"""Receiving: ask for updates, have them stored, and only then ask for the next ones.

Asking with an offset acknowledges everything before it, so the offset moves after the commit and at
no other time. Whoever dies in between gets the same updates again and recognises them.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from pydantic import ValidationError

from bot.channels.telegram.updates import ALLOWED_UPDATES

log = logging.getLogger(__name__)

BATCH: Final = 100
POLL_SECONDS: Final = 25
ANSWER_SECONDS: Final = 10
"""How much later than the long poll's end an answer may come."""

Handler = Callable[[Sequence[Update]], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]


class TelegramStoppedError(Exception):
    """Telegram refuses the token: trying again is of no use."""


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """``getUpdates`` with its updates unread.

    One that we cannot read must not hold up all that came with it.
    """

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = BATCH
    timeout: int = POLL_SECONDS
    allowed_updates: tuple[str, ...] = ALLOWED_UPDATES


class BackOff:
    """Growing pauses with jitter, so that many programs do not come back at the same moment."""

    def __init__(self, first: float = 1.0, longest: float = 60.0) -> None:
        self._first = first
        self._longest = longest
        self._failures = 0

    def next(self) -> float:
        """Return the next pause in seconds."""
        ceiling = min(self._longest, self._first * 2 ** min(self._failures, 16))
        self._failures += 1
        return random.uniform(ceiling / 2, ceiling)  # noqa: S311 - no secret

    def reset(self) -> None:
        """Begin anew: it worked."""
        self._failures = 0


class Poller:
    """The receiving loop of one bot."""

    def __init__(self, bot: Bot, handle: Handler, *, sleep: Sleep = asyncio.sleep) -> None:
        self._bot = bot
        self._handle = handle
        self._sleep = sleep
        self._back_off = BackOff()
        self._offset: int | None = None

    @property
    def offset(self) -> int | None:
        """The first update that is not stored yet."""
        return self._offset

    async def run(self) -> None:
        """Receive until cancelled; raises `TelegramStoppedError` when the token is refused."""
        while True:
            try:
                await self.step()
            except (TelegramUnauthorizedError, TelegramNotFound) as refused:
                raise TelegramStoppedError(
                    f"Telegram refuses the token in HUIKE_TELEGRAM_TOKEN ({refused.message})"
                ) from refused
            except TelegramRetryAfter as later:
                await self._pause(later.retry_after, later.message)
            except TelegramConflictError as conflict:
                await self._pause(self._back_off.next(), _explained(conflict))
            except AiogramError as trouble:
                await self._pause(self._back_off.next(), str(trouble))
            except Exception:
                log.exception("updates could not be stored; they stay with Telegram")
                await self._pause(self._back_off.next(), "storing failed")
            else:
                self._back_off.reset()

    async def step(self) -> None:
        """Receive one batch. The call after it acknowledges it."""
        request = GetRawUpdates(offset=self._offset)
        raw = await self._bot(request, request_timeout=POLL_SECONDS + ANSWER_SECONDS)
        if not raw:
            return
        readable = (self._read(update) for update in raw)
        await self._handle([update for update in readable if update is not None])
        self._offset = int(raw[-1]["update_id"]) + 1

    def _read(self, raw: dict[str, Any]) -> Update | None:
        try:
            return Update.model_validate(raw, context={"bot": self._bot})
        except ValidationError as error:
            # Names of fields only: the values are the customer's.
            fields = [".".join(str(part) for part in found["loc"]) for found in error.errors()]
            log.error("update %s cannot be read: %s", raw.get("update_id"), ", ".join(fields))  # noqa: TRY400
            return None

    async def _pause(self, seconds: float, why: str) -> None:
        log.warning("receiving from Telegram again in %.0f s: %s", seconds, why)
        await self._sleep(seconds)


def _explained(conflict: TelegramConflictError) -> str:
    """Return what to do: two programs share the token, or it has a webhook."""
    if "webhook" in conflict.message:
        return f"a webhook is set for this bot; delete it to receive here ({conflict.message})"
    return (
        "another program receives with the same token; stop it, or give this one a bot of its own "
        f"({conflict.message})"
    )
