"""Logging in to the desk and out of it: a plain form, no script."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from bot.desk.session import COOKIE, LIFETIME, Sessions
from bot.replies import Phrasebook

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
LONGEST = 200
_pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape())


def login_router(sessions: Sessions, phrasebook: Phrasebook, *, demo: bool) -> APIRouter:
    """Return the routes; ``demo`` shows the demo accounts' names (never their password)."""
    router = APIRouter(include_in_schema=False)

    def page(language: str, *, refused: bool, status: int = 200) -> HTMLResponse:
        words = phrasebook.speaker(language).words
        html = _pages.get_template("login.html").render(
            words=words, language=language, refused=refused, demo=demo
        )
        return HTMLResponse(html, status, {"Content-Security-Policy": POLICY})

    @router.get("/desk/login")
    async def show(request: Request, lang: str | None = None) -> HTMLResponse:
        return page(_language(request, lang), refused=False)

    @router.post("/desk/login")
    async def log_in(
        request: Request,
        login: Annotated[str, Form(max_length=LONGEST)],
        password: Annotated[str, Form(max_length=LONGEST)],
        lang: Annotated[str, Form(max_length=10)] = "zh",
    ) -> Response:
        cookie = await sessions.log_in(login, password)
        if cookie is None:
            return page(lang, refused=True, status=401)
        answer = RedirectResponse(f"/desk/?lang={'en' if lang == 'en' else 'zh'}", 303)
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=int(LIFETIME.total_seconds()),
            path="/desk",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    @router.get("/desk/logout")
    async def log_out() -> Response:
        answer = RedirectResponse("/desk/login", 303)
        answer.delete_cookie(COOKIE, path="/desk")
        return answer

    return router


def _language(request: Request, asked: str | None) -> str:
    if asked in {"zh", "en"}:
        return asked
    return "zh" if request.headers.get("accept-language", "zh").lower().startswith("zh") else "en"
