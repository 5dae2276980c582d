"""A guest's flow goes on after the login, once, and only for who held the guest's conversation."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import jwt
from small_site import TOKEN_KEY, Site, Talk, bearer


async def logged_in(site: Site, member: int, guest: str | None = None, **claims: object) -> Talk:
    """Open a member's conversation with the guest's token of the same browser."""
    now = datetime.now(UTC)
    whole = {"sub": str(member), "aud": "huike:member", "iat": now, "exp": now + timedelta(hours=1)}
    token = jwt.encode({**whole, **claims}, TOKEN_KEY, "HS256")
    answer: httpx.Response = await site.client.post(
        "/api/v1/conversations", headers=bearer(token), json={"guest": guest}
    )
    assert answer.status_code == 201, answer.text
    return Talk(site, answer.json()["id"], answer.json()["token"])


async def until_said(talk: Talk, text: str) -> list[dict[str, object]]:
    """Read the conversation once the last message holds a text."""
    async with asyncio.timeout(60):
        while text not in str((said := await talk.read())[-1]["text"]):  # noqa: ASYNC110 - HTTP
            await asyncio.sleep(0.02)
    return said


async def asked_to_log_in(site: Site, text: str = "我还有多少积分") -> Talk:
    guest = await site.open()
    await guest.say(text)
    assert "登录" in str((await guest.answered())[-1]["text"])
    return guest


async def test_what_a_guest_asked_is_answered_after_the_login(site: Site) -> None:
    guest = await asked_to_log_in(site)
    member = await logged_in(site, site.member, guest.token)
    said = await member.answered()
    assert [one["author"] for one in said] == ["bot", "bot"]
    assert "登录成功" in str(said[0]["text"])
    assert "1,200积分" in str(said[1]["text"])


async def test_a_flow_goes_on_with_what_was_told_before(site: Site) -> None:
    guest = await asked_to_log_in(site, "我想改一下会员资料里的生日")
    member = await logged_in(site, site.member, guest.token)
    assert "您的生日是哪年哪月哪日" in str((await member.answered())[-1]["text"])


async def test_it_goes_on_once(site: Site) -> None:
    guest = await asked_to_log_in(site)
    member = await logged_in(site, site.member, guest.token)
    once = await member.answered()
    again = await logged_in(site, site.member, guest.token)
    assert await again.read() == once
    somebody = await logged_in(site, site.other, guest.token)
    assert await somebody.read() == []


async def test_a_token_of_anything_else_takes_nothing_over(site: Site) -> None:
    await asked_to_log_in(site)
    other = await logged_in(site, site.other)
    for token in (other.token, "nonsense", None):
        member = await logged_in(site, site.member, token)
        assert await member.read() == []


async def test_a_guest_who_asked_nothing_leaves_nothing(site: Site) -> None:
    guest = await site.open()
    await guest.say("你好")
    await guest.answered()
    member = await logged_in(site, site.member, guest.token)
    assert await member.read() == []


async def test_an_old_login_is_asked_for_again_and_the_new_one_goes_on(site: Site) -> None:
    yesterday = int((site.assistant.services.clock() - timedelta(hours=1)).timestamp())
    member = await logged_in(site, site.member, auth_time=yesterday)
    await member.say("我想改一下会员资料里的生日")
    assert "刚刚登录过" in str((await member.answered())[-1]["text"])
    again = await logged_in(site, site.member)
    said = await until_said(again, "您的生日是哪年哪月哪日")
    assert await (await logged_in(site, site.member)).read() == said
