"""Rasa's endpoints: a client made for Rasa finds what it expects."""

import asyncio

import pytest
from heguang import Assistant
from small_site import Site, answering, bearer, opened, settings_of

from crm_store.types.actors import SYSTEM, Actor, Role
from crm_store.types.conversations import ConversationKey

WEBHOOK = "/webhooks/rest/webhook"


async def test_a_message_is_answered_in_rasas_shape(site: Site) -> None:
    answer = await site.client.post(WEBHOOK, json={"sender": "me-123", "message": "你好"})
    assert answer.status_code == 200
    replies = answer.json()
    assert replies
    for reply in replies:
        assert reply["recipient_id"] == "me-123"
        assert reply["text"]
        assert set(reply) <= {"recipient_id", "text", "buttons", "custom"}


async def test_cards_and_buttons_are_carried(site: Site) -> None:
    answer = await site.client.post(WEBHOOK, json={"sender": "me-123", "message": "/bot_help"})
    buttons = [button for reply in answer.json() for button in reply.get("buttons", [])]
    assert buttons
    assert all(set(button) == {"title", "payload"} for button in buttons)


async def test_a_member_is_told_what_a_guest_is_not(site: Site) -> None:
    async with site.assistant.store.reading(Actor(Role.CUSTOMER, member_id=site.member)) as uow:
        points = await uow.loyalty.points(site.member)
    assert points is not None
    body = {"sender": "me-123", "message": "我有多少积分"}
    guest = await site.client.post(WEBHOOK, json=body)
    member = await site.client.post(
        WEBHOOK, json=body, headers=bearer(site.tokens.member(site.member))
    )
    again = await site.client.post(WEBHOOK, json=body)
    assert f"{points.balance:,}" in member.text
    assert f"{points.balance:,}" not in guest.text
    assert f"{points.balance:,}" not in again.text, "a guest borrowed the member's sender id"


async def test_the_same_message_id_gets_the_same_answer_once(site: Site) -> None:
    body = {"sender": "me-123", "message": "你好", "message_id": "once-only"}
    first, second = [await site.client.post(WEBHOOK, json=body) for _ in range(2)]
    assert first.json() == second.json() != []
    async with site.assistant.store.reading(SYSTEM) as uow:
        found = await uow.conversations.find(ConversationKey("rest", "guest", "me-123"))
        assert found is not None
        stored = await uow.conversations.messages(found.id)
    assert len(stored) == 1 + len(first.json())


async def test_senders_at_the_same_time_get_their_own_answers(site: Site) -> None:
    senders = [f"sender-{number}" for number in range(6)]
    answers = await asyncio.gather(
        *(site.client.post(WEBHOOK, json={"sender": s, "message": "谢谢"}) for s in senders)
    )
    for sender, answer in zip(senders, answers, strict=True):
        assert {reply["recipient_id"] for reply in answer.json()} == {sender}


async def test_nobody_answers_in_time(assistant: Assistant) -> None:
    async with opened(assistant, settings_of(reply_seconds=0.05)) as site:
        answer = await site.client.post(WEBHOOK, json={"sender": "me-123", "message": "你好"})
    assert (answer.status_code, answer.json()) == (200, [])


async def test_the_bot_is_silent_while_a_human_answers(site: Site) -> None:
    body = {"sender": "me-123", "message": "/talk_to_human"}
    assert (await site.client.post(WEBHOOK, json=body)).json()
    answer = await site.client.post(WEBHOOK, json={"sender": "me-123", "message": "有人吗"})
    assert answer.json() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"sender": "me", "message": ""}, 422),
        ({"sender": "me", "message": "a\x00"}, 422),
        ({"sender": "", "message": "hi"}, 422),
        ({"sender": "a\x00b", "message": "hi"}, 422),
        ({"sender": "me"}, 422),
        ({"sender": "me", "message": "x" * 70_000}, 413),
    ],
)
async def test_bad_requests_are_refused(site: Site, body: dict[str, str], status: int) -> None:
    answer = await site.client.post(WEBHOOK, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_bad_token_is_refused_not_taken_for_a_guest(site: Site) -> None:
    guest = await site.open()
    for token in ("nonsense", guest.token):
        answer = await site.client.post(
            WEBHOOK, json={"sender": "me", "message": "你好"}, headers=bearer(token)
        )
        assert answer.status_code == 401


async def test_a_text_is_parsed_in_rasas_shape(site: Site) -> None:
    text = " 查一下订单 HK2602270001 "
    answer = await site.client.post("/model/parse", json={"text": text})
    parse = answer.json()
    assert parse["text"] == text
    assert parse["intent"]["name"] == parse["intent_ranking"][0]["name"] == "order_status"
    [number] = [e for e in parse["entities"] if e["entity"] == "order_number"]
    assert text[number["start"] : number["end"]] == number["value"] == "HK2602270001"


async def test_a_parse_leaves_nothing_behind(site: Site) -> None:
    await site.client.post("/model/parse", json={"text": "我要退货"})
    async with site.assistant.store.reading(SYSTEM) as uow:
        assert await uow.conversations.get(1) is None


async def test_a_sender_who_floods_is_slowed_down(assistant: Assistant) -> None:
    async with opened(assistant, settings_of(messages_per_minute=6)) as site, answering(assistant):
        body = {"sender": "me-123", "message": "/thank"}
        answers = [await site.client.post(WEBHOOK, json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
