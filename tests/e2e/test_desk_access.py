"""Who is let in, what the desk takes from other sites, and who is out at once."""

import time

import pytest
from conftest import Server, Visit
from desk_people import Agent, calls, dismisses, staff
from playwright.async_api import expect

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Role

pytestmark = pytest.mark.browser

OUT_SECONDS = 5


async def test_a_disabled_account_is_out_within_five_seconds(
    visit: Visit, server: Server, desk_store: SqlStore
) -> None:
    password = server.secrets["HUIKE_DEMO_PASSWORD"]
    async with desk_store.writing(SYSTEM) as uow:
        await uow.staff.add("temp-wei", "魏临", password, Role.AGENT)
    await calls(desk_store, "谁来接待我")
    page = await staff(visit, server, "temp-wei")
    wei = Agent(page)
    await wei.open_and_take("谁来接待我")
    await dismisses(server, "temp-wei")
    began = time.monotonic()
    await page.wait_for_url("**/desk/login*", timeout=OUT_SECONDS * 1000)
    assert time.monotonic() - began < OUT_SECONDS
    answer = await page.request.get(f"{server.url}/desk/", max_redirects=0)
    assert answer.status in (302, 303, 307)
    polling = f"{server.url}/desk/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    assert (await page.request.get(polling)).status == 403


async def test_other_sites_can_neither_post_nor_open_the_socket(
    visit: Visit, server: Server
) -> None:
    page = await staff(visit, server, "agent-lin")
    cookies = {one["name"]: one for one in await page.context.cookies()}
    session = cookies["huike_desk"]
    assert (session["httpOnly"], session["sameSite"]) == (True, "Strict")
    answer = await page.request.post(
        f"{server.url}/desk/logout", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status == 403
    # A page of another origin, in the very browser that is logged in.
    elsewhere = await page.context.new_page()
    await elsewhere.goto("data:text/html,<title>elsewhere</title>")
    address = server.url.replace("http", "ws") + "/desk/_nicegui_ws/socket.io/"
    opened = await elsewhere.evaluate(
        """address => new Promise(resolve => {
             const socket = new WebSocket(address + '?EIO=4&transport=websocket');
             socket.onopen = () => resolve('open');
             socket.onerror = () => resolve('refused');
           })""",
        address,
    )
    assert opened == "refused"
    await elsewhere.close()
    await page.reload()
    await expect(page.locator(".pane.queue")).to_be_visible()
