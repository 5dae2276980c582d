"""Refuses request bodies over a limit before anything reads them into memory."""

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.api.problems import ProblemError, document

LIMIT: Final = 64 * 1024
INGEST: Final = "/api/v1/ingest/"
INGEST_LIMIT: Final = 1024 * 1024
"""Other systems send many records at once."""
PREFIXES: Final = ("/api/", "/webhooks/", "/model/")
STATUS: Final = 413
CODE: Final = "content_too_large"


class BodyLimit:
    """Counts what arrives, whatever length was declared."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIXES):
            await self._app(scope, receive, send)
            return
        limit = INGEST_LIMIT if scope["path"].startswith(INGEST) else LIMIT
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            await document(STATUS, CODE, _detail(limit))(scope, receive, send)
            return
        await self._app(scope, _counted(receive, limit), send)


def _detail(limit: int) -> str:
    return f"a request may carry {limit // 1024} KiB at most"


def _counted(receive: Receive, limit: int) -> Receive:
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise ProblemError(STATUS, CODE, _detail(limit))
        return message

    return counted
