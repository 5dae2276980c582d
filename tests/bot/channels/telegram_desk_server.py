"""A process that serves an agents' group until somebody kills it."""

import asyncio

from bot.channels.telegram.channel import serve
from bot.channels.telegram.desk import Desk
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from bot.turn.inbox import Inbox
from crm_store.store import SqlStore
from crm_store.vault import Vault


def serve_group(token: str, api: str, database: str, key: str, chat: int) -> None:
    """Receive and send until killed."""
    asyncio.run(_serve(token, api, database, key, chat))


async def _serve(token: str, api: str, database: str, key: str, chat: int) -> None:
    store = await SqlStore.open(database, Vault([key], index_key=key))
    bell = Bell()
    inbox = Inbox(store, bell, max_characters=2_000)
    desk = Desk(chat, "zh", media_key="k")
    await serve(token, api, store, inbox, bell, Phrasebook(), desk)
