"""Refuses request bodies over a limit before anything reads them into memory."""

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.api.problems import ProblemError, document

LIMIT: Final = 64 * 1024
PREFIXES: Final = ("/api/", "/webhooks/", "/model/")
STATUS: Final = 413
CODE: Final = "content_too_large"
DETAIL: Final = f"a request may carry {LIMIT // 1024} KiB at most"


class BodyLimit:
    """Counts what arrives, whatever length was declared."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIXES):
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > LIMIT:
            await document(STATUS, CODE, DETAIL)(scope, receive, send)
            return
        await self._app(scope, _counted(receive), send)


def _counted(receive: Receive) -> Receive:
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LIMIT:
            raise ProblemError(STATUS, CODE, DETAIL)
        return message

    return counted
