"""Agents on Telegram: a topic for each handoff, words both ways, and who may do what."""

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError
from emulators.telegram import Fault, Person
from telegram_floor import WEB, Floor

from bot.turn.outbox import RetryLaterError
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.conversations import ConversationKey, MessageState, Owner
from crm_store.types.handoffs import HandoffState
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity, NewMember

pytestmark = pytest.mark.telegram

PHONE = "13912345678"
ADDRESS = "上海市浦东新区世纪大道100号8栋501室"


def telegram_key(floor: Floor, person: Person) -> ConversationKey:
    return ConversationKey("telegram", str(floor.telegram.bot_id), str(person.id))


async def test_a_handoff_has_one_topic_with_its_packet_pinned(floor: Floor) -> None:
    handoff = await floor.calls("我的订单到哪了，转人工")
    await floor.settle()
    await floor.settle()
    assert floor.topic.name == f"#{handoff.id} 访客 · 顾客要求人工"
    [packet] = floor.topic.screen
    assert "我的订单到哪了，转人工" in packet.text
    assert packet.keys == [["接手"], ["详情（私聊）"]]
    assert floor.group.pinned == [packet.message_id]
    assert floor.telegram.refusals == []


async def test_two_agents_claim_at_once_and_one_is_told(floor: Floor) -> None:
    wang, li = await floor.agent("小王"), await floor.agent("小李", language="en")
    handoff = await floor.calls()
    await floor.settle()
    floor.group.press(wang, floor.topic, "接手")
    floor.group.press(li, floor.topic, "接手")
    await floor.settle()
    assert (await floor.handoff(handoff.id)).taken_by == floor.staff["小王"].id
    await floor.telegram.until(lambda: bool(wang.notices and li.alerts))
    assert wang.notices == [f"已接手 #{handoff.id}"]
    assert wang.alerts == []
    assert li.alerts == [f"小王 has claimed #{handoff.id} already"]
    [packet, event] = floor.topic.screen
    assert event.text.endswith("（小王）")
    assert packet.keys == [["解决"], ["转回智能助手"], ["详情（私聊）"]]


async def test_web_customer_and_telegram_agent_talk_both_ways(floor: Floor) -> None:
    wang = await floor.agent("小王")
    handoff = await floor.calls()
    await floor.settle()
    floor.group.press(wang, floor.topic, "接手")
    await floor.settle()
    floor.group.say(wang, floor.topic, "您好，我来帮您看")
    floor.group.say(wang, floor.topic, "// 这位是老客户")
    await floor.customer_says("第一句")
    await floor.customer_says("第二句")
    await floor.settle()
    answers = [m for m in await floor.messages(handoff) if m.author == "agent"]
    assert [(m.text, m.state) for m in answers] == [("您好，我来帮您看", MessageState.SENT)]
    assert floor.topic.texts[-1] == "👤 第一句\n\n👤 第二句"
    assert sum("您好，我来帮您看" in text for text in floor.topic.texts) == 0


async def test_a_picture_reaches_the_web_as_a_card_and_other_files_are_refused(
    floor: Floor,
) -> None:
    wang = await floor.agent("小王")
    handoff = await floor.calls()
    await floor.settle()
    floor.group.press(wang, floor.topic, "接手")
    await floor.settle()
    size = {"file_unique_id": "u", "width": 10, "height": 10}
    floor.group.send(wang, floor.topic, photo=[{"file_id": "PIC", **size}], caption="就是这个")
    voice = {"file_id": "V", "file_unique_id": "v", "duration": 3}
    floor.group.send(wang, floor.topic, voice=voice)
    await floor.settle()
    [answer] = [m for m in await floor.messages(handoff) if m.author == "agent"]
    assert answer.text == "就是这个"
    [card] = answer.payload["cards"]  # type: ignore[misc,union-attr]
    assert card["image_url"].startswith("/api/v1/media/telegram/PIC/")  # type: ignore[index,call-overload,union-attr]
    assert floor.topic.texts[-1].startswith("客户在用网页聊天")


async def test_pictures_and_voice_are_passed_on_between_two_telegram_chats(floor: Floor) -> None:
    wang = await floor.agent("小王")
    customer = floor.telegram.person("顾客")
    customer.say("转人工")
    await floor.settle()
    async with floor.store.reading(SYSTEM) as uow:
        talk = await uow.conversations.find(telegram_key(floor, customer))
    assert talk is not None
    handoff = await floor.hand_off(talk.id)
    await floor.settle()
    floor.group.press(wang, floor.topic, "接手")
    await floor.settle()
    photo = [{"file_id": "BROKEN", "file_unique_id": "b", "width": 10, "height": 10}]
    customer.send(photo=photo, caption=f"坏了，打我电话{PHONE}")
    await floor.settle()
    shown = floor.topic.screen[-1]
    assert shown.media == {"photo": photo}
    assert shown.text.startswith("👤 客户发来图片")
    assert PHONE not in shown.text
    voice = {"file_id": "V", "file_unique_id": "v", "duration": 3}
    floor.group.send(wang, floor.topic, voice=voice)
    await floor.settle()
    assert customer.screen[-1].media == {"voice": voice}
    assert (await floor.messages(handoff))[-1].state is MessageState.SENT


async def test_resolving_closes_the_topic_and_gives_the_conversation_back(floor: Floor) -> None:
    wang = await floor.agent("小王")
    handoff = await floor.calls()
    await floor.settle()
    floor.group.press(wang, floor.topic, "接手")
    await floor.settle()
    floor.group.say(wang, floor.topic, "/解决 已补发")
    await floor.settle()
    closed = await floor.handoff(handoff.id)
    assert (closed.state, closed.resolution) == (HandoffState.RESOLVED, "已补发")
    assert floor.topic.closed
    assert floor.topic.screen[0].keys == []
    async with floor.store.reading(SYSTEM) as uow:
        talk = await uow.conversations.get(handoff.conversation_id)
    assert talk is not None
    assert talk.owner is Owner.BOT


async def test_the_group_sees_no_phone_nor_address_and_the_agent_sees_them_alone(
    floor: Floor,
) -> None:
    wang, li = await floor.agent("小王"), await floor.agent("小李")
    async with floor.store.writing(SYSTEM) as uow:
        phone = NewIdentity(IdentityKind.PHONE, PHONE, IdentityStatus.ATTESTED, "shop")
        member = await uow.members.add(NewMember("王晓明", identities=(phone,)))
    handoff = await floor.calls(f"电话{PHONE}，寄到{ADDRESS}，转人工", member_id=member.id)
    await floor.settle()
    floor.group.press(wang, floor.topic, "接手")
    await floor.customer_says(f"地址是{ADDRESS}，手机{PHONE}", member_id=member.id)
    await floor.settle()
    floor.group.press(wang, floor.topic, "详情（私聊）")
    await floor.settle()
    public = "\n".join([floor.topic.name, *floor.topic.texts])
    for secret in (PHONE, ADDRESS, "世纪大道", "王晓明", "HK2609100001", "云朵面霜"):
        assert secret not in public
    assert "已试：查订单物流→未办完" in public
    assert "王**" in public
    [*_, card] = wang.texts
    assert "王晓明" in card
    assert "139****5678" in card
    assert ADDRESS in card
    assert "云朵面霜" in card
    assert all("王晓明" not in text for text in li.texts)
    async with floor.store.reading(SYSTEM) as uow:
        looks = await uow.audit.about(f"member:{member.id}")
    seen = {(look.action, look.actor_id, look.purpose) for look in looks}
    assert ("member.card", floor.staff["小王"].id, "telegram_desk") in seen
    assert handoff.id > 0


async def test_who_has_not_claimed_it_does_not_reach_the_customer(floor: Floor) -> None:
    wang, li = await floor.agent("小王"), await floor.agent("小李")
    clerk = await floor.agent("店员", role=Role.CLERK)
    stranger = floor.telegram.person("路人")
    handoff = await floor.calls()
    await floor.settle()
    floor.group.say(wang, floor.topic, "在吗")
    await floor.settle()
    assert floor.topic.texts[-1] == "这条消息没有发给客户：请先点“接手”。"
    floor.group.press(wang, floor.topic, "接手")
    await floor.settle()
    floor.group.say(li, floor.topic, "我也来")
    await floor.settle()
    assert floor.topic.texts[-1] == "这条消息没有发给客户：现在由 小王 负责。"
    floor.group.say(stranger, floor.topic, "嘿")
    floor.group.press(stranger, floor.topic, "解决")
    floor.group.press(clerk, floor.topic, "解决")
    floor.group.press(li, floor.topic, "解决")
    await floor.settle()
    assert floor.topic.texts[-1].startswith("这条消息没有发给客户：发送者还没有绑定")
    assert (await floor.handoff(handoff.id)).state is HandoffState.TAKEN
    assert [m for m in await floor.messages(handoff) if m.author == "agent"] == []


async def test_updates_that_come_again_do_nothing_again(floor: Floor) -> None:
    wang = await floor.agent("小王")
    handoff = await floor.calls()
    await floor.settle()
    floor.group.press(wang, floor.topic, "接手")
    floor.group.say(wang, floor.topic, "您好")
    floor.group.say(wang, floor.topic, "/resolve done")
    again = floor.channel.poller()
    await again.step()
    await floor.poller.step()
    await floor.settle()
    assert [m.text for m in await floor.messages(handoff) if m.author == "agent"] == ["您好"]
    assert (await floor.handoff(handoff.id)).state is HandoffState.RESOLVED


class TestMakingTopics:
    async def test_an_answer_that_did_not_come_is_made_up_for_by_the_trace(
        self, floor: Floor
    ) -> None:
        floor.telegram.fail_next("createForumTopic", Fault(processed=True))
        await floor.calls()
        with pytest.raises(TelegramNetworkError):
            await floor.bridge.step()
        await floor.settle()
        assert len(floor.group.topics) == 1
        assert len(floor.topic.screen) == 1

    async def test_telegram_asks_to_wait_and_is_asked_again(self, floor: Floor) -> None:
        floor.telegram.fail_next("createForumTopic", Fault(retry_after=30))
        await floor.calls()
        with pytest.raises(RetryLaterError):
            await floor.bridge.step()
        await floor.settle()
        assert len(floor.group.topics) == 1

    async def test_a_handoff_that_is_withdrawn_before_gets_none(self, floor: Floor) -> None:
        floor.group.may_manage_topics = False
        handoff = await floor.calls()
        with pytest.raises(TelegramBadRequest, match="rights"):
            await floor.bridge.step()
        async with floor.store.writing(SYSTEM) as uow:
            await uow.handoffs.withdraw(handoff.conversation_id)
        floor.group.may_manage_topics = True
        await floor.settle()
        assert floor.group.topics == {}


async def test_a_second_topic_is_never_made_for_the_same_handoff(floor: Floor) -> None:
    wang = await floor.agent("小王")
    first = await floor.calls()
    await floor.settle()
    floor.group.press(wang, floor.topic, "接手")
    floor.group.say(wang, floor.topic, "/back")
    await floor.settle()
    second = await floor.calls(key=WEB)
    await floor.settle()
    names = [topic.name.split(" ")[0] for topic in floor.group.topics.values()]
    assert names == [f"#{one}" for one in dict.fromkeys((first.id, second.id))]
