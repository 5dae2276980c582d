"""The Telegram channel: one bot that receives, shows that it works, and sends."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from types import TracebackType
from typing import Final, Self

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError
from aiogram.methods import AnswerCallbackQuery, SendChatAction, SetMyCommands
from aiogram.types import BotCommand, Update
from aiogram.utils.token import TokenValidationError

from bot.channels.telegram import NAME
from bot.channels.telegram.desk import ACCOUNT, Desk
from bot.channels.telegram.desk.agents import Agents
from bot.channels.telegram.intake import Intake, Stored
from bot.channels.telegram.pacing import Pacer
from bot.channels.telegram.polling import Poller, Sleep, TelegramStoppedError
from bot.channels.telegram.rendering import render
from bot.channels.telegram.sending import TelegramSender
from bot.channels.telegram.updates import COMMANDS, KeyPressed, Presence, read
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from bot.turn.inbox import Inbox
from bot.turn.outbox import DeliveryError, Outbox
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import Delivery, Owner

log = logging.getLogger(__name__)

COURTESY_SECONDS: Final = 5
SENDERS: Final = 3
"""Batches on their way at the same time: one that waits for Telegram does not hold up the rest."""
POLL_SECONDS: Final = 1.0
"""How often to look for replies of other processes; this process's own ring the bell."""


class TelegramChannel:
    """Both halves of the channel; use it as an async context manager.

    Raises `TelegramStoppedError` when the token has not even the form of one.
    """

    def __init__(
        self,
        token: str,
        api: str,
        store: CrmStore,
        inbox: Inbox,
        phrasebook: Phrasebook,
        *,
        pacer: Pacer | None = None,
        desk: Desk | None = None,
        bell: Bell | None = None,
    ) -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(api))
        try:
            self._bot = Bot(token, session=session)
        except TokenValidationError:
            raise TelegramStoppedError(
                "HUIKE_TELEGRAM_TOKEN is no bot token; it looks like 123456:letters"
            ) from None
        self._store = store
        self._phrasebook = phrasebook
        self._intake = Intake(store, inbox, str(self._bot.id))
        pacer = pacer or Pacer()
        self._sender = TelegramSender(self._bot, pacer)
        self._agents = (
            None
            if desk is None
            else Agents(self._bot, desk, store, bell or Bell(), phrasebook, pacer, self._sender)
        )
        self._courtesies: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Return the channel."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of connections."""
        for task in self._courtesies:
            task.cancel()
        await asyncio.gather(*self._courtesies, return_exceptions=True)
        await self._bot.session.close()

    async def receive(self) -> None:
        """Receive until cancelled; raises `TelegramStoppedError` when the token is refused."""
        self._courtesy(self._name_commands())
        if self._agents is not None:
            self._courtesy(self._agents.name_commands())
        await self.poller().run()

    def poller(self, *, sleep: Sleep = asyncio.sleep) -> Poller:
        """Return the receiving loop; ``sleep`` waits between tries."""
        return Poller(self._bot, self.accept, sleep=sleep)

    @property
    def agents(self) -> Agents | None:
        """The agents' forum group, when there is one."""
        return self._agents

    async def accept(self, updates: Sequence[Update]) -> None:
        """Commit a batch of updates: customers' in their order, then agents' in theirs."""
        theirs = self._agents
        acts = [(update, theirs.read(update) if theirs else None) for update in updates]
        arrivals = [
            arrival for update, act in acts if act is None and (arrival := read(update)) is not None
        ]
        outcome = await self._intake.accept(arrivals)
        for press in outcome.expired:
            self._courtesy(self._answer(press, expired=True))
        for stored in outcome.stored:
            self._courtesy(self._acknowledge(stored))
        for _, act in acts:
            if theirs is None or act is None:
                continue
            if (told := await theirs.accept(act)) is not None:
                self._courtesy(theirs.tell(told))

    async def send(self, delivery: Delivery) -> str | None:
        """Send one message; the port's `OutputChannel`."""
        message = delivery.message
        if delivery.key.account == ACCOUNT:
            if self._agents is None:
                raise DeliveryError("no agents' group is configured")
            return await self._agents.send(delivery)
        speaker = self._phrasebook.speaker("zh")
        if message.payload.get("contact_request"):
            async with self._store.reading(SYSTEM) as uow:
                conversation = await uow.conversations.get(message.conversation_id)
            language = conversation.language if conversation else None
            speaker = self._phrasebook.speaker(language or "zh")
        parts = render(message, speaker)
        chat = int(delivery.key.external_id)
        return await self._sender.send(message.id, chat, parts, delivery.attempt)

    def _courtesy(self, work: Coroutine[None, None, None]) -> None:
        """Do what is nice to have, beside the work and at most for a moment."""
        task = asyncio.create_task(_briefly(work))
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)

    async def _acknowledge(self, stored: Stored) -> None:
        """Stop the key's spinner, and show that the bot is typing when it is going to answer."""
        if isinstance(stored.arrival, KeyPressed):
            await self._answer(stored.arrival)
        if stored.receipt.duplicate or isinstance(stored.arrival, Presence):
            return
        async with self._store.reading(SYSTEM) as uow:
            conversation = await uow.conversations.get(stored.receipt.conversation_id)
        if conversation is not None and conversation.owner is Owner.BOT:
            await self._bot(SendChatAction(chat_id=stored.arrival.sender.chat, action="typing"))

    async def _answer(self, press: KeyPressed, *, expired: bool = False) -> None:
        speaker = self._phrasebook.speaker(press.sender.language or "zh")
        text = speaker.words("telegram.expired") if expired else None
        await self._bot(AnswerCallbackQuery(callback_query_id=press.query, text=text))

    async def _name_commands(self) -> None:
        """Tell Telegram the commands, so that its menu offers them."""
        for language, code in (("zh", None), ("en", "en"), ("zh", "zh")):
            words = self._phrasebook.speaker(language).words
            commands = [
                BotCommand(command=name, description=words(f"telegram.command_{name}"))
                for name in COMMANDS
            ]
            await self._bot(SetMyCommands(commands=commands, language_code=code))


async def _briefly(work: Coroutine[None, None, None]) -> None:
    try:
        await asyncio.wait_for(work, COURTESY_SECONDS)
    except (AiogramError, TimeoutError) as trouble:
        log.debug("a courtesy failed: %s", trouble)
    except Exception:
        log.exception("a courtesy failed")


async def serve(
    token: str,
    api: str,
    store: CrmStore,
    inbox: Inbox,
    bell: Bell,
    phrasebook: Phrasebook,
    desk: Desk | None = None,
) -> None:
    """Receive and send until cancelled; returns, with an error logged, on a refused token.

    The outbox is the channel's own: web chats do not wait for Telegram's pace.
    """
    try:
        async with TelegramChannel(
            token, api, store, inbox, phrasebook, desk=desk, bell=bell
        ) as channel:
            outbox = Outbox(store, {NAME: channel}, bell, poll_seconds=POLL_SECONDS)
            sending = [asyncio.create_task(outbox.run()) for _ in range(SENDERS)]
            if channel.agents is not None:
                sending.append(asyncio.create_task(channel.agents.run(POLL_SECONDS)))
            try:
                await channel.receive()
            finally:
                for task in sending:
                    task.cancel()
                await asyncio.gather(*sending, return_exceptions=True)
    except TelegramStoppedError as stopped:
        log.error("Telegram is off: %s", stopped)  # noqa: TRY400 - the message says it all
