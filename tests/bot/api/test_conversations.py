"""Opening a conversation, saying something, and reading what was said."""

import asyncio
from datetime import timedelta

import pytest
from small_site import Site, Talk, bearer

from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import Conversation, ConversationKey, Verification


async def stored(talk: Talk) -> Conversation:
    async with talk.site.assistant.store.reading(SYSTEM) as uow:
        found = await uow.conversations.find(ConversationKey("web", "shop", talk.id))
    assert found is not None
    return found


async def test_a_guest_says_hello_and_is_answered(site: Site) -> None:
    talk = await site.open()
    accepted = await talk.say("你好")
    assert accepted.status_code == 202
    said, reply = (await talk.answered())[:2]
    assert (said["author"], said["text"]) == ("customer", "你好")
    assert reply["author"] == "bot"
    assert reply["text"]
    assert reply["client_id"] is None


async def test_english_is_answered_in_english(site: Site) -> None:
    talk = await site.open()
    await talk.say("hello there")
    reply = (await talk.answered())[-1]
    assert str(reply["text"]).isascii()


async def test_the_same_message_sent_again_is_stored_once(site: Site) -> None:
    talk = await site.open()
    answers = [await talk.say("你好", client_id="the-same-message") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202] * 3
    assert [answer.json()["duplicate"] for answer in answers] == [False, True, True]
    assert len({answer.json()["id"] for answer in answers}) == 1
    messages = await talk.answered()
    assert [m["client_id"] for m in messages if m["author"] == "customer"] == ["the-same-message"]


async def test_messages_sent_at_once_are_stored_once_each(site: Site) -> None:
    talk = await site.open()
    texts = [f"第 {number} 条" for number in range(5)]
    await asyncio.gather(*(talk.say(t, client_id=f"message-{t[2]}") for t in texts * 2))
    messages = [m for m in await talk.read() if m["author"] == "customer"]
    assert sorted(str(m["text"]) for m in messages) == texts


async def test_a_pressed_button_is_shown_by_its_title(site: Site) -> None:
    talk = await site.open()
    await talk.say("/bot_help", title="你能做什么")
    said = (await talk.answered())[0]
    assert said["text"] == "你能做什么"
    async with site.assistant.store.reading(SYSTEM) as uow:
        [kept, *_] = await uow.conversations.messages((await stored(talk)).id)
    assert kept.text == "/bot_help"
    assert kept.parse is not None
    assert kept.parse.intent == "bot_help"


async def test_nothing_is_stored_before_the_first_message(site: Site) -> None:
    talk = await site.open()
    assert await talk.read() == []
    async with site.assistant.store.reading(SYSTEM) as uow:
        assert await uow.conversations.find(ConversationKey("web", "shop", talk.id)) is None


async def test_reading_goes_on_after_an_id(site: Site) -> None:
    talk = await site.open()
    await talk.say("你好")
    messages = await talk.answered()
    first = messages[0]["id"]
    assert isinstance(first, int)
    assert await talk.read(after=first) == messages[1:]
    assert await talk.read(limit=1) == messages[-1:]


# ---- who may do what


async def test_a_member_has_the_same_conversation_everywhere(site: Site) -> None:
    phone, laptop = await site.open(site.member), await site.open(site.member)
    other = await site.open(site.other)
    assert phone.id == laptop.id != other.id
    await phone.say("你好")
    assert (await laptop.answered())[0]["text"] == "你好"
    conversation = await stored(phone)
    assert conversation.member_id == site.member
    assert conversation.verification is Verification.ATTESTED


async def test_a_guest_learns_nothing_personal_and_a_member_does(site: Site) -> None:
    guest, member = await site.open(), await site.open(site.member)
    for talk in (guest, member):
        await talk.say("我有多少积分")
    refused, told = [(await talk.answered())[-1] for talk in (guest, member)]
    async with site.assistant.store.reading(Actor(Role.CUSTOMER, member_id=site.member)) as uow:
        points = await uow.loyalty.points(site.member)
    assert points is not None
    assert f"{points.balance:,}" in str(told)
    assert f"{points.balance:,}" not in str(refused)


async def test_a_conversation_needs_its_own_token(site: Site) -> None:
    mine, theirs = await site.open(), await site.open()
    path = f"{mine.path}/messages"
    body = {"client_id": "12345678", "text": "你好"}
    cases = {
        401: [{}, bearer("nonsense"), bearer(site.tokens.member(site.member))],
        404: [theirs.headers],
    }
    for status, callers in cases.items():
        for headers in callers:
            for answer in (
                await site.client.post(path, json=body, headers=headers),
                await site.client.get(path, headers=headers),
                await site.client.get(f"{mine.path}/events", headers=headers),
                await site.client.get(mine.path, headers=headers),
            ):
                assert answer.status_code == status, answer.text
                assert answer.headers["content-type"] == "application/problem+json"
    assert await mine.read() == []


async def test_a_conversation_token_does_not_make_anybody_a_member(site: Site) -> None:
    guest = await site.open()
    answer = await site.client.post("/api/v1/conversations", headers=guest.headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "bad_token"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_for_nobody_is_refused(site: Site) -> None:
    for token in (
        site.tokens.member(999_999),
        site.tokens.member(site.member, timedelta(hours=30)),
        site.tokens.member(site.member, timedelta(hours=-1)),
    ):
        answer = await site.client.post("/api/v1/conversations", headers=bearer(token))
        assert answer.status_code == 401


async def test_who_is_erased_while_talking_is_signed_out(site: Site) -> None:
    talk = await site.open(site.member)
    await talk.say("你好")
    await talk.answered()
    async with site.assistant.store.writing(SYSTEM) as uow:
        await uow.privacy.erase(site.member)

    body = {"client_id": "87654321", "text": "还在吗"}
    said = await site.client.post(f"{talk.path}/messages", json=body, headers=talk.headers)
    read = await site.client.get(f"{talk.path}/messages", headers=talk.headers)
    again = await site.client.post(
        "/api/v1/conversations", headers=bearer(site.tokens.member(site.member))
    )
    assert {answer.status_code for answer in (said, read, again)} == {401}
    guest = await site.open()
    await guest.say("你好")
    assert await guest.answered(), "as a guest, they may go on"


async def test_a_token_shows_its_conversation(site: Site) -> None:
    talk = await site.open(site.member)
    answer = await site.client.get("/api/v1/conversations", headers=talk.headers)
    [conversation] = answer.json()["conversations"]
    assert conversation == {"id": talk.id, "owner": "bot", "agent": None, "member": True}
    assert (await site.client.get(talk.path, headers=talk.headers)).json() == conversation


async def test_who_answers_is_told_by_name(site: Site) -> None:
    talk = await site.open()
    await talk.say("/talk_to_human", title="人工")
    await talk.answered()
    waiting = (await site.client.get(talk.path, headers=talk.headers)).json()
    assert waiting["owner"] == "waiting"
    agent = Actor(Role.AGENT, staff_id=site.assistant.people.agent, surface=Surface.DESK)
    async with site.assistant.store.writing(agent) as uow:
        [handoff] = await uow.handoffs.open()
        await uow.handoffs.take(handoff.id)
    taken = (await site.client.get(talk.path, headers=talk.headers)).json()
    assert (taken["owner"], taken["agent"]) == ("human", "小安")


# ---- hostile input


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "message_empty"),
        (" \u200b\u3000", "message_empty"),
        ("a\x00b", "message_not_text"),
        ("\x1b[2J", "message_not_text"),
    ],
)
async def test_what_is_no_message_is_refused(site: Site, text: str, code: str) -> None:
    talk = await site.open()
    answer = await talk.say(text)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await talk.read() == []


async def test_half_a_surrogate_pair_is_refused(site: Site) -> None:
    talk = await site.open()
    answer = await site.client.post(
        f"{talk.path}/messages",
        content=b'{"client_id": "12345678", "text": "\\ud800"}',
        headers={**talk.headers, "Content-Type": "application/json"},
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"[]",
        b'{"text": "hi"}',
        b'{"client_id": "short", "text": "hi"}',
        b'{"client_id": "with space in it", "text": "hi"}',
        b'{"client_id": "12345678", "text": {"a": 1}}',
        b'{"client_id": "12345678", "text": null}',
        b'{"client_id": "12345678", "text": "hi", "title": "' + b"x" * 300 + b'"}',
    ],
)
async def test_a_malformed_body_is_refused_without_an_echo(site: Site, body: bytes) -> None:
    talk = await site.open()
    answer = await site.client.post(
        f"{talk.path}/messages",
        content=body,
        headers={**talk.headers, "Content-Type": "application/json"},
    )
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "x" * 300 not in answer.text
    assert "Traceback" not in answer.text


async def test_a_body_over_64_kib_is_refused(site: Site) -> None:
    talk = await site.open()
    answer = await talk.say("退" * 100_000)
    assert answer.status_code == 413
    assert answer.json()["code"] == "content_too_large"
    assert await talk.read() == []


async def test_a_long_message_is_cut_and_answered(site: Site) -> None:
    talk = await site.open()
    assert (await talk.say("你好" * 5_000)).status_code == 202
    said = (await talk.answered())[0]
    assert len(str(said["text"])) == site.settings.assistant.conversation.max_characters


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "\u202egnp.exe\u202c",
        "'; DROP TABLE messages; --",
        "{{ 7 * 7 }}",
        '/bot_help{"a":',
        "/no_such_intent",
        "👩‍👩‍👧‍👦" * 50,
        "é" * 500,
    ],
)
async def test_hostile_text_is_kept_as_it_is_and_answered(site: Site, text: str) -> None:
    talk = await site.open()
    assert (await talk.say(text)).status_code == 202
    messages = await talk.answered()
    assert messages[0]["text"] == text
    assert messages[-1]["author"] == "bot"
