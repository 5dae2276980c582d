"""The chat in a real browser, on the real server."""

import re
from collections.abc import Awaitable

import pytest
from conftest import Server, Visit
from playwright.async_api import Locator, Page, Route, expect

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


class Chat:
    """The chat on a page, as its user sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel = page.locator("huike-chat .panel")
        self.launcher = page.locator("huike-chat .launcher")
        self.input = page.locator("huike-chat textarea")
        self.mine = page.locator("huike-chat .row.mine")
        self.theirs = page.locator("huike-chat .row.theirs:not(.typing)")
        self.title = page.locator("huike-chat h2")
        self.status = page.locator("huike-chat .status")

    async def open(self) -> "Chat":
        await self.launcher.click()
        await expect(self.panel).to_be_visible()
        return self

    async def say(self, text: str) -> Locator:
        """Send a text and return the answer to it."""
        await self.input.fill(text)
        return await self.answer_to(self.input.press("Enter"))

    async def answer_to(self, action: Awaitable[None]) -> Locator:
        """Do something that the assistant answers; return the first part of the answer."""
        before, said = await self.theirs.count(), await self.mine.count()
        await action
        await expect(self.mine).to_have_count(said + 1)
        await expect(self.theirs.nth(before)).to_be_visible()
        await expect(self.page.locator("huike-chat .typing")).to_be_hidden()
        return self.theirs.nth(before)

    async def texts(self) -> list[str]:
        return await self.page.locator("huike-chat .text").all_inner_texts()


async def test_a_conversation_in_chinese(visit: Visit) -> None:
    chat = await Chat(await (await visit()).page()).open()
    await expect(chat.title).to_have_text("在线客服")
    reply = await chat.say("你好")
    await expect(reply.locator(".text")).to_have_text(re.compile("[\u4e00-\u9fff]"))
    await expect(chat.mine.locator(".state").last).to_have_text("已发送")


async def test_a_conversation_in_english(visit: Visit) -> None:
    chat = await Chat(await (await visit(locale="en-GB")).page()).open()
    await expect(chat.title).to_have_text("Chat with us")
    reply = await chat.say("hello there")
    assert (await reply.locator(".text").inner_text()).isascii()


async def test_the_labels_change_language_and_stay(visit: Visit) -> None:
    page = await (await visit()).page()
    chat = await Chat(page).open()
    await chat.say("你好")
    await page.locator("huike-chat .languages").select_option("zh-Hant")
    await expect(chat.title).to_have_text("線上客服")
    await expect(chat.mine).to_have_count(1)
    await page.reload()
    await Chat(page).open()
    await expect(chat.title).to_have_text("線上客服")


async def test_products_are_cards_and_buttons_can_be_pressed(visit: Visit) -> None:
    chat = await Chat(await (await visit()).page()).open()
    reply = await chat.say("你能做什么")
    choice = reply.locator(".choices button").first
    title = await choice.inner_text()
    await chat.answer_to(choice.click())
    await expect(chat.mine.last.locator(".text")).to_have_text(title)
    await expect(reply.locator(".choices")).to_have_count(0)
    found = await chat.say("有没有保湿面霜")
    card = found.locator(".card").first
    await expect(card.locator("h3")).not_to_be_empty()
    await expect(card.locator(".picture svg path")).to_have_count(1)


async def test_a_reload_goes_on_where_it_was(visit: Visit) -> None:
    page = await (await visit()).page()
    chat = await Chat(page).open()
    await chat.say("你好")
    await chat.say("谢谢")
    said = await chat.texts()
    await page.reload()
    await Chat(page).open()
    await expect(chat.mine).to_have_count(2)
    assert await chat.texts() == said
    await chat.say("再见")
    assert (await chat.texts())[: len(said)] == said


async def test_what_is_typed_without_a_connection_is_sent_once(visit: Visit) -> None:
    visitor = await visit()
    page = await visitor.page()
    chat = await Chat(page).open()
    await chat.say("你好")
    await visitor.context.set_offline(True)
    await chat.input.fill("断网时写的")
    await chat.input.press("Enter")
    await expect(chat.mine.last).to_have_attribute("data-state", re.compile("queued|sending"))
    await visitor.context.set_offline(False)
    await expect(chat.mine.last).to_have_attribute("data-state", "sent")
    await page.reload()
    await Chat(page).open()
    await expect(chat.mine.filter(has_text="断网时写的")).to_have_count(1)
    visitor.errors.clear()  # The browser reports every request that could not leave.


async def test_an_answer_that_got_lost_does_not_send_twice(visit: Visit) -> None:
    """The server takes the message, the connection breaks before it says so."""
    visitor = await visit()
    page = await visitor.page()
    chat = await Chat(page).open()
    await chat.say("你好")
    lost = 0

    async def lose_the_answer(route: Route) -> None:
        nonlocal lost
        if route.request.method != "POST" or lost == 2:
            await route.continue_()
            return
        lost += 1
        await route.fetch()
        await route.abort()

    await page.route("**/messages", lose_the_answer)
    await chat.say("只说一遍")
    await page.reload()
    await Chat(page).open()
    await expect(chat.mine.filter(has_text="只说一遍")).to_have_count(1)
    visitor.errors.clear()  # The aborted requests.


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=\"document.title='owned'\">",
        "<script>document.title='owned'</script>",
        "javascript:document.title='owned'",
        "\u202e\u2066rtl <b>bold</b>",
    ],
)
async def test_markup_is_shown_as_text(visit: Visit, text: str) -> None:
    page = await (await visit()).page()
    chat = await Chat(page).open()
    title = await page.title()
    await chat.say(text)
    assert await chat.mine.locator(".text").first.text_content() == text
    assert await page.locator("huike-chat .bubble :is(img, script, b, a)").count() == 0
    assert await page.title() == title


async def test_a_human_takes_over_and_gives_back(visit: Visit, desk_store: SqlStore) -> None:
    chat = await Chat(await (await visit()).page()).open()
    await chat.say("转人工")
    await expect(chat.status).to_have_text("正在转接人工客服")
    await expect(chat.page.locator("huike-chat .notice")).to_be_visible()
    async with desk_store.reading(SYSTEM) as uow:
        agent = next(one for one in await uow.staff.all() if one.role is Role.AGENT)
    actor = Actor(Role.AGENT, staff_id=agent.id, surface=Surface.DESK)
    async with desk_store.writing(actor) as uow:
        handoff = (await uow.handoffs.open(states=("waiting",)))[-1]
        await uow.handoffs.take(handoff.id)
        await uow.handoffs.answer(handoff.id, "您好，<b>我</b>来处理")
    await expect(chat.title).to_have_text("人工客服")
    await expect(chat.status).to_contain_text(agent.name)
    await expect(chat.theirs.last.locator(".text")).to_have_text("您好，<b>我</b>来处理")
    await expect(chat.theirs.last.locator(".name")).to_have_text(agent.name)
    async with desk_store.writing(actor) as uow:
        await uow.handoffs.resolve(handoff.id, "已处理")
    await expect(chat.title).to_have_text("在线客服")
    await chat.say("谢谢")


async def test_who_waits_may_leave_at_any_time(visit: Visit) -> None:
    chat = await Chat(await (await visit()).page()).open()
    await chat.say("转人工")
    await expect(chat.status).to_have_text("正在转接人工客服")
    await chat.input.fill("有人吗")
    await chat.input.press("Enter")
    await expect(chat.mine).to_have_count(2)
    await chat.answer_to(chat.page.locator("huike-chat .leaver").click())
    await expect(chat.status).to_contain_text("智能助手")
    await expect(chat.page.locator("huike-chat .leaver")).to_be_hidden()
    await expect(chat.theirs.last.locator(".text")).to_contain_text("取消排队")


async def test_a_demo_member_is_known_and_a_guest_is_not(visit: Visit) -> None:
    page = await (await visit()).page()
    await page.locator("[data-who]").click()
    member = page.locator("[data-member]:not([data-member=''])").first
    name = await member.locator("b").inner_text()
    await member.click()
    await expect(page.locator("[data-who-name]")).to_have_text(name)
    chat = await Chat(page).open()
    await expect((await chat.say("我有多少积分")).locator(".text")).to_have_text(re.compile(r"\d"))
    said = await chat.mine.count()
    await page.locator("[data-who]").click()
    await page.locator("[data-member='']").click()
    await expect(chat.mine).to_have_count(0)
    assert said > 0


async def test_on_a_phone_the_chat_fills_the_screen(visit: Visit) -> None:
    page = await (await visit(**PHONE, reduced_motion="reduce")).page()
    chat = Chat(page)
    await chat.launcher.tap()
    await expect(chat.panel).to_be_visible()
    box = await chat.panel.bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    size = await chat.input.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    assert size >= 16, "a smaller input makes phones zoom in"
    await chat.say("有没有保湿面霜")
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    await page.locator("huike-chat .closer").tap()
    await expect(chat.panel).to_be_hidden()


async def test_the_keyboard_is_enough(visit: Visit) -> None:
    page = await (await visit()).page()
    chat = Chat(page)
    await chat.launcher.focus()
    await page.keyboard.press("Enter")
    await expect(chat.input).to_be_focused()
    await page.keyboard.type("第一行")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("第二行")
    await expect(chat.mine).to_have_count(0)
    await page.keyboard.press("Enter")
    await expect(chat.mine.locator(".text")).to_have_text("第一行\n第二行", use_inner_text=True)
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_focused()


async def test_enter_picks_a_word_while_an_input_method_composes(visit: Visit) -> None:
    chat = await Chat(await (await visit()).page()).open()
    await chat.input.fill("ni hao")
    composing = """element => element.dispatchEvent(new KeyboardEvent(
        "keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))"""
    await chat.input.evaluate(composing)
    await expect(chat.mine).to_have_count(0)
    await expect(chat.input).to_have_value("ni hao")


async def test_screen_readers_are_told(visit: Visit) -> None:
    page = await (await visit()).page()
    chat = await Chat(page).open()
    log = page.get_by_role("log", name="对话内容")
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(page.get_by_role("dialog", name="在线客服")).to_be_visible()
    for name in ("关闭", "发送"):
        await expect(page.get_by_role("button", name=name, exact=True)).to_have_count(1)
    await chat.say("你好")
    await expect(log).to_contain_text("您: 你好")


async def test_a_message_that_was_refused_can_be_tried_again(visit: Visit) -> None:
    visitor = await visit()
    page = await visitor.page()
    chat = await Chat(page).open()
    await chat.say("你好")

    async def refuse(route: Route) -> None:
        if route.request.method == "POST":
            await route.fulfill(status=422, json={"code": "message_not_text"})
        else:
            await route.continue_()

    await page.route("**/messages", refuse)
    await chat.input.fill("再试一次")
    await chat.input.press("Enter")
    await expect(chat.mine.last).to_contain_text("未发送: 含有无法发送的字符")
    await page.unroute("**/messages")
    await chat.mine.last.get_by_role("button", name="重试").click()
    await expect(chat.mine.last).to_have_attribute("data-state", "sent")
    visitor.errors.clear()  # The refusal.


async def test_the_element_works_inline_on_another_page(visit: Visit, server: Server) -> None:
    """A shop's own page with nothing of ours but the script and the element."""
    visitor = await visit(locale="en-GB")
    page = await visitor.page("/docs")
    await page.evaluate(
        """async (home) => {
            document.body.replaceChildren();
            await import(`${home}/static/huike-chat.js`);
            const chat = document.createElement("huike-chat");
            chat.setAttribute("inline", "");
            chat.setAttribute("lang", "zh-Hant");
            document.body.append(chat);
        }""",
        server.url,
    )
    chat = Chat(page)
    await expect(chat.title).to_have_text("線上客服")
    await chat.say("你好")


async def test_what_a_guest_asked_goes_on_after_the_login(visit: Visit) -> None:
    page = await (await visit()).page()
    chat = await Chat(page).open()
    asked = await chat.say("我还有多少积分")
    await expect(asked.locator(".text")).to_contain_text("登录")
    await page.locator("[data-who]").click()
    # Nobody else of these tests logs in as the last of them: no older talk is shown.
    await page.locator("[data-member]:not([data-member=''])").last.click()
    await expect(chat.theirs.first).to_contain_text("登录成功")
    await expect(chat.theirs.nth(1)).to_contain_text("积分查询")
    await expect(chat.theirs.nth(1).locator(".card")).to_have_count(1)
    await expect(chat.mine).to_have_count(0)
