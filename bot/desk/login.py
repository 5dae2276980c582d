"""Logging in and out: plain forms, no script."""

import math
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.desk.attempts import Attempts, Guesser
from bot.desk.pages import Pages, language_of
from bot.desk.session import COOKIE, LIFETIME, Session, Sessions
from crm_store.types.actors import SYSTEM, Role

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
LONGEST = 200


def from_own_pages(request: Request) -> None:
    """Refuse a form that another site sends; browsers say where it comes from."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(HTTPStatus.FORBIDDEN, "forms are taken from this site alone")


def login_router(
    sessions: Sessions, pages: Pages, *, demo: bool, attempts: Attempts | None = None
) -> APIRouter:
    """Return the routes; ``demo`` shows the demo accounts' names (never their password)."""
    router = APIRouter(include_in_schema=False)
    tries = attempts or Attempts()

    def form(language: str, status: int = 200, *, login: str = "", wait: int = 0) -> HTMLResponse:
        return pages.render(
            "login.html", language, POLICY, status, login=login, demo=demo, wait=wait,
            refused=status == HTTPStatus.UNAUTHORIZED,
        )  # fmt: skip

    @router.get("/desk/login")
    async def show(request: Request) -> Response:
        session = await sessions.read(request.cookies.get(COOKIE))
        language = language_of(request)
        return form(language) if session is None else _to(session, language)

    @router.post("/desk/login", dependencies=[Depends(from_own_pages)])
    async def log_in(
        request: Request,
        login: Annotated[str, Form(max_length=LONGEST)],
        password: Annotated[str, Form(max_length=LONGEST)],
        lang: Annotated[str, Form(max_length=10)] = "zh",
    ) -> Response:
        guesser = Guesser(login.strip(), request.client.host if request.client else "")
        if wait := tries.take(guesser):
            answer: Response = form(
                lang, HTTPStatus.TOO_MANY_REQUESTS, login=login, wait=math.ceil(wait / 60)
            )
            answer.headers["Retry-After"] = str(math.ceil(wait))
            return answer
        session = await sessions.log_in(login, password)
        await _audit(sessions, session, guesser, blocked=tries.used_up(guesser))
        if session is None:
            return form(lang, HTTPStatus.UNAUTHORIZED, login=login)
        tries.clear(guesser)
        answer = _to(session, lang)
        _remember(answer, sessions.cookie(session), secure=request.url.scheme == "https")
        return answer

    @router.post("/desk/logout", dependencies=[Depends(from_own_pages)])
    async def log_out(request: Request) -> Response:
        answer = RedirectResponse(f"/desk/login?lang={language_of(request)}", 303)
        answer.delete_cookie(COOKIE, path="/desk", httponly=True, samesite="strict")
        return answer

    return router


def _to(session: Session, language: str) -> RedirectResponse:
    return RedirectResponse(f"{session.home}?lang={'en' if language == 'en' else 'zh'}", 303)


def _remember(answer: Response, cookie: str, *, secure: bool) -> None:
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=int(LIFETIME.total_seconds()),
        path="/desk",
        httponly=True,
        samesite="strict",
        secure=secure,
    )


async def _audit(
    sessions: Sessions, session: Session | None, guesser: Guesser, *, blocked: bool
) -> None:
    """Write down who came in, who was refused, and when guessing was stopped."""
    detail = {"login": guesser.login, "address": guesser.address}
    async with sessions.store.writing(SYSTEM) as uow:
        if session is not None:
            await uow.audit.record("desk_login", f"staff:{session.staff.id}", detail)
            return
        await uow.audit.record("desk_login_refused", "desk", detail)
        if blocked:
            await uow.audit.record("desk_login_blocked", "desk", detail)


async def admitted(
    sessions: Sessions, request: Request, roles: frozenset[Role]
) -> Session | RedirectResponse:
    """Return who may see a page, or where to go instead: to the login, or to their own work."""
    session = await sessions.read(request.cookies.get(COOKIE))
    if session is None:
        return RedirectResponse("/desk/login", HTTPStatus.SEE_OTHER)
    if session.staff.role not in roles:
        return RedirectResponse(session.home, HTTPStatus.SEE_OTHER)
    return session
