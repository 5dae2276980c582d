"""The receiver dies at any point, by SIGKILL: no update is lost, doubled or out of order.

The emulator knows the moments that matter: when it hands out updates (they are not stored yet, or
just being stored), and when it is asked for the next ones, before the offset in that request takes
effect (they are stored and not acknowledged). A seeded dice chooses between them.
"""

import asyncio
import random
from multiprocessing.process import BaseProcess

import pytest
from emulators.telegram import BotApiEmulator
from sqlalchemy import select
from telegram_receiver import receive, receivers

from crm_store.models import ConversationRow, MessageRow
from crm_store.store import SqlStore
from crm_store.vault import Vault

pytestmark = pytest.mark.telegram

CHATS = 4
MESSAGES = 120
KILLS = 8


class Assassin:
    """Runs one receiver after another and kills each at the chosen moment."""

    def __init__(self, telegram: BotApiEmulator, database: str, dice: random.Random) -> None:
        self._telegram = telegram
        self._arguments = (telegram.token, telegram.url, database, Vault.new_key())
        self._dice = dice
        self._asked = asyncio.Event()
        self._hold = False
        self.before_the_offset = 0
        """Kills between commit and acknowledgement."""
        telegram.on_poll = self._on_poll

    async def kill_one(self) -> None:
        """Start a receiver and kill it at a moment of the dice's choice."""
        self._asked.clear()
        victim = self._start()
        if self._dice.random() < 0.5:
            await self._until_polls(1)
            await asyncio.sleep(self._dice.uniform(0, 0.05))
        else:
            self._hold = self._dice.random() < 0.8
            await self._until_polls(2)
            self.before_the_offset += self._hold
        victim.kill()
        await asyncio.to_thread(victim.join)
        self._hold = False

    async def let_one_finish(self) -> None:
        """Start a receiver and leave it alone until everything is acknowledged."""
        survivor = self._start()
        await self._telegram.until(lambda: len(self._telegram.updates) == 0)
        survivor.kill()
        await asyncio.to_thread(survivor.join)

    async def stored(self) -> list[tuple[str, str]]:
        """Return who said what, in the order in which it was stored."""
        database, key = self._arguments[2:]
        store = await SqlStore.open(database, Vault([key], index_key=key))
        async with store.importing() as context:
            rows = await context.session.execute(
                select(ConversationRow.external_id, MessageRow.text)
                .join(MessageRow, MessageRow.conversation_id == ConversationRow.id)
                .order_by(MessageRow.id)
            )
            said = [(chat, text) for chat, text in rows]
        await store.close()
        return said

    def _start(self) -> BaseProcess:
        process = receivers().Process(target=receive, args=self._arguments, daemon=True)
        process.start()
        return process

    async def _until_polls(self, count: int) -> None:
        for _ in range(count):
            await self._asked.wait()
            self._asked.clear()

    async def _on_poll(self, offset: int) -> None:
        self._asked.set()
        if self._hold and offset:
            await asyncio.Event().wait()  # until the connection is gone


async def test_no_kill_loses_doubles_or_reorders(telegram: BotApiEmulator, sqlite_url: str) -> None:
    dice = random.Random(20_260_302)
    people = [telegram.person(f"客{number}") for number in range(CHATS)]
    said: dict[int, list[str]] = {person.id: [] for person in people}

    def talk(messages: int) -> None:
        for _ in range(messages):
            person = dice.choice(people)
            text = f"第{len(said[person.id])}句"
            said[person.id].append(text)
            person.say(text)

    assassin = Assassin(telegram, sqlite_url, dice)
    for _ in range(KILLS):
        talk(MESSAGES // KILLS)
        await assassin.kill_one()
    await assassin.let_one_finish()

    assert assassin.before_the_offset >= 2, "the dice must try the moment that matters most"
    stored = await assassin.stored()
    assert len(stored) == MESSAGES
    for person in people:
        assert [text for chat, text in stored if chat == str(person.id)] == said[person.id]
