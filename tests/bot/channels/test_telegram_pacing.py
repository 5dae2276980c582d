"""Messages go out as fast as Telegram allows, and no faster."""

import asyncio

from telegram_parts import VirtualTime

from bot.channels.telegram.pacing import Pacer


async def test_one_message_a_second_in_a_chat() -> None:
    time = VirtualTime()
    pacer = Pacer(time.clock, time.sleep)
    begun = time.now
    sent = []
    for _ in range(4):
        await pacer.turn(7)
        sent.append(round(time.now - begun, 3))
    assert sent == [0, 1, 2, 3]


async def test_thirty_a_second_over_all_chats() -> None:
    time = VirtualTime()
    pacer = Pacer(time.clock, time.sleep)
    begun = time.now
    for chat in range(61):
        await pacer.turn(chat)
    assert round(time.now - begun, 3) == 2.0


async def test_a_chat_that_waits_holds_up_no_other() -> None:
    """With a real loop's interleaving: the second turn of chat 1 sleeps while chat 2 goes."""
    waiting: list[asyncio.Future[None]] = []

    async def sleep(_seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(future)
        await future

    now = 0.0
    pacer = Pacer(lambda: now, sleep)
    await pacer.turn(1)
    now = 0.5
    held_up = asyncio.create_task(pacer.turn(1))
    await asyncio.sleep(0)
    await pacer.turn(2)
    assert not held_up.done()
    now = 1.0
    waiting[0].set_result(None)
    await held_up


async def test_chats_at_rest_are_forgotten() -> None:
    time = VirtualTime()
    pacer = Pacer(time.clock, time.sleep)
    for chat in range(5_000):
        await pacer.turn(chat)
    assert len(pacer._chats) < 1_100
