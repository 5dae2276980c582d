"""Parts of the Telegram tests: time without waiting, and the channel over a real store."""

import asyncio
from dataclasses import dataclass, field

from emulators.telegram import BotApiEmulator

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.desk import Desk
from bot.channels.telegram.pacing import Pacer
from bot.channels.telegram.polling import Poller
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from bot.turn.inbox import Inbox
from bot.turn.outbox import Outbox
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import Conversation, ConversationKey, Message, NewReply


@dataclass
class VirtualTime:
    """A clock that jumps ahead instead of waiting."""

    now: float = 1_000.0
    pauses: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@dataclass
class Line:
    """The channel between the emulator and a store, driven step by step."""

    telegram: BotApiEmulator
    store: CrmStore
    channel: TelegramChannel
    poller: Poller
    outbox: Outbox
    time: VirtualTime

    async def conversation(self, chat: int) -> Conversation:
        async with self.store.reading(SYSTEM) as uow:
            found = await uow.conversations.find(self.key(chat))
        assert found is not None
        return found

    async def messages(self, chat: int) -> list[Message]:
        conversation = await self.conversation(chat)
        async with self.store.reading(SYSTEM) as uow:
            return await uow.conversations.messages(conversation.id, limit=1_000)

    async def reply(self, chat: int, *replies: NewReply) -> None:
        """Queue replies as the bot, and deliver everything that is due."""
        conversation = await self.conversation(chat)
        async with self.store.writing(SYSTEM) as uow:
            await uow.conversations.reply(conversation.id, replies, epoch=conversation.epoch)
        while await self.outbox.step():
            pass

    def key(self, chat: int) -> ConversationKey:
        return ConversationKey("telegram", str(self.telegram.bot_id), str(chat))


def make_channel(
    telegram: BotApiEmulator,
    store: CrmStore,
    pacer: Pacer,
    bell: Bell,
    *,
    token: str | None = None,
    desk: Desk | None = None,
) -> TelegramChannel:
    inbox = Inbox(store, bell, max_characters=2_000)
    return TelegramChannel(
        token or telegram.token,
        telegram.url,
        store,
        inbox,
        Phrasebook(),
        pacer=pacer,
        desk=desk,
        bell=bell,
    )
