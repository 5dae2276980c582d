"""Response headers that keep browsers from doing what our pages never ask for."""

from collections.abc import Collection
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' https: data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Storefront and documentation: own scripts and styles only, nothing inline."""
DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
"""Everything that is not a page."""


class SecurityHeaders:
    """Adds the headers; a response that sets its own policy keeps it."""

    def __init__(self, app: ASGIApp, *, apart: Collection[str] = ()) -> None:
        self._app = app
        self._apart = tuple(apart)
        """Path prefixes of mounted applications that answer for their own policy."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        apart = scope["path"].startswith(self._apart)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _guard(MutableHeaders(scope=message), apart=apart)
            await send(message)

        await self._app(scope, receive, guarded)


def _guard(headers: MutableHeaders, *, apart: bool) -> None:
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if not apart:
        page = headers.get("content-type", "").startswith("text/html")
        headers.setdefault("Content-Security-Policy", PAGE_POLICY if page else DATA_POLICY)
