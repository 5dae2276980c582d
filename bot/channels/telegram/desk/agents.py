"""The agents' half of the Telegram channel: what the group does, and what it is shown."""

from aiogram import Bot
from aiogram.methods import AnswerCallbackQuery, SetMyCommands
from aiogram.types import BotCommand, BotCommandScopeChat, Update

from bot.channels.telegram.desk import Desk
from bot.channels.telegram.desk.arrivals import (
    AgentArrival,
    AgentAsked,
    AgentSaid,
    LinkFollowed,
    TopicAppeared,
    Verb,
    read_agent,
)
from bot.channels.telegram.desk.bridge import Bridge
from bot.channels.telegram.desk.delivery import DeskSender
from bot.channels.telegram.desk.intake import DeskIntake, Told
from bot.channels.telegram.desk.wording import DeskWording
from bot.channels.telegram.pacing import Pacer
from bot.channels.telegram.sending import TelegramSender
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from crm_store.ports import CrmStore
from crm_store.types.conversations import Delivery

LONGEST_NOTICE = 200
"""Characters that an answer to a pressed key may have."""


class Agents:
    """One forum group of agents."""

    def __init__(
        self,
        bot: Bot,
        desk: Desk,
        store: CrmStore,
        bell: Bell,
        phrasebook: Phrasebook,
        pacer: Pacer,
        sender: TelegramSender,
    ) -> None:
        self._bot = bot
        self._desk = desk
        self._phrasebook = phrasebook
        self._intake = DeskIntake(desk, store, bell, phrasebook)
        self._delivery = DeskSender(desk, store, phrasebook, sender)
        self.bridge = Bridge(bot, desk, store, bell, phrasebook, pacer)

    def read(self, update: Update) -> AgentArrival | None:
        """Return what an update says about the desk; ``None`` when it is a customer's."""
        return read_agent(update, self._desk.chat, self._bot.id)

    async def accept(self, arrival: AgentArrival) -> Told | None:
        """Do it and commit it; when this returns it cannot be lost."""
        match arrival:
            case AgentSaid():
                await self._intake.said(arrival)
            case AgentAsked():
                return await self._intake.asked(arrival)
            case LinkFollowed():
                await self._intake.linked(arrival)
            case TopicAppeared():
                await self.bridge.appeared(arrival)
        return None

    async def tell(self, told: Told) -> None:
        """Answer a pressed key."""
        await self._bot(
            AnswerCallbackQuery(
                callback_query_id=told.query,
                text=told.text[:LONGEST_NOTICE],
                show_alert=told.alert,
            )
        )

    async def send(self, delivery: Delivery) -> str:
        """Send one message of a line; raises `RetryLaterError` or `DeliveryError`."""
        return await self._delivery.send(delivery)

    async def run(self, poll_seconds: float) -> None:
        """Keep the group in step with the handoffs until cancelled."""
        await self.bridge.run(poll_seconds)

    async def name_commands(self) -> None:
        """Tell Telegram the group's commands, so that its menu offers them."""
        scope = BotCommandScopeChat(chat_id=self._desk.chat)
        for language, code in ((self._desk.language, None), ("en", "en"), ("zh", "zh")):
            words = DeskWording(self._phrasebook.speaker(language))
            commands = [
                BotCommand(command=verb.value, description=words.say(f"command_{verb}"))
                for verb in Verb
            ]
            await self._bot(SetMyCommands(commands=commands, scope=scope, language_code=code))
