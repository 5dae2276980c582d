"""The clerks' conversation: opened by the desk's session alone, and only while in service."""

import uuid

import httpx
import pytest
from desk_site import DeskSite, log_in, open_conversation
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.api.tokens import STAFF_LIFETIME, TokenError
from crm_store.models import StaffRow
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.conversations import Author, ConversationKey


def bearer(opened: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {opened.json()['token']}"}


async def say(browser: httpx.AsyncClient, opened: httpx.Response, text: str) -> httpx.Response:
    return await browser.post(
        f"/api/v1/conversations/{opened.json()['id']}/messages",
        json={"client_id": uuid.uuid4().hex, "text": text},
        headers=bearer(opened),
    )


async def switch_off(desk: DeskSite, staff_id: int) -> None:
    engine: AsyncEngine = desk.assistant.store._writer
    async with engine.begin() as connection:
        await connection.execute(
            update(StaffRow).where(StaffRow.id == staff_id).values(active=False)
        )


async def test_what_a_clerk_says_is_stored_as_that_account(desk: DeskSite) -> None:
    staff = await desk.hire("new-clerk", Role.CLERK)
    async with desk.browser() as browser:
        await log_in(browser, "new-clerk")
        opened = await open_conversation(browser, staff.id)
        assert (await say(browser, opened, "查会员")).status_code == 202
    async with desk.assistant.store.reading(SYSTEM) as uow:
        key = ConversationKey("web", "shop", opened.json()["id"])
        conversation = await uow.conversations.find(key)
        assert conversation is not None
        [message] = await uow.conversations.messages(conversation.id)
    assert conversation.staff_id == staff.id
    assert conversation.member_id is None
    assert message.author is Author.CLERK


async def test_the_answer_is_one_for_clerks(desk: DeskSite) -> None:
    staff = await desk.hire("new-clerk", Role.CLERK)
    async with desk.browser() as browser:
        await log_in(browser, "new-clerk")
        opened = await open_conversation(browser, staff.id)
        await say(browser, opened, "查会员 13800138000")
        await desk.assistant.worker.step()
        async with desk.assistant.store.reading(SYSTEM) as uow:
            found = await uow.conversations.find(
                ConversationKey("web", "shop", opened.json()["id"])
            )
            assert found is not None
            answer = (await uow.conversations.tail(found.id, limit=1))[0]
    assert "林若溪" in str(answer.payload)


async def test_a_conversation_is_ones_own_and_the_same_every_time(desk: DeskSite) -> None:
    first = await desk.hire("first", Role.CLERK)
    second = await desk.hire("second", Role.MANAGER)
    ids = {}
    for staff in (first, second):
        async with desk.browser() as browser:
            await log_in(browser, staff.login)
            again = [await open_conversation(browser, staff.id) for _ in range(2)]
            ids[staff.id] = {opened.json()["id"] for opened in again}
    assert len(ids[first.id]) == len(ids[second.id]) == 1
    assert ids[first.id] != ids[second.id]


async def test_nobody_else_gets_a_conversation(desk: DeskSite) -> None:
    clerk = await desk.hire("new-clerk", Role.CLERK)
    agent = await desk.hire("new-agent", Role.AGENT)
    async with desk.browser() as nobody:
        assert (await open_conversation(nobody, clerk.id)).status_code == 401
    async with desk.browser() as browser:
        await log_in(browser, "new-agent")
        assert (await open_conversation(browser, agent.id)).status_code == 401
        assert (await open_conversation(browser, clerk.id)).status_code == 401


async def test_a_disabled_account_loses_it_at_once(desk: DeskSite) -> None:
    staff = await desk.hire("new-clerk", Role.CLERK)
    async with desk.browser() as browser:
        await log_in(browser, "new-clerk")
        opened = await open_conversation(browser, staff.id)
        assert (await say(browser, opened, "你好")).status_code == 202
        await switch_off(desk, staff.id)
        path = f"/api/v1/conversations/{opened.json()['id']}/messages"
        assert (await say(browser, opened, "查会员")).status_code == 401
        assert (await browser.get(path, headers=bearer(opened))).status_code == 401
        assert (await open_conversation(browser, staff.id)).status_code == 401
        assert (await browser.get("/desk/clerk")).headers["location"] == "/desk/login"


async def test_tokens_of_staff_and_of_members_never_stand_in_for_each_other(
    desk: DeskSite,
) -> None:
    staff = await desk.hire("new-clerk", Role.CLERK)
    async with desk.browser() as browser:
        await log_in(browser, "new-clerk")
        opened = await open_conversation(browser, staff.id)
        refused = await browser.post("/api/v1/conversations", headers=bearer(opened))
    token = opened.json()["token"]
    assert refused.status_code == 401
    with pytest.raises(TokenError):
        desk.tokens.read_member(token)
    with pytest.raises(TokenError):
        desk.tokens.read_conversation(desk.tokens.member(staff.id))
    claims = desk.tokens.read_conversation(token)
    assert (claims.staff_id, claims.member_id) == (staff.id, None)


async def test_the_token_lives_for_minutes_and_never_outlives_the_session(desk: DeskSite) -> None:
    soon = desk.tokens._clock() + STAFF_LIFETIME / 3
    late = soon + STAFF_LIFETIME * 10
    assert desk.tokens.staff_conversation(1, soon).expires_at == soon
    assert desk.tokens.staff_conversation(1, late).expires_at < soon + STAFF_LIFETIME
