"""Puts the desk on the web application."""

from copy import copy
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import background_tasks, ui

from bot.api.static import address
from bot.desk.board_page import add_board_page, board_router
from bot.desk.clerk import clerk_router
from bot.desk.guarding import DeskGuard
from bot.desk.learning import learning_router
from bot.desk.login import admitted, login_router
from bot.desk.matches import matches_router
from bot.desk.page import Desk
from bot.desk.pages import Pages, language_of
from bot.desk.parts import DeskParts
from bot.desk.session import COOKIE, DESK_ROLES, Sessions
from bot.learning import TrainingFolder
from bot.replies import LANGUAGES, Phrasebook
from crm_store.ports import CrmStore

STYLE = Path(__file__).parent / "desk.css"
ACCENT = "#2f6f62"
TITLE = "Huike"


def add_plain_pages(
    api: FastAPI,
    *,
    store: CrmStore,
    phrasebook: Phrasebook,
    token_key: str,
    demo: bool,
    training_data: Path,
) -> Sessions:
    """Serve the login, the clerks' chat and the reviews, below ``/desk``.

    ``training_data`` is what accepted examples are for; nothing changes it.
    """
    sessions, pages = Sessions(store, token_key), Pages(phrasebook)
    api.include_router(login_router(sessions, pages, demo=demo))
    api.include_router(clerk_router(sessions, pages))
    api.include_router(matches_router(sessions, pages))
    api.include_router(board_router(sessions, phrasebook))
    folder = TrainingFolder(training_data, frozenset(phrasebook.section("en", "topics")))
    api.include_router(learning_router(sessions, pages, folder))
    return sessions


def mount_desk(
    api: FastAPI,
    *,
    parts: DeskParts,
    token_key: str,
    demo: bool,
) -> None:
    """Serve the plain pages, and the desk at ``/desk``; once in a process."""
    sessions = add_plain_pages(
        api,
        store=parts.store,
        phrasebook=parts.phrasebook,
        token_key=token_key,
        demo=demo,
        training_data=parts.training_data,
    )
    for language in LANGUAGES:
        parts.canned(language)  # a broken file of theirs stops the start

    async def enters(cookie: str | None) -> bool:
        session = await sessions.read(cookie)
        return session is not None and session.staff.role in DESK_ROLES

    api.add_middleware(DeskGuard, below="/desk", cookie=COOKIE, allowed=enters)

    @ui.page("/", title=TITLE, dark=None)
    async def desk(request: Request) -> Response | None:
        session = await admitted(sessions, request, DESK_ROLES)
        if isinstance(session, Response):
            return session
        _dress(language_of(request))
        speaker = parts.phrasebook.speaker(language_of(request))
        page = Desk(parts, session, speaker, ui.context.client)
        page.build()
        following = background_tasks.create(page.follow(), name=f"desk of staff {session.staff.id}")
        ui.context.client.on_delete(following.cancel)
        return None

    add_board_page(parts, sessions, _dress)
    ui.run_with(api, mount_path="/desk", title=TITLE, dark=None, show_welcome_message=False)


def _dress(language: str) -> None:
    """Give a page the desk's styles, scripts and colour, and its language."""
    # A page of NiceGUI has one language for everybody: each visitor gets a copy in their own.
    client = ui.context.client
    client.page = copy(client.page)
    client.page.language = "en-US" if language == "en" else "zh-CN"
    ui.add_css(STYLE)
    ui.add_head_html(f'<script src="{address("desk-theme.js")}"></script>')
    ui.add_head_html(f'<script type="module" src="{address("desk.js")}"></script>')
    ui.colors(primary=ACCENT)
