"""Files of the web client. Their addresses carry a digest, so browsers may keep them for good."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER: Final = Path(__file__).parent.parent / "web" / "static"
A_YEAR: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "public, no-cache"


@cache
def digest() -> str:
    """Return a digest over all files: modules import each other, so they change together."""
    seen = hashlib.sha256()
    for file in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        seen.update(file.relative_to(FOLDER).as_posix().encode())
        seen.update(file.read_bytes())
    return seen.hexdigest()[:12]


def address(name: str) -> str:
    """Return the address of a file, changing with its content."""
    return f"/static/{digest()}/{name}"


class WebFiles(StaticFiles):
    """Serves ``/static/NAME`` (checked by ETag) and ``/static/DIGEST/NAME`` (kept for a year)."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve a file; only under today's digest may it be kept without asking again."""
        first, _, rest = path.partition("/")
        kept = first == digest() and bool(rest)
        response = await super().get_response(rest if kept else path, scope)
        headers = MutableHeaders(raw=response.raw_headers)
        headers["Cache-Control"] = A_YEAR if kept else ASK_AGAIN
        # Other sites load the chat's modules and styles from here: they hold nothing private.
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response
