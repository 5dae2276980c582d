"""The frame of the desk's pages: header, links, theme, help."""

from collections.abc import Awaitable, Callable
from typing import Final

from nicegui import ui

from bot.desk.dialogs import answered, card
from bot.desk.wording import Wording
from crm_store.types.actors import Role
from crm_store.types.people import Staff

SHORTCUTS: Final = (
    ("j k", "key_move"),
    ("Enter", "key_open"),
    ("t", "key_take"),
    ("n", "key_next"),
    ("r", "key_reply"),
    ("m", "key_note"),
    ("/", "key_canned"),
    ("s", "key_search"),
    ("e", "key_resolve"),
    ("z", "key_snooze"),
    ("d", "key_dark"),
    ("Esc", "key_leave"),
    ("?", "key_help"),
)


def draw_header(
    staff: Staff, say: Wording, *, find: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Draw the bar on top; ``find`` opens the search where there is one."""
    language = say.speaker.language
    other = "zh" if language == "en" else "en"
    with ui.header().classes("desk-header"):
        ui.label(say("title")).classes("desk-title").props("role=heading aria-level=1")
        ui.space()
        if find is not None:
            _icon("search", say("search"), "search", find)
        _icon("contrast", say("key_dark"), "dark", _turn_theme)
        _icon("keyboard", say("key_help"), "help", lambda: show_help(say))
        ui.label(staff.name).classes("desk-agent")
        if find is None:
            ui.link(say("desk_link"), f"/?lang={language}")
        elif staff.role is Role.MANAGER:
            ui.link(say("board_link"), f"/board?lang={language}")
        if staff.role is Role.MANAGER:
            ui.link(say("clerk_title"), f"/clerk?lang={language}").classes("minor")
            learning = f"/learning?lang={language}"
            ui.link(say("learning_link"), learning).classes("minor")
        ui.link(say("matches_link"), f"/matches?lang={language}").classes("minor")
        here = "/" if find is not None else "/board"
        ui.link(say("other_language"), f"{here}?lang={other}")
        form = ui.element("form").props(f"method=post action=/desk/logout?lang={language}")
        with form, ui.element("button").classes("logout").props("type=submit"):
            ui.label(say("logout"))


async def show_help(say: Wording) -> None:
    """Show the keys."""
    with card(say("key_help")) as dialog:
        with ui.element("dl").classes("keys-table"):
            for keys, key in SHORTCUTS:
                with ui.element("dt"):
                    for one in keys.split():
                        ui.label(one).classes("key")
                with ui.element("dd"):
                    ui.label(say(key))
        ui.button(say("close"), on_click=dialog.close).props("flat no-caps").classes("plain")
    await answered(dialog)


def _icon(icon: str, label: str, kind: str, act: Callable[[], object]) -> None:
    button = ui.button(icon=icon, on_click=act).props(
        f'flat round dense color=white aria-label="{label}"'
    )
    button.classes(f"tool {kind}").tooltip(label)


def _turn_theme() -> None:
    ui.run_javascript("window.deskTheme?.turn()")
