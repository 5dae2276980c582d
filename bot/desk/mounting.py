"""Puts the desk on the web application."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import background_tasks, ui

from bot.desk.login import login_router
from bot.desk.page import Desk, DeskParts
from bot.desk.session import COOKIE, Sessions
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from crm_store.ports import CrmStore

STYLE = Path(__file__).parent / "desk.css"
ACCENT = "#2f6f62"


def mount_desk(
    api: FastAPI,
    *,
    store: CrmStore,
    bell: Bell,
    phrasebook: Phrasebook,
    token_key: str,
    demo: bool,
) -> None:
    """Serve the login at ``/desk/login`` and the desk at ``/desk``."""
    sessions = Sessions(store, token_key)
    api.include_router(login_router(sessions, phrasebook, demo=demo))
    parts = DeskParts(store, bell)

    @ui.page("/", title="Huike 客服台", dark=None)
    async def desk(request: Request, lang: str | None = None) -> Response | None:
        staff = await sessions.staff(request.cookies.get(COOKIE))
        if staff is None:
            return RedirectResponse("/desk/login")
        language = lang if lang in {"zh", "en"} else staff.languages[0]
        ui.add_css(STYLE)
        ui.colors(primary=ACCENT)
        page = Desk(parts, staff, phrasebook.speaker(language))
        page.build()
        following = background_tasks.create(page.follow(), name=f"desk of staff {staff.id}")
        ui.context.client.on_delete(following.cancel)
        return None

    ui.run_with(
        api, mount_path="/desk", title="Huike 客服台", dark=None, show_welcome_message=False
    )
