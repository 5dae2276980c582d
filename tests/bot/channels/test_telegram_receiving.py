"""Receiving: everything a customer can do arrives in the store, once, before it is acknowledged."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta

import pytest
from emulators.telegram import BotApiEmulator, Fault, Person
from telegram_parts import Line, VirtualTime, make_channel

from bot.channels.telegram import run
from bot.channels.telegram.pacing import Pacer
from bot.channels.telegram.polling import Poller, TelegramStoppedError
from bot.channels.telegram.updates import language_of
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from bot.turn.inbox import Inbox
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import JSON, ConversationKey, Direction, NewReply, Verification
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity, NewMember

pytestmark = pytest.mark.telegram

PHONE = "+8613800138000"


async def received(line: Line, person: Person) -> list[tuple[str | None, str]]:
    return [
        (message.external_id, message.text)
        for message in await line.messages(person.id)
        if message.direction is Direction.IN
    ]


async def last_payload(line: Line, person: Person) -> dict[str, JSON]:
    return dict((await line.messages(person.id))[-1].payload)


async def add_member(line: Line, name: str, phone: str) -> int:
    identity = NewIdentity(IdentityKind.PHONE, phone, IdentityStatus.ATTESTED, "test")
    async with line.store.writing(SYSTEM) as uow:
        return (await uow.members.add(NewMember(name, identities=(identity,)))).id


async def test_messages_arrive_in_order_with_the_users_language(line: Line) -> None:
    lin, ann = line.telegram.person(), line.telegram.person("Ann", language_code="en-GB")
    said = [(person, person.say(text)) for text in "一二三" for person in (lin, ann)]
    await line.poller.step()
    for person in (lin, ann):
        ids = [f"m{number}" for who, number in said if who is person]
        assert await received(line, person) == list(zip(ids, "一二三", strict=True))
    assert (await last_payload(line, lin))["language"] == "zh"
    assert (await last_payload(line, ann))["language"] == "en"


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("zh", "zh"),
        ("zh-hans", "zh"),
        ("zh-hant", "zh-Hant"),
        ("zh-TW", "zh-Hant"),
        ("en", "en"),
        ("fr", "en"),
        (None, None),
    ],
)
def test_the_language_to_begin_in(code: str | None, language: str | None) -> None:
    assert language_of(code) == language


async def test_nothing_is_acknowledged_before_it_is_stored(line: Line) -> None:
    person = line.telegram.person()
    person.say("我的快递呢")
    await line.poller.step()
    assert await received(line, person)
    assert line.telegram.updates.acknowledged == 0, "the call was made before the commit"
    person.say("在吗")
    await line.poller.step()
    assert line.telegram.updates.acknowledged == 1


async def test_updates_that_come_again_are_recognised(line: Line) -> None:
    person = line.telegram.person()
    person.say("/start")
    await line.poller.step()
    await line.reply(person.id, NewReply("好吗？", {"buttons": [{"title": "好", "payload": "/y"}]}))
    person.press("好")
    person.share_contact()
    person.correct(person.say("北京路1号"), "北京路2号")
    await line.poller.step()
    once = await received(line, person)
    for _ in range(2):
        await line.channel.poller(sleep=line.time.sleep).step()
    assert await received(line, person) == once
    assert [text for _, text in once] == ["/greet", "/y", "", "北京路1号", "北京路2号"]


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("/start", "/greet"),
        ("/start shop_42", "/greet"),
        ("/help@huike_bot", "/bot_help"),
        ("/STOP", "/stop"),
        ("/human", "/talk_to_human"),
        ("/unknown", "/unknown"),
        ("请看 /start", "请看 /start"),
    ],
)
async def test_commands_are_buttons(line: Line, said: str, stored: str) -> None:
    person = line.telegram.person()
    person.say(said)
    await line.poller.step()
    assert [text for _, text in await received(line, person)] == [stored]


async def test_a_correction_is_said_anew(line: Line) -> None:
    person = line.telegram.person()
    original = person.say("送到北京路1号")
    person.correct(original, "送到北京路11号")
    await line.poller.step()
    assert (await received(line, person))[-1][1] == "送到北京路11号"
    assert (await last_payload(line, person))["edited"] == f"m{original}"


async def test_pictures_and_voice_are_kept_with_their_caption(line: Line) -> None:
    person = line.telegram.person()
    sizes = [
        {"file_id": name, "file_unique_id": name, "width": 9, "height": 9}
        for name in ("small", "large")
    ]
    person.send(photo=sizes, caption="杯子碎了")
    await line.poller.step()
    assert (await received(line, person))[-1][1] == "杯子碎了"
    assert await last_payload(line, person) == {
        "attachment": "photo",
        "file_id": "large",
        "language": "zh",
    }
    person.send(voice={"file_id": "v", "file_unique_id": "v", "duration": 3})
    await line.poller.step()
    wordless = await last_payload(line, person)
    assert (wordless["attachment"], wordless["skill"]) == ("voice", "out_of_scope")


async def test_groups_bots_and_service_messages_are_left_alone(line: Line) -> None:
    person = line.telegram.person()
    group = {"id": -100, "type": "group", "title": "同学群"}
    person.send(chat=group, text="@huike_bot 在吗")
    person.send(**{"from": person.user | {"is_bot": True}}, text="我是机器人")
    person.send(message_auto_delete_timer_changed={"message_auto_delete_time": 60})
    await line.poller.step()
    async with line.store.reading(SYSTEM) as uow:
        assert await uow.conversations.find(line.key(person.id)) is None
        assert await uow.conversations.find(line.key(-100)) is None


async def test_a_pressed_key_arrives_as_its_payload_and_stops_spinning(line: Line) -> None:
    person = line.telegram.person()
    person.say("退货")
    await line.poller.step()
    payload = '/return_item{"order": "O20260101000001", "reason": "大小不合适，想换一件试试"}'
    assert len(payload.encode()) > 64
    button: dict[str, JSON] = {"title": "就是这单", "payload": payload}
    await line.reply(person.id, NewReply("哪一单？", {"buttons": [button]}))
    person.press("就是这单")
    await line.poller.step()
    assert (await received(line, person))[-1][1] == payload
    assert (await last_payload(line, person))["title"] == "就是这单"
    await line.telegram.until(lambda: person.notices == [""])


async def test_forged_data_opens_nobodys_button(line: Line) -> None:
    """A modified client may send any data: payloads, other chats' keys, keys that are not there."""
    thief, victim = line.telegram.person("贼"), line.telegram.person("失主", language_code="en")
    for person in (thief, victim):
        person.say("/start")
    await line.poller.step()
    button: dict[str, JSON] = {"title": "取消", "payload": '/cancel_order{"order": "O1"}'}
    await line.reply(victim.id, NewReply("?", {"buttons": [button]}))
    await line.reply(thief.id, NewReply("?", {"buttons": [button]}))
    own, others = thief.screen[-1].data("取消"), victim.screen[-1].data("取消")
    message_id = own.split(":")[1]
    inbound = (await line.messages(thief.id))[0].id
    forged = [
        "/cancel_order",
        others,
        f"b:{message_id}:1",
        f"b:{inbound}:0",
        "b:999999:0",
        "x" * 64,
    ]
    for data in forged:
        thief.press_data(data)
    await line.poller.step()
    assert [text for _, text in await received(line, thief)] == ["/greet"]
    await line.telegram.until(lambda: len(thief.notices) == len(forged))
    assert all("已失效" in notice for notice in thief.notices)


async def test_the_own_contact_attests_the_member(line: Line) -> None:
    member = await add_member(line, "林晓", PHONE)
    person = line.telegram.person(phone=PHONE)
    person.say("/start")
    person.share_contact()
    await line.poller.step()
    conversation = await line.conversation(person.id)
    assert conversation.member_id == member
    assert conversation.verification is Verification.ATTESTED
    async with line.store.reading(SYSTEM) as uow:
        found = await uow.members.by_identity(IdentityKind.TELEGRAM, str(person.id))
    assert found is not None
    assert found.id == member


async def test_somebody_elses_contact_attests_nobody(line: Line) -> None:
    await add_member(line, "林晓", PHONE)
    victim = line.telegram.person("失主", phone=PHONE)
    thief = line.telegram.person("贼", phone="+8613900139000")
    thief.share_contact_of(victim)
    await line.poller.step()
    assert (await last_payload(line, thief))["contact"] == "foreign"
    forwarded = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
    own = {"phone_number": PHONE, "first_name": "贼", "user_id": thief.id}
    thief.send(contact=own, forward_origin=forwarded)
    thief.send(contact={"phone_number": PHONE, "first_name": "无名"})
    await line.poller.step()
    conversation = await line.conversation(thief.id)
    assert (conversation.member_id, conversation.verification) == (None, Verification.GUEST)
    contacts = [message.payload["contact"] for message in await line.messages(thief.id)]
    assert contacts == ["foreign"] * 3


async def test_an_unknown_phone_attests_nobody(line: Line) -> None:
    person = line.telegram.person(phone="+447911123456")
    person.share_contact()
    await line.poller.step()
    assert (await last_payload(line, person))["contact"] == "unknown"
    assert (await line.conversation(person.id)).member_id is None


async def test_a_chat_stays_its_members_when_the_phone_has_passed_on(line: Line) -> None:
    """A recycled number: who shares it now is not whom this chat was attested for."""
    first = await add_member(line, "林晓", PHONE)
    second = await add_member(line, "周宁", "+8613900139000")
    person = line.telegram.person(phone=PHONE)
    person.share_contact()
    await line.poller.step()
    person.phone = "+8613900139000"
    person.share_contact()
    await line.poller.step()
    assert (await last_payload(line, person))["contact"] == "taken"
    assert (await line.conversation(person.id)).member_id == first != second


async def test_the_skill_that_asked_for_the_contact_goes_on(line: Line) -> None:
    await add_member(line, "林晓", PHONE)
    person = line.telegram.person(phone=PHONE)
    person.say("查积分")
    await line.poller.step()
    conversation = await line.conversation(person.id)
    async with line.store.writing(SYSTEM) as uow:
        lease = await uow.conversations.claim("test", timedelta(minutes=1))
        assert lease is not None
        await uow.conversations.save_dialogue(lease, {"last_skill": "points_balance"})
        await uow.conversations.release(lease)
    await line.reply(person.id, NewReply("请确认身份", {"contact_request": True}))
    assert person.screen[-1].keys == [["发送我的手机号"]]
    person.share_contact()
    await line.poller.step()
    assert (await received(line, person))[-1][1] == "/points_balance"
    assert (await line.conversation(person.id)).member_id is not None
    assert conversation.member_id is None


async def test_being_blocked_is_noted(line: Line) -> None:
    person = line.telegram.person()
    person.say("/start")
    person.block()
    await line.poller.step()
    conversation = await line.conversation(person.id)
    async with line.store.reading(SYSTEM) as uow:
        trail = await uow.audit.about(f"conversation:{conversation.id}")
    assert "telegram.blocked" in {entry.action for entry in trail}


async def test_the_bot_is_seen_typing_and_its_commands_are_offered(line: Line) -> None:
    person = line.telegram.person()
    person.say("您好")
    await line.poller.step()
    await line.telegram.until(lambda: person.typing == 1)
    await line.channel._name_commands()
    menu = {code: [c["command"] for c in found] for code, found in line.telegram.commands.items()}
    assert menu == {code: ["start", "help", "human", "stop"] for code in ("", "en", "zh")}


async def test_an_update_that_cannot_be_read_holds_up_nothing(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    person = line.telegram.person()
    line.telegram.updates.push("message", {"message_id": "秘密", "chat": {"type": "private"}})
    person.say("您好")
    await line.poller.step()
    assert [text for _, text in await received(line, person)] == ["您好"]
    assert "cannot be read: message" in caplog.text
    assert "秘密" not in caplog.text


class Enough(BaseException):
    """Ends a loop that would run for ever."""


@asynccontextmanager
async def polling_until(line: Line, pauses: int) -> AsyncIterator[Poller]:
    """A poller whose pauses are counted; the last one ends it."""

    async def sleep(seconds: float) -> None:
        line.time.pauses.append(seconds)
        if len(line.time.pauses) == pauses:
            raise Enough

    yield line.channel.poller(sleep=sleep)


async def test_trouble_is_waited_out(line: Line) -> None:
    person = line.telegram.person()
    person.say("您好")
    faults = (Fault(502), Fault(429, retry_after=17), Fault(), Fault(409), Fault(500))
    line.telegram.fail_next("getUpdates", *faults)
    async with polling_until(line, len(faults)) as poller:
        with pytest.raises(Enough):
            await poller.run()
        await poller.step()
    assert len(await received(line, person)) == 1
    pauses = line.time.pauses
    assert pauses[1] == 17, "told how long to wait, it waits as long"
    assert all(0 < pause <= 60 for pause in pauses)
    assert pauses[4] > pauses[0], "pauses grow"


async def test_a_second_program_on_the_same_token_is_named_in_the_log(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    """The other program polls while ours waits; ours is ended, says why, and comes back."""
    other_channel = make_channel(line.telegram, line.store, Pacer(), Bell())
    async with other_channel, polling_until(line, 1) as poller:
        ours = asyncio.create_task(poller.run())
        await line.telegram.updates.waited_for.wait()
        other = asyncio.create_task(other_channel.poller().run())
        with pytest.raises(Enough):
            await ours
        other.cancel()
        await asyncio.gather(other, return_exceptions=True)
    assert "another program receives with the same token" in caplog.text


@pytest.mark.parametrize("token", ["424242:wrong-token-of-the-right-form-xxxxx", "no token"])
async def test_a_refused_token_stops_with_a_clear_word(
    telegram: BotApiEmulator, sqlite_store: SqlStore, token: str
) -> None:
    with pytest.raises(TelegramStoppedError, match="HUIKE_TELEGRAM_TOKEN") as stopped:
        time = VirtualTime()
        pacer = Pacer(time.clock, time.sleep)
        async with make_channel(telegram, sqlite_store, pacer, Bell(), token=token) as channel:
            await channel.poller(sleep=time.sleep).run()
    assert token not in str(stopped.value)


async def test_a_refused_token_leaves_the_rest_running(
    telegram: BotApiEmulator, sqlite_store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    bell = Bell()
    inbox = Inbox(sqlite_store, bell, max_characters=2_000)
    wrong = "424242:wrong-token-of-the-right-form-xxxxx"
    await run(wrong, telegram.url, sqlite_store, inbox, bell, Phrasebook())
    assert "Telegram is off" in caplog.text
    assert wrong not in caplog.text


async def test_everything_runs_together(telegram: BotApiEmulator, sqlite_store: SqlStore) -> None:
    """`run` receives and sends: a reply that is queued reaches the customer."""
    bell = Bell()
    inbox = Inbox(sqlite_store, bell, max_characters=2_000)
    running = asyncio.create_task(
        run(telegram.token, telegram.url, sqlite_store, inbox, bell, Phrasebook())
    )
    person = telegram.person()
    person.say("您好")
    await telegram.until(lambda: len(telegram.updates) == 0)
    key = ConversationKey("telegram", str(telegram.bot_id), str(person.id))
    async with sqlite_store.writing(SYSTEM) as uow:
        conversation = await uow.conversations.find(key)
        assert conversation is not None
        await uow.conversations.reply(conversation.id, [NewReply("在的")], epoch=0)
    bell.ring("outbox")
    await telegram.until(lambda: person.texts == ["在的"])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_store_that_fails_leaves_updates_with_telegram(
    line: Line, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    person = line.telegram.person()
    person.say("您好")

    def execute(statement: str) -> None:
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database:
            database.execute(statement)

    execute(
        "CREATE TRIGGER disk_full BEFORE INSERT ON messages "
        "BEGIN SELECT RAISE(FAIL, 'the disk is full'); END"
    )
    async with polling_until(line, 1) as poller:
        with pytest.raises(Enough):
            await poller.run()
        assert "they stay with Telegram" in caplog.text
        execute("DROP TRIGGER disk_full")
        await poller.step()
    assert [text for _, text in await received(line, person)] == ["您好"]
