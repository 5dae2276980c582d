"""A process that receives from Telegram until somebody kills it.

`receivers` gives a context that starts such processes from a server that has imported everything:
a start costs a fork.
"""

import asyncio
import multiprocessing
from functools import cache
from multiprocessing.context import ForkServerContext

from bot.channels.telegram.channel import TelegramChannel
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from bot.turn.inbox import Inbox
from crm_store.store import SqlStore
from crm_store.vault import Vault


def receive(token: str, api: str, database: str, key: str) -> None:
    """Receive until killed."""
    asyncio.run(_receive(token, api, database, key))


async def _receive(token: str, api: str, database: str, key: str) -> None:
    store = await SqlStore.open(database, Vault([key], index_key=key))
    inbox = Inbox(store, Bell(), max_characters=2_000)
    async with TelegramChannel(token, api, store, inbox, Phrasebook()) as channel:
        await channel.receive()


@cache
def receivers() -> ForkServerContext:
    """Return the context that starts receivers."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["bot.channels.telegram.channel", "bot.replies", "crm_store.store", "aiosqlite", "pytest"]
    )
    return context
