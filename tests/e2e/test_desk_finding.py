"""Looking somebody up, and the desk in the dark, in English, and without a mouse."""

import re

import pytest
from conftest import Server, Visit
from desk_people import agent, calls, customer, member, staff
from playwright.async_api import expect

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM

pytestmark = pytest.mark.browser


async def test_members_and_conversations_are_found_masked_and_on_the_record(
    visit: Visit, server: Server, desk_store: SqlStore
) -> None:
    person = await member(desk_store, "公孙雨", "13500135000")
    await calls(desk_store, "我的蓝色雨伞漏水", member_id=person)
    lin = await agent(visit, server, "agent-lin")
    await expect(lin.entry("蓝色雨伞")).to_be_visible()
    await lin.page.keyboard.press("s")
    box = lin.page.get_by_role("textbox", name="搜索")
    await expect(box).to_be_focused()
    for words in ("13500135000", "公孙雨 5000", "公孙雨"):
        await box.fill(words)
        await expect(lin.dialog.locator(".found-member")).to_contain_text("公孙雨")
        await expect(lin.dialog).not_to_contain_text("13500135000")
        await expect(lin.dialog.locator(".found-talk")).to_contain_text("我的蓝色雨伞漏水")
    await lin.dialog.locator(".found-member").click()
    await expect(lin.dialog.locator(".member-name")).to_have_text("公孙雨")
    await expect(lin.dialog).to_contain_text("135****5000")
    await expect(lin.dialog.locator(".found-talk")).to_contain_text("我的蓝色雨伞漏水")
    await box.fill("没有人说过的话")
    await expect(lin.dialog).to_contain_text("没有找到")
    await box.fill("蓝色雨伞")
    await lin.dialog.locator(".found-talk").click()
    await expect(lin.dialog).to_have_count(0)
    await expect(lin.transcript).to_contain_text("我的蓝色雨伞漏水")
    await expect(lin.packet).to_contain_text("135****5000")
    async with desk_store.reading(SYSTEM) as uow:
        looks = await uow.audit.about(f"member:{person}")
        lin_id = next(one.id for one in await uow.staff.all() if one.login == "agent-lin")
    assert {"member.search", "member.card"} <= {one.action for one in looks}
    assert all("13500135000" not in str(one) for one in looks)
    assert any(f"{lin_id}" in str(one) for one in looks)


async def test_the_desk_in_the_dark_and_in_english(
    visit: Visit, server: Server, desk_store: SqlStore
) -> None:
    await calls(desk_store, "please call me a human")
    page = await staff(visit, server, "agent-zhou", "/desk/?lang=en", locale="en-GB")
    await expect(page).to_have_title(re.compile("Service desk$"))
    await page.locator(".entry", has_text="please call me a human").click()
    await page.get_by_role("button", name="Take", exact=True).click()
    await expect(page.get_by_role("button", name="Hand back")).to_be_visible()
    for part in (".talk-head", ".composer", ".pane.packet"):
        words = await page.locator(part).inner_text()
        assert not [sign for sign in words if "\u4e00" <= sign <= "\u9fff"]

    # Who takes a conversation may write at once; keys are meant for the page outside of the box.
    await expect(page.get_by_role("textbox", name="Your answer")).to_be_focused()

    # Dark by a key, and still dark after coming back; the light follows the system till then.
    await page.locator(".transcript").focus()
    light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.keyboard.press("d")
    await expect(page.locator("body.body--dark")).to_have_count(1)
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    await page.reload()
    await expect(page.locator("body.body--dark")).to_have_count(1)

    # Keys for everything that has one are listed, and do what is listed.
    await page.locator(".entry", has_text="please call me a human").click()
    await expect(page.locator(".transcript")).to_be_visible()
    await page.locator(".transcript").focus()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("Take the next one")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("m")
    await expect(page.get_by_role("textbox", name="Your note")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("r")
    await expect(page.get_by_role("textbox", name="Your answer")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("e")
    await page.get_by_role("textbox", name="In a few words").fill("done")
    await page.keyboard.press("Enter")
    await expect(page.locator(".talk-head")).to_contain_text("resolved")


async def test_n_takes_the_next_one(visit: Visit, server: Server) -> None:
    guest = await customer(visit)
    await guest.say("转人工客服，下一位是我")
    zhou = await agent(visit, server, "agent-zhou")
    await expect(zhou.entry("下一位是我")).to_be_visible()
    await zhou.page.keyboard.press("n")
    await expect(zhou.box).to_be_focused()
    await zhou.resolve_as("好了")


async def test_who_reloads_goes_on_where_they_were(
    visit: Visit, server: Server, desk_store: SqlStore
) -> None:
    await calls(desk_store, "我的灯不亮了")
    lin = await agent(visit, server, "agent-lin")
    await lin.open_and_take("我的灯不亮了")
    await lin.box.fill("您好，请问灯是什么时候")
    await lin.page.reload()
    await expect(lin.transcript).to_contain_text("我的灯不亮了")
    await expect(lin.box).to_have_value("您好，请问灯是什么时候")
    await lin.box.press("End")
    await lin.box.press_sequentially("买的？")
    await lin.box.press("Enter")
    await expect(lin.transcript).to_contain_text("您好，请问灯是什么时候买的？")
    await lin.page.reload()
    await expect(lin.transcript).to_contain_text("我的灯不亮了")
    await expect(lin.box).to_have_value("")
    await expect(lin.group("mine")).to_contain_text("已回复")


async def test_pages_say_their_language(visit: Visit, server: Server) -> None:
    for path, tag in (("/desk/?lang=zh", "zh-CN"), ("/desk/?lang=en", "en-US")):
        page = await staff(visit, server, "manager", path)
        await expect(page.locator("html")).to_have_attribute("lang", tag)
        board = await staff(visit, server, "manager", path.replace("/?", "/board?"))
        await expect(board.locator("html")).to_have_attribute("lang", tag)
