"""Two agents, a manager and a customer at once: who sees what of whom, and who has it."""

import re

import pytest
from conftest import Server, Visit
from desk_people import agent, calls, customer, says
from playwright.async_api import expect

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM

pytestmark = pytest.mark.browser


async def test_two_agents_and_a_customer_see_what_the_others_do(
    visit: Visit, server: Server
) -> None:
    guest = await customer(visit)
    await guest.say("转人工客服，两位都在看")
    lin = await agent(visit, server, "agent-lin")
    zhou = await agent(visit, server, "agent-zhou")
    await lin.open_and_take("两位都在看")
    await zhou.open("两位都在看")

    # Each is told of the other, and loses the warning when the other looks elsewhere.
    await expect(lin.page.locator(".company")).to_have_text(f"{await zhou.name()}也在看这个会话")
    await expect(zhou.page.locator(".company")).to_have_text(f"{await lin.name()}也在看这个会话")

    # Typing, both ways; it ends with what was typed.
    await guest.box.press_sequentially("我的")
    await expect(lin.page.locator(".typing")).to_be_visible()
    await guest.say("我的包裹没到")
    await expect(lin.transcript).to_contain_text("我的包裹没到")
    await expect(lin.page.locator(".typing")).to_be_hidden()
    await lin.box.press_sequentially("h")
    await expect(guest.typing).to_be_visible()

    # What was delivered needs no word; nothing is in between for long.
    await lin.answer("我查一下")
    await expect(guest.said_to_me.last).to_contain_text("我查一下")
    await expect(guest.typing).to_be_hidden()
    below = lin.transcript.locator(".from-agent .below").last
    await expect(below).to_have_text(re.compile(rf"^{await lin.name()} · \d\d:\d\d$"))

    # A note is for colleagues: the one it names is called, the customer sees nothing.
    before = await guest.said_to_me.count()
    await lin.page.locator(".mode.note_mode").click()
    await lin.note_box.fill(f"@{await zhou.name()} 这单仓库漏发了，帮忙看下")
    await lin.note_box.press("Enter")
    note = zhou.transcript.locator(".message.note")
    await expect(note).to_contain_text("这单仓库漏发了")
    await expect(note).to_contain_text(f"{await lin.name()} · 内部备注")
    await expect(zhou.entry("我的包裹没到").locator(".mention")).to_be_visible()
    await expect(lin.entry("我的包裹没到").locator(".mention")).to_be_hidden()
    await expect(zhou.box).to_be_hidden()
    await zhou.note_box.fill("收到，已补发")
    await zhou.note_box.press("Enter")
    await expect(lin.transcript.locator(".message.note").last).to_contain_text("收到，已补发")
    await expect(zhou.entry("我的包裹没到").locator(".mention")).to_be_hidden()
    assert await guest.said_to_me.count() == before

    # To a colleague: they have it at once, and the customer is answered by them.
    await lin.transfer_to("同事", await zhou.name())
    await expect(zhou.group("mine").locator(".entry", has_text="我的包裹没到")).to_be_visible()
    await expect(lin.head).to_contain_text(f"这个会话已由{await zhou.name()}接手")
    await expect(lin.box).to_be_hidden()
    await zhou.page.locator(".mode.answer_mode").click()
    await zhou.answer("已为您补发")
    await expect(guest.said_to_me.last).to_contain_text("已为您补发")
    await expect(guest.said_to_me.last.locator(".name")).to_have_text(await zhou.name())
    await zhou.resolve_as("已补发")
    await expect(zhou.head).to_contain_text("已办结")


async def test_it_is_passed_on_to_a_skill_a_shop_and_a_manager(
    visit: Visit, server: Server, desk_store: SqlStore
) -> None:
    here = await calls(desk_store, "请转给懂支付的")
    lin = await agent(visit, server, "agent-lin")
    manager = await agent(visit, server, "manager")
    await lin.open_and_take("请转给懂支付的")
    await lin.transfer_to("技能组", "支付")
    await expect(lin.take).to_be_visible()
    async with desk_store.reading(SYSTEM) as uow:
        waiting = await uow.handoffs.current(here)
        shop = (await uow.catalog.shops())[0]
    assert waiting is not None
    assert waiting.needs.skill == "payments"

    await lin.take.click()
    await lin.transfer_to("门店", shop.name.zh)
    await expect(lin.take).to_be_visible()
    async with desk_store.reading(SYSTEM) as uow:
        waiting = await uow.handoffs.current(here)
    assert waiting is not None
    assert waiting.needs.store_id == shop.id

    # A manager reassigns what waits, and takes over what somebody has.
    await manager.open("请转给懂支付的")
    await manager.transfer_to("同事", await lin.name())
    await expect(lin.group("mine").locator(".entry", has_text="懂支付")).to_be_visible()
    await expect(manager.head).to_contain_text(f"这个会话已由{await lin.name()}接手")
    await manager.button("接管").click()
    await expect(manager.box).to_be_visible()
    await expect(lin.head).to_contain_text(f"这个会话已由{await manager.name()}接手")
    await expect(lin.button("接管")).to_have_count(0)
    await manager.answer("我是主管，由我来处理")
    await says(desk_store, "请转给懂支付的", "谢谢主管")
    await expect(manager.transcript).to_contain_text("谢谢主管")
    await expect(manager.transcript).to_contain_text("主管已接手")
    await manager.resolve_as("已处理", "已解决")
    await expect(manager.button("重新打开")).to_be_visible()
    await manager.button("重新打开").click()
    await expect(manager.box).to_be_visible()
