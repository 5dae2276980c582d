"""What an agent does with a conversation, and what comes of it for the customer and the shop."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Server, Visit
from desk_people import agent, buys, calls, customer, member
from playwright.async_api import expect

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.cases import CaseKind
from crm_store.types.conversations import Owner
from crm_store.types.handoffs import HandoffState
from crm_store.types.orders import OrderState

pytestmark = pytest.mark.browser


async def test_from_a_canned_answer_to_the_bot_that_follows_an_instruction(
    visit: Visit, server: Server
) -> None:
    guest = await customer(visit)
    await guest.say("转人工客服，想买点东西")
    lin = await agent(visit, server, "agent-lin")
    await lin.open_and_take("想买点东西")

    # Canned replies: the slash opens them, words search them, variables are filled in.
    await lin.page.keyboard.press("/")
    await lin.page.get_by_role("textbox", name="搜索快捷回复").fill("问候")
    await expect(lin.dialog.get_by_role("option")).to_have_count(1)
    await lin.page.keyboard.press("Enter")
    greeting = f"您好，我是客服{await lin.name()}，很高兴为您服务。"
    await expect(lin.box).to_have_value(greeting)
    await lin.box.press("Enter")
    await expect(guest.said_to_me.last).to_contain_text(greeting)

    # Products go as cards.
    await lin.page.get_by_role("button", name="发送商品").click()
    await lin.page.get_by_role("textbox", name="搜索商品").fill("面霜")
    send = lin.dialog.get_by_role("button", name="发送卡片")
    await expect(send).to_be_disabled()
    first = lin.dialog.locator(".product").first
    await expect(first).to_contain_text("面霜")
    product = (await first.inner_text()).split(" · ")[0]
    await first.click()
    await send.click()
    await expect(guest.said_to_me.last.locator(".card h3")).to_have_text(product)
    await expect(lin.transcript.locator(".from-agent .card")).to_contain_text(product)

    # Put aside, it comes back when the customer writes, and to whoever put it aside.
    await lin.page.locator(".transcript").focus()
    await lin.page.keyboard.press("z")
    await lin.dialog.get_by_role("button", name="15分钟后").click()
    await expect(lin.group("snoozed").locator(".entry")).to_contain_text("分钟后")
    await expect(lin.head).to_contain_text("稍后处理")
    await lin.button("继续处理").click()
    await expect(lin.group("mine").locator(".entry", has_text="想买点东西")).to_be_visible()
    await lin.button("稍后").click()
    await lin.dialog.get_by_role("button", name="明早九点").click()
    await expect(lin.group("snoozed").locator(".entry")).to_be_visible()
    await guest.say("我选好了")
    await expect(lin.group("mine").locator(".entry", has_text="我选好了")).to_be_visible()
    await expect(lin.box).to_be_visible()

    # Handed back with an instruction, the bot does what it says as its next answer.
    await lin.hand_back("查一下线下门店在哪里")
    await expect(lin.head).to_contain_text("已交还机器人")
    await expect(guest.said_to_me.last).to_contain_text("店")
    await expect(lin.transcript.locator(".message.note").last).to_contain_text("查一下线下门店")
    await expect(guest.page.locator("huike-chat .log")).not_to_contain_text("查一下线下门店")
    await expect(lin.packet).to_contain_text("查一下线下门店在哪里")


async def test_resolved_with_a_reason_and_reopened(
    visit: Visit, server: Server, desk_store: SqlStore
) -> None:
    here = await calls(desk_store, "请给我退款说明")
    lin = await agent(visit, server, "agent-lin")
    await lin.open_and_take("请给我退款说明")
    await lin.answer("三个工作日内到账")
    await lin.resolve_as("说明了到账时间", "已解答")
    await expect(lin.head).to_contain_text("已办结")
    await expect(lin.packet).to_contain_text("已解答")
    async with desk_store.reading(SYSTEM) as uow:
        conversation = await uow.conversations.get(here)
        [closed] = [
            one
            for one in await uow.handoffs.closed(datetime.now(UTC) - timedelta(hours=1))
            if one.conversation_id == here
        ]
    assert conversation is not None
    assert (conversation.owner, closed.resolution_code) == (Owner.BOT, "informed")
    await lin.button("重新打开").click()
    await expect(lin.box).to_be_visible()
    await expect(lin.transcript).to_contain_text("会话已重新打开")
    async with desk_store.reading(SYSTEM) as uow:
        again = await uow.handoffs.current(here)
    assert again is not None
    assert (again.id, again.state) == (closed.id, HandoffState.TAKEN)


async def test_after_sales_forms_do_it_in_the_shop(
    visit: Visit, server: Server, desk_store: SqlStore
) -> None:
    person = await member(desk_store, "司马青", "13600136000")
    await buys(server, person, "HKT900001", OrderState.DELIVERED)
    await buys(server, person, "HKT900002", OrderState.PAID)
    packet: dict[str, object] = {"orders": ["HKT900001"], "member_id": person}
    await calls(desk_store, "面霜坏了要退", member_id=person, packet=packet)
    lin = await agent(visit, server, "agent-lin")
    await lin.open_and_take("面霜坏了要退")

    await lin.button("代办").click()
    await lin.page.locator(".errand-menu").get_by_text("退货", exact=True).click()
    await expect(lin.dialog.locator(".asking")).to_have_text("原因")
    await lin.dialog.get_by_role("button", name="坏了或有质量问题").click()
    await expect(lin.dialog).to_contain_text("HKT900001")
    await expect(lin.dialog).to_contain_text("快递上门取")
    async with desk_store.reading(SYSTEM) as uow:
        assert await uow.cases.for_order("HKT900001") == []
    await lin.dialog.get_by_role("button", name="确认办理").click()
    await lin.dialog.get_by_role("button", name="告诉顾客").click()
    await expect(lin.box).to_have_value(re.compile("退货.*编号"))
    async with desk_store.reading(SYSTEM) as uow:
        [case] = await uow.cases.for_order("HKT900001")
        audited = await uow.audit.about(f"member:{person}")
    assert (case.kind, case.member_id) == (CaseKind.RETURN, person)
    done = next(one for one in audited if one.action == "desk.errand")
    assert done.detail["intent"] == "return_item"

    # What cannot be done with the order of the packet is begun anew with another; the address
    # goes into the shop.
    await lin.button("代办").click()
    await lin.page.locator(".errand-menu").get_by_text("修改订单").click()
    await expect(lin.dialog.locator(".asking")).to_contain_text("按规定不能办理")
    await lin.dialog.get_by_role("button", name="重新填写").click()
    await lin.dialog.get_by_role("button", name="收货地址").click()
    await lin.dialog.get_by_role("textbox", name="回复内容").fill("上海市静安区南京西路100号5室")
    await lin.page.keyboard.press("Enter")
    await expect(lin.dialog).to_contain_text("上海市静安区南京西路100号5室")
    await lin.dialog.get_by_role("button", name="确认办理").click()
    await expect(lin.dialog).to_contain_text("已办理。可以这样告诉顾客")
    await lin.dialog.get_by_role("button", name="告诉顾客").click()
    async with desk_store.reading(SYSTEM) as uow:
        order = await uow.orders.by_number("HKT900002")
    assert order is not None
    assert order.delivery.address.startswith("上海市静安区")
