"""The supervisors' board: who waits, who has how much, figures by day, shop and channel, as CSV."""

import csv
import io
import re

import pytest
from conftest import Server, Visit
from desk_people import agent, calls, customer, staff
from playwright.async_api import Page, expect

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM

pytestmark = pytest.mark.browser

FORMULA = '=HYPERLINK("http://x.test";"火星的天气")'


async def rows(page: Page, address: str) -> list[list[str]]:
    """Download a CSV as its button does."""
    answer = await page.request.get(address)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.reader(io.StringIO((await answer.text()).removeprefix("\ufeff"))))


async def all_drawn(board: Page) -> None:
    """See the volume, and of every other chart the figures or that there are none."""
    await expect(board.locator(".chart").first.locator("canvas")).to_be_visible()
    for chart in range(1, 5):
        await expect(board.locator(".chart").nth(chart).locator("canvas, .empty")).to_have_count(1)


async def test_a_manager_sees_the_floor_and_takes_the_figures_along(
    visit: Visit, server: Server, desk_store: SqlStore
) -> None:
    manager = await agent(visit, server, "manager")
    await manager.page.get_by_role("link", name="数据看板").click()
    board = manager.page
    waiting = board.locator(".tile", has_text="等待中").locator(".tile-value")
    before = int(await waiting.inner_text())
    await calls(desk_store, "看板上有我")
    await expect(waiting).to_have_text(str(before + 1))
    lin = await agent(visit, server, "agent-lin")
    await lin.open_and_take("看板上有我")
    await expect(waiting).to_have_text(str(before))
    agents = board.locator(".agent", has_text=await lin.name())
    await expect(agents).to_contain_text(re.compile(r"[1-9]\d* / \d+"))
    await expect(agents).to_contain_text("在线")
    await lin.answer("在的")
    await lin.resolve_as("好了", "已解答")

    await board.reload()
    await all_drawn(board)
    today = (await rows(board, f"{server.url}/desk/board.csv?days=1&lang=zh"))[1]
    assert int(today[2]) >= 1, "handoffs"
    assert int(today[3]) >= 1, "resolved"

    # Narrowed to a shop where nobody answered, nothing is left; the page and the file agree.
    async with desk_store.reading(SYSTEM) as uow:
        shop = (await uow.catalog.shops())[-1]
    await board.get_by_role("combobox", name="全部门店").click()
    await board.get_by_role("option", name=shop.name.zh).click()
    await expect(board.locator(".chart", has_text="满意度")).to_contain_text("还没有数据")
    await all_drawn(board)
    async with board.expect_download() as downloading:
        await board.get_by_role("button", name="导出 CSV").click()
    path = await (await downloading.value).path()
    assert f"store={shop.id}" in (await downloading.value).url
    [_, there, *_] = csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
    assert there[1:4] == ["0", "0", "0"]
    telegram = await rows(board, f"{server.url}/desk/board.csv?days=1&channel=telegram")
    assert telegram[1][1:3] == ["0", "0"]


async def test_no_cell_of_the_file_is_a_formula_and_only_managers_get_it(
    visit: Visit, server: Server
) -> None:
    guest = await customer(visit)
    await guest.say(FORMULA)
    await expect(guest.said_to_me).to_have_count(1)
    manager = await staff(visit, server, "manager")
    cells = [
        cell
        for row in await rows(manager, f"{server.url}/desk/board.csv?days=1&lang=zh")
        for cell in row
    ]
    assert f"'{FORMULA}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    lin = await staff(visit, server, "agent-lin")
    answer = await lin.request.get(f"{server.url}/desk/board.csv", max_redirects=0)
    assert answer.status == 303
