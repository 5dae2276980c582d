"""Sending: what the customer sees, and what becomes of a message when sending fails."""

from datetime import timedelta

import pytest
from emulators.telegram import BotApiEmulator, Fault, Person
from emulators.telegram.rates import Rate
from telegram_parts import Line, VirtualTime, make_channel

from bot.channels.telegram.pacing import Pacer
from bot.turn.bell import Bell
from bot.turn.outbox import DeliveryError, RetryLaterError
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import Delivery, Direction, Message, MessageState, NewReply

pytestmark = pytest.mark.telegram


@pytest.fixture
async def person(line: Line) -> Person:
    """Somebody who has spoken to the bot."""
    somebody = line.telegram.person()
    somebody.say("您好")
    await line.poller.step()
    return somebody


async def replies(line: Line, person: Person) -> list[Message]:
    return [m for m in await line.messages(person.id) if m.direction is Direction.OUT]


async def claimed(line: Line, person: Person, text: str) -> Delivery:
    """Queue a reply and claim it, as the outbox does before it sends."""
    conversation = await line.conversation(person.id)
    async with line.store.writing(SYSTEM) as uow:
        await uow.conversations.reply(conversation.id, [NewReply(text)], epoch=conversation.epoch)
    async with line.store.writing(SYSTEM) as uow:
        due = await uow.conversations.next_deliveries(["telegram"], timedelta(minutes=1))
    return due[0]


async def test_a_reply_is_shown_and_marked_sent(line: Line, person: Person) -> None:
    await line.reply(person.id, NewReply("您好，请问有什么可以帮您？"))
    assert person.texts == ["您好，请问有什么可以帮您？"]
    [sent] = await replies(line, person)
    assert (sent.state, sent.external_id) == (
        MessageState.SENT,
        f"m{person.screen[0].message_id}",
    )


@pytest.mark.parametrize(
    "text",
    [
        "<b>粗</b> <script>alert(1)</script> &amp; *x* _y_ `z` [链接](https://evil.example)",
        "1 < 2 & 3 > 2",
        "{{ 7 * 7 }} %s \\u0000 </a>",
    ],
)
async def test_markup_is_shown_as_it_was_written(line: Line, person: Person, text: str) -> None:
    await line.reply(person.id, NewReply(text))
    assert person.texts == [text]
    assert all("parse_mode" not in given for given in line.telegram.sent())


async def test_a_long_text_comes_in_pieces_and_in_order(line: Line, person: Person) -> None:
    text = "\n".join(f"{number}. 羊毛大衣 🧥👨‍👩‍👧 现货" for number in range(500))
    await line.reply(person.id, NewReply(text, {"buttons": [{"title": "好", "payload": "/y"}]}))
    assert "\n".join(person.texts) == text
    assert len(person.screen) > 2
    assert [bool(shown.keys) for shown in person.screen] == [
        *[False] * (len(person.screen) - 1),
        True,
    ]
    assert line.telegram.refusals == []


async def test_the_pace_keeps_within_telegrams_limits(sqlite_store: SqlStore) -> None:
    """With the emulator's limits exact and time virtual, not one message is refused."""
    time = VirtualTime()
    limits = {"per_chat": Rate(1, 0.999), "overall": Rate(30, 0.999)}
    async with BotApiEmulator(clock=time.clock, **limits) as telegram:
        people = [telegram.person() for _ in range(40)]
        for person in people:
            person.say("您好")
        bell = Bell()
        async with make_channel(
            telegram, sqlite_store, Pacer(time.clock, time.sleep), bell
        ) as channel:
            line = Line(telegram, sqlite_store, channel, channel.poller(), None, time)  # type: ignore[arg-type]
            await line.poller.step()
            for person in people:
                delivery = await claimed(line, person, "好" * 4096 + "呀")
                await channel.send(delivery)
        assert telegram.refusals == []
        assert all(len(person.screen) == 2 for person in people)


async def test_429_waits_as_long_as_it_was_told(line: Line, person: Person) -> None:
    line.telegram.fail_next("sendMessage", Fault(retry_after=23))
    delivery = await claimed(line, person, "您好")
    with pytest.raises(RetryLaterError) as later:
        await line.channel.send(delivery)
    assert later.value.seconds == 23
    await line.channel.send(delivery)
    assert person.texts == ["您好"]


async def test_429_in_the_middle_goes_on_where_it_stopped(line: Line, person: Person) -> None:
    delivery = await claimed(line, person, "一" * 4096 + "二" * 4096 + "三")
    line.telegram.fail_next("sendMessage", None, Fault(retry_after=5))
    with pytest.raises(RetryLaterError):
        await line.channel.send(delivery)
    await line.channel.send(delivery)
    assert [text[0] for text in person.texts] == ["一", "二", "三"]


@pytest.mark.parametrize(
    ("fault", "uncertain"),
    [
        (Fault(400), False),
        (Fault(403), False),
        (Fault(500, processed=True), True),
        (Fault(502), True),
        (Fault(processed=True), True),
    ],
)
async def test_what_a_failure_says_about_the_message(
    line: Line, person: Person, fault: Fault, uncertain: bool
) -> None:
    line.telegram.fail_next("sendMessage", fault)
    with pytest.raises(DeliveryError) as failed:
        await line.channel.send(await claimed(line, person, "您好"))
    assert failed.value.uncertain is uncertain
    assert len(person.screen) == fault.processed


async def test_an_uncertain_message_is_not_sent_again(line: Line, person: Person) -> None:
    line.telegram.fail_next("sendMessage", Fault(processed=True))
    await line.reply(person.id, NewReply("退款 ¥299 已到账"), NewReply("还有别的吗？"))
    assert person.texts == ["退款 ¥299 已到账", "还有别的吗？"]
    states = [message.state for message in await replies(line, person)]
    assert states == [MessageState.UNCERTAIN, MessageState.SENT]


async def test_who_blocked_the_bot_is_not_written_to_again(line: Line, person: Person) -> None:
    person.blocked = True
    await line.reply(person.id, NewReply("您好"))
    [message] = await replies(line, person)
    assert message.state is MessageState.FAILED
    assert "blocked" in str(message.error)


async def test_no_connection_means_not_sent(sqlite_store: SqlStore, line: Line) -> None:
    person = line.telegram.person()
    person.say("您好")
    await line.poller.step()
    delivery = await claimed(line, person, "您好")
    async with BotApiEmulator(line.telegram.token) as gone:
        nowhere = gone.url
    gone.url = nowhere
    time = VirtualTime()
    pacer = Pacer(time.clock, time.sleep)
    async with make_channel(gone, sqlite_store, pacer, Bell()) as channel:
        with pytest.raises(RetryLaterError):
            await channel.send(delivery)


async def test_an_empty_reply_fails_instead_of_being_refused(line: Line, person: Person) -> None:
    with pytest.raises(DeliveryError, match="nothing to send"):
        await line.channel.send(await claimed(line, person, " "))
