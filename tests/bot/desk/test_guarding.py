"""What stands before NiceGUI: pages with a policy, and a socket for those who are logged in."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.desk.guarding import DeskGuard

PAGE = "<html><script>one()</script><script type=module>two()</script>&lt;script&gt;</html>"
HOME = {"origin": "http://testserver"}


async def _allowed(cookie: str | None) -> bool:
    return cookie == "of-an-agent"


def _desk() -> DeskGuard:
    async def page(_: object) -> HTMLResponse:
        return HTMLResponse(PAGE)

    async def own(_: object) -> HTMLResponse:
        return HTMLResponse(PAGE, headers={"Content-Security-Policy": "default-src 'none'"})

    async def poll(_: object) -> PlainTextResponse:
        return PlainTextResponse("open")

    async def socket(live: WebSocket) -> None:
        await live.accept()
        await live.close()

    routes = [
        Route("/desk/", page),
        Route("/desk/login", own),
        Route("/shop", page),
        Route("/desk/_nicegui_ws/socket.io/", poll),
        WebSocketRoute("/desk/_nicegui_ws/live", socket),
    ]
    zipped = [Middleware(GZipMiddleware, minimum_size=1)]  # as NiceGUI does
    application = Starlette(routes=routes, middleware=zipped)
    return DeskGuard(application, below="/desk", cookie="seat", allowed=_allowed)


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(_desk())
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def test_only_the_pages_own_scripts_run(browser: httpx.AsyncClient) -> None:
    first, second = await browser.get("/desk/"), await browser.get("/desk/")
    policy = first.headers["content-security-policy"]
    [nonce] = re.findall(r"'nonce-([\w-]+)'", policy)
    assert first.text.count(f'<script nonce="{nonce}"') == 2
    assert nonce not in second.text
    assert "script-src-attr 'none'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src ")[1].split(";")[0]
    assert int(first.headers["content-length"]) == len(first.content)


async def test_a_page_with_a_policy_of_its_own_and_the_shop_are_let_be(
    browser: httpx.AsyncClient,
) -> None:
    assert (await browser.get("/desk/login")).headers["content-security-policy"] == (
        "default-src 'none'"
    )
    assert "content-security-policy" not in (await browser.get("/shop")).headers


@pytest.mark.parametrize(
    ("cookie", "headers", "status"),
    [
        ("of-an-agent", HOME, 200),
        ("of-an-agent", {}, 200),
        ("of-an-agent", {"origin": "https://evil.example"}, 403),
        ("of-an-agent", {"origin": "null"}, 403),
        ("forged", HOME, 403),
        (None, HOME, 403),
    ],
)
async def test_polling_needs_the_host_and_the_cookie(
    browser: httpx.AsyncClient, cookie: str | None, headers: dict[str, str], status: int
) -> None:
    if cookie:
        headers = {**headers, "cookie": f"seat={cookie}"}
    answer = await browser.get("/desk/_nicegui_ws/socket.io/", headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("origin", [None, "https://evil.example", "http://testserver.evil.example"])
def test_a_socket_opens_for_pages_of_this_host_alone(origin: str | None) -> None:
    client = TestClient(_desk(), cookies={"seat": "of-an-agent"})
    with client.websocket_connect("/desk/_nicegui_ws/live", headers=HOME):
        pass
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(
            "/desk/_nicegui_ws/live", headers={"origin": origin} if origin else {}
        ),
    ):
        pass
