"""Telegram: a bot by token, received by long polling, answered by the outbox.

aiogram gives types and the HTTP client; the receiving loop is our own, because an update may only
be acknowledged after its commit (docs/decisions/0010-telegram.md). Importing this package costs
nothing: aiogram is loaded by `run`, off the event loop, for it takes seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.replies import Phrasebook
from bot.turn.bell import Bell
from bot.turn.inbox import Inbox
from crm_store.ports import CrmStore

if TYPE_CHECKING:
    from bot.channels.telegram.desk import Desk

NAME = "telegram"
"""The channel's name in conversation keys."""


async def run(
    token: str,
    api: str,
    store: CrmStore,
    inbox: Inbox,
    bell: Bell,
    phrasebook: Phrasebook,
    desk: "Desk | None" = None,
) -> None:
    """Receive and send until cancelled; ``api`` is the Bot API's base URL.

    With a ``desk``, agents serve customers in that forum group. Returns early, with an error in
    the log, when Telegram refuses the token: the rest of the assistant goes on.
    """
    serve = await asyncio.to_thread(_load)
    await serve(token, api, store, inbox, bell, phrasebook, desk)


def _load() -> "Callable[..., Awaitable[None]]":
    from bot.channels.telegram.channel import serve  # noqa: PLC0415 - aiogram takes seconds

    return serve
