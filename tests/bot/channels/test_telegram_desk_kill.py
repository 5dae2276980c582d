"""The process that serves the agents' group dies by SIGKILL, and nothing is lost or done twice.

The emulator holds the call that matters and the process is killed while it waits: first when the
topic was made and its answer is on the way, then when an agent's message is stored and not yet
acknowledged.
"""

import asyncio
from multiprocessing.process import BaseProcess

import pytest
from emulators.telegram import BotApiEmulator
from telegram_desk_server import serve_group
from telegram_receiver import receivers

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.conversations import ConversationKey, InboundMessage
from crm_store.types.handoffs import HandoffReason
from crm_store.vault import Vault

pytestmark = pytest.mark.telegram


async def test_no_kill_loses_a_topic_or_an_answer(
    telegram: BotApiEmulator, sqlite_url: str
) -> None:
    group, key = telegram.group(), Vault.new_key()
    store = await SqlStore.open(sqlite_url, Vault([key], index_key=key))
    agent = telegram.person("小王")
    async with store.writing(SYSTEM) as uow:
        staff = await uow.staff.add("wang", "小王", "secret", Role.AGENT)
        await uow.staff.bind_telegram(await uow.staff.telegram_link(staff.id), str(agent.id))
        talk = ConversationKey("web", "shop", "guest-1")
        [receipt] = await uow.conversations.receive([InboundMessage(talk, "w1", "转人工")])
        handoff = await uow.handoffs.request(
            receipt.conversation_id, HandoffReason.ASKED, {}, epoch=0
        )

    def start() -> BaseProcess:
        arguments = (telegram.token, telegram.url, sqlite_url, key, group.id)
        process = receivers().Process(target=serve_group, args=arguments, daemon=True)
        process.start()
        return process

    telegram.hold("createForumTopic")
    victim = start()
    await telegram.until(lambda: bool(group.topics))
    await _kill(victim)
    telegram.release()

    victim = start()
    await telegram.until(lambda: bool(group.only.screen and group.pinned))
    group.press(agent, group.only, "接手")
    await telegram.until(lambda: bool(agent.notices))
    group.say(agent, group.only, "马上为您处理")
    last, stored = telegram.updates.pending[-1]["update_id"], asyncio.Event()

    async def hold_the_acknowledgement(offset: int) -> None:
        if offset > last:
            stored.set()
            await asyncio.Event().wait()  # until the connection is gone

    telegram.on_poll = hold_the_acknowledgement
    await stored.wait()
    await _kill(victim)
    telegram.on_poll = None

    survivor = start()
    await telegram.until(lambda: not telegram.updates.pending)
    await _kill(survivor)
    async with store.reading(SYSTEM) as uow:
        messages = await uow.conversations.messages(handoff.conversation_id)
        taken = await uow.handoffs.get(handoff.id)
    assert taken is not None
    assert taken.taken_by == staff.id
    assert [m.text for m in messages if m.author == "agent"] == ["马上为您处理"]
    assert len(group.topics) == 1
    assert len(group.pinned) == 1
    assert [text for text in group.only.texts if text.startswith("📌")] == [group.only.texts[0]]
    await store.close()


async def _kill(process: BaseProcess) -> None:
    process.kill()
    await asyncio.to_thread(process.join)
