"""Fixtures of the channels' tests."""

from collections.abc import AsyncIterator

import pytest
from emulators.telegram import BotApiEmulator
from telegram_floor import Floor
from telegram_parts import Line, VirtualTime, make_channel

from bot.channels.telegram.desk import Desk
from bot.channels.telegram.pacing import Pacer
from bot.turn.bell import Bell
from bot.turn.outbox import Outbox
from crm_store.store import SqlStore


@pytest.fixture
async def telegram() -> AsyncIterator[BotApiEmulator]:
    async with BotApiEmulator() as emulator:
        yield emulator


@pytest.fixture
async def line(telegram: BotApiEmulator, sqlite_store: SqlStore) -> AsyncIterator[Line]:
    time, bell = VirtualTime(), Bell()
    async with make_channel(telegram, sqlite_store, Pacer(time.clock, time.sleep), bell) as channel:
        poller = channel.poller(sleep=time.sleep)
        outbox = Outbox(sqlite_store, {"telegram": channel}, bell)
        yield Line(telegram, sqlite_store, channel, poller, outbox, time)


@pytest.fixture
async def floor(telegram: BotApiEmulator, sqlite_store: SqlStore) -> AsyncIterator[Floor]:
    time, bell, group = VirtualTime(), Bell(), telegram.group()
    desk = Desk(group.id, "zh", media_key="a key for signing addresses")
    pacer = Pacer(time.clock, time.sleep)
    async with make_channel(telegram, sqlite_store, pacer, bell, desk=desk) as channel:
        poller = channel.poller(sleep=time.sleep)
        outbox = Outbox(sqlite_store, {"telegram": channel}, bell)
        yield Floor(telegram, group, sqlite_store, channel, poller, outbox, time)
