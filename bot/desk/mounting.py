"""Puts the desk on the web application."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import background_tasks, ui

from bot.api.static import address
from bot.desk.clerk import clerk_router
from bot.desk.login import login_router
from bot.desk.matches import matches_router
from bot.desk.page import Desk, DeskParts
from bot.desk.pages import Pages, language_of
from bot.desk.session import COOKIE, DESK_ROLES, Sessions
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from crm_store.ports import CrmStore

STYLE = Path(__file__).parent / "desk.css"
ACCENT = "#2f6f62"
TITLE = "Huike"


def add_plain_pages(
    api: FastAPI, *, store: CrmStore, phrasebook: Phrasebook, token_key: str, demo: bool
) -> Sessions:
    """Serve the login, the clerks' chat and the review of matches, below ``/desk``."""
    sessions, pages = Sessions(store, token_key), Pages(phrasebook)
    api.include_router(login_router(sessions, pages, demo=demo))
    api.include_router(clerk_router(sessions, pages))
    api.include_router(matches_router(sessions, pages))
    return sessions


def mount_desk(
    api: FastAPI,
    *,
    store: CrmStore,
    bell: Bell,
    phrasebook: Phrasebook,
    token_key: str,
    demo: bool,
) -> None:
    """Serve the plain pages, and the desk at ``/desk``; once in a process."""
    sessions = add_plain_pages(
        api, store=store, phrasebook=phrasebook, token_key=token_key, demo=demo
    )
    parts = DeskParts(store, bell)

    @ui.page("/", title=TITLE, dark=None)
    async def desk(request: Request) -> Response | None:
        session = await sessions.read(request.cookies.get(COOKIE))
        if session is None:
            return RedirectResponse("/desk/login")
        if session.staff.role not in DESK_ROLES:
            return RedirectResponse(session.home)
        ui.add_css(STYLE)
        ui.add_head_html(f'<script type="module" src="{address("desk.js")}"></script>')
        ui.colors(primary=ACCENT)
        page = Desk(parts, session, phrasebook.speaker(language_of(request)), ui.context.client)
        page.build()
        following = background_tasks.create(page.follow(), name=f"desk of staff {session.staff.id}")
        ui.context.client.on_delete(following.cancel)
        return None

    ui.run_with(api, mount_path="/desk", title=TITLE, dark=None, show_welcome_message=False)
