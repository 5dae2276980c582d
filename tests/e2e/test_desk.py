"""The desk in a real browser, on the real server: from the guest's call to the bot's return."""

import re

import pytest
from conftest import Server, Visit
from desk_people import Customer, agent, customer, staff
from playwright.async_api import expect

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import ConversationKey, InboundMessage
from crm_store.types.handoffs import HandoffReason
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity, NewMember

pytestmark = pytest.mark.browser

ATTACK = "<img src=x onerror=\"document.title='broken'\"><b>转人工</b>"


async def test_a_handoff_from_the_call_to_the_return(visit: Visit, server: Server) -> None:
    guest = await customer(visit)
    await guest.say("推荐一款敏感肌面霜")
    await expect(guest.said_to_me.first.locator(".card").first).to_be_visible()
    product = await guest.said_to_me.first.locator(".card h3").first.inner_text()
    await guest.say("我要转人工客服，谢谢")

    lin = await agent(visit, server, "agent-lin")
    await expect(lin.page).to_have_title(re.compile(r"^\(\d+\) 客服台$"))
    await lin.entry("我要转人工客服，谢谢").click()
    await expect(lin.packet).to_contain_text("顾客要求人工")
    await expect(lin.packet).to_contain_text("我要转人工客服，谢谢")
    await expect(lin.packet).to_contain_text(product)
    await expect(lin.transcript).to_contain_text("推荐一款敏感肌面霜")

    zhou = await agent(visit, server, "agent-zhou")
    await zhou.entry("我要转人工客服，谢谢").click()
    await expect(zhou.take).to_be_visible()

    await lin.take.click()
    await expect(lin.box).to_be_focused()
    name = await lin.page.locator(".desk-agent").inner_text()
    await expect(zhou.page.locator(".talk-head")).to_contain_text(f"这个会话已由{name}接手")
    await expect(zhou.take).to_have_count(0)
    await expect(zhou.box).to_be_hidden()

    await lin.page.keyboard.type("您好，我来帮您挑。")
    await lin.page.keyboard.press("Enter")
    await expect(lin.box).to_have_value("")
    answer = guest.said_to_me.filter(has_text="您好，我来帮您挑。")
    await expect(answer).to_have_count(1)
    await expect(answer.locator(".name")).to_have_text(name)

    before = await guest.said_to_me.count()
    await guest.say("附近有门店吗")
    await expect(lin.transcript).to_contain_text("附近有门店吗")
    await lin.box.fill("您在哪个区？")
    await lin.box.press("Enter")
    await expect(guest.said_to_me.last).to_contain_text("您在哪个区？")
    assert await guest.said_to_me.count() == before + 1, "the bot must not answer meanwhile"


async def test_a_closed_handoff_is_the_bots_again(visit: Visit, server: Server) -> None:
    guest = await customer(visit)
    await guest.say("我要转人工客服，请快一点")
    lin = await agent(visit, server, "agent-lin")
    await lin.entry("请快一点").click()
    await lin.take.click()
    await lin.resolve_as("已推荐面霜")
    await expect(lin.page.locator(".talk-head")).to_contain_text("已办结")
    await expect(lin.packet).to_contain_text("已推荐面霜")
    await expect(lin.box).to_be_hidden()
    after = await guest.said_to_me.count()
    await guest.say("你好")
    await expect(guest.said_to_me).to_have_count(after + 1)

    await guest.say("还是转人工客服吧")
    await lin.entry("还是转人工客服吧").click()
    await lin.take.click()
    await lin.hand_back()
    await expect(lin.page.locator(".talk-head")).to_contain_text("已交还机器人")
    after = await guest.said_to_me.count()
    await guest.say("你好")
    await expect(guest.said_to_me).to_have_count(after + 1)


async def test_what_people_write_is_text(visit: Visit, server: Server) -> None:
    guest = await customer(visit)
    await guest.say("转人工客服")
    await guest.say(ATTACK)
    lin = await agent(visit, server, "agent-lin")
    await lin.entry(ATTACK).click()
    await expect(lin.transcript.locator(".from-customer .text").last).to_have_text(ATTACK)
    await lin.take.click()
    await lin.resolve_as(ATTACK)
    await expect(lin.packet).to_contain_text(ATTACK)
    await expect(lin.page).to_have_title(re.compile("客服台$"))
    assert await lin.page.locator(".desk img").count() == 0


async def test_the_keyboard_is_enough(visit: Visit, server: Server) -> None:
    for words in ("转人工客服，键盘一", "转人工客服，键盘二"):
        await (await customer(visit)).say(words)
    lin = await agent(visit, server, "agent-lin")
    await expect(lin.entry("键盘二")).to_be_visible()
    keys = lin.page.keyboard
    await lin.entry("键盘一").focus()
    await keys.press("j")
    await expect(lin.entry("键盘二")).to_be_focused()
    await keys.press("k")
    await expect(lin.entry("键盘一")).to_be_focused()
    await keys.press("Enter")
    await expect(lin.entry("键盘一")).to_have_attribute("aria-current", "true")
    await expect(lin.take).to_be_visible()
    await keys.press("t")
    await expect(lin.box).to_be_focused()
    await expect(lin.box).to_have_value("")
    await keys.press("Escape")
    await expect(lin.entry("键盘一")).to_be_focused()


async def test_every_customer_has_a_draft_of_their_own(visit: Visit, server: Server) -> None:
    for words in ("转人工客服，草稿一", "转人工客服，草稿二"):
        await (await customer(visit)).say(words)
    lin = await agent(visit, server, "agent-lin")
    for words in ("草稿一", "草稿二"):
        await lin.entry(words).click()
        await expect(lin.transcript).to_contain_text(words)
        await lin.take.click()
        await expect(lin.box).to_have_value("")
        await lin.box.fill(f"给{words}的话")
    await lin.entry("草稿一").click()
    await expect(lin.box).to_have_value("给草稿一的话")


async def test_who_reads_further_up_is_not_thrown_about(visit: Visit, server: Server) -> None:
    guest = await customer(visit)
    await guest.say("转人工客服，我先说几句")
    lin = await agent(visit, server, "agent-lin", viewport={"width": 1280, "height": 480})
    await lin.entry("我先说几句").click()
    for number in range(8):
        await guest.say(f"第{number}句，说得长一点")
    newest = lin.transcript.locator(".message").last
    await expect(newest).to_contain_text("第7句")
    await expect(newest).to_be_in_viewport()
    await lin.transcript.evaluate("area => { area.scrollTop = 0; }")
    await guest.say("最后一句")
    await expect(newest).to_contain_text("最后一句")
    await expect(lin.page.get_by_role("button", name="新消息")).to_be_visible()
    assert await lin.transcript.evaluate("area => area.scrollTop") == 0
    await lin.page.get_by_role("button", name="新消息").click()
    await expect(newest).to_be_in_viewport()


async def test_a_clerk_looks_up_a_member(
    visit: Visit, server: Server, desk_store: SqlStore
) -> None:
    phone = NewIdentity(IdentityKind.PHONE, "13912345678", IdentityStatus.ATTESTED, "desk")
    async with desk_store.writing(SYSTEM) as uow:
        await uow.members.add(NewMember("欧阳静", identities=(phone,)))
    page = await staff(visit, server, "clerk-sh01", "/desk/clerk?lang=zh")
    assert "/desk/clerk" in page.url
    await page.get_by_role("button", name="查会员").click()
    answers = page.locator("huike-chat .row.theirs:not(.typing)")
    await expect(answers).to_have_count(1)
    clerk = Customer(page)
    await clerk.say("13912345678")
    await expect(answers.last.locator(".card")).to_contain_text("欧阳静")
    await expect(answers.last).not_to_contain_text("13912345678")
    await page.goto(f"{server.url}/desk/")
    await expect(page).to_have_url(re.compile("/desk/clerk"))
    await page.reload()
    await expect(answers).to_have_count(2)
    await page.get_by_role("button", name="退出").click()
    await expect(page).to_have_url(re.compile("/desk/login"))


async def test_a_whole_number_is_shown_for_a_purpose_and_on_the_record(
    visit: Visit, server: Server, desk_store: SqlStore
) -> None:
    phone = NewIdentity(IdentityKind.PHONE, "13712345678", IdentityStatus.ATTESTED, "desk")
    key = ConversationKey("web", "shop", "who-wants-a-call")
    async with desk_store.writing(SYSTEM) as uow:
        member = await uow.members.add(NewMember("上官云", identities=(phone,)))
        said = InboundMessage(key, "1", "请给我回电", member_id=member.id)
        [receipt] = await uow.conversations.receive([said])
        await uow.handoffs.request(receipt.conversation_id, HandoffReason.ASKED, {}, epoch=0)
    lin = await agent(visit, server, "agent-lin")
    await lin.entry("请给我回电").click()
    await expect(lin.packet).to_contain_text("137****5678")
    await expect(lin.packet).not_to_contain_text("13712345678")
    await lin.packet.get_by_role("button", name="显示完整号码").click()
    await lin.page.get_by_role("listitem").filter(has_text="回电").click()
    await expect(lin.packet).to_contain_text("13712345678")
    async with desk_store.reading(SYSTEM) as uow:
        entries = await uow.audit.about(f"member:{member.id}")
    assert ("identity.unmask", "call_back") in {(one.action, one.purpose) for one in entries}


@pytest.mark.parametrize("width", [1366, 390])
async def test_nothing_sticks_out_sideways(visit: Visit, server: Server, width: int) -> None:
    guest = await customer(visit)
    await guest.say(f"转人工客服 {'很长' * 40} {width}")
    screen = {"width": width, "height": 800}
    lin = await agent(visit, server, "agent-lin", viewport=screen, color_scheme="dark")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    await expect(lin.entry(str(width)).first).to_be_visible()
    assert await lin.page.evaluate(overflow) == 0
    await lin.entry(str(width)).first.click()
    await expect(lin.take).to_be_in_viewport()
    await expect(lin.packet).to_be_in_viewport()
    assert await lin.page.evaluate(overflow) == 0
