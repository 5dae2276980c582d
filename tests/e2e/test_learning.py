"""The review of what the assistant failed on, in a real browser: by keyboard, and on a phone."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Server, Visit
from learned import propose
from playwright.async_api import Page, expect

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.examples import ExampleState

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)

WORDS = "上回拿的那件我不乐意留了，给你们送回来成不成"
HOSTILE = "<img src=x onerror=\"document.title='broken'\">我要[退](了"


@dataclass(frozen=True)
class Staffed:
    """The demo shop's agent."""

    agent: int

    def actor(self, role: Role) -> Actor:
        return Actor(role, staff_id=self.agent, surface=Surface.DESK)


async def staffed(store: SqlStore) -> Staffed:
    async with store.reading(SYSTEM) as work:
        return Staffed(next(one.id for one in await work.staff.all() if one.role is Role.AGENT))


async def log_in(page: Page, server: Server) -> None:
    await page.get_by_label("账号").fill("manager")
    await page.get_by_label("密码").fill(server.secrets["HUIKE_DEMO_PASSWORD"])
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url("**/desk/**")


async def test_a_manager_reviews_by_keyboard_and_takes_a_patch_home(
    server: Server, visit: Visit, desk_store: SqlStore, tmp_path: Path
) -> None:
    somebody = await staffed(desk_store)
    example = await propose(desk_store, somebody, WORDS, peer="review-1")
    hostile = await propose(desk_store, somebody, HOSTILE, peer="review-2")
    visitor = await visit()
    page = await visitor.page("/desk/login?lang=zh")
    await log_in(page, server)
    await page.get_by_role("link", name="学习", exact=True).click()

    review = page.locator("article", has_text=WORDS)
    await expect(review).to_contain_text("办结为“已办退货”")
    await expect(page.locator("body")).to_contain_text("采纳后不会自动训练")
    words = review.get_by_label("语句")
    await expect(words).to_have_value(WORDS)
    await words.press("End")
    await words.type("呀")
    for _ in range(3):  # the link to the conversation, the intent, the button
        await page.keyboard.press("Tab")
    await expect(review.get_by_role("button", name="采纳", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("已采纳")
    await expect(review).to_have_count(0)

    strange = page.locator(f"article[aria-labelledby=example-{hostile.id}]")
    await strange.get_by_label("意图").select_option(label="退货")
    await strange.get_by_role("button", name="采纳", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("实体标注写法不对")
    await strange.get_by_role("link", name="查看会话").click()
    await expect(page.locator(".failed")).to_contain_text(HOSTILE)
    await page.get_by_role("link", name="返回列表").click()
    await strange.get_by_role("button", name="不采纳").click()
    await expect(page.get_by_role("status")).to_contain_text("已记为不采纳")

    await page.get_by_text("已采纳，尚未加入训练数据").click()
    async with page.expect_download() as started:
        await page.get_by_role("link", name="下载补丁").click()
    file = tmp_path / "learned.patch"
    await (await started.value).save_as(file)
    assert f'+      - text: "{WORDS}呀"' in file.read_text(encoding="utf-8")
    # Chromium calls a form that was sent back an error of the page.
    visitor.errors[:] = [error for error in visitor.errors if "422" not in error]
    assert visitor.errors == []
    assert await page.title() == "待学习的语句"
    async with desk_store.reading(SYSTEM) as work:
        accepted = await work.examples.get(example.id)
    assert accepted is not None
    assert (accepted.state, accepted.intent) == (ExampleState.ACCEPTED, "return_item")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_on_a_phone_nothing_sticks_out(
    server: Server, visit: Visit, desk_store: SqlStore, language: str
) -> None:
    long = "这个[" + "很长" * 40 + "] https://shop.example/" + "x" * 90
    await propose(desk_store, await staffed(desk_store), long, peer=f"phone-{language}")
    visitor = await visit(viewport={"width": 390, "height": 844})
    page = await visitor.page("/desk/login?lang=zh")
    await log_in(page, server)
    for address in ("", await _first_talk(page, server)):
        await page.goto(f"{server.url}/desk/learning{address}?lang={language}")
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
    small = await page.evaluate(
        "[...document.querySelectorAll('main button')].filter(b => b.offsetHeight < 36).length"
    )
    assert small == 0


async def _first_talk(page: Page, server: Server) -> str:
    await page.goto(f"{server.url}/desk/learning?lang=zh")
    address = await page.locator("article a").first.get_attribute("href")
    assert address is not None
    return address.removeprefix("/desk/learning").partition("?")[0]
