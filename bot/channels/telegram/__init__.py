"""Telegram: a bot by token, received by long polling, answered by the outbox.

aiogram gives types and the HTTP client; the receiving loop is our own, because an update may only
be acknowledged after its commit (docs/decisions/0010-telegram.md). Importing this package costs
nothing: aiogram is loaded by `run`, off the event loop, for it takes seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable

from bot.replies import Phrasebook
from bot.turn.bell import Bell
from bot.turn.inbox import Inbox
from crm_store.ports import CrmStore

NAME = "telegram"
"""The channel's name in conversation keys."""


async def run(
    token: str, api: str, store: CrmStore, inbox: Inbox, bell: Bell, phrasebook: Phrasebook
) -> None:
    """Receive and send until cancelled; ``api`` is the Bot API's base URL.

    Returns early, with an error in the log, when Telegram refuses the token: the rest of the
    assistant goes on.
    """
    serve = await asyncio.to_thread(_load)
    await serve(token, api, store, inbox, bell, phrasebook)


def _load() -> Callable[[str, str, CrmStore, Inbox, Bell, Phrasebook], Awaitable[None]]:
    from bot.channels.telegram.channel import serve  # noqa: PLC0415 - aiogram takes seconds

    return serve
