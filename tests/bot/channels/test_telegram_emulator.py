"""The emulator keeps to the Bot API's rules: what the channel's tests rest on."""

import asyncio
from typing import Any

import aiohttp
import pytest
from emulators.telegram import BotApiEmulator, Fault
from emulators.telegram.rates import Rate
from telegram_parts import VirtualTime

pytestmark = pytest.mark.telegram


async def call(telegram: BotApiEmulator, method: str, **given: Any) -> tuple[int, dict[str, Any]]:
    url = f"{telegram.url}/bot{telegram.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=given) as answer:
        return answer.status, await answer.json()


async def ids(telegram: BotApiEmulator, **given: Any) -> list[int]:
    status, body = await call(telegram, "getUpdates", **given)
    assert status == 200, body
    return [update["update_id"] for update in body["result"]]


async def refusal(telegram: BotApiEmulator, method: str, **given: Any) -> str:
    """Return why a call is refused, having checked the shape of the error."""
    status, body = await call(telegram, method, **given)
    assert status == body["error_code"] >= 400
    assert body["ok"] is False
    return str(body["description"])


async def test_updates_stay_until_a_higher_offset_is_asked_for(telegram: BotApiEmulator) -> None:
    person = telegram.person()
    for text in "abc":
        person.say(text)
    first, second, third = await ids(telegram)
    assert await ids(telegram, offset=second) == [second, third]
    assert await ids(telegram) == [second, third], "what lies before the offset is forgotten"
    assert await ids(telegram, limit=1) == [second]
    assert await ids(telegram, offset=-1) == [third]
    assert await ids(telegram) == [third], "a negative offset forgets all before it"
    assert first not in await ids(telegram, offset=first)


async def test_a_long_poll_ends_with_the_first_update(telegram: BotApiEmulator) -> None:
    poll = asyncio.create_task(ids(telegram, timeout=50))
    await telegram.updates.waited_for.wait()
    telegram.person().say("在吗")
    assert len(await poll) == 1


async def test_kinds_that_were_not_asked_for_never_come(telegram: BotApiEmulator) -> None:
    await ids(telegram, allowed_updates=["callback_query"])
    telegram.person().say("您好")
    assert await ids(telegram) == []
    await ids(telegram, allowed_updates=[])
    telegram.person().say("您好")
    assert len(await ids(telegram)) == 1, "an empty list asks for the usual kinds"


async def test_the_second_poller_ends_the_first_one(telegram: BotApiEmulator) -> None:
    arrived = asyncio.Event()

    async def note(_offset: int) -> None:
        arrived.set()

    telegram.on_poll = note
    first = asyncio.create_task(call(telegram, "getUpdates", timeout=50))
    await arrived.wait()
    assert await ids(telegram) == []
    status, body = await first
    assert (status, body["description"][:39]) == (409, "Conflict: terminated by other getUpdate")


async def test_wrong_tokens_methods_and_parameters_are_refused(telegram: BotApiEmulator) -> None:
    person = telegram.person()
    person.say("/start")
    known = {"chat_id": person.id, "text": "您好"}
    assert await refusal(telegram, "sendMesage", **known) == "Not Found"
    assert "unknown parameter" in await refusal(telegram, "sendMessage", **known, txt="x")
    assert "chat_id is required" in await refusal(telegram, "sendMessage", text="x")
    assert "can't parse" in await refusal(telegram, "sendMessage", chat_id="x", text="x")
    telegram.token = "1:another"
    url = f"{telegram.url}/bot424242:wrong/getMe"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert (answer.status, (await answer.json())["description"]) == (401, "Unauthorized")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "message text is empty"),
        (" \n ", "message text is empty"),
        ("字" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
    ],
)
async def test_texts_that_telegram_refuses(telegram: BotApiEmulator, text: str, why: str) -> None:
    person = telegram.person()
    person.say("/start")
    assert why in await refusal(telegram, "sendMessage", chat_id=person.id, text=text)


async def test_length_is_counted_after_entities(telegram: BotApiEmulator) -> None:
    person = telegram.person()
    person.say("/start")
    text = f"<b>{'字' * 4096}</b>"
    given = {"chat_id": person.id, "text": text}
    assert "too long" in await refusal(telegram, "sendMessage", **given)
    assert (await call(telegram, "sendMessage", **given, parse_mode="HTML"))[0] == 200
    assert person.texts == ["字" * 4096]
    bad = {"chat_id": person.id, "text": "<script>", "parse_mode": "HTML"}
    assert 'Unsupported start tag "script"' in await refusal(telegram, "sendMessage", **bad)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ({"text": "好", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "好", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": " ", "callback_data": "x"}, "non-empty"),
        ({"text": "好"}, "Text buttons are unallowed"),
        ({"text": "好", "callback_data": "x", "url": "https://shop.example"}, "unallowed"),
        ({"text": "好", "payload": "x"}, "unknown field payload"),
    ],
)
async def test_keyboards_that_telegram_refuses(
    telegram: BotApiEmulator, key: dict[str, str], why: str
) -> None:
    person = telegram.person()
    person.say("/start")
    markup = {"inline_keyboard": [[key]]}
    given = {"chat_id": person.id, "text": "选吧", "reply_markup": markup}
    assert why in await refusal(telegram, "sendMessage", **given)


async def test_who_can_be_written_to(telegram: BotApiEmulator) -> None:
    person = telegram.person()
    given = {"chat_id": person.id, "text": "您好"}
    assert "can't initiate" in await refusal(telegram, "sendMessage", **given)
    assert "chat not found" in await refusal(telegram, "sendMessage", chat_id=1, text="x")
    person.say("/start")
    person.block()
    assert "blocked by the user" in await refusal(telegram, "sendMessage", **given)


async def test_a_query_is_answered_once_and_soon() -> None:
    time = VirtualTime()
    async with BotApiEmulator(clock=time.clock) as telegram:
        person = telegram.person()
        person.say("/start")
        markup = {"inline_keyboard": [[{"text": "好", "callback_data": "x"}]]}
        await call(telegram, "sendMessage", chat_id=person.id, text="?", reply_markup=markup)
        person.press("好")
        person.press("好")
        _, body = await call(telegram, "getUpdates")
        one, two = (update["callback_query"]["id"] for update in body["result"][1:])
        assert (await call(telegram, "answerCallbackQuery", callback_query_id=one))[0] == 200
        again = await refusal(telegram, "answerCallbackQuery", callback_query_id=one)
        assert "query is too old" in again
        time.now += 61
        late = await refusal(telegram, "answerCallbackQuery", callback_query_id=two)
        assert "query is too old" in late


async def test_rates_are_enforced_with_retry_after() -> None:
    time = VirtualTime()
    limits = {"per_chat": Rate(1, 1.0), "overall": Rate(2, 10.0)}
    async with BotApiEmulator(clock=time.clock, **limits) as telegram:
        one, two = telegram.person(), telegram.person("Ann")
        for person in (one, two):
            person.say("/start")
        assert (await call(telegram, "sendMessage", chat_id=one.id, text="1"))[0] == 200
        status, body = await call(telegram, "sendMessage", chat_id=one.id, text="2")
        assert (status, body["parameters"]) == (429, {"retry_after": 1})
        assert (await call(telegram, "sendMessage", chat_id=two.id, text="1"))[0] == 200
        time.now += 1
        status, body = await call(telegram, "sendMessage", chat_id=one.id, text="2")
        assert (status, body["parameters"]) == (429, {"retry_after": 9})


async def test_a_call_can_take_effect_without_an_answer(telegram: BotApiEmulator) -> None:
    person = telegram.person()
    person.say("/start")
    telegram.fail_next("sendMessage", Fault(processed=True))
    with pytest.raises(aiohttp.ClientError):
        await call(telegram, "sendMessage", chat_id=person.id, text="您好")
    assert person.texts == ["您好"]
