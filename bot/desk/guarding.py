"""What stands before NiceGUI: its page's policy, and who may open its socket.

NiceGUI's page has scripts of its own inside and evaluates what the server sends, so its policy
needs ``'unsafe-eval'`` and inline styles. Scripts inside the page run by a nonce of this one
response alone: an element or a handler that slipped into the page would not run.

NiceGUI lets every site open its socket. Here only pages of this host may, and only with the
session cookie of an account in service; the page itself watches that it stays so.
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SOCKET: Final = "/_nicegui_ws/"
ASSETS: Final = "/_nicegui/"
_SCRIPT: Final = re.compile(rb"<script\b")
IsAllowed = Callable[[str | None], Awaitable[bool]]
"""Whether a session cookie is one of an account that may use the desk."""


def policy(nonce: str, host: str) -> str:
    """Return the desk's Content-Security-Policy for one response."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}' 'unsafe-eval'",
            "script-src-attr 'none'",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class DeskGuard:
    """Wraps the application; only what is below the desk's address is looked at."""

    def __init__(self, app: ASGIApp, *, below: str, cookie: str, allowed: IsAllowed) -> None:
        self._app = app
        self._below = below
        self._cookie = cookie
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a socket."""
        path = scope.get("path", "")
        if scope["type"] not in {"http", "websocket"} or not path.startswith(f"{self._below}/"):
            await self._app(scope, receive, send)
        elif path.startswith(self._below + SOCKET) and not await self._may_open(scope):
            await _refuse(scope, receive, send)
        elif scope["type"] == "http" and not path.startswith(self._below + ASSETS):
            scope = _uncompressed(scope)
            await self._app(scope, receive, _Policed(send, Headers(scope=scope).get("host", "")))
        else:
            await self._app(scope, receive, send)

    async def _may_open(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != headers.get("host"):
            return False
        if origin is None and scope["type"] == "websocket":
            return False  # every browser says where a socket comes from
        return await self._allowed(_cookie(headers, self._cookie))


class _Policed:
    """Sends a response on; a page gets a policy, and its scripts the nonce."""

    def __init__(self, send: Send, host: str) -> None:
        self._send = send
        self._host = host
        self._held: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _needs_policy(message):
            self._held = message
        elif self._held is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._let_go(self._held)

    async def _let_go(self, start: Message) -> None:
        nonce = secrets.token_urlsafe(16)
        body = _SCRIPT.sub(f'<script nonce="{nonce}"'.encode(), self._body)
        headers = MutableHeaders(scope=start)
        headers["Content-Length"] = str(len(body))
        headers["Content-Security-Policy"] = policy(nonce, self._host)
        headers["Cache-Control"] = "no-store"
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _needs_policy(start: Message) -> bool:
    """Whether a response is a page that brings no policy of its own."""
    headers = MutableHeaders(scope=start)
    is_page = headers.get("content-type", "").startswith("text/html")
    return is_page and "content-security-policy" not in headers


def _uncompressed(scope: Scope) -> Scope:
    """Return a request that asks for plain text: what is compressed cannot get its nonce."""
    kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": kept}


def _cookie(headers: Headers, name: str) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return found.value if found is not None else None


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4403})
        return
    await PlainTextResponse("log in at the desk first", 403)(scope, receive, send)
