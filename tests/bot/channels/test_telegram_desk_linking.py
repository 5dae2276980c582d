"""Tying a Telegram account to a staff account: once, soon, and for nobody else."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import HandClock
from telegram_floor import Floor

from bot.channels.telegram.linking import bot_username, deep_link
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Role
from crm_store.vault import Vault

pytestmark = pytest.mark.telegram


async def test_a_link_works_once_and_the_account_is_named(floor: Floor) -> None:
    wang = await floor.agent("小王")
    assert wang.texts[-1].startswith("小王，您的 Telegram 已绑定员工账号 login-0")
    token = await floor.link("小王")
    assert len(token) >= 32
    thief, late = floor.telegram.person("甲", language_code="en"), floor.telegram.person("乙")
    thief.say(f"/start desk-{token}")
    await floor.settle()
    late.say(f"/start desk-{token}")
    await floor.settle()
    assert late.texts == ["这个链接已失效（只能用一次，十分钟内有效）。请重新生成一个。"]
    async with floor.store.writing(SYSTEM) as uow:
        bound = await uow.staff.by_telegram(str(thief.id))
        assert bound is not None
        assert bound.name == "小王"
        assert await uow.staff.by_telegram(str(wang.id)) is None, "a new account replaces the old"
        assert await uow.staff.by_telegram(str(late.id)) is None


async def test_a_link_expires_and_a_newer_one_voids_it(sqlite_url: str, vault: Vault) -> None:
    clock = HandClock()
    store = await SqlStore.open(sqlite_url, vault, clock=clock)
    async with store.writing(SYSTEM) as uow:
        agent = await uow.staff.add("wang", "小王", "secret", Role.AGENT)
        first = await uow.staff.telegram_link(agent.id)
        second = await uow.staff.telegram_link(agent.id)
    clock.now += timedelta(minutes=9)
    async with store.writing(SYSTEM) as uow:
        assert await uow.staff.bind_telegram(first, "7") is None
    clock.now += timedelta(minutes=1)
    async with store.writing(SYSTEM) as uow:
        assert await uow.staff.bind_telegram(second, "7") is None
        third = await uow.staff.telegram_link(agent.id)
        assert await uow.staff.bind_telegram(third, "7") == agent
    await store.close()
    stored = await asyncio.to_thread(Path(sqlite_url.removeprefix("sqlite:///")).read_bytes)
    assert not any(token.encode() in stored for token in (first, second, third))


async def test_the_link_leads_to_the_bot(floor: Floor) -> None:
    name = await bot_username(floor.telegram.token, floor.telegram.url)
    assert deep_link(name, "abc") == "https://t.me/huike_bot?start=desk-abc"
