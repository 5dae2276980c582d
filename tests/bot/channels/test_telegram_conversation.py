"""Whole conversations on Telegram: HTTP in, the real assistant, HTTP out."""

from collections.abc import AsyncIterator, Callable

import pytest
from emulators.telegram import BotApiEmulator, Person
from heguang import CAST, Assistant
from telegram_parts import Line, VirtualTime

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.pacing import Pacer
from bot.turn.outbox import Outbox
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import Owner, Verification

pytestmark = pytest.mark.telegram

WAITING = CAST["waiting"]


class Talk(Line):
    """The line with the assistant at its end."""

    assistant: Assistant

    async def settle(self) -> None:
        """Receive, answer and deliver everything there is."""
        await self.poller.step()
        while await self.assistant.worker.step():
            pass
        while await self.outbox.step():
            pass

    async def says(self, person: Person, text: str) -> str:
        """Let somebody say something; returns what they read then."""
        return await self._news(person, lambda: person.say(text))

    async def presses(self, person: Person, title: str) -> str:
        """Let somebody press a key; returns what they read then."""
        return await self._news(person, lambda: person.press(title))

    async def shares(self, person: Person, whose: Person | None = None) -> str:
        """Let somebody share a contact; returns what they read then."""
        return await self._news(person, lambda: person.share_contact_of(whose or person))

    async def _news(self, person: Person, act: Callable[[], object]) -> str:
        seen = len(person.screen)
        act()
        await self.settle()
        return "\n".join(person.texts[seen:])


@pytest.fixture
async def talk(telegram: BotApiEmulator, assistant: Assistant) -> AsyncIterator[Talk]:
    time = VirtualTime()
    store, phrases = assistant.store, assistant.services.phrasebook
    pacer = Pacer(time.clock, time.sleep)
    async with TelegramChannel(
        telegram.token, telegram.url, store, assistant.inbox, phrases, pacer=pacer
    ) as channel:
        outbox = Outbox(store, {"telegram": channel}, assistant.bell)
        talk = Talk(telegram, store, channel, channel.poller(sleep=time.sleep), outbox, time)
        talk.assistant = assistant
        yield talk


async def test_a_guest_becomes_a_member_by_sharing_the_phone(talk: Talk) -> None:
    lin = talk.telegram.person(WAITING.name, phone=f"+86{WAITING.phone}")
    assert "您好" in await talk.says(lin, "/start")
    assert "本人" in await talk.says(lin, "我有多少积分")
    assert lin.screen[-1].keys == [["发送我的手机号"]]
    balance = await talk.shares(lin)
    assert "1,200" in balance, "the question is answered without being asked again"
    conversation = await talk.conversation(lin.id)
    assert conversation.verification is Verification.ATTESTED
    assert talk.telegram.refusals == []


async def test_somebody_elses_phone_opens_nothing(talk: Talk) -> None:
    victim = talk.telegram.person(WAITING.name, phone=f"+86{WAITING.phone}")
    thief = talk.telegram.person("贼", phone="+8613900139000")
    await talk.says(thief, "我有多少积分")
    answer = await talk.shares(thief, whose=victim)
    assert "不是您本人的" in answer
    assert "1,200" not in await talk.says(thief, "我有多少积分")


async def test_an_english_phone_is_answered_in_english(talk: Talk) -> None:
    ann = talk.telegram.person("Ann", language_code="en", phone="+447911123456")
    await talk.says(ann, "/start")
    assert ann.screen[0].text.isascii()
    assert "isn't registered" in await talk.shares(ann)


async def test_a_key_does_what_it_says(talk: Talk) -> None:
    person = talk.telegram.person()
    await talk.says(person, "/help")
    answer = await talk.presses(person, "人工客服")
    assert "同事" in answer
    assert (await talk.conversation(person.id)).owner is Owner.WAITING
    await talk.telegram.until(lambda: person.notices == [""])


async def test_a_picture_is_answered_honestly(talk: Talk) -> None:
    person = talk.telegram.person()
    size = {"file_id": "f", "file_unique_id": "f", "width": 9, "height": 9}
    person.send(photo=[size])
    await talk.settle()
    assert "看不懂图片" in person.texts[-1]


async def test_a_colleague_takes_over_and_the_bot_is_silent(talk: Talk) -> None:
    person = talk.telegram.person()
    await talk.says(person, "/human")
    conversation = await talk.conversation(person.id)
    assert conversation.owner is Owner.WAITING
    agent = Actor(Role.AGENT, staff_id=talk.assistant.people.agent, surface=Surface.DESK)
    async with talk.store.writing(SYSTEM) as uow:
        handoff = await uow.handoffs.current(conversation.id)
    assert handoff is not None
    async with talk.store.writing(agent) as uow:
        await uow.handoffs.take(handoff.id)
        await uow.handoffs.answer(handoff.id, "您好，我是小安")
    assert await talk.says(person, "在吗") == "👤 您好，我是小安"


async def test_markup_of_customers_is_shown_as_it_is(talk: Talk) -> None:
    person = talk.telegram.person("<b>x</b>")
    await talk.says(person, "<b>你好</b> <script>alert(1)</script> _x_ [a](http://e.example)")
    await talk.says(person, "查订单 <i>O1</i> &lt;")
    assert talk.telegram.refusals == []
    assert all("parse_mode" not in given for given in talk.telegram.sent())
